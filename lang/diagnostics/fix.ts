/** Applying the fixes of diagnostics to a text. Which of them are wanted is up to the caller. */
import type { Diagnostic, Fix } from "./diagnostic.ts";

/** The fixes that change neither what is asked nor what is assumed, in the order of the text, without overlaps. */
export function safeFixes(diagnostics: readonly Diagnostic[], source: string): readonly Fix[] {
  const fixes = diagnostics.flatMap(({ fix }) =>
    fix === null || fix.judgement === true || fix.span.source !== source ? [] : [fix],
  );
  const chosen: Fix[] = [];
  for (const fix of fixes.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    const last = chosen.at(-1);
    if (last !== undefined && fix.span.start < last.span.end) continue;
    // two insertions at one place would stand in each other's way
    if (last !== undefined && fix.span.start === last.span.start && fix.span.end === last.span.end) continue;
    chosen.push(fix);
  }
  return chosen;
}

/** The text with the fixes made; they must not overlap. */
export function applyFixes(text: string, fixes: readonly Fix[]): string {
  let result = "";
  let from = 0;
  for (const { span, replacement } of fixes.toSorted((a, b) => a.span.start - b.span.start)) {
    result += text.slice(from, span.start) + replacement;
    from = span.end;
  }
  return result + text.slice(from);
}
