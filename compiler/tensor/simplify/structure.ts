/** Rewrites of reductions and of the operations that move elements: those that change nothing, and chains of two. */
import { sameShape, type Shape, sizeOf } from "#runtime/tensor";
import type { Rewrite, Rewriter, Rewrites } from "./rewriter.ts";

/** The shape without its leading axes of size 1. */
function withoutLeadingOnes(shape: Shape): Shape {
  const first = shape.findIndex((dim) => dim !== 1);
  return first === -1 ? [] : shape.slice(first);
}

/** Nothing is reduced where all axes have size 1. */
const reduceNothing: Rewrite<"sum" | "max"> = (r, { attrs: { axes }, inputs: [x], shape }) =>
  axes.every((axis) => r.shape(x!)[axis] === 1) ? r.emit("reshape", { shape }, x!) : null;

/** The order and grouping of elements does not matter to the sum of all. */
const sumOfAll: Rewrite<"sum"> = (r, { attrs: { axes }, inputs: [x], shape }) => {
  const node = r.is(x!, "reshape") ?? r.is(x!, "transpose");
  if (node === null || axes.length !== r.shape(x!).length) return null;
  const source = node.inputs[0]!;
  const all = r.shape(source).map((_, axis) => axis);
  const total = all.length === 0 ? source : r.emit("sum", { axes: all, keepdims: false }, source);
  return r.emit("reshape", { shape }, total);
};

const sumOfSum: Rewrite<"sum"> = (r, { attrs: { axes, keepdims }, inputs: [x] }) => {
  const inner = r.is(x!, "sum");
  if (inner === null || inner.attrs.keepdims !== keepdims) return null;
  const source = inner.inputs[0]!;
  const left = r.shape(source).flatMap((_, axis) => (keepdims || !inner.attrs.axes.includes(axis) ? [axis] : []));
  const joined = new Set([...inner.attrs.axes, ...axes.map((axis) => left[axis]!)]);
  return r.emit("sum", { axes: [...joined].sort((a, b) => a - b), keepdims }, source);
};

/** What was repeated n times and is then summed is n times as much. */
const sumOfRepeated: Rewrite<"sum"> = (r, { attrs: { axes }, inputs: [x], shape }) => {
  const node = r.is(x!, "broadcastTo");
  if (node === null) return null;
  const large = r.shape(x!);
  const small = r.shape(node.inputs[0]!);
  const aligned = [...large.slice(small.length).map(() => 1), ...small];
  const times = axes.reduce((n, axis) => (aligned[axis] === 1 ? n * large[axis]! : n), 1);
  if (times === 1) return null;
  const once = r.emit("sum", { axes, keepdims: true }, reshaped(r, node.inputs[0]!, aligned));
  const kept = large.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return reshaped(r, r.fit(r.emit("mul", {}, once, r.scalar(times)), kept), shape);
};

function reshaped(r: Rewriter, id: number, shape: Shape): number {
  return r.emit("reshape", { shape }, id);
}

const sumOfNegated: Rewrite<"sum"> = (r, { attrs, inputs: [x] }) => {
  const node = r.is(x!, "neg");
  return node === null ? null : r.emit("neg", {}, r.emit("sum", attrs, node.inputs[0]!));
};

const reshape: Rewrite<"reshape"> = (r, { attrs, inputs: [x], shape }) => {
  if (sameShape(r.shape(x!), shape)) return x!;
  const node = r.is(x!, "reshape");
  return node === null ? null : r.emit("reshape", attrs, node.inputs[0]!);
};

const transpose: Rewrite<"transpose"> = (r, { attrs: { perm }, inputs: [x], shape }) => {
  const from = r.shape(x!);
  const moved = perm.filter((axis) => from[axis] !== 1);
  // axes of size 1 can go anywhere without moving an element
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return reshaped(r, x!, shape);
  const inner = r.is(x!, "transpose");
  if (inner === null) return null;
  return r.emit("transpose", { perm: perm.map((axis) => inner.attrs.perm[axis]!) }, inner.inputs[0]!);
};

const broadcastTo: Rewrite<"broadcastTo"> = (r, { attrs, inputs: [x], shape }) => {
  const from = r.shape(x!);
  if (sameShape(from, shape)) return x!;
  if (sizeOf(from) === sizeOf(shape)) return reshaped(r, x!, shape);
  const again = r.is(x!, "broadcastTo");
  if (again !== null) return r.emit("broadcastTo", attrs, again.inputs[0]!);
  const padded = r.is(x!, "reshape")?.inputs[0];
  if (padded === undefined || !sameShape(withoutLeadingOnes(r.shape(padded)), withoutLeadingOnes(from))) return null;
  return r.shape(padded).length <= shape.length ? r.emit("broadcastTo", attrs, padded) : null;
};

const concat: Rewrite<"concat"> = (_, { inputs }) => (inputs.length === 1 ? inputs[0]! : null);

const slice: Rewrite<"slice"> = (r, { attrs: { starts, ends, steps }, inputs: [x], shape }) => {
  if (sameShape(r.shape(x!), shape)) return x!;
  const inner = r.is(x!, "slice");
  if (inner === null) return null;
  const first = inner.attrs.starts.map((start, i) => start + starts[i]! * inner.attrs.steps[i]!);
  return r.emit(
    "slice",
    {
      starts: first,
      ends: first.map((start, i) => start + (ends[i]! - 1 - starts[i]!) * inner.attrs.steps[i]! + 1),
      steps: steps.map((step, i) => step * inner.attrs.steps[i]!),
    },
    inner.inputs[0]!,
  );
};

/** A slice that lies within one part of a concatenation. */
const sliceOfConcat: Rewrite<"slice"> = (r, { attrs: { starts, ends, steps }, inputs: [x] }) => {
  const node = r.is(x!, "concat");
  if (node === null) return null;
  const { axis } = node.attrs;
  let offset = 0;
  for (const part of node.inputs) {
    const size = r.shape(part)[axis]!;
    if (starts[axis]! >= offset && ends[axis]! <= offset + size) {
      const within = (bounds: readonly number[]) => bounds.map((bound, i) => (i === axis ? bound - offset : bound));
      return r.emit("slice", { starts: within(starts), ends: within(ends), steps }, part);
    }
    offset += size;
  }
  return null;
};

const pad: Rewrite<"pad"> = (r, { inputs: [x], shape }) => (sameShape(r.shape(x!), shape) ? x! : null);

export const structure: Rewrites = {
  sum: [reduceNothing, sumOfAll, sumOfSum, sumOfRepeated, sumOfNegated],
  max: [reduceNothing],
  reshape: [reshape],
  transpose: [transpose],
  broadcastTo: [broadcastTo],
  concat: [concat],
  slice: [slice, sliceOfConcat],
  pad: [pad],
};
