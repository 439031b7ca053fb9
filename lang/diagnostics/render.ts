/** How diagnostics look: as text with a frame of the source, and as plain objects. The words come from the catalogue. */
import { type Position, positionAt, type Source, type Span } from "../source.ts";
import type { DiagnosticCode } from "./catalogue.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { frame, type Mark } from "./frame.ts";
import { paint } from "./paint.ts";

/**
 * All diagnostics as text, parted by blank lines; ends in a line break unless there are none. A diagnostic whose source
 * is not among `sources` is shown without a frame.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, Source>,
  options: { readonly colour: boolean },
): string {
  return diagnostics.map((diagnostic) => `${renderOne(diagnostic, sources, options.colour)}\n`).join("\n");
}

function renderOne(diagnostic: Diagnostic, sources: ReadonlyMap<string, Source>, colour: boolean): string {
  const { severity, code, message, span, label, related, help, fix } = diagnostic;
  const hue = severity === "error" ? "red" : "yellow";
  const head = paint(colour, ["bold", hue], `${severity}[${code}]`) + paint(colour, ["bold"], `: ${message}`);
  const marks: readonly Mark[] = [
    { span, label, sign: "^", hue },
    ...related.map((other) => ({ ...other, sign: "-" as const, hue: "blue" as const })),
  ];
  const names = [...new Set(marks.map((mark) => mark.span.source))];
  const frames = names.flatMap((name, i) => {
    const source = sources.get(name);
    const own = marks.filter((mark) => mark.span.source === name);
    if (source === undefined) return i === 0 ? [`  ${paint(colour, ["blue"], "-->")} ${name}`] : [];
    return [frame(source, own, { colour, first: i === 0 })];
  });
  const notes = [
    ...(help === "" ? [] : [note(colour, "help", help)]),
    ...(fix === null
      ? []
      : [note(colour, fix.judgement === true ? "or" : "fix", fixText(fix.title, fix.span, fix.replacement, sources))]),
  ];
  return [head, ...frames, ...notes].join("\n");
}

const note = (colour: boolean, kind: string, text: string): string =>
  `  ${paint(colour, ["blue"], "=")} ${paint(colour, ["bold"], kind)}: ${text}`;

/** The line as it would be after the fix, where that is one line. */
function fixText(title: string, span: Span, replacement: string, sources: ReadonlyMap<string, Source>): string {
  const text = sources.get(span.source)?.text;
  if (text === undefined || replacement.includes("\n")) return title;
  const from = text.lastIndexOf("\n", span.start - 1) + 1;
  const next = text.indexOf("\n", span.end);
  const rest = text.slice(from, span.start).trim() + text.slice(span.end, next === -1 ? undefined : next).trim();
  if (span.start === span.end && rest.length < 3) {
    return `${title}: \`${replacement.trim()}\``;
  }
  const line = text.slice(from, span.start) + replacement + text.slice(span.end, next === -1 ? undefined : next);
  return line.includes("\n") || line.trim().length > 100 ? title : `${title}: ${line.trim()}`;
}

export interface JsonRange {
  readonly file: string;
  readonly start: Position;
  /** half-open */
  readonly end: Position;
}

/** A diagnostic as a plain object for `--json`; lines and columns count from 1. */
export interface JsonDiagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  readonly range: JsonRange;
  readonly label: string;
  readonly related: readonly { readonly range: JsonRange; readonly label: string }[];
  readonly help: string;
  readonly fix: {
    readonly title: string;
    readonly range: JsonRange;
    readonly replacement: string;
    /** false: it changes what is asked or assumed, and is for a person to decide */
    readonly safe: boolean;
  } | null;
}

/** Positions are 1:1 where the source is not among `sources`. */
export function toJson(diagnostic: Diagnostic, sources: ReadonlyMap<string, Source>): JsonDiagnostic {
  const range = (span: Span): JsonRange => {
    const text = sources.get(span.source)?.text ?? "";
    return { file: span.source, start: positionAt(text, span.start), end: positionAt(text, span.end) };
  };
  const { code, severity, message, label, related, help, fix } = diagnostic;
  return {
    code,
    severity,
    message,
    range: range(diagnostic.span),
    label,
    related: related.map((other) => ({ range: range(other.span), label: other.label })),
    help,
    fix:
      fix === null
        ? null
        : {
            title: fix.title,
            range: range(fix.span),
            replacement: fix.replacement,
            safe: fix.judgement !== true,
          },
  };
}
