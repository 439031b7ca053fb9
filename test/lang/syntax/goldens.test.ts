/** The programs of test/lang/fixtures: their trees, and what is said about the bad ones. Update with `vitest -u`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderDiagnostics } from "#lang/diagnostics/render";
import { parseCst, parseFile } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";
import { printCst } from "#lang/syntax/print-cst";

const fixtures = join(import.meta.dirname, "../fixtures");
const programs = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".causal"));
const sourceOf = (folder: string, name: string) => ({ name, text: readFileSync(join(folder, name), "utf8") });

describe("good programs", () => {
  it.each(programs(fixtures))("%s parses without a complaint", async (name) => {
    const { file, diagnostics } = parseFile(sourceOf(fixtures, name));
    expect(diagnostics).toEqual([]);
    await expect(printAst(file)).toMatchFileSnapshot(join(fixtures, `${name}.ast`));
  });
});

describe("bad programs", () => {
  const folder = join(fixtures, "bad");
  it.each(programs(folder))("%s", async (name) => {
    const source = sourceOf(folder, name);
    const { diagnostics } = parseFile(source);
    const text = renderDiagnostics(diagnostics, new Map([[name, source]]), { colour: false });
    expect(diagnostics.length).toBeGreaterThan(0);
    await expect(text).toMatchFileSnapshot(join(folder, `${name}.txt`));
  });
});

it("prints concrete trees", () => {
  const { cst, diagnostics } = parseCst({ name: "x", text: "query P(Y | do(X = 1) in M" });
  expect(diagnostics.map(({ code }) => code)).toEqual(["C105"]);
  expect(printCst(cst)).toMatchInlineSnapshot(`
    "file > statement > queryStatement
      "query"
      query > queryOperand > probability
        "P"
        "("
        events > event > variable
          "Y"
        conditions
          "|"
          condition > intervention
            "do"
            "("
            actions > action
              "X"
              "="
              expression > operand
                "1"
            ")"
        <missing RightParen>
      inModel
        "in"
        "M"
    "
  `);
});
