/**
 * Operations at random shapes: a generator for each of the table, with ranks from 0, sizes of one, broadcasting, strides, pads
 * and dilations. A counterexample prints as the shapes and attributes that failed. The cases picked by hand are in `cases.ts`.
 */
import fc, { type Arbitrary } from "fast-check";
import { test } from "vitest";
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import type { Executor } from "#runtime/executor";
import { type ConvGeometry, type OpAttributes, type OpName, opNames, type OpTable } from "#runtime/program/ops";
import type { Program } from "#runtime/program/program";
import type { Shape } from "#runtime/tensor";
import { expectAgreement, type Tolerance } from "./agree.ts";

/** One use of an operation, as data that prints. */
interface Use {
  readonly shapes: readonly Shape[];
  readonly attrs: object;
}

const dim = fc.integer({ min: 1, max: 5 });
const shapeOf = (minLength: number, maxLength = 4): Arbitrary<number[]> => fc.array(dim, { minLength, maxLength });
const use = (shapes: readonly Shape[], attrs: object = {}): Use => ({ shapes, attrs });
const map = <T>(arbitrary: Arbitrary<T>, make: (value: T) => Use): Arbitrary<Use> => arbitrary.map(make);

const unary = map(shapeOf(0), (shape) => use([shape]));
const unaryWith = <A extends object>(attrs: Arbitrary<A>): Arbitrary<Use> =>
  map(fc.tuple(shapeOf(0), attrs), ([shape, own]) => use([shape], own));

/** A shape that broadcasts to `full`: leading axes left out, others of size one. */
const narrower = (full: Shape): Arbitrary<number[]> =>
  fc
    .tuple(fc.nat(full.length), fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }))
    .map(([skip, single]) => full.map((size, axis) => (single[axis] ? 1 : size)).slice(skip));
const broadcast = (operands: number): Arbitrary<Use> =>
  shapeOf(0).chain((full) =>
    fc.tuple(...Array.from({ length: operands }, () => narrower(full))).map((all) => use(all)),
  );

const reduction = shapeOf(1).chain((shape) =>
  fc
    .record({ axes: fc.subarray([...shape.keys()], { minLength: 1 }), keepdims: fc.boolean() })
    .map((attrs) => use([shape], attrs)),
);

/** Sizes of the same product in another grouping, with ones among them. */
const reshaped = shapeOf(0).chain((shape) =>
  fc
    .tuple(fc.shuffledSubarray(shape, { minLength: shape.length }), fc.nat(2), fc.boolean())
    .map(([sizes, ones, flat]) => {
      const target = flat ? [sizes.reduce((product, size) => product * size, 1)] : sizes;
      return use([shape], { shape: [...target, ...new Array<number>(ones).fill(1)] });
    }),
);

const joined = fc
  .record({ rest: shapeOf(1), sizes: fc.array(dim, { minLength: 1, maxLength: 4 }), at: fc.nat() })
  .map(({ rest, sizes, at }) => {
    const axis = at % rest.length;
    return use(
      sizes.map((size) => rest.toSpliced(axis, 1, size)),
      { axis },
    );
  });

const sliced = fc
  .array(fc.record({ start: fc.nat(2), length: dim, after: fc.nat(2), step: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((axes) =>
    use([axes.map(({ start, length, after }) => start + length + after)], {
      starts: axes.map(({ start }) => start),
      ends: axes.map(({ start, length }) => start + length),
      steps: axes.map(({ step }) => step),
    }),
  );

const padded = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 4 }), low: fc.nat(2), high: fc.nat(2), interior: fc.nat(2) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((axes) =>
    use([axes.map(({ size }) => size)], {
      low: axes.map(({ low }) => low),
      high: axes.map(({ high }) => high),
      interior: axes.map(({ interior }) => interior),
    }),
  );

const product = fc
  .record({ leading: shapeOf(0, 2), rows: dim, inner: dim, columns: dim })
  .chain(({ leading, rows, inner, columns }) =>
    fc.tuple(narrower(leading), narrower(leading)).map(([left, right]) =>
      use([
        [...left, rows, inner],
        [...right, inner, columns],
      ]),
    ),
  );

interface Convolution {
  readonly geometry: ConvGeometry;
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: [number, number];
  readonly size: [number, number];
  readonly out: [number, number];
  /** places at the end that the strides do not reach */
  readonly rest: [number, number];
}

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 5 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  low: fc.nat(3),
  high: fc.nat(3),
  out: fc.integer({ min: 1, max: 4 }),
  rest: fc.nat(2),
});
const convolution: Arbitrary<Convolution> = fc
  .record({ axes: fc.tuple(axis, axis), batch: fc.integer({ min: 1, max: 3 }), channels: dim, filters: dim })
  .map(({ axes, batch, channels, filters }) => {
    const both = <T>(f: (of: (typeof axes)[number]) => T): [T, T] => [f(axes[0]), f(axes[1])];
    const rest = both(({ rest, stride }) => rest % stride);
    const reach = both(({ out, stride, kernel, dilation }) => (out - 1) * stride + (kernel - 1) * dilation + 1);
    const size = axes.map(({ low, high }, i) => reach[i]! + rest[i]! - low - high) as [number, number];
    const pads = [...both(({ low }) => low), ...both(({ high }) => high)] as [number, number, number, number];
    const geometry = { strides: both(({ stride }) => stride), pads, dilations: both(({ dilation }) => dilation) };
    return {
      geometry,
      batch,
      channels,
      filters,
      kernel: both((of) => of.kernel),
      size,
      out: both((of) => of.out),
      rest,
    };
  })
  // an image has at least one place, and a kernel should see something else than padding
  .filter(({ size }) => size.every((length) => length >= 1));

const uses: OpTable<Arbitrary<Use>> = {
  neg: unary,
  abs: unary,
  exp: unary,
  log: unary,
  sqrt: unary,
  sin: unary,
  cos: unary,
  floor: unary,
  tanh: unary,
  sigmoid: unary,
  softplus: unary,
  relu: unary,
  leakyRelu: unaryWith(fc.record({ alpha: fc.constantFrom(0, 0.01, 0.2, 1) })),
  elu: unaryWith(fc.record({ alpha: fc.constantFrom(0.5, 1, 1.6) })),
  clip: unaryWith(
    fc.constantFrom(
      { min: -0.5, max: 0.5 },
      { min: 0, max: Number.POSITIVE_INFINITY },
      { min: Number.NEGATIVE_INFINITY, max: 0.25 },
      { min: 0.5, max: 0.5 },
    ),
  ),
  add: broadcast(2),
  sub: broadcast(2),
  mul: broadcast(2),
  div: broadcast(2),
  pow: broadcast(2),
  maximum: broadcast(2),
  minimum: broadcast(2),
  greater: broadcast(2),
  less: broadcast(2),
  equal: broadcast(2),
  where: broadcast(3),
  sum: reduction,
  max: reduction,
  reshape: reshaped,
  transpose: shapeOf(1).chain((shape) =>
    fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }).map((perm) => use([shape], { perm })),
  ),
  broadcastTo: shapeOf(0).chain((shape) => narrower(shape).map((own) => use([own], { shape }))),
  concat: joined,
  slice: sliced,
  pad: padded,
  matmul: product,
  conv: map(convolution, ({ geometry, batch, channels, filters, kernel, size }) =>
    use(
      [
        [batch, channels, ...size],
        [filters, channels, ...kernel],
      ],
      geometry,
    ),
  ),
  convTranspose: map(convolution, ({ geometry, batch, channels, filters, kernel, out, rest }) =>
    use(
      [
        [batch, filters, ...out],
        [filters, channels, ...kernel],
      ],
      { ...geometry, outputPadding: rest },
    ),
  ),
  convFilterGrad: map(convolution, ({ geometry, batch, channels, filters, kernel, size, out }) =>
    use(
      [
        [batch, channels, ...size],
        [batch, filters, ...out],
      ],
      { ...geometry, kernel },
    ),
  ),
};

const positive = (b: Builder, x: Value): Value => b.add(b.abs(x), 0.1);
/** Equal in about a third of the places. */
const coarse = (b: Builder, x: Value): Value => b.floor(b.mul(x, 1.5));
/** Where an operation is defined, or where it is interesting; normal draws elsewhere. */
const prepared: { readonly [K in OpName]?: (b: Builder, operands: readonly Value[]) => readonly Value[] } = {
  log: (b, [x]) => [positive(b, x!)],
  sqrt: (b, [x]) => [positive(b, x!)],
  div: (b, [x, y]) => [x!, positive(b, y!)],
  pow: (b, [x, y]) => [positive(b, x!), y!],
  greater: (b, both) => both.map((x) => coarse(b, x)),
  less: (b, both) => both.map((x) => coarse(b, x)),
  equal: (b, both) => both.map((x) => coarse(b, x)),
  where: (b, [condition, x, y]) => [coarse(b, condition!), x!, y!],
};

/** A program of a few uses, so that an engine that is slow to start a session is still seen at many shapes. */
function programOf(op: OpName, several: readonly Use[]): Program {
  const b = createBuilder(op);
  for (const [i, { shapes, attrs }] of several.entries()) {
    const drawn = shapes.map((shape, j) => b.input(`x${i}.${j}`, shape));
    const operands = prepared[op]?.(b, drawn) ?? drawn;
    b.output(`y${i}`, b.emit(op, attrs as OpAttributes[typeof op], ...operands));
  }
  return b.build();
}

/** Programs of one to four uses of an operation. */
export function programsOf(op: OpName): Arbitrary<Program> {
  const several = fc.array(uses[op], { minLength: 1, maxLength: 4 });
  // a counterexample prints the uses, not the nodes
  return several.map((some) => Object.assign(programOf(op, some), { [fc.toStringMethod]: () => fc.stringify(some) }));
}

/** For each operation `programs` programs of up to four uses; the same ones in every run, unless `seed` is another. */
export function testRandomShapes(
  executor: () => Executor,
  { all, of = {} }: Tolerance,
  { programs, seed = 1 }: { readonly programs: number; readonly seed?: number },
): void {
  test.for(opNames)("%s at random shapes", async (op) => {
    const agree = fc.asyncProperty(programsOf(op), (program) => expectAgreement(executor(), program, of[op] ?? all));
    await fc.assert(agree, { seed, numRuns: programs });
  });
}
