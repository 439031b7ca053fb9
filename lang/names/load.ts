/** Follows imports: from one source to all files of a program. Reading a file is the caller's business. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../source.ts";
import type { File } from "../syntax/ast.ts";
import { parseFile } from "../syntax/parse.ts";

/** Finds the source that `path` names in the file `from`; null where there is none. */
export type Resolve = (path: string, from: string) => Source | null;

export interface LoadedProgram {
  /** imports before their importers, each file once; the last one is the root */
  readonly files: readonly File[];
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses a source and everything it imports. Files may import each other in circles: each is read once. */
export function loadFiles(root: Source, resolve: Resolve): LoadedProgram {
  const files: File[] = [];
  const sources = new Map<string, Source>();
  const diagnostics: Diagnostic[] = [];

  const load = (source: Source): void => {
    sources.set(source.name, source);
    const parsed = parseFile(source);
    diagnostics.push(...parsed.diagnostics);
    for (const statement of parsed.file.statements) {
      if (statement.kind !== "import") continue;
      const { value: path, span } = statement.path;
      // the path is lost, which the parser reported
      if (span.start === span.end || path === "") continue;
      const imported = resolve(path, source.name);
      if (imported === null) diagnostics.push(diagnose("C204", span, { path }));
      else if (!sources.has(imported.name)) load(imported);
    }
    files.push(parsed.file);
  };

  load(root);
  return { files, sources, diagnostics };
}
