/**
 * How each operation of the table is written in TensorFlow.js. Operands and results are NCHW as everywhere; the
 * convolutions, which TensorFlow.js wants as NHWC, are in `convolution.ts`. Lifetimes are the session's business.
 */
import type * as tfjs from "@tensorflow/tfjs-core";
import type { OpAttributes, OpName } from "../../program/ops.ts";
import type { Shape } from "../../tensor.ts";
import { convolutions } from "./convolution.ts";
import { repeated, spreadAxis } from "./spread.ts";

/** The functions of TensorFlow.js that are used, of whichever package brought the backend. */
export type Tfjs = typeof tfjs;
export type TfTensor = tfjs.Tensor;

/** Computes one node; `shape` is that of the result. What a row makes besides its result is tidied away by the caller. */
export type Row<K extends OpName> = (
  tf: Tfjs,
  operands: readonly TfTensor[],
  attrs: OpAttributes[K],
  shape: Shape,
) => TfTensor;
type Rows = { readonly [K in OpName]: Row<K> };

const unary =
  (apply: (tf: Tfjs, x: TfTensor) => TfTensor) =>
  (tf: Tfjs, [x]: readonly TfTensor[]): TfTensor =>
    apply(tf, x!);
const binary =
  (apply: (tf: Tfjs, x: TfTensor, y: TfTensor) => TfTensor) =>
  (tf: Tfjs, [x, y]: readonly TfTensor[]): TfTensor =>
    apply(tf, x!, y!);
/** Comparisons of TensorFlow.js are boolean. */
const comparison = (apply: (tf: Tfjs, x: TfTensor, y: TfTensor) => TfTensor) =>
  binary((tf, x, y) => tf.cast(apply(tf, x, y), "float32"));

export const rows: Rows = {
  neg: unary((tf, x) => tf.neg(x)),
  abs: unary((tf, x) => tf.abs(x)),
  exp: unary((tf, x) => tf.exp(x)),
  log: unary((tf, x) => tf.log(x)),
  sqrt: unary((tf, x) => tf.sqrt(x)),
  sin: unary((tf, x) => tf.sin(x)),
  cos: unary((tf, x) => tf.cos(x)),
  floor: unary((tf, x) => tf.floor(x)),
  tanh: unary((tf, x) => tf.tanh(x)),
  sigmoid: unary((tf, x) => tf.sigmoid(x)),
  // the kernel of this name gives 0 far too early on some backends; this form is exact on all
  softplus: unary((tf, x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))))),
  relu: unary((tf, x) => tf.relu(x)),
  leakyRelu: (tf, [x], { alpha }) => tf.leakyRelu(x!, alpha),
  elu: (tf, [x], { alpha }) => (alpha === 1 ? tf.elu(x!) : tf.where(tf.greater(x!, 0), x!, tf.mul(tf.elu(x!), alpha))),
  // a bound that is infinite cannot be written in a shader
  clip: (tf, [x], { min, max }) => {
    const below = max === Number.POSITIVE_INFINITY ? x! : tf.minimum(x!, max);
    return min === Number.NEGATIVE_INFINITY ? below : tf.maximum(below, min);
  },

  add: binary((tf, x, y) => tf.add(x, y)),
  sub: binary((tf, x, y) => tf.sub(x, y)),
  mul: binary((tf, x, y) => tf.mul(x, y)),
  div: binary((tf, x, y) => tf.div(x, y)),
  pow: binary((tf, x, y) => tf.pow(x, y)),
  maximum: binary((tf, x, y) => tf.maximum(x, y)),
  minimum: binary((tf, x, y) => tf.minimum(x, y)),
  greater: comparison((tf, x, y) => tf.greater(x, y)),
  less: comparison((tf, x, y) => tf.less(x, y)),
  equal: comparison((tf, x, y) => tf.equal(x, y)),
  where: (tf, [condition, x, y]) => tf.where(tf.notEqual(condition!, 0), x!, y!),

  sum: (tf, [x], { axes, keepdims }) => tf.sum(x!, [...axes], keepdims),
  max: (tf, [x], { axes, keepdims }) => tf.max(x!, [...axes], keepdims),

  reshape: (tf, [x], { shape }) => tf.reshape(x!, [...shape]),
  transpose: (tf, [x], { perm }) => tf.transpose(x!, [...perm]),
  broadcastTo: (tf, [x], { shape }) => repeated(tf, x!, shape),
  concat: (tf, operands, { axis }) => tf.concat([...operands], axis),
  slice: (tf, [x], { starts, ends, steps }) => {
    if (steps.some((step) => step !== 1)) return tf.stridedSlice(x!, [...starts], [...ends], [...steps]);
    return tf.slice(
      x!,
      [...starts],
      starts.map((start, axis) => ends[axis]! - start),
    );
  },
  pad: (tf, [x], { low, high, interior }) => {
    const spread = interior.reduce((sofar, zeros, axis) => spreadAxis(tf, sofar, axis, zeros), x!);
    return tf.pad(
      spread,
      low.map((zeros, axis): [number, number] => [zeros, high[axis]!]),
    );
  },

  matmul: (tf, [x, y], _, shape) => {
    const batch = shape.slice(0, -2);
    // one product with a single matrix broadcasts by itself; other leading dimensions are written out
    const full = (z: TfTensor): TfTensor => {
      const own = z.shape.slice(0, -2);
      if (own.every((dim) => dim === 1) && batch.length <= 1) return z;
      return repeated(tf, z, [...batch, ...z.shape.slice(-2)]);
    };
    // wasm keeps packed weights by the memory they are in, and would take those of another shape of it for these
    const right = tf.getBackend() === "wasm" ? tf.add(y!, 0) : y!;
    return tf.reshape(tf.matMul(full(x!), full(right)), [...shape]);
  },
  ...convolutions,
};
