/** A program with everything it imports, compiled; from a file, from text, or from a run directory. */
import { basename } from "node:path";
import { type Compilation, compile as compileSource, type CompileOptions } from "#compiler/compile";
import type { CausalModel } from "#compiler/causal/model";
import { graphToCausal } from "#compiler/interchange/causal-text";
import { type FormatName, formatOfFile, formats, readForeign } from "#compiler/interchange/formats";
import type { Vocabulary } from "#compiler/vocabulary";
import type { CheckedModel } from "#lang/checked";
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

/**
 * Compiles a file; diagnostics are in the result. A network of another program (BIF, ...; by the ending of the file) is a
 * program with one model. Throws RuntimeFault: missing-file, bad-file.
 */
export function openProject(path: string): Project {
  const format = formatOfFile(path);
  if (format !== null && formats[format].read !== null) return openForeign(path, format);
  return build(readProgram(path), resolveImport);
}

/** Without a detour through text: large networks would take seconds to print and to parse again. */
function openForeign(path: string, format: FormatName): Project {
  const source = readProgram(path);
  const foreign = readForeign(source, format, basename(path).replace(/\..*$/, "") || "Imported");
  if (foreign.kind === "graph") return build({ name: path, text: graphToCausal(foreign.graph) }, resolveImport);
  const { model } = foreign;
  const empty = build({ name: path, text: "" }, resolveImport);
  const sources = new Map([[path, source]]);
  const program = { ...empty.program, sources, models: new Map([[model.name, checkedModel(model, source)]]) };
  return { ...empty, program, models: new Map([[model.name, model]]), files: [source] };
}

/** The model as the front end knows models, so that queries can be checked against it. */
function checkedModel({ name, nodes, params }: CausalModel, source: Source): CheckedModel {
  const checked = nodes.map(({ mechanism, ...node }) => {
    if (mechanism.kind !== "table") throw new Error(`internal: ${node.name} was read without a table`);
    const probabilities = Array.from(mechanism.probabilities);
    return { ...node, mechanism: { kind: "table" as const, probabilities }, nameSpan: node.span };
  });
  return { name, nodes: checked, params, bases: [], span: { source: source.name, start: 0, end: 0 } };
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
