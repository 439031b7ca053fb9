/** Every kernel of the reference executor against an answer worked out by hand. */
import { describe, expect, test } from "vitest";
import { evaluate, evaluate64 } from "#runtime/executors/reference/evaluate";
import { type OpTable, opNames } from "#runtime/program/ops";
import type { OpNode, Program } from "#runtime/program/program";
import { type Shape, type Tensor, tensor } from "#runtime/tensor";

interface Case {
  readonly inputs: readonly Tensor[];
  readonly attrs?: object;
  readonly shape: Shape;
  readonly result: readonly number[];
}

const vector = (...values: number[]): Tensor => tensor([values.length], values);
const matrix = (rows: number, ...values: number[]): Tensor => tensor([rows, values.length / rows], values);
const image = (size: number, ...values: number[]): Tensor => tensor([1, 1, size, values.length / size], values);

const unary = (pairs: readonly (readonly [number, number])[], attrs: object = {}): Case => ({
  inputs: [vector(...pairs.map(([x]) => x))],
  attrs,
  shape: [pairs.length],
  result: pairs.map(([, y]) => y),
});

/** [2, 1] against [3] */
const binary = (
  x: readonly [number, number],
  y: readonly [number, number, number],
  result: readonly number[],
): Case => ({
  inputs: [matrix(2, ...x), vector(...y)],
  shape: [2, 3],
  result,
});

const geometry = { strides: [2, 2], pads: [1, 1, 0, 0], dilations: [1, 1] };
const { LN2, E, SQRT2, PI } = Math;

const cases: OpTable<readonly Case[]> = {
  neg: [
    unary([
      [2, -2],
      [-1, 1],
    ]),
  ],
  abs: [
    unary([
      [2, 2],
      [-1, 1],
    ]),
  ],
  exp: [
    unary([
      [0, 1],
      [1, E],
    ]),
  ],
  log: [
    unary([
      [1, 0],
      [2, LN2],
      [0, Number.NEGATIVE_INFINITY],
    ]),
  ],
  sqrt: [
    unary([
      [4, 2],
      [2, SQRT2],
    ]),
  ],
  sin: [
    unary([
      [0, 0],
      [PI / 2, 1],
    ]),
  ],
  cos: [
    unary([
      [0, 1],
      [PI, -1],
    ]),
  ],
  floor: [
    unary([
      [1.5, 1],
      [-1.5, -2],
    ]),
  ],
  tanh: [
    unary([
      [0, 0],
      [1000, 1],
      [LN2, 0.6],
    ]),
  ],
  sigmoid: [
    unary([
      [0, 0.5],
      [1000, 1],
      [-1000, 0],
      [LN2, 2 / 3],
    ]),
  ],
  softplus: [
    unary([
      [0, LN2],
      [1000, 1000],
      [-1000, 0],
    ]),
  ],
  relu: [
    unary([
      [2, 2],
      [-2, 0],
      [Number.NaN, Number.NaN],
    ]),
  ],
  leakyRelu: [
    unary(
      [
        [2, 2],
        [-2, -0.5],
      ],
      { alpha: 0.25 },
    ),
  ],
  elu: [
    unary(
      [
        [2, 2],
        [-LN2, -1],
      ],
      { alpha: 2 },
    ),
  ],
  clip: [
    unary(
      [
        [2, 1],
        [-2, -1],
        [0.5, 0.5],
      ],
      { min: -1, max: 1 },
    ),
  ],
  add: [binary([1, 2], [10, 20, 30], [11, 21, 31, 12, 22, 32])],
  sub: [binary([1, 2], [10, 20, 30], [-9, -19, -29, -8, -18, -28])],
  mul: [binary([1, 2], [10, 20, 30], [10, 20, 30, 20, 40, 60])],
  div: [binary([1, 3], [2, 4, 8], [0.5, 0.25, 0.125, 1.5, 0.75, 0.375])],
  pow: [binary([2, 3], [0, 1, 2], [1, 2, 4, 1, 3, 9])],
  maximum: [binary([1, 2], [0, 1, 3], [1, 1, 3, 2, 2, 3])],
  minimum: [binary([1, 2], [0, 1, 3], [0, 1, 1, 0, 1, 2])],
  greater: [binary([1, 2], [0, 1, 3], [1, 0, 0, 1, 1, 0])],
  less: [binary([1, 2], [0, 1, 3], [0, 0, 1, 0, 0, 1])],
  equal: [binary([1, 2], [0, 1, 2], [0, 1, 0, 0, 0, 1])],
  where: [{ inputs: [vector(1, 0, 2), matrix(2, 5, 6), tensor([], [9])], shape: [2, 3], result: [5, 9, 5, 6, 9, 6] }],
  sum: [
    { inputs: [matrix(2, 1, 2, 3, 4, 5, 6)], attrs: { axes: [0], keepdims: false }, shape: [3], result: [5, 7, 9] },
    { inputs: [matrix(2, 1, 2, 3, 4, 5, 6)], attrs: { axes: [1], keepdims: true }, shape: [2, 1], result: [6, 15] },
    { inputs: [matrix(2, 1, 2, 3, 4, 5, 6)], attrs: { axes: [0, 1], keepdims: false }, shape: [], result: [21] },
  ],
  max: [
    { inputs: [matrix(2, 1, 9, -3, 4, 5, -6)], attrs: { axes: [0], keepdims: false }, shape: [3], result: [4, 9, -3] },
    { inputs: [matrix(2, -1, -9, 4, 5)], attrs: { axes: [1], keepdims: true }, shape: [2, 1], result: [-1, 5] },
  ],
  reshape: [{ inputs: [matrix(2, 1, 2, 3, 4)], attrs: { shape: [4] }, shape: [4], result: [1, 2, 3, 4] }],
  transpose: [
    { inputs: [matrix(2, 1, 2, 3, 4, 5, 6)], attrs: { perm: [1, 0] }, shape: [3, 2], result: [1, 4, 2, 5, 3, 6] },
    {
      inputs: [tensor([2, 1, 3], [1, 2, 3, 4, 5, 6])],
      attrs: { perm: [2, 0, 1] },
      shape: [3, 2, 1],
      result: [1, 4, 2, 5, 3, 6],
    },
  ],
  broadcastTo: [
    { inputs: [matrix(2, 1, 2)], attrs: { shape: [2, 2, 2] }, shape: [2, 2, 2], result: [1, 1, 2, 2, 1, 1, 2, 2] },
  ],
  concat: [
    {
      inputs: [matrix(2, 1, 2), matrix(2, 3, 4, 5, 6)],
      attrs: { axis: 1 },
      shape: [2, 3],
      result: [1, 3, 4, 2, 5, 6],
    },
  ],
  slice: [
    {
      inputs: [matrix(2, 0, 1, 2, 3, 4, 10, 11, 12, 13, 14)],
      attrs: { starts: [1, 1], ends: [2, 5], steps: [1, 2] },
      shape: [1, 2],
      result: [11, 13],
    },
  ],
  pad: [
    {
      inputs: [matrix(1, 1, 2)],
      attrs: { low: [1, 0], high: [0, 1], interior: [3, 1] },
      shape: [2, 4],
      result: [0, 0, 0, 0, 1, 0, 2, 0],
    },
  ],
  matmul: [
    { inputs: [matrix(2, 1, 2, 3, 4), matrix(2, 5, 6, 7, 8)], shape: [2, 2], result: [19, 22, 43, 50] },
    {
      inputs: [tensor([2, 1, 1, 2], [1, 2, 3, 4]), tensor([2, 2, 1], [1, 10, 100, 1000])],
      shape: [2, 2, 1, 1],
      result: [21, 2100, 43, 4300],
    },
  ],
  // x = 1 2 3 / 4 5 6 / 7 8 9 padded above and on the left; the kernel meets it at rows and columns -1 and 1
  conv: [
    {
      inputs: [image(3, 1, 2, 3, 4, 5, 6, 7, 8, 9), image(2, 1, 10, 100, 1000)],
      attrs: geometry,
      shape: [1, 1, 2, 2],
      result: [1000, 2300 + 1000 - 100, 4 * 10 + 7000, 5 + 60 + 800 + 9000],
    },
    {
      // two channels, two maps, a dilated kernel of 1 by 2
      inputs: [tensor([1, 2, 1, 3], [1, 2, 3, 4, 5, 6]), tensor([2, 2, 1, 2], [1, 0, 0, 1, 1, 1, 2, 0])],
      attrs: { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 2] },
      shape: [1, 2, 1, 1],
      result: [1 + 6, 1 + 3 + 8],
    },
  ],
  convTranspose: [
    {
      // each value writes the kernel, 2 apart; the first row and column are cut off, output padding leaves a last column
      inputs: [image(2, 1, 2, 3, 4), image(2, 1, 10, 100, 1000)],
      attrs: { ...geometry, outputPadding: [0, 1] },
      shape: [1, 1, 3, 4],
      result: [1000, 200, 2000, 0, 30, 4, 40, 0, 3000, 400, 4000, 0],
    },
  ],
  convFilterGrad: [
    {
      inputs: [image(3, 1, 2, 3, 4, 5, 6, 7, 8, 9), image(2, 1, 10, 100, 1000)],
      attrs: { ...geometry, kernel: [2, 2] },
      shape: [1, 1, 2, 2],
      result: [5000, 400 + 6000, 20 + 8000, 1 + 30 + 700 + 9000],
    },
  ],
};

function programOf(op: keyof typeof cases, { inputs, attrs, shape }: Case): Program {
  const given = inputs.map((x, i) => ({ op: "input", name: `x${i}`, shape: x.shape, origin: null }) as const);
  const node = { op, attrs: attrs ?? {}, inputs: inputs.map((_, i) => i), shape, origin: null } as unknown as OpNode;
  return { name: op, nodes: [...given, node], outputs: [{ name: "y", node: inputs.length }] };
}

describe("kernels", () => {
  test.each(opNames)("%s", (op) => {
    for (const example of cases[op]) {
      const program = programOf(op, example);
      const inputs = Object.fromEntries(example.inputs.map((x, i) => [`x${i}`, x]));
      const { y } = evaluate(program, inputs);
      expect(y!.shape).toEqual(example.shape);
      expect(y!.data).toBeInstanceOf(Float32Array);
      const exact = evaluate64(program, Object.fromEntries(Object.entries(inputs).map(([name, x]) => [name, x.data])));
      expect(y!.data).toHaveLength(example.result.length);
      example.result.forEach((value, i) => {
        if (!Number.isFinite(value)) {
          expect(y!.data[i]).toBe(value);
        } else {
          expect(Math.abs(y!.data[i]! - value), `${op} [${i}]: ${y!.data[i]}`).toBeLessThanOrEqual(
            1e-6 * Math.abs(value) + 1e-7,
          );
          expect(exact.y![i]).toBeCloseTo(value, 6);
        }
      });
    }
  });
});

describe("evaluate", () => {
  const example: Case = { inputs: [vector(1, 2)], shape: [2], result: [-1, -2] };

  test("says which input is missing or has another shape", () => {
    const program = programOf("neg", example);
    expect(() => evaluate(program, {})).toThrow("internal: program neg is run without its input x0");
    expect(() => evaluate(program, { x0: vector(1, 2, 3) })).toThrow("has shape [2], not [3]");
    expect(() => evaluate64(program, { x0: [1] })).toThrow("internal: input x0");
  });

  test("gives results of its own, also where an output is an input", () => {
    const base = programOf("neg", example);
    const program = { ...base, outputs: [{ name: "same", node: 0 }] };
    const x0 = vector(1, 2);
    const { same } = evaluate(program, { x0 });
    expect(same).toEqual(x0);
    expect(same!.data).not.toBe(x0.data);
  });

  test("computes in float64 what float32 rounds away", () => {
    const program = programOf("add", { inputs: [vector(1), vector(1e-9)], shape: [1], result: [] });
    expect(evaluate64(program, { x0: [1], x1: [1e-9] }).y![0]).toBe(1 + 1e-9);
    expect(evaluate(program, { x0: vector(1), x1: vector(1e-9) }).y!.data[0]).toBe(1);
  });
});
