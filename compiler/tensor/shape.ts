/**
 * What each operation does to shapes: NumPy and ONNX semantics, as a table. A rule answers with the shape of the result,
 * or with a text that says why there is none; who asked turns that into an error. Values and gradients are elsewhere.
 */
import type { ConvGeometry, OpAttributes, OpName } from "#runtime/program/ops";
import { arity } from "#runtime/program/ops";
import type { Origin } from "#runtime/program/program";
import { sameShape, type Shape, sizeOf } from "#runtime/tensor";

type Rule<K extends OpName> = (attrs: OpAttributes[K], inputs: readonly Shape[]) => Shape | string;
type Rules = { readonly [K in OpName]: Rule<K> };

const same = (_: unknown, [x]: readonly Shape[]): Shape => x!;

function elementwise(_: unknown, inputs: readonly Shape[]): Shape | string {
  return inputs.reduce<Shape | string>(
    (joined, next) =>
      typeof joined === "string" ? joined : (broadcastShapes(joined, next) ?? "they do not broadcast"),
    [],
  );
}

/** NumPy broadcasting of two shapes, or null when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const da = a[axis - rank + a.length] ?? 1;
    const db = b[axis - rank + b.length] ?? 1;
    if (da !== db && da !== 1 && db !== 1) return null;
    result[axis] = da === 1 ? db : da;
  }
  return result;
}

function reduced(attrs: { readonly axes: readonly number[]; readonly keepdims: boolean }, [x]: readonly Shape[]) {
  const { axes, keepdims } = attrs;
  if (axes.length === 0) return "no axes to reduce";
  if (axes.some((axis, i) => axis < 0 || axis >= x!.length || (i > 0 && axis <= axes[i - 1]!)))
    return "axes must be sorted, distinct and within the rank";
  return keepdims
    ? x!.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : x!.filter((_, axis) => !axes.includes(axis));
}

/** Size of the output of a convolution along one spatial axis (0 or 1); ONNX Conv, explicit pads. */
export function convOutput(size: number, kernel: number, g: ConvGeometry, axis: 0 | 1): number {
  const span = size + g.pads[axis] + g.pads[axis + 2]! - g.dilations[axis] * (kernel - 1) - 1;
  return Math.floor(span / g.strides[axis]) + 1;
}

/** Size of the output of a transposed convolution along one spatial axis, without output padding. */
export function convTransposeOutput(size: number, kernel: number, g: ConvGeometry, axis: 0 | 1): number {
  return (size - 1) * g.strides[axis] - g.pads[axis] - g.pads[axis + 2]! + g.dilations[axis] * (kernel - 1) + 1;
}

function badGeometry(g: ConvGeometry): string | null {
  if ([...g.strides, ...g.dilations].some((n) => !Number.isInteger(n) || n < 1))
    return "strides and dilations must be positive integers";
  if (g.pads.some((n) => !Number.isInteger(n) || n < 0)) return "pads must be non-negative integers";
  return null;
}

function conv(g: ConvGeometry, [x, w]: readonly Shape[]): Shape | string {
  if (x!.length !== 4 || w!.length !== 4) return "both must have rank 4";
  if (x![1] !== w![1]) return `${x![1]} channels meet a filter for ${w![1]}`;
  return badGeometry(g) ?? [x![0]!, w![0]!, convOutput(x![2]!, w![2]!, g, 0), convOutput(x![3]!, w![3]!, g, 1)];
}

const rules: Rules = {
  neg: same,
  abs: same,
  exp: same,
  log: same,
  sqrt: same,
  sin: same,
  cos: same,
  floor: same,
  tanh: same,
  sigmoid: same,
  softplus: same,
  relu: same,
  leakyRelu: same,
  elu: same,
  clip: ({ min, max }, [x]) => (min <= max ? x! : `the bounds ${min} and ${max} are in the wrong order`),
  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  pow: elementwise,
  maximum: elementwise,
  minimum: elementwise,
  greater: elementwise,
  less: elementwise,
  equal: elementwise,
  where: elementwise,
  sum: reduced,
  max: reduced,
  reshape: ({ shape }, [x]) => (sizeOf(shape) === sizeOf(x!) ? shape : "the number of elements differs"),
  transpose: ({ perm }, [x]) =>
    perm.length === x!.length && x!.every((_, axis) => perm.includes(axis))
      ? perm.map((axis) => x![axis]!)
      : "perm must name every axis once",
  broadcastTo: ({ shape }, [x]) => {
    const joined = broadcastShapes(x!, shape);
    return joined !== null && sameShape(joined, shape) ? shape : "it does not broadcast to that shape";
  },
  concat: ({ axis }, inputs) => {
    const [first] = inputs;
    if (axis < 0 || axis >= first!.length) return "the axis must be within the rank";
    if (inputs.some((x) => x.length !== first!.length || x.some((dim, i) => i !== axis && dim !== first![i])))
      return "they must agree on every other axis";
    return first!.map((dim, i) => (i === axis ? inputs.reduce((total, x) => total + x[axis]!, 0) : dim));
  },
  slice: ({ starts, ends, steps }, [x]) => {
    const rank = x!.length;
    if (starts.length !== rank || ends.length !== rank || steps.length !== rank) return "one range per axis is needed";
    if (x!.some((dim, i) => starts[i]! < 0 || ends[i]! > dim || starts[i]! >= ends[i]! || steps[i]! < 1))
      return "a range is empty or outside";
    return x!.map((_, i) => Math.ceil((ends[i]! - starts[i]!) / steps[i]!));
  },
  pad: ({ low, high, interior }, [x]) => {
    const rank = x!.length;
    if (low.length !== rank || high.length !== rank || interior.length !== rank) return "one pair per axis is needed";
    if ([...low, ...high, ...interior].some((n) => n < 0)) return "padding must not be negative";
    return x!.map((dim, i) => low[i]! + dim + (dim - 1) * interior[i]! + high[i]!);
  },
  matmul: (_, [x, y]) => {
    if (x!.length < 2 || y!.length < 2) return "both must have rank 2 or more";
    if (x!.at(-1) !== y!.at(-2)) return "the inner dimensions differ";
    const batch = broadcastShapes(x!.slice(0, -2), y!.slice(0, -2));
    return batch === null ? "the leading dimensions do not broadcast" : [...batch, x!.at(-2)!, y!.at(-1)!];
  },
  conv,
  convTranspose: (g, [x, w]) => {
    if (x!.length !== 4 || w!.length !== 4) return "both must have rank 4";
    if (x![1] !== w![0]) return `${x![1]} channels meet a filter for ${w![0]}`;
    if (g.outputPadding.some((n, axis) => n < 0 || n >= g.strides[axis]!)) return "output padding must be below stride";
    const bad = badGeometry(g);
    if (bad !== null) return bad;
    const height = convTransposeOutput(x![2]!, w![2]!, g, 0) + g.outputPadding[0];
    return [x![0]!, w![1]!, height, convTransposeOutput(x![3]!, w![3]!, g, 1) + g.outputPadding[1]];
  },
  convFilterGrad: (g, [x, dy]) => {
    if (x!.length !== 4 || dy!.length !== 4) return "both must have rank 4";
    const filter = [dy![1]!, x![1]!, ...g.kernel];
    const result = conv(g, [x!, filter]);
    if (typeof result === "string") return result;
    return sameShape(result, dy!) ? filter : `a convolution with that kernel gives [${result.join(", ")}]`;
  },
};

/**
 * The shape of the result of an operation.
 *
 * @throws an internal error that names the operation, the shapes and the origin when the operands do not fit.
 */
export function inferShape<K extends OpName>(
  op: K,
  attrs: OpAttributes[K],
  inputs: readonly Shape[],
  origin: Origin | null,
): Shape {
  const count = arity[op];
  const wrongCount = count === null ? inputs.length === 0 : inputs.length !== count;
  const shape = wrongCount ? `it takes ${count ?? "one or more"} operands` : rules[op](attrs, inputs);
  const problem = typeof shape === "string" ? shape : badDimensions(shape);
  if (problem !== null) {
    const operands = inputs.map((input) => `[${input.join(", ")}]`).join(" and ");
    const place = origin === null ? "" : ` at ${origin.source}, offset ${origin.start}`;
    throw new Error(`internal: ${op} ${JSON.stringify(attrs)} of ${operands}${place}: ${problem}`);
  }
  return shape as Shape;
}

/** Why this cannot be the shape of a node, or null. Dimensions are positive: there are no empty tensors. */
export function badDimensions(shape: Shape): string | null {
  return shape.every((dim) => Number.isInteger(dim) && dim > 0)
    ? null
    : `[${shape.join(", ")}] has a dimension that is not a positive integer`;
}
