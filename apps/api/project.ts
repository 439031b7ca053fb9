/** A program with everything it imports, compiled; from a file, from text, or from a run directory. */
import { type Compilation, compile as compileSource, type CompileOptions } from "#compiler/compile";
import type { Vocabulary } from "#compiler/vocabulary";
import type { Source } from "#lang/source";
import { vocabulary as words } from "#stdlib/vocabulary";
import { type Resolve, readLibrary, readProgram, resolveAmong, resolveImport } from "../files/programs.ts";
import type { ProgramFile } from "../files/run-directory.ts";
import { hasErrors, ProgramError } from "./errors.ts";

export interface Project extends Compilation {
  /** the program's own file first, then what it imports */
  readonly files: readonly ProgramFile[];
  readonly vocabulary: Vocabulary;
}

let loaded: Vocabulary | null = null;

/** The vocabulary with the library's `.causal` networks read from the package, once. */
export function loadVocabulary(): Vocabulary {
  loaded ??= { ...words, library: readLibrary() };
  return loaded;
}

function build(source: Source, resolve: CompileOptions["resolve"]): Project {
  const vocabulary = loadVocabulary();
  const compilation = compileSource(source, { vocabulary, resolve });
  const imported = [...compilation.program.sources.values()].filter((other) => other.name !== source.name);
  return { ...compilation, files: [source, ...imported], vocabulary };
}

/** Compiles a file; diagnostics are in the result. Throws RuntimeFault("missing-file"). */
export function openProject(path: string): Project {
  return build(readProgram(path), resolveImport);
}

/** Compiles a text; `name` is what diagnostics call it and where its relative imports start. */
export function projectOf(text: string, name = "program.causal", resolve: Resolve = resolveImport): Project {
  return build({ name, text }, resolve);
}

/** Compiles what a run directory was trained from. */
export function projectOfFiles(files: readonly ProgramFile[]): Project {
  const [main, ...imports] = files;
  if (main === undefined) throw new Error("internal: a program without files");
  return build(main, resolveAmong(imports));
}

/** Throws a ProgramError with all diagnostics when one of them is an error. */
export function requireSound(project: Project): Project {
  if (hasErrors(project.diagnostics)) throw new ProgramError(project.diagnostics, project.program.sources);
  return project;
}
