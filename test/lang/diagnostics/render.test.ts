/** How diagnostics look, as text and as JSON. */
import { describe, expect, it } from "vitest";
import { catalogue, diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { explain } from "#lang/diagnostics/explain";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";

const text = "model M {\n\tsample X : bool\n\n\n  sample X : bool\n}\n";
const sources = new Map([
  ["a.causal", { name: "a.causal", text }],
  ["b.causal", { name: "b.causal", text: 'import "a.causal"' }],
]);
const at = (from: string, source = "a.causal", nth = 0) => {
  let start = -1;
  for (let i = 0; i <= nth; i++) start = sources.get(source)!.text.indexOf(from, start + 1);
  return { source, start, end: start + from.length };
};
const sample: Diagnostic = {
  ...diagnose("C201", at("X", "a.causal", 1), { what: "node", name: "X", suggestion: "Y" }),
  related: [
    { span: at("X"), label: "first declared here" },
    { span: at('"a.causal"', "b.causal"), label: "imported here" },
  ],
  fix: { title: "rename it", span: at("X", "a.causal", 1), replacement: "Y" },
};

describe("text", () => {
  it("has a frame with all places, help and the mended line", () => {
    expect(renderDiagnostics([sample], sources, { colour: false })).toMatchInlineSnapshot(`
      "error[C201]: there is no node named \`X\`
       --> a.causal:5:10
        |
      2 |   sample X : bool
        |          - first declared here
       ...
      5 |   sample X : bool
        |          ^ unknown name
       ::: b.causal:1:8
        |
      1 | import "a.causal"
        |        ---------- imported here
        = help: did you mean \`Y\`?
        = fix: rename it: sample Y : bool
      "
    `);
  });

  it("differs in colour only by its escape sequences", () => {
    const coloured = renderDiagnostics([sample], sources, { colour: true });
    expect(coloured).toContain("\u001b[1;31merror[C201]\u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken out
    expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(renderDiagnostics([sample], sources, { colour: false }));
  });

  it("copes with a source that is not at hand", () => {
    expect(renderDiagnostics([sample], new Map(), { colour: false })).toContain("--> a.causal");
  });

  it("marks the end of a text without a last line break", () => {
    const source = { name: "c", text: "query P(" };
    const end = { source: "c", start: 8, end: 8 };
    const finding = diagnose("C100", end, { found: "the end of the text", expected: "an event" });
    expect(renderDiagnostics([finding], new Map([["c", source]]), { colour: false })).toMatchInlineSnapshot(`
      "error[C100]: expected an event, found the end of the text
       --> c:1:9
        |
      1 | query P(
        |         ^ expected here
      "
    `);
  });

  it("shows nothing for nothing", () => {
    expect(renderDiagnostics([], sources, { colour: false })).toBe("");
  });
});

describe("JSON", () => {
  it("counts lines and columns from 1", () => {
    const json = toJson(sample, sources);
    expect(json.range).toEqual({ file: "a.causal", start: { line: 5, column: 10 }, end: { line: 5, column: 11 } });
    expect(json.related.map(({ range }) => range.start)).toEqual([
      { line: 2, column: 9 },
      { line: 1, column: 8 },
    ]);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });
});

describe("explain", () => {
  it("knows every code, in any case", () => {
    for (const code of Object.keys(catalogue)) expect(explain(code.toLowerCase())).toContain(code);
    expect(explain("C999")).toBeNull();
    expect(explain("toString")).toBeNull();
  });
});
