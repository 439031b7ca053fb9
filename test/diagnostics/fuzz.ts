/** Whatever a text is, it is checked, linted, formatted and shown without an exception, in good time. */
import * as fc from "fast-check";
import { expect } from "vitest";
import { format } from "#lang/format/format";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import { allDiagnostics } from "../../apps/api/lint.ts";
import { projectOf } from "../../apps/api/project.ts";
import { corpus } from "./corpus.ts";

export function survives(text: string): void {
  const project = projectOf(text, "fuzz.causal", () => null);
  const diagnostics = allDiagnostics(project);
  const { sources } = project.program;
  for (const { code, span, related, fix } of diagnostics) {
    for (const place of [span, ...related.map((other) => other.span), ...(fix === null ? [] : [fix.span])]) {
      const length = sources.get(place.source)?.text.length ?? -1;
      if (!(place.start >= 0 && place.start <= place.end && place.end <= length)) expect.fail(`${code} in\n${text}`);
    }
  }
  const shown = renderDiagnostics(diagnostics.slice(0, 50), sources, { colour: true });
  expect(shown === "").toBe(diagnostics.length === 0);
  JSON.stringify(diagnostics.map((one) => toJson(one, sources)));
  const formatted = format({ name: "fuzz.causal", text });
  if ("text" in formatted) expect(format({ name: "fuzz.causal", text: formatted.text })).toEqual(formatted);
}

/** Programs that are checked in a moment, so that many can be. */
const programs = corpus.map(({ text }) => text).filter((text) => text.length < 3000);
const pieces = [...new Set(programs.flatMap((text) => text.match(/\w+|[^\s\w]+/g) ?? []))];

/** One change of words or lines. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom("delete", "insert", "swap", "double", "delete line", "double line", "swap lines"),
  piece: fc.constantFrom(...pieces),
});

function mutate(text: string, edits: readonly (typeof edit extends fc.Arbitrary<infer T> ? T : never)[]): string {
  return edits.reduce((before, { at, to, kind, piece }) => {
    const byLine = kind.endsWith("line") || kind.endsWith("lines");
    const parts = byLine ? before.split(/(?<=\n)/) : before.split(/(\w+|[^\s\w])/);
    const [i, j] = [Math.floor(at * parts.length), Math.floor(to * parts.length)];
    const [one, other] = [parts[i] ?? "", parts[j] ?? ""];
    if (kind.startsWith("delete")) parts.splice(i, 1);
    else if (kind === "insert") parts.splice(i, 0, ` ${piece} `);
    else if (kind.startsWith("swap")) [parts[i], parts[j]] = [other, one];
    else parts.splice(i, 0, one);
    return parts.join("");
  }, text);
}

export const arbitraries: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "random characters": fc.string({ unit: "binary", maxLength: 300 }),
  "random bytes as text": fc.uint8Array({ maxLength: 400 }).map((bytes) => new TextDecoder().decode(bytes)),
  "random 16-bit units, lone surrogates too": fc
    .array(fc.nat(0xffff), { maxLength: 200 })
    .map((units) => String.fromCharCode(...units)),
  "random words of all programs": fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((all) => all.join(" ")),
  "programs with words and lines changed": fc
    .tuple(fc.constantFrom(...programs), fc.array(edit, { minLength: 1, maxLength: 5 }))
    .map(([text, edits]) => mutate(text, edits)),
  "two programs in one": fc
    .tuple(fc.constantFrom(...programs), fc.constantFrom(...programs), fc.nat())
    .map(([a, b, at]) => a.slice(0, at % (a.length + 1)) + b),
};
