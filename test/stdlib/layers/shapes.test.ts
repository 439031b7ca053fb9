/** The shape that a layer promises is the shape that its lowering has, for random sizes and settings. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import type { Constants } from "#lang/types/signature";
import { layers } from "#stdlib/networks/layers/index";
import { batchShape, featureShapeOf, lowerInto, networksOf } from "./lowering.ts";

const size = fc.integer({ min: 1, max: 9 });
const vector = fc.tuple(size).map((shape): readonly number[] => shape);
const map = fc.tuple(size, size, size).map((shape): readonly number[] => shape);
const either = fc.oneof(vector, map);
const mode = fc.constantFrom("train" as const, "draw" as const);

type Use = readonly [inputs: readonly (readonly number[])[], args: Constants];

const one = (shapes: fc.Arbitrary<readonly number[]>, args: fc.Arbitrary<Constants> = fc.constant({})) =>
  fc.tuple(shapes, args).map(([shape, values]): Use => [[shape], values]);
const weights = { bias: fc.boolean(), init: fc.constantFrom("glorot", "he", "normal", "truncated") };
const window = { kernel: fc.integer({ min: 1, max: 6 }), stride: fc.integer({ min: 1, max: 4 }) };
const twoMaps = fc.tuple(size, size, size, size).map(
  ([h, w, c, d]) =>
    [
      [h, w, c],
      [h, w, d],
    ] as const,
);

const uses: Readonly<Record<string, fc.Arbitrary<Use>>> = {
  dense: one(vector, fc.record({ units: size, ...weights })),
  conv: one(map, fc.record({ filters: size, ...window, padding: fc.constantFrom("same", "valid"), ...weights })),
  deconv: one(map, fc.record({ filters: size, ...window, ...weights })),
  batchnorm: one(either, fc.record({ scale: fc.boolean() })),
  instancenorm: one(map, fc.record({ scale: fc.boolean() })),
  relu: one(either),
  lrelu: one(either, fc.record({ slope: fc.constantFrom(0, 0.2) })),
  elu: one(either),
  tanh: one(either),
  sigmoid: one(either),
  softplus: one(either),
  flatten: one(either),
  reshape: fc.oneof(
    map.map(
      ([height, width, channels]): Use => [
        [[height! * width! * channels!]],
        { height: height!, width: width!, channels: channels! },
      ],
    ),
    map.map((shape): Use => [[shape], { height: shape.reduce((a, b) => a * b) }]),
    map.map(([h, w, c]): Use => [[[h!, w!, c!]], { height: w!, width: c!, channels: h! }]),
  ),
  concat: fc.oneof(
    fc.array(vector, { minLength: 1, maxLength: 3 }).map((shapes): Use => [shapes, {}]),
    fc.tuple(twoMaps, vector).map(([[a, b], v]): Use => [[v, a, b], {}]),
    fc.tuple(twoMaps, vector).map(([[a, b], v]): Use => [[a, v, b], {}]),
  ),
  add: either.map((shape): Use => [[shape, shape], {}]),
  scale: one(either, fc.record({ by: fc.constantFrom(2, -0.5) })),
  upsample: one(map, fc.record({ factor: fc.integer({ min: 1, max: 3 }) })),
  avgpool: fc
    .tuple(map, fc.integer({ min: 1, max: 3 }))
    .map(([[h, w, c], n]): Use => [[[h! * n, w! * n, c!]], { size: n }]),
  dropout: one(either, fc.record({ rate: fc.constantFrom(0, 0.3) })),
  gaussian_noise: one(either, fc.record({ std: fc.constantFrom(0, 0.3) })),
  minibatch_features: one(vector, fc.record({ kernels: size, dims: size })),
};

function textOf(layer: string, inputs: number, args: Constants): string {
  const names = Array.from({ length: inputs }, (_, i) => `x${i}`);
  const constants = Object.entries(args).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  return `network test(${names.join(", ")}) { ${layer}(${[...names, ...constants].join(", ")}) }`;
}

describe("layers", () => {
  it("are all tried here", () => {
    expect([...layers.keys()].toSorted()).toEqual(Object.keys(uses).toSorted());
  });

  it.each(Object.entries(uses))("%s lowers to the shape it promises", (name, arbitrary) => {
    const layer = layers.get(name)!;
    let lowered = 0;
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 3 }), mode, ([shapes, args], batch, how) => {
        const defaults = Object.fromEntries(layer.parameters.map((row) => [row.name, row.default ?? null]));
        const promised = layer.shape(shapes, { ...defaults, ...args });
        if ("problem" in promised) {
          // only a window that does not fit is wrong in these inputs
          expect([name, args.padding]).toEqual(["conv", "valid"]);
          return;
        }
        const builder = createBuilder("test");
        const inputs = shapes.map((shape, i) => builder.input(`x${i}`, batchShape(batch, shape)));
        const { output } = lowerInto(builder, networksOf(textOf(name, inputs.length, args)), inputs, { mode: how });
        expect(output.shape[0]).toBe(batch);
        expect(featureShapeOf(output.shape)).toEqual(promised.shape);
        lowered++;
      }),
      { numRuns: 40, seed: 1 },
    );
    expect(lowered).toBeGreaterThan(10);
  });
});

describe("unknown sizes", () => {
  const shapeOf = (name: string, inputs: readonly (readonly (number | null)[])[], args: Constants = {}) => {
    const layer = layers.get(name)!;
    const defaults = Object.fromEntries(layer.parameters.map((row) => [row.name, row.default ?? null]));
    return layer.shape(inputs, { ...defaults, ...args });
  };

  it("pass through", () => {
    expect(shapeOf("dense", [[null]], { units: 3 })).toEqual({ shape: [3] });
    expect(shapeOf("conv", [[null, 8, null]], { filters: 3, stride: 2 })).toEqual({ shape: [null, 4, 3] });
    expect(shapeOf("deconv", [[null, 8, null]], { filters: 3 })).toEqual({ shape: [null, 16, 3] });
    expect(shapeOf("flatten", [[4, null, 2]])).toEqual({ shape: [null] });
    expect(shapeOf("reshape", [[null]], { height: 2, width: 3, channels: 4 })).toEqual({ shape: [2, 3, 4] });
    expect(shapeOf("concat", [[null], [3]])).toEqual({ shape: [null] });
    expect(shapeOf("concat", [[null, 4, 1], [4, null, 2], [5]])).toEqual({ shape: [4, 4, 8] });
    expect(
      shapeOf("add", [
        [null, 4, 1],
        [3, null, 1],
      ]),
    ).toEqual({ shape: [3, 4, 1] });
    expect(shapeOf("avgpool", [[null, 4, 1]])).toEqual({ shape: [null, 2, 1] });
    expect(shapeOf("upsample", [[null, 4, 1]])).toEqual({ shape: [null, 8, 1] });
  });

  it("do not hide what is known to be wrong", () => {
    expect(shapeOf("dense", [[4, null, 2]], { units: 3 })).toEqual({
      problem: "a vector [n] is needed, but the input is a map [4, ?, 2]",
      help: "put `flatten` before it",
    });
    expect(shapeOf("conv", [[7]], { filters: 3 })).toMatchObject({
      problem: "a map [height, width, channels] is needed, but the input is a vector [7]",
    });
    expect(shapeOf("conv", [[null, 3, 1]], { filters: 3, kernel: 5, padding: "valid" })).toMatchObject({
      problem: "a window of 5 x 5 does not fit into a map [?, 3, 1]",
    });
    expect(shapeOf("reshape", [[10]], { height: 2, width: 2, channels: 2 })).toMatchObject({
      problem: "[10] has 10 numbers, [2, 2, 2] needs 8",
    });
    expect(shapeOf("reshape", [[10]], { height: 2, width: 2 })).toMatchObject({
      problem: "it takes one size or three, not two",
    });
    expect(
      shapeOf("concat", [
        [4, 4, 1],
        [8, null, 2],
      ]),
    ).toMatchObject({
      problem: "maps of one height and width are needed, but they are [4, 4, 1] and [8, ?, 2]",
    });
    expect(shapeOf("add", [[4], [5]])).toEqual({ problem: "two equal shapes are needed, but they are [4] and [5]" });
    expect(shapeOf("avgpool", [[5, 4, 1]])).toEqual({ problem: "squares of 2 x 2 do not tile a map [5, 4, 1]" });
  });
});
