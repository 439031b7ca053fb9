/** The functions of expressions at known points, and their arity. */
import { describe, expect, it } from "vitest";
import { functions } from "#stdlib/functions";

const known: readonly (readonly [string, readonly number[], number])[] = [
  ["exp", [1], Math.E],
  ["log", [Math.E], 1],
  ["sqrt", [9], 3],
  ["abs", [-2.5], 2.5],
  ["sign", [-3], -1],
  ["floor", [-1.2], -2],
  ["ceil", [-1.2], -1],
  ["round", [2.5], 3],
  ["sin", [Math.PI / 2], 1],
  ["cos", [Math.PI], -1],
  ["tanh", [0.5], Math.tanh(0.5)],
  ["sigmoid", [0], 0.5],
  ["sigmoid", [-1000], 0],
  ["softplus", [0], Math.LN2],
  ["softplus", [1000], 1000],
  ["logit", [0.75], Math.log(3)],
  ["min", [2, -1], -1],
  ["max", [2, -1], 2],
  ["pow", [2, 10], 1024],
  ["clip", [-2, 0, 1], 0],
  ["clip", [0.25, 0, 1], 0.25],
];

describe("functions", () => {
  it.each(known)("%s(%j) is %d", (name, args, value) => {
    const row = functions.get(name)!;
    expect(row.arity).toBe(args.length);
    expect(row.apply(...args)).toBeCloseTo(value, 12);
  });

  it("are all checked here", () => {
    expect([...functions.keys()].filter((name) => known.every(([word]) => word !== name))).toEqual([]);
  });
});
