/** Compositions against the same formula in plain numbers. */
import { describe, expect, test } from "vitest";
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import * as compose from "#compiler/tensor/compose";
import { evaluate64 } from "#runtime/executors/reference/evaluate";
import type { Shape } from "#runtime/tensor";

function run(shape: Shape, x: readonly number[], body: (b: Builder, x: Value) => Value): number[] {
  const b = createBuilder("composition");
  b.output("y", body(b, b.input("x", shape)));
  return [...evaluate64(b.build(), { x }).y!];
}

function close(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i]).toBeCloseTo(value, 6);
  });
}

describe("along an axis", () => {
  const x = [1, 2, 4, -1000, 0, 1000];
  const total = Math.exp(1) + Math.exp(2) + Math.exp(4);

  test("softmax and its logarithm do not overflow", () => {
    close(run([2, 3], x, compose.softmax), [...[1, 2, 4].map((v) => Math.exp(v) / total), 0, 0, 1]);
    close(run([2, 3], x, compose.logSoftmax), [...[1, 2, 4].map((v) => v - Math.log(total)), -2000, -1000, 0]);
  });

  test("logSumExp removes the axis or keeps it", () => {
    close(run([2, 3], x, compose.logSumExp), [Math.log(total), 1000]);
    const b = createBuilder("kept");
    expect(compose.logSumExp(b, b.input("x", [2, 3]), 0, true).shape).toEqual([1, 3]);
    expect(compose.logSumExp(b, b.input("z", [2, 3]), 0).shape).toEqual([3]);
  });

  test("moments", () => {
    close(
      run([2, 3], [1, 2, 6, 0, 0, 3], (b, v) => compose.moments(b, v, [1]).mean),
      [3, 1],
    );
    close(
      run([2, 3], [1, 2, 6, 0, 0, 3], (b, v) => compose.variance(b, v, [1])),
      [14 / 3, 2],
    );
    close(
      run([4], [1, 1, 3, 3], (b, v) => compose.variance(b, v)),
      [1],
    );
  });
});

describe("losses on logits", () => {
  test("binary cross entropy", () => {
    const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
    const expected = [0.5, -2].map((v) => -(0.3 * Math.log(sigmoid(v)) + 0.7 * Math.log(1 - sigmoid(v))));
    close(
      run([2], [0.5, -2], (b, v) => compose.binaryCrossEntropyWithLogits(b, v, 0.3)),
      expected,
    );
    close(
      run([2], [500, -500], (b, v) => compose.binaryCrossEntropyWithLogits(b, v, 1)),
      [0, 500],
    );
  });

  test("cross entropy", () => {
    const b = (builder: Builder, v: Value) =>
      compose.crossEntropyWithLogits(builder, v, compose.oneHot(builder, builder.constant(1), 3));
    close(run([1, 3], [1, 2, 4], b), [Math.log(Math.exp(1) + Math.exp(2) + Math.exp(4)) - 2]);
  });
});

describe("elementwise and in shape", () => {
  test("sign, square, oneMinus", () => {
    close(run([3], [-2, 0, 3], compose.sign), [-1, 0, 1]);
    close(run([3], [-2, 0, 3], compose.square), [4, 0, 9]);
    close(run([3], [-2, 0, 3], compose.oneMinus), [3, 1, -2]);
  });

  test("oneHot", () => {
    close(
      run([2], [2, 0], (b, v) => compose.oneHot(b, v, 3)),
      [0, 0, 1, 1, 0, 0],
    );
  });

  test("selectColumns takes any order, with one slice for neighbours", () => {
    const x = [0, 1, 2, 3, 10, 11, 12, 13];
    close(
      run([2, 4], x, (b, v) => compose.selectColumns(b, v, [3, 0, 1])),
      [3, 0, 1, 13, 10, 11],
    );
    const b = createBuilder("columns");
    compose.selectColumns(b, b.input("x", [2, 4]), [3, 0, 1]);
    expect(b.nodes.filter((node) => node.op === "slice")).toHaveLength(2);
  });

  test("upsampleNearest repeats pixels, averagePool undoes it", () => {
    const x = [1, 2, 3, 4];
    const large = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
    close(
      run([1, 1, 2, 2], x, (b, v) => compose.upsampleNearest(b, v, 2)),
      large,
    );
    close(
      run([1, 1, 2, 2], x, (b, v) => compose.averagePool(b, compose.upsampleNearest(b, v, 3), 3)),
      x,
    );
    const b = createBuilder("flat");
    expect(compose.flatten(b, b.input("x", [2, 3, 4])).shape).toEqual([2, 12]);
  });
});
