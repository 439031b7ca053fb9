/**
 * The closed table of tensor operations: their names, attributes and arity. No shapes, gradients or kernels live here;
 * those are tables keyed by {@link OpName}, so that an operation without a row in one of them does not compile.
 *
 * Every tensor is float32 and row-major. Comparisons give 0 or 1. Images and convolutions are NCHW as in ONNX.
 * The set is closed under differentiation: the gradient of every operation is a composition of operations of the table.
 */

/** Geometry of a 2-d convolution: strides and dilations per spatial axis; pads are [top, left, bottom, right]. */
export interface ConvGeometry {
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly dilations: readonly [number, number];
}

type None = Readonly<Record<never, never>>;

/** The attributes of every operation. The keys are the operations; nothing else is ever executed. */
export interface OpAttributes {
  // elementwise, one operand
  neg: None;
  abs: None;
  exp: None;
  /** natural logarithm */
  log: None;
  sqrt: None;
  sin: None;
  cos: None;
  floor: None;
  tanh: None;
  sigmoid: None;
  /** log(1 + exp(x)), computed without overflow */
  softplus: None;
  relu: None;
  /** x where x > 0, else alpha x */
  leakyRelu: { readonly alpha: number };
  /** x where x > 0, else alpha (exp(x) - 1) */
  elu: { readonly alpha: number };
  clip: { readonly min: number; readonly max: number };

  // elementwise, two operands, NumPy broadcasting
  add: None;
  sub: None;
  mul: None;
  div: None;
  pow: None;
  maximum: None;
  minimum: None;
  greater: None;
  less: None;
  equal: None;

  // elementwise, three operands: where(condition, a, b), a where the condition is not 0
  where: None;

  // reductions over axes (sorted, non-negative)
  sum: { readonly axes: readonly number[]; readonly keepdims: boolean };
  max: { readonly axes: readonly number[]; readonly keepdims: boolean };

  // shape
  reshape: { readonly shape: readonly number[] };
  transpose: { readonly perm: readonly number[] };
  /** NumPy's broadcast_to; ONNX Expand */
  broadcastTo: { readonly shape: readonly number[] };
  concat: { readonly axis: number };
  /** starts inclusive, ends exclusive, one per axis, positive steps */
  slice: { readonly starts: readonly number[]; readonly ends: readonly number[]; readonly steps: readonly number[] };
  /** zero padding, one pair per axis; `interior` zeros are inserted between elements (XLA Pad), the adjoint of slice */
  pad: { readonly low: readonly number[]; readonly high: readonly number[]; readonly interior: readonly number[] };

  // contractions
  /** batched matrix product over the last two axes, NumPy broadcasting of the leading ones */
  matmul: None;
  /** x [N, C, H, W], w [M, C, kH, kW] -> [N, M, oH, oW] */
  conv: ConvGeometry;
  /** x [N, M, H, W], w [M, C, kH, kW] -> [N, C, oH, oW]: the adjoint of conv in x; outputPadding as in ONNX */
  convTranspose: ConvGeometry & { readonly outputPadding: readonly [number, number] };
  /** x [N, C, H, W], dy [N, M, oH, oW] -> [M, C, kH, kW]: the adjoint of conv in w */
  convFilterGrad: ConvGeometry & { readonly kernel: readonly [number, number] };
}

export type OpName = keyof OpAttributes;

/** A table with one row for each operation; a missing row is a type error. */
export type OpTable<Row> = { readonly [K in OpName]: Row };

/** How many operands each operation takes; `null` means one or more. */
export const arity = {
  neg: 1,
  abs: 1,
  exp: 1,
  log: 1,
  sqrt: 1,
  sin: 1,
  cos: 1,
  floor: 1,
  tanh: 1,
  sigmoid: 1,
  softplus: 1,
  relu: 1,
  leakyRelu: 1,
  elu: 1,
  clip: 1,
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  pow: 2,
  maximum: 2,
  minimum: 2,
  greater: 2,
  less: 2,
  equal: 2,
  where: 3,
  sum: 1,
  max: 1,
  reshape: 1,
  transpose: 1,
  broadcastTo: 1,
  concat: null,
  slice: 1,
  pad: 1,
  matmul: 2,
  conv: 2,
  convTranspose: 2,
  convFilterGrad: 2,
} as const satisfies OpTable<number | null>;

export const opNames = Object.keys(arity) as readonly OpName[];
