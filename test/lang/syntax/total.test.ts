/** Any text gives a tree without holes and diagnostics inside the text: random characters, random words, broken programs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Lexer } from "chevrotain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import { CausalParser } from "#lang/syntax/grammar";
import { parseCst, parseDraw, parseFile, parseInteraction, parseQuery } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";
import { printCst } from "#lang/syntax/print-cst";
import { tokenTypes } from "#lang/syntax/tokens";

const fixtures = join(import.meta.dirname, "../fixtures");
const programs = readdirSync(fixtures)
  .filter((name) => name.endsWith(".causal"))
  .map((name) => readFileSync(join(fixtures, name), "utf8"));

/** Where a value has holes or spans outside of the text. */
function holes(value: unknown, length: number, path = ""): readonly string[] {
  if (value === undefined) return [path];
  if (typeof value === "number") return Number.isNaN(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  const { start, end } = value as { start?: unknown; end?: unknown };
  const isSpan = typeof start === "number" && typeof end === "number";
  if (isSpan && !(start >= 0 && start <= end && end <= length)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => holes(inner, length, `${path}.${key}`));
}

function survives(text: string): void {
  const source = { name: "x", text };
  const sources = new Map([["x", source]]);
  const { file, diagnostics } = parseFile(source);
  expect(holes({ file, diagnostics }, text.length)).toEqual([]);
  printAst(file);
  renderDiagnostics(diagnostics, sources, { colour: true });
  diagnostics.map((diagnostic) => toJson(diagnostic, sources));
  expect(holes(parseQuery(source), text.length)).toEqual([]);
  expect(holes(parseDraw(source), text.length)).toEqual([]);
  expect(holes(parseInteraction(source), text.length)).toEqual([]);
  printCst(parseCst(source).cst);
}

describe("the grammar", () => {
  it("is unambiguous and can be recovered from", () => {
    expect(() => new CausalParser({ validate: true })).not.toThrow();
  });

  it("has a sound lexer", () => {
    const lexer = new Lexer([...tokenTypes], { positionTracking: "onlyOffset" });
    expect(lexer.lexerDefinitionErrors).toEqual([]);
  });
});

describe("no text throws", () => {
  it("random characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), survives), { numRuns: 150, seed: 1 });
  });

  it("random words of the language", () => {
    const words = [...new Set(programs.join(" ").match(/\w+|[^\w\s]+/g))];
    const texts = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((chosen) => chosen.join(" "));
    fc.assert(fc.property(texts, survives), { numRuns: 150, seed: 2 });
  });

  it("programs with a few characters changed", () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(8), fc.string({ maxLength: 3 })), { minLength: 1, maxLength: 4 });
    const broken = fc.tuple(fc.constantFrom(...programs), edits).map(([program, changes]) =>
      changes.reduce((text, [place, cut, added]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + added + text.slice(at + cut);
      }, program),
    );
    fc.assert(fc.property(broken, survives), { numRuns: 150, seed: 3 });
  });

  it("programs cut anywhere", () => {
    const [program] = programs;
    for (let end = 0; end < program!.length; end += 7) survives(program!.slice(0, end));
  });

  it.each(["(", "[", "{", "if ", "if a then b else ", "not ", "-", "a^", "a + ", "f(", "a |> ", "Y[X = "])(
    "deep nesting of %s is refused",
    (open) => {
      const text = `model M { let A := ${open.repeat(20_000)}1 }`;
      expect(parseFile({ name: "x", text }).diagnostics.map(({ code }) => code)).toContain("C119");
    },
  );

  it("nesting below the limit is read", () => {
    const text = `model M { let A := ${"(".repeat(60)}1${")".repeat(60)} let B := ${"1 + ".repeat(900)}1 }`;
    expect(parseFile({ name: "x", text }).diagnostics).toEqual([]);
  });
});
