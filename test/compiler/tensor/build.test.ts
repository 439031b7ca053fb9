/** The builder: shapes that are inferred, what it refuses, and what it does not append. */
import { describe, expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { verify } from "#compiler/tensor/verify";
import { tensor } from "#runtime/tensor";

const plain = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;

describe("shapes", () => {
  const b = createBuilder("shapes");
  const x = b.input("x", [2, 3, 8, 9]);
  const w = b.input("w", [4, 3, 3, 5]);
  const g = { strides: [2, 3], pads: [1, 2, 0, 1], dilations: [2, 1] } as const;

  test("of broadcasting", () => {
    expect(b.add(b.input("a", [5, 1, 3]), b.input("c", [4, 1])).shape).toEqual([5, 4, 3]);
    expect(b.where(1, x, b.input("d", [8, 1])).shape).toEqual([2, 3, 8, 9]);
    expect(b.mul(2, 3).shape).toEqual([]);
  });

  test("of reductions, with axes from the end", () => {
    expect(b.sum(x).shape).toEqual([]);
    expect(b.mean(x, [-1, 0]).shape).toEqual([3, 8]);
    expect(b.max(x, [1], true).shape).toEqual([2, 1, 8, 9]);
  });

  test("of convolutions", () => {
    // rows: floor((8 + 1 + 0 - 2 * 2 - 1) / 2) + 1, columns: floor((9 + 2 + 1 - 4 - 1) / 3) + 1
    expect(b.conv(x, w, g).shape).toEqual([2, 4, 3, 3]);
    // rows: 2 * 2 - 1 + 4 + 1 + 1 = 9, columns: 2 * 3 - 3 + 4 + 1 = 8
    expect(b.convTranspose(b.input("y", [2, 4, 3, 3]), w, g, [1, 0]).shape).toEqual([2, 3, 9, 8]);
    expect(b.convFilterGrad(x, b.conv(x, w, g), g, [3, 5]).shape).toEqual([4, 3, 3, 5]);
  });

  test("of slices, pads, reshapes and products", () => {
    expect(b.slice(x, [0, 1, -3, 0], [2, 3, 99, -1], [1, 1, 2, 3]).shape).toEqual([2, 2, 2, 3]);
    expect(b.pad(b.input("p", [3]), [1], [2], [1]).shape).toEqual([8]);
    expect(b.reshape(x, [2, -1]).shape).toEqual([2, 216]);
    expect(b.transpose(x, [0, 2, 3, 1]).shape).toEqual([2, 8, 9, 3]);
    expect(b.matmul(b.input("m", [7, 1, 2, 3]), b.input("n", [5, 3, 4])).shape).toEqual([7, 5, 2, 4]);
    expect(b.concat([x, x, x], -1).shape).toEqual([2, 3, 8, 27]);
  });

  test("make a program that verifies", () => {
    b.output("y", b.relu(x));
    expect(() => verify(b.build())).not.toThrow();
  });
});

test("numbers are shared scalar constants", () => {
  const b = createBuilder("constants");
  const x = b.input("x", [2]);
  b.add(b.mul(x, 0.1), 0.1);
  expect(b.nodes.filter((node) => node.op === "constant")).toHaveLength(1);
  expect(b.constant(-0).id).not.toBe(b.constant(0).id);
  expect(b.constant(tensor([], [0.1]))).toEqual(b.constant(0.1));
});

test("what would change nothing is not appended", () => {
  const b = createBuilder("nothing");
  const x = b.input("x", [2, 3]);
  expect(b.reshape(x, [-1, 3])).toBe(x);
  expect(b.transpose(x, [0, 1])).toBe(x);
  expect(b.broadcastTo(x, [2, 3])).toBe(x);
  expect(b.slice(x, [0, 0], [2, 3])).toBe(x);
  expect(b.pad(x, [0, 0], [0, 0])).toBe(x);
  expect(b.concat([x], 0)).toBe(x);
  expect(b.sum(x, [])).toBe(x);
});

test("origins nest and come back", () => {
  const [outer, inner] = [1, 5].map((start) => ({ source: "a.causal", start, end: 9 }));
  const b = createBuilder("origins");
  const x = b.input("x", [1]);
  b.at(outer!, () => {
    b.sin(x);
    b.at(inner!, () => b.cos(x));
    b.tanh(x);
  });
  b.exp(x);
  expect(b.nodes.map((node) => node.origin)).toEqual([null, outer, inner, outer, null]);
});

describe("refuses with an internal error", () => {
  const refused: Record<string, [body: (b: ReturnType<typeof createBuilder>) => unknown, message: string]> = {
    "shapes that do not broadcast": [
      (b) => b.at({ source: "a.causal", start: 7, end: 9 }, () => b.add(b.input("x", [2]), b.input("y", [3]))),
      "internal: add {} of [2] and [3] at a.causal, offset 7: they do not broadcast",
    ],
    "channels that differ": [
      (b) => b.conv(b.input("x", [1, 2, 4, 4]), b.input("w", [1, 3, 2, 2]), plain),
      "2 channels meet a filter for 3",
    ],
    "a kernel larger than the map": [
      (b) => b.conv(b.input("x", [1, 1, 2, 2]), b.input("w", [1, 1, 5, 5]), plain),
      "not a positive integer",
    ],
    "output padding of a whole stride": [
      (b) => b.convTranspose(b.input("x", [1, 1, 2, 2]), b.input("w", [1, 1, 2, 2]), plain, [1, 0]),
      "output padding must be below stride",
    ],
    "a gradient that no such convolution has": [
      (b) => b.convFilterGrad(b.input("x", [1, 1, 4, 4]), b.input("dy", [1, 1, 2, 2]), plain, [2, 2]),
      "a convolution with that kernel gives [1, 1, 3, 3]",
    ],
    "inner dimensions that differ": [
      (b) => b.matmul(b.input("x", [2, 3]), b.input("y", [2, 3])),
      "the inner dimensions differ",
    ],
    "another number of elements": [(b) => b.reshape(b.input("x", [6]), [4]), "the number of elements differs"],
    "an axis out of range": [(b) => b.sum(b.input("x", [6]), [1]), "axes must be sorted"],
    "an empty slice": [(b) => b.slice(b.input("x", [6]), [3], [3]), "a range is empty or outside"],
    "an axis that is named twice": [(b) => b.transpose(b.input("x", [2, 3]), [1, 1]), "perm must name every axis once"],
    "the wrong number of operands": [(b) => b.emit("add", {}, b.input("x", [2])), "it takes 2 operands"],
    "a name that is taken": [(b) => [b.input("x", [2]), b.input("x", [2])], "already has an input x"],
    "a result name that is taken": [
      (b) => [b.output("y", b.constant(1)), b.output("y", b.constant(2))],
      "already has an output y",
    ],
    "an empty tensor": [(b) => b.input("x", [0, 3]), "internal: input x: [0, 3]"],
    "a value of another program": [
      (b) => b.neg(createBuilder("other").input("x", [9])),
      "internal: value 0 of shape [9] is not of program p",
    ],
  };
  test.each(Object.entries(refused))("%s", (_, [body, message]) => {
    expect(() => body(createBuilder("p"))).toThrow(message);
    expect(() => body(createBuilder("p"))).toThrow(/^internal: /);
  });
});
