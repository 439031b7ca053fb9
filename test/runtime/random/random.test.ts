/** Random streams: fixed numbers for fixed names, and the distributions they claim. */
import { describe, expect, test } from "vitest";
import { shuffledRows } from "#runtime/batches";
import { initialState } from "#runtime/parameters";
import type { Initialiser } from "#runtime/program/plan";
import { createStream } from "#runtime/random";

const many = 200_000;
const drawn = (fill: (array: Float32Array) => void) => {
  const array = new Float32Array(many);
  fill(array);
  return array;
};
const mean = (values: ArrayLike<number>, f: (value: number) => number = (value) => value) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i]!);
  return sum / values.length;
};

/** Largest distance between the empirical and the given distribution function (Kolmogorov and Smirnov). */
function distance(values: Float32Array, cumulative: (x: number) => number): number {
  const sorted = values.slice().sort();
  let most = 0;
  for (const [i, value] of sorted.entries()) {
    const p = cumulative(value);
    most = Math.max(most, Math.abs(p - i / sorted.length), Math.abs((i + 1) / sorted.length - p));
  }
  return most;
}
/** exceeded by one stream in a thousand */
const limit = 1.95 / Math.sqrt(many);

/** Abramowitz and Stegun 7.1.26; error below 1.5e-7. */
function normalCumulative(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * poly * Math.exp((-x * x) / 2);
  return x > 0 ? 1 - half : half;
}

describe("streams", () => {
  test("the numbers of a name never change", () => {
    const stream = createStream(1, "feed", "z", 0, 0);
    expect([stream.uniform(), stream.uniform(), stream.uniform()]).toMatchInlineSnapshot(`
      [
        0.003527021501213312,
        0.3065814166329801,
        0.6273408955894411,
      ]
    `);
    expect([stream.normal(), stream.normal()].map((value) => value.toFixed(12))).toMatchInlineSnapshot(`
      [
        "-0.630047538866",
        "0.614178370924",
      ]
    `);
    expect([stream.integer(1000), stream.integer(1000)]).toMatchInlineSnapshot(`
      [
        534,
        213,
      ]
    `);
    expect([...createStream("a", "rows").permutation(8)]).toMatchInlineSnapshot(`
      [
        6,
        2,
        4,
        3,
        5,
        0,
        7,
        1,
      ]
    `);
  });

  test("names, their order and their number make different streams", () => {
    const streams = [
      [1],
      ["1"],
      [1, "a"],
      [1, "a", "b"],
      [1, "b", "a"],
      [1, "ab"],
      [1, "a", 1],
      [1, "a", "1"],
      [2, "a"],
    ];
    const firsts = streams.map(([seed, ...names]) => createStream(seed!, ...names).uniform());
    expect(new Set(firsts).size).toBe(streams.length);
  });

  test("neighbouring streams are not correlated", () => {
    const first = Array.from({ length: 20_000 }, (_, step) => createStream(1, "feed", "z", step, 0).normal());
    const correlation = mean(Array.from({ length: first.length - 1 }, (_, i) => first[i]! * first[i + 1]!));
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(first.length));
    expect(Math.abs(mean(first))).toBeLessThan(4 / Math.sqrt(first.length));
  });

  test("uniform", () => {
    const values = drawn((array) => createStream(1, "u").fillUniform(array, -1, 3));
    expect(distance(values, (x) => (x + 1) / 4)).toBeLessThan(limit);
    expect(values.every((value) => value >= -1 && value < 3)).toBe(true);
  });

  test("normal, also in its tails", () => {
    const values = drawn((array) => createStream(1, "n").fillNormal(array, 2, 0.5));
    const standard = values.map((value) => (value - 2) / 0.5);
    expect(distance(standard, normalCumulative)).toBeLessThan(limit);
    const beyond = mean(standard, (value) => (Math.abs(value) > 3.5 ? 1 : 0));
    expect(Math.abs(beyond - 4.653e-4)).toBeLessThan(4 * Math.sqrt(4.653e-4 / many));
    expect(mean(standard, (value) => value ** 4)).toBeCloseTo(3, 0);
  });

  test("truncated exponential", () => {
    const values = drawn((array) => createStream(1, "e").fillTruncatedExponential(array, 2, 0.8));
    const mass = 1 - Math.exp(-1.6);
    expect(distance(values, (x) => (1 - Math.exp(-2 * x)) / mass)).toBeLessThan(limit);
    expect(values.every((value) => value >= 0 && value <= Math.fround(0.8))).toBe(true);
  });

  test("integers are equally likely", () => {
    const stream = createStream(1, "i");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[stream.integer(7)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.5);
  });

  test("permutations hold every number once, and every order comes up", () => {
    const stream = createStream(1, "p");
    expect([...stream.permutation(1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const orders = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = stream.permutation(3).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

describe("shuffled rows", () => {
  test("every pass has every row once, and passes differ", () => {
    const rows = Array.from({ length: 30 }, (_, index) => [...shuffledRows(10, 4, index, 1)]).flat();
    const passes = Array.from({ length: 12 }, (_, pass) => rows.slice(10 * pass, 10 * pass + 10));
    for (const pass of passes) expect([...pass].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(passes.map(String)).size).toBe(12);
  });

  test("a batch is a function of its number", () => {
    const forward = Array.from({ length: 40 }, (_, index) => [...shuffledRows(101, 16, index, 9)]);
    for (const index of [39, 3, 20, 0]) expect([...shuffledRows(101, 16, index, 9)]).toEqual(forward[index]);
    expect([...shuffledRows(101, 16, 0, 8)]).not.toEqual(forward[0]);
  });

  test("a batch may be larger than the data", () => {
    const counts = [0, 0, 0];
    for (const row of shuffledRows(3, 9, 2, 1)) counts[row]!++;
    expect(counts).toEqual([3, 3, 3]);
  });
});

describe("initial state", () => {
  const entry = (name: string, init: Initialiser) => ({ name, shape: [100, 200], role: "parameter" as const, init });
  const values = (init: Initialiser) => initialState([entry("w", init)], 1).w!.data;
  const variance = (data: Float32Array) => mean(data, (value) => value * value) - mean(data) ** 2;

  test("entries do not depend on each other", () => {
    const normal = { kind: "normal", mean: 0, std: 1 } as const;
    const both = initialState([entry("a", normal), entry("b", normal)], 1);
    expect(both.b).toEqual(initialState([entry("b", normal)], 1).b);
    expect(both.a).not.toEqual(both.b);
    expect(initialState([entry("b", normal)], 2).b).not.toEqual(both.b);
  });

  test("initialisers have the spread they promise", () => {
    expect(values({ kind: "constant", value: 3 }).every((value) => value === 3)).toBe(true);
    expect(variance(values({ kind: "normal", mean: 1, std: 0.02 }))).toBeCloseTo(4e-4, 5);
    expect(variance(values({ kind: "uniform", low: 0, high: 6 }))).toBeCloseTo(3, 0);
    expect(variance(values({ kind: "glorotUniform", fanIn: 100, fanOut: 200 }))).toBeCloseTo(2 / 300, 3);
    expect(variance(values({ kind: "heNormal", fanIn: 50 }))).toBeCloseTo(0.04, 2);
    const truncated = values({ kind: "truncatedNormal", std: 0.5 });
    expect(truncated.every((value) => Math.abs(value) <= 1)).toBe(true);
    expect(variance(truncated)).toBeCloseTo(0.25 * 0.7737, 2);
  });
});
