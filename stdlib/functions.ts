/** The functions of expressions: one row a word. Their arguments and results are numbers; false is 0 and true is 1. */
import type { MathFunction } from "#compiler/vocabulary";

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const logit = (x: number) => Math.log(x) - Math.log1p(-x);

type Lowering = Exclude<MathFunction["lower"], undefined>;

/** Those that have an operation of tensors can be computed for every pixel of an image. */
const lowerings: Readonly<Record<string, Lowering>> = {
  exp: (b, x) => b.exp(x!),
  log: (b, x) => b.log(x!),
  sqrt: (b, x) => b.sqrt(x!),
  abs: (b, x) => b.abs(x!),
  floor: (b, x) => b.floor(x!),
  sin: (b, x) => b.sin(x!),
  cos: (b, x) => b.cos(x!),
  tanh: (b, x) => b.tanh(x!),
  sigmoid: (b, x) => b.sigmoid(x!),
  softplus: (b, x) => b.softplus(x!),
  min: (b, x, y) => b.minimum(x!, y!),
  max: (b, x, y) => b.maximum(x!, y!),
  pow: (b, x, y) => b.pow(x!, y!),
  clip: (b, x, low, high) => b.minimum(b.maximum(x!, low!), high!),
};

const rows: readonly MathFunction[] = [
  {
    name: "exp",
    arity: 1,
    doc: "e to the power x.",
    apply: Math.exp,
    inverse: { apply: Math.log, logSlope: (y) => -Math.log(y) },
  },
  {
    name: "log",
    arity: 1,
    doc: "Natural logarithm; of x > 0.",
    apply: Math.log,
    inverse: { apply: Math.exp, logSlope: (y) => y },
  },
  {
    name: "sqrt",
    arity: 1,
    doc: "Square root; of x >= 0.",
    apply: Math.sqrt,
    inverse: { apply: (y) => (y >= 0 ? y * y : Number.NaN), logSlope: (y) => Math.log(2 * y) },
  },
  { name: "abs", arity: 1, doc: "Distance from 0.", apply: Math.abs },
  { name: "sign", arity: 1, doc: "-1, 0 or 1.", apply: Math.sign },
  { name: "floor", arity: 1, doc: "The largest integer that is not above x.", apply: Math.floor },
  { name: "ceil", arity: 1, doc: "The smallest integer that is not below x.", apply: Math.ceil },
  { name: "round", arity: 1, doc: "The nearest integer; halves go up.", apply: Math.round },
  { name: "sin", arity: 1, doc: "Sine of an angle in radians.", apply: Math.sin },
  { name: "cos", arity: 1, doc: "Cosine of an angle in radians.", apply: Math.cos },
  {
    name: "tanh",
    arity: 1,
    doc: "Hyperbolic tangent, between -1 and 1.",
    apply: Math.tanh,
    inverse: { apply: Math.atanh, logSlope: (y) => -Math.log1p(-y * y) },
  },
  {
    name: "sigmoid",
    arity: 1,
    doc: "1 / (1 + exp(-x)), between 0 and 1.",
    apply: (x) => sigmoid(x!),
    inverse: { apply: logit, logSlope: (y) => -Math.log(y) - Math.log1p(-y) },
  },
  {
    name: "softplus",
    arity: 1,
    doc: "log(1 + exp(x)), positive.",
    apply: (x) => softplus(x!),
    inverse: { apply: (y) => y + Math.log(-Math.expm1(-y)), logSlope: (y) => -Math.log(-Math.expm1(-y)) },
  },
  {
    name: "logit",
    arity: 1,
    doc: "log(x / (1 - x)); of 0 < x < 1.",
    apply: (x) => logit(x!),
    inverse: { apply: sigmoid, logSlope: (y) => -softplus(y) - softplus(-y) },
  },
  { name: "min", arity: 2, doc: "The smaller of two numbers.", apply: (x, y) => Math.min(x!, y!) },
  { name: "max", arity: 2, doc: "The larger of two numbers.", apply: (x, y) => Math.max(x!, y!) },
  { name: "pow", arity: 2, doc: "x to the power y, as x ^ y.", apply: (x, y) => x! ** y! },
  {
    name: "clip",
    arity: 3,
    doc: "x, or y where it is smaller, or z where it is larger.",
    apply: (x, y, z) => Math.min(Math.max(x!, y!), z!),
  },
];

export const functions: ReadonlyMap<string, MathFunction> = new Map(
  rows.map((row) => {
    const lower = lowerings[row.name];
    return [row.name, lower === undefined ? row : { ...row, pixelwise: true, lower }];
  }),
);
