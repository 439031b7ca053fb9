/** Every distribution against its own density: total mass, moments of samples, Kolmogorov-Smirnov, and known values. */
import { describe, expect, it } from "vitest";
import type { Distribution } from "#compiler/vocabulary";
import { createStream } from "#runtime/random";
import { distributions } from "#stdlib/distributions/index";
import { logGamma } from "#stdlib/distributions/log-gamma";

function named(name: string): Distribution {
  return distributions.get(name)!;
}

interface Case {
  readonly name: string;
  readonly args: readonly number[];
  /** an interval that holds all but 1e-6 of the mass */
  readonly within: readonly [number, number];
  readonly mean: number | null;
  readonly variance: number | null;
}

const continuous: readonly Case[] = [
  { name: "Normal", args: [1.5, 0.7], within: [-4, 7], mean: 1.5, variance: 0.49 },
  { name: "Uniform", args: [-2, 3], within: [-2, 3], mean: 0.5, variance: 25 / 12 },
  { name: "Exponential", args: [2], within: [0, 10], mean: 0.5, variance: 0.25 },
  { name: "Laplace", args: [-1, 0.5], within: [-10, 8], mean: -1, variance: 0.5 },
  { name: "LogNormal", args: [0.2, 0.5], within: [0, 30], mean: Math.exp(0.325), variance: 0.5441 },
  { name: "Beta", args: [2, 5], within: [0, 1], mean: 2 / 7, variance: 10 / (49 * 8) },
  { name: "Beta", args: [1, 1], within: [0, 1], mean: 0.5, variance: 1 / 12 },
  { name: "Gamma", args: [3, 2], within: [0, 20], mean: 1.5, variance: 0.75 },
  { name: "Gamma", args: [1, 2], within: [0, 12], mean: 0.5, variance: 0.25 },
  { name: "StudentT", args: [5], within: [-60, 60], mean: 0, variance: 5 / 3 },
];

/** Midpoint sums of the density over equal cells: the mass below the end of each cell. */
function cumulative(distribution: Distribution, args: readonly number[], low: number, high: number, cells: number) {
  const step = (high - low) / cells;
  let total = 0;
  return Float64Array.from({ length: cells }, (_, i) => {
    total += Math.exp(distribution.logDensity(low + (i + 0.5) * step, args)) * step;
    return total;
  });
}

function draws(distribution: Distribution, args: readonly number[], count: number): Float64Array {
  const uniform = createStream(7, distribution.name, "uniform").uniform;
  const normal = createStream(7, distribution.name, "normal").normal;
  return Float64Array.from({ length: count }, () => distribution.sample(args, uniform, normal));
}

describe.each(continuous)("$name($args)", ({ name, args, within: [low, high], mean, variance }) => {
  const distribution = named(name);
  const cells = 20_000;
  const mass = cumulative(distribution, args, low, high, cells);
  const count = 20_000;
  const sample = draws(distribution, args, count);

  it("has a density that integrates to 1", () => {
    expect(mass.at(-1)).toBeGreaterThan(1 - 1e-4);
    expect(mass.at(-1)).toBeLessThan(1 + 1e-4);
  });

  it("draws what its density says (Kolmogorov-Smirnov)", () => {
    const sorted = sample.toSorted();
    let worst = 0;
    for (const [i, x] of sorted.entries()) {
      const cell = Math.min(Math.max(Math.floor(((x - low) / (high - low)) * cells), 0), cells - 1);
      worst = Math.max(worst, Math.abs((i + 0.5) / count - mass[cell]!));
    }
    // the 0.1 % point of the Kolmogorov distribution, and the width of a cell
    expect(worst).toBeLessThan(1.95 / Math.sqrt(count) + 1e-3);
  });

  it("has the moments it claims", () => {
    const average = sample.reduce((sum, x) => sum + x, 0) / count;
    const spread = sample.reduce((sum, x) => sum + (x - average) ** 2, 0) / count;
    expect(distribution.mean(args)).toBeCloseTo(mean!, 10);
    expect(Math.abs(average - mean!)).toBeLessThan(4 * Math.sqrt(variance! / count));
    expect(Math.abs(spread / variance! - 1)).toBeLessThan(0.12);
  });

  it("draws only where there is density", () => {
    expect(sample.every((x) => distribution.logDensity(x, args) > -Infinity)).toBe(true);
  });
});

describe("densities", () => {
  it("agree with closed forms", () => {
    expect(named("Normal").logDensity(1.96, [0, 1])).toBeCloseTo(Math.log(0.05844094433345147), 12);
    // Gamma(2.5) is 3/4 of the root of pi
    const gamma = (1.5 ** 2.5 * 2 ** 1.5 * Math.exp(-3)) / (0.75 * Math.sqrt(Math.PI));
    expect(named("Gamma").logDensity(2, [2.5, 1.5])).toBeCloseTo(Math.log(gamma), 12);
    expect(named("Beta").logDensity(0.3, [0.5, 0.5])).toBeCloseTo(-Math.log(Math.PI * Math.sqrt(0.21)), 12);
    expect(named("StudentT").logDensity(1, [1])).toBeCloseTo(-Math.log(2 * Math.PI), 12);
  });

  it("are -Infinity outside the support", () => {
    expect(named("Uniform").logDensity(3.1, [-2, 3])).toBe(-Infinity);
    expect(named("Exponential").logDensity(-0.1, [2])).toBe(-Infinity);
    expect(named("LogNormal").logDensity(0, [0, 1])).toBe(-Infinity);
    expect(named("Gamma").logDensity(-1, [1, 1])).toBe(-Infinity);
    expect(named("Beta").logDensity(1.1, [2, 2])).toBe(-Infinity);
    expect(named("Bernoulli").logDensity(0.5, [0.2])).toBe(-Infinity);
    expect(named("Categorical").logDensity(3, [0.2, 0.8])).toBe(-Infinity);
  });

  it("are finite at the ends of their supports where the density is", () => {
    expect(named("Exponential").logDensity(0, [2])).toBeCloseTo(Math.log(2), 12);
    expect(named("Gamma").logDensity(0, [1, 2])).toBeCloseTo(Math.log(2), 12);
    expect(named("Beta").logDensity(1, [1, 1])).toBeCloseTo(0, 12);
    expect(named("Beta").logDensity(0, [1, 3])).toBeCloseTo(Math.log(3), 12);
  });
});

describe("heavy and narrow cases", () => {
  it("draws from a beta of tiny parameters without leaving [0, 1]", () => {
    const sample = draws(named("Beta"), [0.01, 0.01], 2000);
    expect(sample.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(sample.reduce((sum, x) => sum + x, 0) / 2000).toBeGreaterThan(0.45);
    expect(sample.reduce((sum, x) => sum + x, 0) / 2000).toBeLessThan(0.55);
  });

  it("has no mean where there is none", () => {
    expect(named("StudentT").mean([1])).toBeNull();
    expect(named("Categorical").mean([0.5, 0.5])).toBeNull();
  });
});

describe("discrete distributions", () => {
  it("Bernoulli draws true with probability p", () => {
    const p = 0.3;
    const bernoulli = named("Bernoulli");
    const share = draws(bernoulli, [p], 20_000).reduce((sum, x) => sum + x, 0) / 20_000;
    expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 20_000));
    expect(bernoulli.mass!([p], 2)).toEqual([0.7, 0.3]);
    expect(bernoulli.logDensity(1, [p])).toBeCloseTo(Math.log(0.3), 12);
    expect(bernoulli.logDensity(0, [p])).toBeCloseTo(Math.log(0.7), 12);
    expect(bernoulli.mean([p])).toBe(p);
  });

  it("Bernoulli is certain at 0 and 1", () => {
    expect(draws(named("Bernoulli"), [0], 1000).every((x) => x === 0)).toBe(true);
    expect(draws(named("Bernoulli"), [1], 1000).every((x) => x === 1)).toBe(true);
  });

  it("Categorical draws each state with its probability", () => {
    const probabilities = [0.1, 0, 0.3, 0.6];
    const categorical = named("Categorical");
    const counts = [0, 0, 0, 0];
    for (const state of draws(categorical, probabilities, 20_000)) counts[state]!++;
    expect(categorical.mass!(probabilities, 4)).toEqual(probabilities);
    expect(counts[1]).toBe(0);
    for (const [state, p] of probabilities.entries()) {
      expect(Math.abs(counts[state]! / 20_000 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 20_000) + 1e-12);
    }
    expect(categorical.logDensity(2, probabilities)).toBeCloseTo(Math.log(0.3), 12);
    expect(() => categorical.mass!(probabilities, 3)).toThrow("internal: 4 probabilities for 3 states");
  });

  it("Categorical never draws an impossible state, however large the uniform number", () => {
    expect(
      named("Categorical").sample(
        [0.1, 0.9, 0],
        () => 1 - 2 ** -32,
        () => 0,
      ),
    ).toBe(1);
    expect(
      named("Categorical").sample(
        [0, 1],
        () => 0,
        () => 0,
      ),
    ).toBe(1);
  });
});

describe("log gamma", () => {
  it("is the logarithm of the factorial", () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 11);
      factorial *= n;
    }
  });

  it("is right at halves and for small arguments", () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
    expect(logGamma(1e-8)).toBeCloseTo(-Math.log(1e-8), 7);
  });
});

describe("the table", () => {
  it("has a doc for every family and every parameter", () => {
    for (const [name, { doc, parameters, name: own }] of distributions) {
      expect(own).toBe(name);
      for (const text of [doc, ...parameters.map((parameter) => parameter.doc)]) expect(text).not.toBe("");
    }
  });
});
