/** Conditional linear-Gaussian models against integration on a grid, the forward algorithm and hand-made cases. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { answer } from "#compiler/inference/query";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { bool, coin, distribution, equation, labels, model, query, real, table } from "../../causal/models.ts";

function ask(net: CausalModel, text: string, more: { limit?: number; samples?: number } = {}) {
  const result = answer(net, query(text), { vocabulary, samples: 40_000, seed: 1, ...more });
  if ("diagnostics" in result)
    throw new Error(result.diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  return result.answer;
}

function expectExact(net: CausalModel, text: string, truth: number, digits = 9) {
  const found = ask(net, text);
  expect(found.method, text).toBe("exact");
  expect(found.value, text).toBeCloseTo(truth, digits);
}

const density = (x: number, mean: number, std: number) =>
  Math.exp(-(((x - mean) / std) ** 2) / 2) / (std * Math.sqrt(2 * Math.PI));

describe("random mixtures", () => {
  it("agree with sums over states and integrals over a grid", () => {
    for (let seed = 0; seed < 15; seed++) {
      const stream = createStream(seed, "mixture");
      const number = () => Math.round(1000 * (2 * stream.uniform() - 1)) / 1000;
      const [pA, ...pB] = Array.from({ length: 4 }, () => 0.1 + 0.8 * stream.uniform());
      const means = [2 * number(), 2 * number()];
      const stds = [0.5 + Math.abs(number()), 0.5 + Math.abs(number())];
      const slopes = [number(), number()];
      const shifts = [number(), number()];
      const pZ = Array.from({ length: 4 }, () => 0.1 + 0.8 * stream.uniform());
      const net = model([
        coin("A", [], pA!),
        coin("B", ["A"], pB[0]!, pB[1]!),
        distribution("X", real, ["A", "B"], "Normal", [
          `if A then ${means[1]} else ${means[0]}`,
          `if B then ${stds[1]} else ${stds[0]}`,
        ]),
        distribution("Y", real, ["X", "A", "B"], "Normal", [
          `X * (if A then ${slopes[1]} else ${slopes[0]}) + (if B then ${shifts[1]} else ${shifts[0]})`,
          "0.7",
        ]),
        coin("Z", ["A", "B"], ...pZ),
      ]);
      const y = number();
      const sums = { all: 0, a: 0, x: 0, xx: 0, positive: 0, ax: 0 };
      const step = 0.002;
      for (const a of [0, 1]) {
        for (const b of [0, 1]) {
          const pb = pB[a]!;
          const weight = (a === 1 ? pA! : 1 - pA!) * (b === 1 ? pb : 1 - pb) * pZ[2 * a + b]!;
          for (let i = -5000; i < 5000; i++) {
            const x = (i + 0.5) * step;
            const mass = weight * step * density(x, means[a]!, stds[b]!) * density(y, slopes[a]! * x + shifts[b]!, 0.7);
            sums.all += mass;
            sums.a += a * mass;
            sums.x += x * mass;
            sums.xx += x * x * mass;
            sums.ax += a * x * mass;
            if (x > 0) sums.positive += mass;
          }
        }
      }
      const given = `Y = ${y}, Z`;
      expectExact(net, `P(A | ${given})`, sums.a / sums.all, 6);
      expectExact(net, `E[X | ${given}]`, sums.x / sums.all, 6);
      expectExact(net, `E[X ^ 2 | ${given}]`, sums.xx / sums.all, 6);
      expectExact(net, `E[A * X | ${given}]`, sums.ax / sums.all, 6);
      expectExact(net, `P(X > 0 | ${given})`, sums.positive / sums.all, 6);
      expectExact(net, `E[X | A, B, ${given}] - E[X | A, B, Y = ${y}]`, 0, 12);
      const both = ask(net, `P(A = true, X > 0 | ${given})`).value as number;
      expect(both).toBeCloseTo((ask(net, `P(X > 0 | A, ${given})`).value as number) * (sums.a / sums.all), 6);
    }
  });

  it("agree with the sampler", () => {
    const net = model([
      table("Size", labels("small", "large"), [], [0.3, 0.7]),
      distribution("X", real, ["Size"], "Normal", [
        "if Size == large then 2 else 0 - 1",
        "if Size == large then 1 else 2",
      ]),
      distribution("Y", real, ["X", "Size"], "Normal", ["if Size == large then X else 0 - X", "0.5"]),
      equation("High", bool, ["Y"], "Y >= 1.5"),
    ]);
    for (const text of ["P(Size = large | Y = 1)", "E[X | Y = 1]", "E[X | High]", "P(High | X < 0)", "E[X * Y]"]) {
      const exact = ask(net, text);
      const sampled = ask(net, text, { limit: 0 });
      expect([exact.method, sampled.method], text).toEqual(["exact", "sampled"]);
      expect(Math.abs((exact.value as number) - (sampled.value as number)), text).toBeLessThan(4 * sampled.stderr!);
    }
    const cells = ask(net, "P(Size | Y = 1)").value as Record<string, number>;
    expect(cells.small! + cells.large!).toBeCloseTo(1, 12);
    expect(cells.large).toBeCloseTo(ask(net, "P(Size = large | Y = 1)").value as number, 12);
  });
});

describe("many observations", () => {
  it("of a hidden Markov chain are summed out one by one", () => {
    const steps = 40;
    const nodes = Array.from({ length: steps }, (_, i) => [
      i === 0 ? coin("H0", [], 0.3) : coin(`H${i}`, [`H${i - 1}`], 0.2, 0.9),
      distribution(`Y${i}`, real, [`H${i}`], "Normal", [`if H${i} then 1 else 0 - 1`, "1.5"]),
    ]).flat();
    const seen = Array.from({ length: steps }, (_, i) => 2 * Math.sin(i));
    let forward = [0.7, 0.3];
    seen.forEach((y, i) => {
      const prior = i === 0 ? forward : [forward[0]! * 0.8 + forward[1]! * 0.1, forward[0]! * 0.2 + forward[1]! * 0.9];
      const joint = [prior[0]! * density(y, -1, 1.5), prior[1]! * density(y, 1, 1.5)];
      forward = joint.map((entry) => entry / (joint[0]! + joint[1]!));
    });
    const given = seen.map((y, i) => `Y${i} = ${y}`).join(", ");
    expectExact(model(nodes), `P(H${steps - 1} | ${given})`, forward[1]!, 10);
  });

  it("of switching states are too many, and sampled", () => {
    const steps = 30;
    const nodes = Array.from({ length: steps }, (_, i) => [
      coin(`S${i}`, [], 0.5),
      i === 0
        ? distribution("X0", real, ["S0"], "Normal", ["if S0 then 1 else 0", "1"])
        : distribution(`X${i}`, real, [`X${i - 1}`, `S${i}`], "Normal", [
            `X${i - 1} * (if S${i} then 1 else 0.5)`,
            "1",
          ]),
    ]).flat();
    const result = answer(model(nodes), query("E[X29 | X0 = 1]"), { vocabulary, samples: 2000, seed: 1 });
    if ("diagnostics" in result) throw new Error("no answer");
    expect(result.answer.method).toBe("sampled");
    expect(result.warnings.map(({ code }) => code)).toEqual(["C701"]);
    expect(Math.abs((result.answer.value as number) - 0.75 ** 29)).toBeLessThan(4 * result.answer.stderr!);
  });
});

describe("evidence that is a point in some states and a density in others", () => {
  const net = model([
    coin("Broken", [], 0.01),
    distribution("U", real, [], "Normal", ["0", "1"], "noise"),
    equation("Reading", real, ["Broken", "U"], "if Broken then 0 else 5 + U"),
  ]);
  it("is infinitely more likely where it is a point", () => {
    expectExact(net, "P(Broken | Reading = 0)", 1);
    expectExact(net, "P(Broken | Reading = 1)", 0);
    expectExact(net, "E[Reading]", 0.99 * 5);
    expectExact(net, "P(Reading <= 0)", 0.01 + 0.99 * 2.866515718791939e-7);
    expectExact(net, "P(Broken | Reading < 1)", 0.01 / (0.01 + 0.99 * 3.167124183311986e-5));
  });
});

describe("discrete children of what has been seen", () => {
  it("are tables again", () => {
    const net = model([
      coin("Sick", [], 0.1),
      distribution("Fever", real, ["Sick"], "Normal", ["if Sick then 39 else 37", "0.5"]),
      distribution("Alarm", bool, ["Fever", "Sick"], "Bernoulli", ["if Sick then sigmoid(4 * (Fever - 38)) else 0.1"]),
    ]);
    const [sick, well] = [
      0.1 * density(38.2, 39, 0.5) * (1 / (1 + Math.exp(-0.8))),
      0.9 * density(38.2, 37, 0.5) * 0.1,
    ];
    expectExact(net, "P(Sick | Fever = 38.2, Alarm)", sick / (sick + well));
    expect(ask(net, "P(Sick | Alarm)").method).toBe("sampled");
  });
});
