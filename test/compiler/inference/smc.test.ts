/** The sampler that moves: posteriors out of reach of likelihood weighting, and whether its errors are honest. */
import { describe, expect, it } from "vitest";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import type { Answer } from "#compiler/inference/answer";
import { upperTail } from "#compiler/inference/gaussian/normal";
import { answer } from "#compiler/inference/query";
import { vocabulary } from "#stdlib/vocabulary";
import { bool, coin, distribution, equation, model, query, real } from "../causal/models.ts";

function ask(net: CausalModel, text: string, more: { limit?: number; samples?: number; seed?: number } = {}): Answer {
  const result = answer(net, query(text), { vocabulary, samples: 20_000, seed: 1, ...more });
  if ("diagnostics" in result)
    throw new Error(result.diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  return result.answer;
}

function expectMoved(net: CausalModel, text: string, truth: number, more: { limit?: number; samples?: number } = {}) {
  const found = ask(net, text, more);
  expect(found, text).toMatchObject({ method: "sampled", sampler: "resample-move" });
  expect(found.ess).toBeGreaterThan(100);
  expect(Math.abs((found.value as number) - truth), `${text}: ${found.value} for ${truth}`).toBeLessThan(
    4 * found.stderr!,
  );
}

const normal = (name: string, parents: readonly string[], mean: string, std: string) =>
  distribution(name, real, parents, "Normal", [mean, std]);

const data = Array.from({ length: 20 }, (_, i) => 3 + Math.sin(7 * i));
const given = data.map((value, i) => `X${i} = ${value}`).join(", ");
const observations = (mean: string, std: string, parents: readonly string[]) =>
  data.map((_, i) => normal(`X${i}`, parents, mean, std));

describe("posteriors", () => {
  it("of a mean and a standard deviation, by integration", () => {
    const net = model([
      normal("Mu", [], "0", "50"),
      distribution("S", real, [], "Exponential", ["0.1"]),
      ...observations("Mu", "S", ["Mu", "S"]),
    ]);
    const sums = { all: 0, s: 0, mu: 0 };
    for (let i = 1; i < 300; i++) {
      const s = 0.3 + i * 0.005;
      for (let j = -200; j < 200; j++) {
        const mu = 3.05 + j * 0.01;
        const squares = data.reduce((sum, x) => sum + ((x - mu) / s) ** 2, (mu / 50) ** 2);
        const mass = Math.exp(-squares / 2 - 20 * Math.log(s) - 0.1 * s + 15);
        sums.all += mass;
        sums.s += s * mass;
        sums.mu += mu * mass;
      }
    }
    expectMoved(net, `E[S | ${given}]`, sums.s / sums.all);
    expectMoved(net, `E[Mu | ${given}]`, sums.mu / sums.all);
  });

  it("of a nonlinear equation with noise that is nearly none", () => {
    const net = model([
      normal("A", [], "0", "3"),
      normal("B", [], "0", "3"),
      normal("Y", ["A", "B"], "exp(A / 3) + B", "0.01"),
      normal("Z", ["A", "B"], "A - B", "0.01"),
    ]);
    // exp(a / 3) + b = 2 and a - b = 1
    let a = 1;
    for (let i = 0; i < 50; i++) a -= (Math.exp(a / 3) + a - 3) / (Math.exp(a / 3) / 3 + 1);
    const found = ask(net, "E[A | Y = 2, Z = 1]");
    expect(found.sampler).toBe("resample-move");
    expect(found.value).toBeCloseTo(a, 2);
  });

  it("of a chain of ten, against the exact answer", () => {
    const nodes: CausalNode[] = [normal("X0", [], "0", "2")];
    for (let i = 1; i < 10; i++) nodes.push(normal(`X${i}`, [`X${i - 1}`], `0.9 * X${i - 1}`, "0.5"));
    for (let i = 0; i < 10; i++) nodes.push(normal(`Y${i}`, [`X${i}`], `X${i}`, "0.1"));
    const seen = Array.from({ length: 10 }, (_, i) => `Y${i} = ${3 + Math.cos(i)}`).join(", ");
    const exact = ask(model(nodes), `E[X9 | ${seen}]`);
    expect(exact.method).toBe("exact");
    expectMoved(model(nodes), `E[X9 | ${seen}]`, exact.value as number, { limit: 0 });
  });

  it("of rare intervals and thresholds", () => {
    const net = model([
      normal("U", [], "0", "1"),
      normal("V", [], "0", "1"),
      equation("Y", real, ["U", "V"], "U + V"),
      equation("Hit", bool, ["U", "V"], "U > 3 and not (V < 3)"),
    ]);
    const exact = ask(net, "E[U | Y > 7.1]");
    expectMoved(net, "E[U | Y > 7.1]", exact.value as number, { limit: 0 });
    expectMoved(net, "E[U | Hit]", Math.exp(-4.5) / Math.sqrt(2 * Math.PI) / upperTail(3));
    expectMoved(net, "P(V > 3.5 | Hit)", upperTail(3.5) / upperTail(3));
  });

  it("of the components of a mixture whose means are unknown", () => {
    const net = model([
      normal("A", [], "0", "20"),
      normal("B", ["A"], "A + 8", "1"),
      ...data
        .slice(0, 6)
        .flatMap((_, i) => [
          coin(`C${i}`, [], 0.5),
          normal(`X${i}`, ["A", "B", `C${i}`], `if C${i} then B else A`, "0.5"),
        ]),
    ]);
    const seen = [10.1, 9.8, 10.3, 18.2, 17.7, 14].map((value, i) => `X${i} = ${value}`).join(", ");
    const exact = ask(net, `P(C5 | ${seen})`);
    expect(exact.method).toBe("exact");
    expectMoved(net, `P(C5 | ${seen})`, exact.value as number, { limit: 1 });
    expectMoved(net, `E[B | ${seen}]`, ask(net, `E[B | ${seen}]`).value as number, { limit: 1 });
  });

  it("of noise in another world", () => {
    const net = model([
      distribution("Ux", real, [], "Normal", ["0", "1"], "noise"),
      distribution("Uy", real, [], "Laplace", ["0", "1"], "noise"),
      equation("X", real, ["Ux"], "3 * Ux"),
      equation("Y", real, ["X", "Uy"], "exp(X / 3) + Uy"),
    ]);
    // X and Y leave Uy = 4 - e
    const point = ask(net, "E[Y[X = 0] | X = 3, Y = 4]");
    expect(point.value).toBeCloseTo(1 + 4 - Math.E, 9);
    // Uy > 12 - exp(X / 3), so large that nearly always X is
    expectMoved(net, "E[Y[X = 0] | Y > 12]", worldMean());
  });

  /** E[1 + Uy | exp(Ux) + Uy > 12] on a grid. */
  function worldMean(): number {
    let [all, sum] = [0, 0];
    for (let u = -6; u < 8; u += 0.01) {
      const low = 12 - Math.exp(u);
      const density = Math.exp((-u * u) / 2);
      // of a Laplace number above low: mass and mean
      const mass = low > 0 ? Math.exp(-low) / 2 : 1 - Math.exp(low) / 2;
      const mean = low > 0 ? (Math.exp(-low) * (low + 1)) / 2 : (Math.exp(low) * (1 - low)) / 2;
      all += density * mass;
      sum += density * (mass + mean);
    }
    return sum / all;
  }
});

describe("standard errors", () => {
  it("are those of repeated runs", () => {
    const net = model([
      normal("Mu", [], "0", "100"),
      distribution("S", real, [], "Gamma", ["2", "2"]),
      ...observations("Mu", "S", ["Mu", "S"]).slice(0, 8),
    ]);
    const some = data
      .slice(0, 8)
      .map((value, i) => `X${i} = ${value}`)
      .join(", ");
    const found = Array.from({ length: 20 }, (_, seed) => ask(net, `E[S | ${some}]`, { samples: 2000, seed }));
    const values = found.map(({ value }) => value as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    const stated = found.reduce((sum, { stderr }) => sum + stderr!, 0) / found.length;
    expect(stated / spread).toBeGreaterThan(0.5);
    expect(stated / spread).toBeLessThan(2);
    const beyond = values.filter((value, i) => Math.abs(value - mean) > 2.5 * found[i]!.stderr!);
    expect(beyond.length).toBeLessThan(3);
  });

  it("are not zero where all draws agree", () => {
    const net = model([distribution("X", real, [], "Exponential", ["1"])]);
    const found = ask(net, "P(X < 30)");
    expect(found.value).toBe(1);
    expect(found.stderr).toBeCloseTo(1 / 20_000, 10);
  });
});

it("gives the same bytes for the same seed", () => {
  const net = model([
    distribution("S", real, [], "Exponential", ["1"]),
    normal("X", ["S"], "0", "S"),
    normal("Y", ["X"], "X ^ 3", "0.01"),
  ]);
  const first = ask(net, "E[S | Y = 50]");
  expect(first.sampler).toBe("resample-move");
  expect(ask(net, "E[S | Y = 50]")).toEqual(first);
  expect(ask(net, "E[S | Y = 50]", { seed: 2 }).value).not.toBe(first.value);
});

it("gives up where the evidence cannot be reached", () => {
  const net = model([normal("U", [], "0", "1"), equation("Y", real, ["U"], "U * U")]);
  const result = answer(net, query("E[U | Y < 0 - 1]"), { vocabulary, samples: 2000, seed: 1 });
  expect("diagnostics" in result && result.diagnostics.map(({ code }) => code)).toEqual(["C453"]);
});
