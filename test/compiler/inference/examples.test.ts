/** The test blocks of the discrete and the linear examples hold, from text to answer. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import { buildModel } from "#compiler/causal/from-checked";
import type { Answer } from "#compiler/inference/answer";
import { checkAssertion } from "#compiler/inference/assert";
import { answer } from "#compiler/inference/query";
import { analyze } from "#lang/analyze";
import { vocabulary } from "#stdlib/vocabulary";

beforeAll(prepareSolver);

const folder = resolve(import.meta.dirname, "../../../examples");

function load(name: string) {
  const source = { name: `${name}.causal`, text: readFileSync(join(folder, name, `${name}.causal`), "utf8") };
  const { program, diagnostics } = analyze(source, { signatures: vocabulary, resolve: () => null });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  const models = new Map([...program.models].map(([key, checked]) => [key, buildModel(checked)]));
  return { program, models };
}

const context = { vocabulary, samples: 100_000, seed: 1 };

describe.each([
  { name: "stones", assertions: 15, method: "exact" },
  { name: "sprinkler", assertions: 8, method: "exact" },
  { name: "asia", assertions: 7, method: "exact" },
  { name: "scene", assertions: 93, method: "exact" },
  { name: "frontdoor", assertions: 12, method: "exact" },
])("$name", ({ name, assertions, method }) => {
  const { program, models } = load(name);
  const all = program.tests.flatMap(({ statement, model }) =>
    statement.assertions.map((assertion) => ({ title: statement.name, assertion, model: models.get(model)! })),
  );

  it("holds what its tests say", () => {
    expect(all.length).toBe(assertions);
    for (const { title, assertion, model } of all) {
      const verdict = checkAssertion(model, assertion, context);
      expect(verdict.passed, `${title}: ${verdict.message}`).toBe(true);
      expect([method, "bounds"]).toContain(verdict.left!.method);
    }
  });

  it("answers its queries, later ones from earlier ones", () => {
    const previous = new Map<string, Answer>();
    for (const { statement, model } of program.queries) {
      const result = answer(models.get(model)!, statement.value, { ...context, previous, sources: program.sources });
      if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
      previous.set(statement.name!.text, result.answer);
      expect(program.files[0]!.source).toBe(`${name}.causal`);
    }
    if (name === "stones") {
      expect(previous.get("ate")).toMatchObject({ rung: 2, method: "exact", query: "doneA - doneB" });
      expect(previous.get("ate")!.value).toBeCloseTo(0.0502, 12);
      expect(previous.get("seenA")).toMatchObject({ rung: 1, query: "P(Recovered | Treatment = A)" });
    }
  });
});

describe("an assertion that does not hold", () => {
  it("fails, and says what was found", () => {
    const { program, models } = load("stones");
    const first = program.tests[0]!.statement.assertions[0]!;
    const right = { kind: "number", value: 0.9, span: first.span } as const;
    const verdict = checkAssertion(models.get("Stones")!, { ...first, right }, context);
    expect(verdict.passed).toBe(false);
    expect(verdict.message).toBe("P(Recovered | Treatment = A) == 0.9 +- 0.0001: 0.778989");
  });
});
