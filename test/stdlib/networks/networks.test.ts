/** The networks of the library: sizes and parameter counts of the published ones, and gradients through all of them. */
import { describe, expect, it } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import type { Constants } from "#lang/types/signature";
import { evaluate } from "#runtime/executors/reference/evaluate";
import { initialState } from "#runtime/parameters";
import { type Shape, sizeOf } from "#runtime/tensor";
import { lowerInto, randomTensor } from "../layers/lowering.ts";
import { libraryNetworks } from "./library.ts";

interface Use {
  readonly name: string;
  readonly inputs: readonly Shape[];
  readonly args: Constants;
  readonly output: Shape;
}

const latent: readonly Shape[] = [
  [2, 5],
  [2, 3],
];

/** Every network, small enough for the reference kernels. */
const uses: readonly Use[] = [
  {
    name: "dcgan",
    inputs: [
      [2, 5],
      [2, 3],
    ],
    args: { width: 1 },
    output: [2, 3, 64, 64],
  },
  {
    name: "dcgan32",
    inputs: [
      [2, 5],
      [2, 3],
    ],
    args: { width: 2 },
    output: [2, 3, 32, 32],
  },
  { name: "dcgan_discriminator", inputs: [[2, 3, 64, 64]], args: { width: 1 }, output: [2, 1] },
  { name: "dcgan_discriminator32", inputs: [[2, 3, 32, 32]], args: { width: 2 }, output: [2, 1] },
  {
    name: "dcgan_discriminator_minibatch",
    inputs: [[2, 3, 64, 64]],
    args: { width: 1, kernels: 4, dims: 3 },
    output: [2, 1],
  },
  {
    name: "dcgan_discriminator32_minibatch",
    inputs: [[2, 3, 32, 32]],
    args: { width: 1, kernels: 4, dims: 3 },
    output: [2, 1],
  },
  { name: "dcgan_labeler", inputs: [[2, 3, 64, 64]], args: { units: 9, width: 1 }, output: [2, 9] },
  { name: "dcgan_labeler32", inputs: [[2, 3, 32, 32]], args: { units: 9, width: 2 }, output: [2, 9] },
  { name: "classifier", inputs: [[2, 3, 64, 64]], args: { units: 9, width: 2 }, output: [2, 9] },
  { name: "classifier32", inputs: [[2, 1, 32, 32]], args: { units: 9, width: 2 }, output: [2, 9] },
  ...[32, 64, 128].flatMap((size): readonly Use[] => {
    const suffix = size === 64 ? "" : String(size);
    return [
      { name: `began${suffix}`, inputs: latent, args: { width: 2 }, output: [2, 3, size, size] },
      { name: `began_decoder${suffix}`, inputs: [[2, 6]], args: { width: 2, channels: 1 }, output: [2, 1, size, size] },
      { name: `began_encoder${suffix}`, inputs: [[2, 3, size, size]], args: { width: 2, units: 7 }, output: [2, 7] },
    ];
  }),
  { name: "began_block", inputs: [[2, 3, 8, 8]], args: { width: 4 }, output: [2, 4, 8, 8] },
  { name: "began_down", inputs: [[2, 3, 8, 8]], args: { width: 4 }, output: [2, 4, 4, 4] },
  { name: "dcgan128", inputs: latent, args: { width: 1 }, output: [2, 3, 128, 128] },
  { name: "dcgan_discriminator128", inputs: [[2, 3, 128, 128]], args: { width: 1 }, output: [2, 1] },
  {
    name: "dcgan_discriminator128_minibatch",
    inputs: [[2, 3, 128, 128]],
    args: { width: 1, kernels: 4, dims: 3 },
    output: [2, 1],
  },
  { name: "dcgan_labeler128", inputs: [[2, 3, 128, 128]], args: { units: 9, width: 1 }, output: [2, 9] },
  { name: "classifier128", inputs: [[2, 3, 128, 128]], args: { units: 9, width: 1 }, output: [2, 9] },
  { name: "mlp1", inputs: [[2, 4]], args: { units: 3 }, output: [2, 3] },
  { name: "mlp", inputs: [[2, 4]], args: { units: 3, width: 8 }, output: [2, 3] },
  { name: "mlp3", inputs: [[2, 4]], args: { units: 3, width: 8 }, output: [2, 3] },
  { name: "controller_node", inputs: [[2, 12]], args: {}, output: [2, 1] },
  { name: "controller_critic", inputs: [[2, 9]], args: {}, output: [2, 1] },
];

function lowered({ name, inputs, args }: Omit<Use, "output">) {
  const builder = createBuilder(name);
  const values = inputs.map((shape, i) => builder.input(`x${i}`, shape));
  return { builder, lowering: lowerInto(builder, libraryNetworks, values, { name, args, scope: name }) };
}

/** Numbers that are trained. */
function parameters(name: string, inputs: readonly Shape[], args: Constants = {}): number {
  return lowered({ name, inputs, args })
    .lowering.state.filter((entry) => entry.role === "parameter")
    .reduce((sum, entry) => sum + sizeOf(entry.shape), 0);
}

describe("library networks", () => {
  it("are all tried here", () => {
    expect([...libraryNetworks.keys()].toSorted()).toEqual(uses.map((use) => use.name).toSorted());
  });

  it.each(uses)("$name gives its shape, and every parameter has a gradient", (use) => {
    const { builder, lowering } = lowered(use);
    expect(lowering.output.shape).toEqual(use.output);
    // a direction, so that normalised activations do not add up to a constant
    const weights = builder.constant(randomTensor(use.output, "direction"));
    const loss = builder.sum(builder.mul(builder.tanh(lowering.output), weights));
    const trained = lowering.state.filter((entry) => entry.role === "parameter");
    const inputs = new Map(builder.nodes.flatMap((node, id) => (node.op === "input" ? [[node.name, id]] : [])));
    const wrt = trained.map((entry) => ({ id: inputs.get(entry.name)!, shape: entry.shape }));
    for (const [i, value] of gradient(builder, loss, wrt).entries()) builder.output(`d ${trained[i]!.name}`, value);
    const given = Object.fromEntries(use.inputs.map((shape, i) => [`x${i}`, randomTensor(shape, use.name, i)]));
    const gradients = evaluate(builder.build(), { ...initialState(lowering.state, 5), ...given });
    const size = (name: string) => gradients[`d ${name}`]!.data.reduce((sum, x) => sum + Math.abs(x), 0);
    const largest = Math.max(...trained.map((entry) => size(entry.name)));
    expect(largest).toBeGreaterThan(0);
    for (const { name } of trained) {
      expect(Number.isFinite(size(name)), name).toBe(true);
      // a bias before a batch norm shifts nothing
      if (!/(conv|deconv|dense)\/bias$/.test(name)) expect(size(name), name).toBeGreaterThan(0);
    }
  });
});

describe("published sizes of CausalGAN (nine labels, 64 x 64)", () => {
  const image: Shape = [2, 3, 64, 64];

  it("generator: 5.21 M", () => {
    expect(
      parameters("dcgan", [
        [2, 100],
        [2, 9],
      ]),
    ).toBe(5_209_091);
  });

  it("discriminator: 21.9 M, of which 15.7 M are the minibatch block", () => {
    const all = parameters("dcgan_discriminator_minibatch", [image]);
    expect(all).toBe(21_903_873);
    // the third convolution reads 300 features beside 128 channels
    const without = parameters("dcgan_discriminator", [image]) + 300 * 256 * 25;
    expect(all - without).toBe(15_667_328);
  });

  it("labeler: 4.38 M", () => {
    expect(parameters("dcgan_labeler", [image], { units: 9 })).toBe(4_382_089);
  });

  it("controller of G1: 5,189 in nine nodes, and its critic 1,126", () => {
    const parents = [0, 0, 1, 2, 2, 2, 2, 2, 3];
    const nodes = parents.map((count) => parameters("controller_node", [[2, 10 + count]]));
    expect(nodes.reduce((sum, count) => sum + count)).toBe(5_189);
    expect(parameters("controller_critic", [[2, 9]])).toBe(1_126);
  });
});

describe("published sizes of CausalBEGAN (nine labels, 64 x 64)", () => {
  it("generator 1.79 M, autoencoder 13.4 M, labeler 9.9 M", () => {
    const image: Shape = [2, 3, 64, 64];
    const generator = parameters("began", [
      [2, 64],
      [2, 9],
    ]);
    expect(generator).toBe(1_790_339);
    const autoencoder = parameters("began_encoder", [image]) + parameters("began_decoder", [[2, 64]]);
    expect(autoencoder).toBe(13_405_379);
    expect(parameters("began_encoder", [image], { units: 9 })).toBe(9_886_473);
  });
});
