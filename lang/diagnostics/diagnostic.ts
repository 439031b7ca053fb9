/** What a diagnostic is. The wording of each code lives in the catalogue, the layout in the renderer. */
import type { Span } from "../source.ts";
import type { DiagnosticCode } from "./catalogue.ts";

export type Severity = "error" | "warning";

export interface RelatedSpan {
  readonly span: Span;
  readonly label: string;
}

/** An edit that a tool can apply. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly replacement: string;
  /** it changes what is asked or assumed: shown to a person, and not applied with the others */
  readonly judgement?: true;
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  /** short text shown under the span in the source frame */
  readonly label: string;
  readonly related: readonly RelatedSpan[];
  /** what to do about it; empty where the message says it all */
  readonly help: string;
  readonly fix: Fix | null;
}
