/** A small vocabulary for tests of the front end: enough words for every kind of check, with real shape rules. */
import type {
  DistributionSignature,
  LayerSignature,
  Parameter,
  RegimeSignature,
  ShapeResult,
  Signatures,
} from "#lang/types/signature";
import { type FeatureShape, printShape } from "#lang/types/type";

function byName<T extends { readonly name: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.name, row]));
}

const size = (name: string, fallback?: number): Parameter => ({
  name,
  kind: "int",
  range: [1, 65536],
  ...(fallback === undefined ? {} : { default: fallback }),
  doc: `number of ${name}`,
});

function needMap(shape: FeatureShape, result: (h: number | null, w: number | null) => FeatureShape): ShapeResult {
  if (shape.length === 3) return { shape: result(shape[0]!, shape[1]!) };
  return { problem: `needs a map, but the input is ${printShape(shape)}`, help: "put `reshape` before it" };
}

const scale = (dim: number | null, by: number): number | null => (dim === null ? null : Math.ceil(dim * by));
const keep = (name: string): LayerSignature => ({
  name,
  inputs: 1,
  parameters: [],
  doc: "",
  shape: ([input]) => ({ shape: input! }),
});

const layers: readonly LayerSignature[] = [
  keep("relu"),
  keep("tanh"),
  keep("batchnorm"),
  {
    name: "dense",
    inputs: 1,
    parameters: [size("units"), { name: "bias", kind: "boolean", default: true, doc: "" }],
    doc: "",
    shape: ([input], { units }) =>
      input!.length === 1
        ? { shape: [units as number] }
        : { problem: `needs a vector, but the input is ${printShape(input!)}`, help: "put `flatten` before it" },
  },
  {
    name: "conv",
    inputs: 1,
    parameters: [size("filters"), size("kernel", 3), size("stride", 1)],
    doc: "",
    shape: ([input], { filters, stride }) =>
      needMap(input!, (h, w) => [
        scale(h, 1 / (stride as number)),
        scale(w, 1 / (stride as number)),
        filters as number,
      ]),
  },
  {
    name: "deconv",
    inputs: 1,
    parameters: [size("filters"), size("kernel", 5), size("stride", 2)],
    doc: "",
    shape: ([input], { filters, stride }) =>
      needMap(input!, (h, w) => [scale(h, stride as number), scale(w, stride as number), filters as number]),
  },
  {
    name: "reshape",
    inputs: 1,
    parameters: [size("height"), size("width"), size("channels")],
    doc: "",
    shape: ([input], args) => {
      const target = [args.height, args.width, args.channels] as number[];
      const [from, to] = [input!, target].map((shape) =>
        shape.reduce<number | null>((n, d) => (n === null || d === null ? null : n * d), 1),
      );
      if (from === null || from === to) return { shape: target };
      return { problem: `${printShape(input!)} has ${from} numbers, but ${printShape(target)} has ${to}` };
    },
  },
  {
    name: "flatten",
    inputs: 1,
    parameters: [],
    doc: "",
    shape: ([input]) => ({
      shape: [input!.reduce<number | null>((n, d) => (n === null || d === null ? null : n * d), 1)],
    }),
  },
  {
    name: "add",
    inputs: 2,
    parameters: [],
    doc: "",
    shape: ([a, b]) =>
      a!.length === b!.length && a!.every((dim, i) => dim === null || b![i] === null || dim === b![i])
        ? { shape: a! }
        : { problem: `the shapes ${printShape(a!)} and ${printShape(b!)} differ` },
  },
  {
    name: "concat",
    inputs: null,
    parameters: [],
    doc: "",
    shape: (inputs) =>
      inputs.every((shape) => shape.length === 1)
        ? { shape: [inputs.reduce<number | null>((n, [d]) => (n === null || d === null ? null : n + d!), 0)] }
        : { problem: "needs vectors" },
  },
];

const expression = (name: string, range?: readonly [number, number]): Parameter => ({
  name,
  kind: "expression",
  doc: "",
  ...(range === undefined ? {} : { range }),
});

const distributions: readonly DistributionSignature[] = [
  { name: "Bernoulli", support: "bool", parameters: [expression("p", [0, 1])], doc: "" },
  { name: "Categorical", support: "states", parameters: [expression("probabilities")], doc: "" },
  {
    name: "Normal",
    support: "real",
    parameters: [expression("mean"), expression("std", [Number.MIN_VALUE, Number.POSITIVE_INFINITY])],
    doc: "",
  },
  { name: "Uniform", support: "real", parameters: [expression("low"), expression("high")], doc: "" },
  { name: "Count", support: "int", parameters: [expression("rate")], doc: "" },
];

const data: Parameter = { name: "data", kind: "data", doc: "what to learn from" };
const steps: Parameter = { name: "steps", kind: "int", default: 1000, range: [1, 1e9], doc: "" };

const regimes: readonly RegimeSignature[] = [
  {
    name: "mle",
    target: "labels",
    standard: true,
    settings: [data, steps, { name: "rate", kind: "number", default: null, range: [0, 1], doc: "" }],
    doc: "",
  },
  {
    name: "causalgan",
    target: "image",
    settings: [
      data,
      steps,
      { name: "discriminator", kind: "network", default: null, doc: "" },
      { name: "decoder", kind: "network", default: null, reads: "vector", doc: "" },
      { name: "paper", kind: "boolean", default: false, doc: "" },
      { name: "loss", kind: "string", default: "proper", choices: ["proper", "swapped"], doc: "" },
      { name: "labeler.rate", kind: "number", default: null, range: [0, 1], doc: "" },
    ],
    doc: "",
  },
];

export const signatures: Signatures = {
  layers: byName(layers),
  distributions: byName(distributions),
  mechanisms: byName([
    {
      name: "neural",
      on: "discrete",
      settings: [{ name: "hidden", kind: "ints", default: [32, 32], range: [1, 4096], doc: "" }],
      doc: "",
    },
    {
      name: "generator",
      on: "image",
      settings: [
        { name: "network", kind: "network", doc: "draws the image" },
        { name: "noise", kind: "int", default: 100, range: [1, 4096], doc: "" },
      ],
      doc: "",
    },
  ]),
  regimes: byName(regimes),
  datasets: byName([
    { name: "table", parameters: [{ name: "path", kind: "string", doc: "" }], doc: "" },
    {
      name: "faces",
      parameters: [
        { name: "n", kind: "int", default: 20000, range: [1, 1e7], doc: "" },
        { name: "labels", kind: "string", default: "g1", choices: ["g1", "uniform"], doc: "" },
      ],
      doc: "",
    },
  ]),
  functions: byName([
    { name: "exp", arity: 1, doc: "", pixelwise: true, apply: (x: number) => Math.exp(x) },
    { name: "max", arity: 2, doc: "", pixelwise: true, apply: (x: number, y: number) => Math.max(x, y) },
    { name: "ceil", arity: 1, doc: "", apply: (x: number) => Math.ceil(x) },
  ]),
};
