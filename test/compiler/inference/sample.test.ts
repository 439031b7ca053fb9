/**
 * Sampling against exact answers and closed forms. What would be exact is sampled here by a limit of zero on the tables; the exact
 * answers themselves are tested in `exact.test.ts` and `gaussian`.
 */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import type { Answer } from "#compiler/inference/answer";
import { answer } from "#compiler/inference/query";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import {
  bool,
  coin,
  distribution,
  equation,
  labels,
  model,
  query,
  randomModel,
  real,
  table,
} from "../causal/models.ts";

function ask(
  net: CausalModel,
  text: string,
  options: { samples?: number; seed?: number; limit?: number } = {},
): Answer {
  const result = answer(net, query(text), { vocabulary, samples: 40_000, seed: 1, ...options });
  if ("diagnostics" in result) throw new Error(`${text}: ${result.diagnostics[0]!.message}`);
  return result.answer;
}

const sample = (net: CausalModel, text: string, seed = 1) => ask(net, text, { seed, limit: 0 });

function codesOf(net: CausalModel, text: string, samples = 2000): readonly string[] {
  const result = answer(net, query(text), { vocabulary, samples, seed: 1 });
  return "diagnostics" in result ? result.diagnostics.map(({ code }) => code) : [];
}

/** Within 4 standard errors, which must themselves be small. */
function expectSampled(found: Answer, truth: number, largestError = 0.05) {
  expect(found.method).toBe("sampled");
  expect(found.stderr).toBeLessThan(largestError);
  expect(Math.abs((found.value as number) - truth), `${found.query}: ${found.value} for ${truth}`).toBeLessThan(
    4 * found.stderr! + 1e-12,
  );
}

/** U -> Smoking -> Tar -> Cancer <- U with standard normal noise. */
const frontdoor = model(
  [
    distribution("Ux", real, [], "Normal", ["0", "1"], "noise"),
    distribution("Uz", real, [], "Normal", ["0", "1"], "noise"),
    distribution("Uy", real, [], "Normal", ["0", "1"], "noise"),
    distribution("U", real, [], "Normal", ["0", "1"], "latent"),
    equation("Smoking", real, ["U", "Ux"], "U + Ux"),
    equation("Tar", real, ["Smoking", "Uz"], "beta * Smoking + Uz"),
    equation("Cancer", real, ["Tar", "U", "Uy"], "0.4 * Tar + 0.7 * U + Uy"),
  ],
  { beta: 0.5 },
);

describe("linear Gaussian front door", () => {
  // U | Smoking = s is normal with mean s / 2; Tar has variance 1 / 4 * 2 + 1 = 1.5, covariance with U of 1 / 2
  it.each([
    ["E[Cancer]", 0],
    ["E[Cancer | do(Smoking = 2)]", 0.4],
    ["E[Cancer | Smoking = 2]", 0.4 + 0.7],
    ["E[Cancer | do(Tar = 3)]", 1.2],
    ["E[Cancer | Tar = 3]", 1.2 + 0.7 * 3 * (0.5 / 1.5)],
    ["E[U | Smoking = 1, Tar = 2]", 0.5],
    ["E[Cancer | do(Smoking ~ Normal(1, 2))]", 0.2],
    ["E[Cancer ^ 2 | do(Smoking = 0)]", 0.16 + 0.49 + 1],
    ["E[Cancer | do(Smoking = 1)] - E[Cancer | do(Smoking = 0)]", 0.2],
    ["P(Tar > 0 | do(Smoking = 0))", 0.5],
    ["P(Smoking > 0, Tar > 0)", 0.25 + Math.asin(1 / Math.sqrt(2 * 1.5)) / (2 * Math.PI)],
  ])("%s", (text, truth) => expectSampled(sample(frontdoor, text), truth));

  it("conditions on an effect whose noise is solved for through other equations", () => {
    // regress U on Cancer: covariance 0.7 + 0.4 * 0.5, variance 0.16 * 1.5 + 0.49 + 1 + 2 * 0.28 * 0.5
    const slope = (0.7 + 0.2) / (0.24 + 0.49 + 1 + 0.28);
    expectSampled(sample(frontdoor, "E[U | Cancer = 1.5]"), 1.5 * slope);
    expectSampled(
      sample(frontdoor, "E[Uy | Smoking = 0.5, Tar = 1, Cancer = 1.5]"),
      1.1 - 0.7 * (0.5 / 2) - (1.1 - 0.175) * ((0.49 * 0.5) / (0.49 * 0.5 + 1)),
    );
  });

  it("conditions on intervals", () => {
    // E[Smoking | Smoking > 0] of a normal with variance 2
    expectSampled(sample(frontdoor, "E[Smoking | Smoking > 0]"), Math.SQRT2 * Math.sqrt(2 / Math.PI));
    expectSampled(sample(frontdoor, "E[U | Smoking > 0]"), Math.sqrt(2 / Math.PI) / Math.SQRT2);
  });

  it("says what is too rare, and what cannot be solved", () => {
    const squared = model([...frontdoor.nodes, equation("Square", real, ["Smoking"], "Smoking * Smoking")], {
      beta: 1,
    });
    expect(codesOf(squared, "E[U | Square < 0 - 1]")).toEqual(["C453"]);
    expect(codesOf(squared, "E[U | Square = 4]")).toEqual(["C455"]);
    // Smoking determines it, so that nothing is left to sample
    expect(ask(squared, "E[Square | Smoking = 3]")).toMatchObject({ method: "exact", value: 9 });
    expectSampled(sample(squared, "E[Square + Uz | Smoking = 3]"), 9);
    expect(codesOf(squared, "E[log(Smoking)]")).toEqual(["C454"]);
  });

  it("gives the same bytes for the same seed, and other ones for another", () => {
    const first = sample(frontdoor, "E[Cancer | Tar = 1]");
    expect(sample(frontdoor, "E[Cancer | Tar = 1]")).toEqual(first);
    expect(sample(frontdoor, "E[Cancer | Tar = 1]", 2).value).not.toBe(first.value);
  });
});

describe("sampled answers", () => {
  it("agree with exact ones on random models that are held to be too large", () => {
    let compared = 0;
    for (let seed = 0; seed < 40; seed++) {
      const net = randomModel(seed);
      const target = net.nodes[0]!.name;
      const [seen, set] = [net.nodes.at(-1)!.name, net.nodes[1]!.name];
      const state = createStream(seed, "state").integer(2);
      const given = seen === set ? `do(${set} = s${state})` : `do(${set} = s${state}), ${seen} != s0`;
      const text = `P(${target} = s1 | ${given})`;
      const exact = answer(net, query(text), { vocabulary, samples: 1, seed });
      if ("diagnostics" in exact) continue;
      const sampled = answer(net, query(text), { vocabulary, samples: 5000, seed, limit: 0 });
      if ("diagnostics" in sampled) throw new Error(sampled.diagnostics[0]!.message);
      expect(sampled.warnings.map(({ code }) => code)).toContain("C701");
      const { value, stderr } = sampled.answer;
      expect(Math.abs((value as number) - (exact.answer.value as number)), text).toBeLessThan(4 * stderr! + 1e-9);
      compared++;
    }
    expect(compared).toBeGreaterThan(25);
  });

  it("weigh continuous evidence below discrete causes", () => {
    const net = model([
      coin("Sick", [], 0.1),
      distribution("Fever", real, ["Sick"], "Normal", ["if Sick then 39 else 37", "0.5"]),
      distribution("Alarm", bool, ["Fever"], "Bernoulli", ["sigmoid(4 * (Fever - 38))"]),
    ]);
    const density = (mean: number) => Math.exp(-(((38.2 - mean) / 0.5) ** 2) / 2);
    const sick = (0.1 * density(39)) / (0.1 * density(39) + 0.9 * density(37));
    expectSampled(sample(net, "P(Sick | Fever = 38.2)"), sick);
    // what is finite and does not need the rest stays exact
    expect(ask(net, "P(Sick | do(Fever = 38.2))")).toMatchObject({ method: "exact", value: 0.1 });
    expect(ask(net, "P(Alarm | do(Fever = 38))")).toMatchObject({ method: "exact", value: 0.5 });
    expect(ask(net, "P(Alarm | Fever = 38)")).toMatchObject({ method: "exact", value: 0.5 });
    expectSampled(ask(net, "P(Sick | Alarm)"), numericPosterior());
  });

  /** P(Sick | Alarm) of the model above by the trapezoid rule. */
  function numericPosterior(): number {
    const alarm = (mean: number) => {
      let sum = 0;
      for (let x = 33; x < 43; x += 0.001) {
        const density = Math.exp(-(((x - mean) / 0.5) ** 2) / 2) / (0.5 * Math.sqrt(2 * Math.PI));
        sum += (density * 0.001) / (1 + Math.exp(-4 * (x - 38)));
      }
      return sum;
    };
    return (0.1 * alarm(39)) / (0.1 * alarm(39) + 0.9 * alarm(37));
  }

  it("weigh an observed equation by how steep it is in its noise", () => {
    const net = model([
      coin("Loud", [], 0.5),
      distribution("Gain", real, [], "Uniform", ["1", "4"]),
      distribution("U", real, [], "Normal", ["0", "1"], "noise"),
      equation("Heard", real, ["Loud", "U"], "if Loud then 3 * U else U"),
      equation("Scaled", real, ["Gain", "U"], "Gain * U"),
    ]);
    const density = (x: number, std: number) => Math.exp(-((x / std) ** 2) / 2) / std;
    expectSampled(sample(net, "P(Loud | Heard = 0)"), 1 / 4);
    expectSampled(sample(net, "P(Loud | Heard = 2)"), density(2, 3) / (density(2, 3) + density(2, 1)));
    // at 0 the density of Scaled is proportional to 1 / Gain: the mean of Gain is 3 / log 4
    expectSampled(ask(net, "E[Gain | Scaled = 0]"), 3 / Math.log(4));
  });

  it("give whole distributions of discrete nodes below continuous ones", () => {
    const net = model([
      distribution("X", real, [], "Uniform", ["0", "1"]),
      equation("Third", labels("low", "mid", "high"), ["X"], "if X < 0.25 then low else if X < 0.5 then mid else high"),
    ]);
    const found = ask(net, "P(Third)");
    const value = found.value as Record<string, number>;
    for (const [state, p] of Object.entries({ low: 0.25, mid: 0.25, high: 0.5 })) {
      expect(Math.abs(value[state]! - p)).toBeLessThan(4 * found.stderr!);
    }
  });

  it("report mechanisms that are no distribution where they fail", () => {
    const net = model([
      table("Dose", labels("low", "high"), [], [0.5, 0.5]),
      distribution("X", real, ["Dose"], "Normal", ["0", "if Dose == high then 0 - 1 else 1"]),
      distribution("Y", bool, ["Dose"], "Bernoulli", ["if Dose == high then 1.5 else 0.5"]),
      distribution("Z", real, [], "Uniform", ["1", "0"]),
    ]);
    expect(codesOf(net, "E[X]")).toEqual(["C451"]);
    expect(codesOf(net, "P(Y)")).toEqual(["C451"]);
    expect(codesOf(net, "E[Z]")).toEqual(["C451"]);
  });
});
