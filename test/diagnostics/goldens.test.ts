/** Several hundred bad programs and what is said about each, as it is printed. Update with `vitest -u`, and read. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import { catalogue } from "#lang/diagnostics/catalogue";
import { renderDiagnostics } from "#lang/diagnostics/render";
import { check, filesIn, sectionsOf } from "../lang/check/fixture.ts";
import { badPrograms, diagnosticsOf, families } from "./programs.ts";

beforeAll(prepareSolver);

describe("bad programs", () => {
  it.each(families)("%s", async (family) => {
    const pages = badPrograms
      .filter((program) => program.family === family)
      .map(({ title, source }) => {
        const { project, diagnostics } = diagnosticsOf(source);
        expect(diagnostics, title).not.toEqual([]);
        return `--- ${title}\n\n${renderDiagnostics(diagnostics, project.program.sources, { colour: false })}`;
      });
    await expect(pages.join("\n")).toMatchFileSnapshot(join("bad", `${family}.txt`));
  });

  it("are many", () => {
    expect(badPrograms.length).toBeGreaterThanOrEqual(280);
    const checked = filesIn("bad").flatMap((file) => sectionsOf(file));
    expect(badPrograms.length + checked.length).toBeGreaterThanOrEqual(450);
  });
});

/** Codes that no program alone can give, with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  C536: "needs rows of data (test/compiler/identify/question.test.ts)",
  C705: "needs data with a great many combinations of states",
};

it("every code of the catalogue is said about one of them", () => {
  const said = new Set<string>([
    ...badPrograms.flatMap(({ source }) => diagnosticsOf(source).diagnostics.map(({ code }) => code)),
    ...filesIn("bad").flatMap((file) =>
      sectionsOf(file).flatMap(({ source }) => check(source).diagnostics.map(({ code }) => code)),
    ),
  ]);
  const missing = Object.keys(catalogue).filter((code) => !said.has(code) && elsewhere[code] === undefined);
  expect(missing).toEqual([]);
});

it("has no golden without a program", () => {
  const texts = readdirSync(join(import.meta.dirname, "bad")).filter((name) => name.endsWith(".txt"));
  expect(texts.map((name) => name.slice(0, -".txt".length)).sort()).toEqual(families);
});
