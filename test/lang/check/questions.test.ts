/** Questions from outside a program: queries and drawings of the command line, conditions of a session. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzeConditions, analyzeDraw, analyzeQuery } from "#lang/analyze";
import { check, folder } from "./fixture.ts";

const read = (name: string) => ({ name, text: readFileSync(`${folder("good")}/${name}`, "utf8") });
const stones = check(read("stones.causal")).program;
const two = check({
  name: "two",
  text: `model A { sample X : bool ~ cpt { else: 0.5 } }
         model B { sample Y : bool ~ cpt { else: 0.5 } }`,
}).program;

const codes = (answer: { readonly diagnostics: readonly { readonly code: string }[] }) =>
  answer.diagnostics.map(({ code }) => code);

describe("analyzeQuery", () => {
  it("finds the only model and parses the query", () => {
    const answer = analyzeQuery("P(Recovered | do(Treatment = A))", stones, null);
    expect(answer).toMatchObject({ model: "Stones", diagnostics: [], query: { kind: "probability" } });
  });

  it("reports what is wrong in the text of the query", () => {
    const { diagnostics, source } = analyzeQuery("P(Recoverd | do(Treatment = C))", stones, null);
    expect(diagnostics.map(({ code, span }) => `${code} ${source.text.slice(span.start, span.end)}`)).toEqual([
      "C201 Recoverd",
      "C203 C",
    ]);
    expect(diagnostics.every(({ span }) => span.source === source.name)).toBe(true);
  });

  it("reports a syntax error", () => {
    expect(codes(analyzeQuery("P(Recovered | ", stones, null))).toContainEqual(expect.stringMatching(/^C1/));
  });

  it("asks which model is meant, and takes the one that is named", () => {
    expect(codes(analyzeQuery("P(X)", two, null))).toEqual(["C205"]);
    expect(analyzeQuery("P(X)", two, "A")).toMatchObject({ model: "A", diagnostics: [] });
    expect(analyzeQuery("P(Y) in B", two, null)).toMatchObject({ model: "B", diagnostics: [] });
    expect(codes(analyzeQuery("P(X)", two, "C"))).toEqual(["C201"]);
  });
});

describe("analyzeDraw", () => {
  it("checks the drawing, with or without its keyword", () => {
    expect(analyzeDraw("16 Size | Recovered", stones, null)).toMatchObject({ model: "Stones", diagnostics: [] });
    expect(analyzeDraw("draw 16 Size", stones, null).draw.count.value).toBe(16);
    expect(codes(analyzeDraw("16 Sise | do(Size = small), do(Size = large)", stones, null))).toEqual(["C201", "C501"]);
  });
});

describe("analyzeConditions", () => {
  it("checks conditions that were parsed before", () => {
    const { draw, source } = analyzeDraw("1 Size | do(Treatment = Q), observe(Recovered = true)", two, "A");
    expect(codes(analyzeConditions(draw.given, source, stones, null))).toEqual(["C203"]);
    expect(codes(analyzeConditions(draw.given.slice(1), source, stones, null))).toEqual([]);
  });
});
