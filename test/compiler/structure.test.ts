/** Plates, vectors and bases from text to answer. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildModel } from "#compiler/causal/from-checked";
import { checkAssertion } from "#compiler/inference/assert";
import { answer } from "#compiler/inference/query";
import { analyze, analyzeQuery } from "#lang/analyze";
import { vocabulary } from "#stdlib/vocabulary";

const context = { vocabulary, samples: 100_000, seed: 1 };

function load(text: string) {
  const { program, diagnostics } = analyze({ name: "test", text }, { signatures: vocabulary, resolve: () => null });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  const models = new Map([...program.models].map(([name, checked]) => [name, buildModel(checked)]));
  return { program, models };
}

function ask(text: string, query: string) {
  const { program, models } = load(text);
  const asked = analyzeQuery(query, program, null);
  expect(asked.diagnostics).toEqual([]);
  const result = answer(models.get(asked.model)!, asked.query, { ...context, sources: program.sources });
  if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
  return result.answer;
}

describe("the weather", () => {
  const { program, models } = load(
    readFileSync(join(import.meta.dirname, "../../examples/weather/weather.causal"), "utf8"),
  );

  it.each(program.tests.map(({ statement, model }) => [statement.name, statement, model] as const))(
    "%s",
    (_, statement, model) => {
      for (const assertion of statement.assertions) {
        const verdict = checkAssertion(models.get(model)!, assertion, { ...context, sources: program.sources });
        expect(verdict.passed, verdict.message).toBe(true);
      }
    },
  );
});

/** P(hidden at the end | signs), by the forward algorithm. */
function forward(signs: readonly boolean[]): number {
  let rain = 0.5;
  for (const sign of signs) {
    const predicted = 0.7 * rain + 0.3 * (1 - rain);
    const [yes, no] = sign ? [0.9 * predicted, 0.2 * (1 - predicted)] : [0.1 * predicted, 0.8 * (1 - predicted)];
    rain = yes / (yes + no);
  }
  return rain;
}

describe("a plate over time", () => {
  const length = 30;
  const text = `model M {
    sample H[0] : bool ~ cpt { else: 0.5 }
    plate t in 1..${length} {
      sample H : bool ~ cpt(H[t - 1]) { true: 0.7, false: 0.3 }
      sample S : bool ~ cpt(H) { true: 0.9, false: 0.2 }
    }
  }`;

  it("is answered exactly, as the forward algorithm does", () => {
    const signs = Array.from({ length }, (_, i) => (i * 7) % 3 !== 0);
    const { value, method } = ask(text, `P(H[${length}] | S = [${signs.join(", ")}])`);
    expect(method).toBe("exact");
    expect(value).toBeCloseTo(forward(signs), 12);
  });

  it("is intervened on and imagined one copy at a time, or all at once", () => {
    expect(ask(text, "P(H[3] | do(H[1] = true))").value).toBeCloseTo(0.58, 12);
    expect(ask(text, "P(H[3] | do(S = true))").value).toBeCloseTo(0.5, 12);
    expect(ask(text, "P(H[1] = true, H[2] = true)").value).toBeCloseTo(0.35, 12);
    expect(ask(text, "ATE(H[2]; H[1]: false -> true)").value).toBeCloseTo(0.4, 12);
  });
});

describe("vectors", () => {
  const text = `model M {
    param mu = [1, 2, 3]
    noise U, W : real[3] ~ Normal(mu, [1, 2, 3])
    let V := 2 * U + W
    let T := sum(V) + dot(mu, U)
    let Big := any(V > 100)
  }`;

  it("are averaged as their elements are", () => {
    const near = (query: string, expected: number) => {
      const { value, stderr } = ask(text, query);
      expect(Math.abs(Number(value) - expected)).toBeLessThan(5 * (stderr ?? 0) + 1e-12);
    };
    near("E[T]", 3 * 6 + 14);
    near("E[T | do(U = 0)]", 6);
    near("E[V[2] | do(U = [0, 5, 0])]", 12);
    // given V[1] = 9: U[1] has mean 1 + 2 / 5 * (9 - 3)
    near("E[U[1] | V[1] = 9]", 3.4);
    near("P(Big)", 0);
  });

  it("are imagined element by element", () => {
    expect(ask(text, "E[V[1][U[1] = 0] | U = [1, 1, 1], V = [4, 4, 4]]").value).toBeCloseTo(2, 9);
  });
});

describe("a model that extends another", () => {
  it("answers with its own mechanisms and numbers", () => {
    const text = `model A {
      param p = 0.2
      sample X : bool ~ Bernoulli(p)
      sample Y : bool ~ cpt(X) { true: 0.9, false: 0.1 }
    }
    model B extends A { param p = 0.5  sample Y ~ cpt(X) { true: 0.6, false: 0.2 } }`;
    expect(ask(text, "P(Y) in A").value).toBeCloseTo(0.26, 12);
    expect(ask(text, "P(Y) in B").value).toBeCloseTo(0.4, 12);
  });
});
