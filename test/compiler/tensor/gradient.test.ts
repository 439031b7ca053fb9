/** Gradients against central differences in float64, first and second order, for every operation of the table. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { gradient, vectorJacobian } from "#compiler/tensor/gradient";
import { verify } from "#compiler/tensor/verify";
import { evaluate64 } from "#runtime/executors/reference/evaluate";
import { type ConvGeometry, type OpTable, opNames } from "#runtime/program/ops";
import type { Program } from "#runtime/program/program";
import { type Shape, tensor } from "#runtime/tensor";
import { draw, type Kind, uniforms } from "./draws.ts";

interface Operand {
  readonly shape: Shape;
  readonly kind: Kind;
}

interface Case {
  readonly operands: readonly Operand[];
  readonly apply: (b: Builder, ...xs: Value[]) => Value;
}

type Point = Readonly<Record<string, Float64Array>>;

/** sum(y * weights), so that every element of y has a different weight in the loss. */
function weighed(b: Builder, y: Value, next: () => number): Value {
  return b.sum(b.mul(y, b.constant(tensor(y.shape, draw(y.shape, "signed", next)))));
}

function program(b: Builder, loss: Value, slopes: readonly Value[]): Program {
  b.output("loss", loss);
  slopes.forEach((slope, i) => {
    b.output(`d${i}`, slope);
  });
  const built = b.build();
  verify(built);
  return built;
}

/** Compares the outputs d0, d1, ... with central differences of the output loss. */
function compare(built: Program, at: Point): void {
  const results = evaluate64(built, at);
  Object.keys(at).forEach((name, operand) => {
    const point = at[name]!;
    const slopes = results[`d${operand}`]!;
    const step = 1e-5;
    point.forEach((x, i) => {
      const loss = (value: number) => evaluate64(built, { ...at, [name]: point.with(i, value) }).loss![0]!;
      const slope = (loss(x + step) - loss(x - step)) / (2 * step);
      const error = Math.abs(slopes[i]! - slope);
      const message = `d loss / d ${name}[${i}] = ${slopes[i]}, differences say ${slope}`;
      expect(error, message).toBeLessThan(2e-6 * (1 + Math.abs(slope)));
    });
  });
}

function check({ operands, apply }: Case, seed: number): void {
  const at = Object.fromEntries(
    operands.map(({ shape, kind }, i) => [`x${i}`, Float64Array.from(draw(shape, kind, uniforms(seed + i)))]),
  );
  for (const order of [1, 2]) {
    const next = uniforms(seed + 100);
    const b = createBuilder(`order ${order}`);
    const xs = operands.map(({ shape }, i) => b.input(`x${i}`, shape));
    let loss = weighed(b, apply(b, ...xs), next);
    let slopes = gradient(b, loss, xs);
    if (order === 2) {
      loss = slopes.map((slope) => weighed(b, slope, next)).reduce((sum, part) => b.add(sum, part));
      slopes = gradient(b, loss, xs);
    }
    compare(program(b, loss, slopes), at);
  }
}

/** Two to three shapes that broadcast: axes of a common shape are made 1 or left out. */
const broadcastable = (count: number): fc.Arbitrary<Shape[]> =>
  fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
      fc.array(fc.tuple(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.nat(3)), {
        minLength: count,
        maxLength: count,
      }),
    )
    .map(([full, cuts]) =>
      cuts.map(([ones, dropped], i) =>
        full.map((dim, axis) => (i > 0 && ones[axis] ? 1 : dim)).slice(i > 0 ? Math.min(dropped, full.length) : 0),
      ),
    );

const shapes: fc.Arbitrary<Shape> = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });

const unary = (kind: Kind, apply: (b: Builder, x: Value) => Value): fc.Arbitrary<Case> =>
  shapes.map((shape) => ({ operands: [{ shape, kind }], apply }));

const binary = (
  apply: (b: Builder, x: Value, y: Value) => Value,
  kinds: readonly [Kind, Kind] = ["signed", "signed"],
) =>
  broadcastable(2).map(
    ([x, y]): Case => ({
      operands: [
        { shape: x!, kind: kinds[0] },
        { shape: y!, kind: kinds[1] },
      ],
      apply: (b, ...xs) => apply(b, xs[0]!, xs[1]!),
    }),
  );

const reduction = (kind: Kind, op: "sum" | "max"): fc.Arbitrary<Case> =>
  fc
    .tuple(shapes, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.boolean())
    .map(([shape, chosen, keepdims]) => {
      const some = shape.flatMap((_, axis) => (chosen[axis] ? [axis] : []));
      const axes = some.length > 0 ? some : [shape.length - 1];
      return { operands: [{ shape, kind }], apply: (b, x) => b[op](x!, axes, keepdims) };
    });

const geometry: fc.Arbitrary<ConvGeometry> = fc.record({
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.tuple(fc.nat(2), fc.nat(1), fc.nat(1), fc.nat(2)),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
});

/** A geometry, a kernel, and a map at least as large as the kernel reaches. */
const convolution = fc
  .tuple(geometry, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.nat(3), fc.nat(2), fc.nat(1))
  .map(([g, kh, kw, moreHeight, moreWidth, channels]) => {
    const [h, w] = [g.dilations[0] * (kh - 1) + 1 + moreHeight, g.dilations[1] * (kw - 1) + 1 + moreWidth];
    const out = ([h, w] as const).map((size, axis) => {
      const k = axis === 0 ? kh : kw;
      const span = size + g.pads[axis]! + g.pads[axis + 2]! - g.dilations[axis]! * (k - 1) - 1;
      return Math.floor(span / g.strides[axis]!) + 1;
    });
    return { g, kernel: [kh, kw] as const, large: [2, 1 + channels, h, w], small: [2, 2, out[0]!, out[1]!] };
  });

const signed = (shape: Shape): Operand => ({ shape, kind: "signed" });

const cases: OpTable<fc.Arbitrary<Case>> = {
  neg: unary("signed", (b, x) => b.neg(x)),
  abs: unary("signed", (b, x) => b.abs(x)),
  exp: unary("signed", (b, x) => b.exp(x)),
  log: unary("positive", (b, x) => b.log(x)),
  sqrt: unary("positive", (b, x) => b.sqrt(x)),
  sin: unary("signed", (b, x) => b.sin(x)),
  cos: unary("signed", (b, x) => b.cos(x)),
  floor: unary("between", (b, x) => b.mul(x, b.floor(x))),
  tanh: unary("signed", (b, x) => b.tanh(x)),
  sigmoid: unary("signed", (b, x) => b.sigmoid(x)),
  softplus: unary("signed", (b, x) => b.softplus(x)),
  relu: unary("signed", (b, x) => b.relu(b.mul(x, b.abs(x)))),
  leakyRelu: unary("signed", (b, x) => b.add(b.leakyRelu(b.mul(x, b.abs(x)), 0.25), b.leakyRelu(x, -0.5))),
  elu: unary("signed", (b, x) => b.add(b.elu(x, 0.75), b.mul(b.elu(x, 1), 3))),
  clip: unary("between", (b, x) => b.clip(b.mul(x, b.abs(x)), -1, 4)),
  add: binary((b, x, y) => b.add(x, b.mul(y, y))),
  sub: binary((b, x, y) => b.sub(b.mul(x, x), b.mul(y, y))),
  mul: binary((b, x, y) => b.mul(x, y)),
  div: binary((b, x, y) => b.div(x, y)),
  pow: fc.oneof(
    binary((b, x, y) => b.pow(x, y), ["positive", "signed"]),
    unary("signed", (b, x) => b.add(b.pow(x, 3), b.pow(x, 2))),
  ),
  maximum: binary((b, x, y) => b.maximum(b.mul(x, x), b.mul(y, y)), ["between", "positive"]),
  minimum: binary((b, x, y) => b.minimum(b.mul(x, x), b.mul(y, y)), ["between", "positive"]),
  greater: binary((b, x, y) => b.mul(b.greater(x, y), b.mul(x, y))),
  less: binary((b, x, y) => b.mul(b.less(x, y), b.mul(x, y))),
  equal: binary((b, x, y) => b.mul(b.equal(b.floor(x), b.floor(y)), b.mul(x, y)), ["between", "between"]),
  where: broadcastable(3).map(([c, x, y]) => ({
    operands: [signed(c!), signed(x!), signed(y!)],
    apply: (b, ...[condition, first, second]) =>
      b.where(b.greater(condition!, 0), b.mul(first!, first!), b.mul(second!, condition!)),
  })),
  sum: reduction("signed", "sum").map((c) => ({ ...c, apply: (b, x) => c.apply(b, b.mul(x!, x!)) })),
  max: reduction("distinct", "max").map((c) => ({ ...c, apply: (b, x) => b.mul(c.apply(b, x!), b.sum(x!)) })),
  reshape: unary("signed", (b, x) => b.reshape(b.mul(x, x), [-1])),
  transpose: fc
    .shuffledSubarray([0, 1, 2], { minLength: 3 })
    .map((perm) => ({ operands: [signed([2, 3, 1])], apply: (b, x) => b.transpose(b.exp(x!), perm) })),
  broadcastTo: broadcastable(2).map(([full, part]) => ({
    operands: [signed(part!)],
    apply: (b, x) => b.broadcastTo(b.sin(x!), full!),
  })),
  concat: fc.constantFrom(0, 1, 2).map((axis) => ({
    operands: [signed([2, 2, 2].with(axis, 1)), signed([2, 2, 2].with(axis, 3)), signed([2, 2, 2])],
    apply: (b, ...xs) => b.exp(b.concat([...xs, xs[0]!], axis)),
  })),
  slice: fc
    .tuple(fc.nat(2), fc.integer({ min: 3, max: 5 }), fc.integer({ min: 1, max: 3 }))
    .map(([start, end, step]) => ({
      operands: [signed([5, 3])],
      apply: (b, x) => b.slice(b.exp(x!), [start, 1], [end, 3], [step, 1]),
    })),
  pad: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)).map(([low, high, interior]) => ({
    operands: [signed([3, 2])],
    apply: (b, x) => b.pad(b.exp(x!), [low, 0], [high, 1], [interior, 1]),
  })),
  matmul: fc
    .tuple(
      broadcastable(2),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([[x, y], n, k, m]) => ({
      operands: [signed([...x!.slice(-2), n, k]), signed([...y!.slice(-2), k, m])],
      apply: (b, ...xs) => b.matmul(xs[0]!, xs[1]!),
    })),
  conv: convolution.map(({ g, kernel, large }) => ({
    operands: [signed(large), signed([2, large[1]!, ...kernel])],
    apply: (b, ...xs) => b.conv(xs[0]!, xs[1]!, g),
  })),
  convTranspose: fc.tuple(convolution, fc.nat(2), fc.nat(1)).map(([{ g, kernel, large, small }, p, q]) => {
    const rest = [p % g.strides[0], q % g.strides[1]] as const;
    // pads may leave nothing of a small map: those that do are dropped
    const fits = [0, 1].every(
      (axis) =>
        (small[axis + 2]! - 1) * g.strides[axis]! +
          g.dilations[axis]! * (kernel[axis]! - 1) +
          1 +
          rest[axis]! -
          g.pads[axis]! -
          g.pads[axis + 2]! >
        0,
    );
    return {
      operands: [signed(small), signed([2, large[1]!, ...kernel])],
      apply: (b, ...xs) => b.convTranspose(xs[0]!, xs[1]!, fits ? g : { ...g, pads: [0, 0, 0, 0] }, rest),
    };
  }),
  convFilterGrad: convolution.map(({ g, kernel, large, small }) => ({
    operands: [signed(large), signed(small)],
    apply: (b, ...xs) => b.convFilterGrad(xs[0]!, xs[1]!, g, kernel),
  })),
};

describe("gradients agree with differences", () => {
  test.each(opNames)("%s", (op) => {
    fc.assert(
      fc.property(cases[op], fc.nat(1e6), (found, seed) => check(found, seed)),
      { seed: 7, numRuns: 12 },
    );
  });

  test("of a penalty on the gradient of a convolutional critic", () => {
    const g = { strides: [2, 2], pads: [1, 1, 2, 2], dilations: [1, 1] } as const;
    const seed = 11;
    const operands = [signed([2, 2, 5, 5]), signed([3, 2, 5, 5]), signed([3]), signed([12, 1])];
    const at = Object.fromEntries(
      operands.map(({ shape }, i) => [`x${i}`, Float64Array.from(draw(shape, "signed", uniforms(seed + i)))]),
    );
    const b = createBuilder("penalty");
    const [x, w, bias, v] = operands.map(({ shape }, i) => b.input(`x${i}`, shape)) as [Value, Value, Value, Value];
    const hidden = b.leakyRelu(b.add(b.conv(x, w, g), b.reshape(bias, [1, 3, 1, 1])), 0.25);
    const score = b.matmul(b.reshape(hidden, [2, -1]), v);
    const [slope] = gradient(b, b.sum(score), [x]);
    const norm = b.sqrt(b.add(b.sum(b.mul(slope!, slope!), [1, 2, 3]), 1e-6));
    const loss = b.mean(b.mul(b.sub(norm, 1), b.sub(norm, 1)));
    compare(program(b, loss, gradient(b, loss, [x, w, bias, v])), at);
  });
});

describe("the pass", () => {
  test("gives zeros where the loss does not depend on a value", () => {
    const b = createBuilder("unreached");
    const [x, y] = [b.input("x", [2]), b.input("y", [3])];
    const [dx, dy] = gradient(b, b.sum(b.mul(x, 3)), [x, y]);
    b.output("dx", dx!);
    b.output("dy", dy!);
    expect(evaluate64(b.build(), { x: [1, 2], y: [1, 2, 3] })).toEqual({
      dx: Float64Array.of(3, 3),
      dy: Float64Array.of(0, 0, 0),
    });
  });

  test("makes no filter gradient for a frozen network", () => {
    const g = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] } as const;
    const b = createBuilder("frozen");
    const [x, w] = [b.input("x", [1, 1, 3, 3]), b.input("w", [1, 1, 2, 2])];
    gradient(b, b.sum(b.relu(b.conv(x, w, g))), [x]);
    expect(b.nodes.map((node) => node.op)).not.toContain("convFilterGrad");
    expect(b.nodes.map((node) => node.op)).toContain("convTranspose");
  });

  test("adds up what reaches a value along several ways, and differentiates in inner values", () => {
    const b = createBuilder("ways");
    const x = b.input("x", [1]);
    const y = b.mul(x, x);
    const loss = b.sum(b.add(b.mul(y, y), y));
    const [dx, dy] = gradient(b, loss, [x, y]);
    b.output("dx", dx!);
    b.output("dy", dy!);
    // y = 9: 2 y + 1 = 19, times 2 x
    expect(evaluate64(b.build(), { x: [3] })).toEqual({ dx: Float64Array.of(114), dy: Float64Array.of(19) });
  });

  test("shares the gradient of max between ties", () => {
    const b = createBuilder("ties");
    const x = b.input("x", [4]);
    b.output("dx", gradient(b, b.max(x), [x])[0]!);
    expect(evaluate64(b.build(), { x: [2, 1, 2, 0] }).dx).toEqual(Float64Array.of(0.5, 0, 0.5, 0));
  });

  test("keeps the origin of the operation it differentiates", () => {
    const origin = { source: "a.causal", start: 3, end: 9 };
    const b = createBuilder("origins");
    const x = b.input("x", [2]);
    const loss = b.sum(b.at(origin, () => b.sin(x)));
    gradient(b, loss, [x]);
    expect(b.nodes.find((node) => node.op === "cos")!.origin).toBe(origin);
  });

  test("refuses a loss that is not a scalar and a seed that does not fit", () => {
    const b = createBuilder("vector");
    const x = b.input("x", [2]);
    expect(() => gradient(b, x, [x])).toThrow("internal: the gradient of a value of shape [2]");
    expect(() => vectorJacobian(b, x, b.constant(1), [x])).toThrow("internal: a seed of shape []");
  });
});
