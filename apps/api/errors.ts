/** The error of the API for programs and queries that are wrong: it carries all diagnostics and the texts they point at. */
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { renderDiagnostics } from "#lang/diagnostics/render";
import type { Source } from "#lang/source";

export class ProgramError extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, Source>;

  constructor(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, Source>) {
    super(`\n${renderDiagnostics(diagnostics, sources, { colour: false })}`);
    this.name = "ProgramError";
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
