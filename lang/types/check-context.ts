/** What every check is handed: the vocabulary, the declarations of the program, and where to report. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Declarations } from "../names/declarations.ts";
import type { Span } from "../source.ts";
import type { Identifier } from "../syntax/ast.ts";
import type { Signatures } from "./signature.ts";

export interface CheckContext {
  readonly signatures: Signatures;
  readonly declarations: Declarations;
  report(diagnostic: Diagnostic): void;
}

/** What an import can bring. */
const importable = new Set(["model", "network", "layer or network", "data"]);

/** Reports C201 with the nearest candidate. A name lost to a syntax error is empty and was reported by the parser. */
export function reportUnknown(
  context: CheckContext,
  what: string,
  name: Identifier,
  candidates: Iterable<string>,
): void {
  if (name.text === "" || (context.declarations.incomplete && importable.has(what))) return;
  const suggestion = closest(name.text, [...candidates]);
  const fix =
    suggestion === null ? null : { title: `change to \`${suggestion}\``, span: name.span, replacement: suggestion };
  context.report(diagnose("C201", name.span, { what, name: name.text, suggestion }, { fix }));
}

export function reportUnsupported(context: CheckContext, span: Span, what: string): void {
  context.report(diagnose("C190", span, { what }));
}
