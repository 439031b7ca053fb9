/**
 * `// causal: allow C561` silences a warning: on the line of what it is about, or on a line of its own above the statement or
 * the declaration that it is about. Several codes stand behind one `allow`. Errors cannot be silenced.
 */
import type { CheckedProgram } from "#lang/checked";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import type { Statement } from "#lang/syntax/ast";

interface Allowance {
  readonly codes: ReadonlySet<string>;
  /** offsets, half open */
  readonly start: number;
  readonly end: number;
}

const pattern = /\/\/[ \t]*causal:[ \t]*allow[ \t]+(C\d{3}(?:[ \t,]+C\d{3})*)/;

/** By the text of a source, so that each is read once. */
const known = new WeakMap<CheckedProgram, Map<string, readonly Allowance[]>>();

export function allowed(diagnostic: Diagnostic, program: CheckedProgram): boolean {
  if (diagnostic.severity === "error") return false;
  const { source, start } = diagnostic.span;
  const bySource = known.get(program) ?? new Map<string, readonly Allowance[]>();
  known.set(program, bySource);
  const own = bySource.get(source) ?? allowancesOf(source, program);
  bySource.set(source, own);
  return own.some((one) => one.codes.has(diagnostic.code) && one.start <= start && start < one.end);
}

function allowancesOf(source: string, program: CheckedProgram): readonly Allowance[] {
  const text = program.sources.get(source)?.text ?? "";
  const statements = program.files.find((file) => file.source === source)?.statements ?? [];
  if (!text.includes("causal:")) return [];
  const ends = endsOfThings(statements);
  const found: Allowance[] = [];
  let waiting: string[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const codes = pattern.exec(line)?.[1]?.match(/C\d{3}/g) ?? [];
    const own = line.trim();
    const end = start + line.length;
    if (own.startsWith("//")) waiting.push(...codes);
    else if (own !== "") {
      const first = start + line.length - line.trimStart().length;
      if (codes.length > 0) found.push({ codes: new Set(codes), start, end });
      if (waiting.length > 0) {
        found.push({ codes: new Set(waiting), start: first, end: Math.max(end, ends.get(first) ?? 0) });
      }
      waiting = [];
    }
    start = end + 1;
  }
  return found;
}

/** The ends of statements, declarations and assertions by their beginnings. */
function endsOfThings(statements: readonly Statement[]): ReadonlyMap<number, number> {
  const things: readonly { readonly span: Span }[] = statements.flatMap((one) => [
    ...(one.kind === "model" ? one.members : []),
    ...(one.kind === "test" ? one.assertions : []),
    one,
  ]);
  return new Map(things.map(({ span }) => [span.start, span.end]));
}
