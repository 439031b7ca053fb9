/**
 * Functions that are compositions of operations: softmax, moments, losses on logits, resizing. They append to the builder
 * they are given and are differentiable as far as their operations are.
 */
import { tensor } from "#runtime/tensor";
import type { Builder, Operand, Value } from "./build.ts";

/** x^2, elementwise. */
export function square(b: Builder, x: Operand): Value {
  return b.mul(x, x);
}

/** 1 - x, elementwise. */
export function oneMinus(b: Builder, x: Operand): Value {
  return b.sub(1, x);
}

/** -1, 0 or 1, elementwise. */
export function sign(b: Builder, x: Operand): Value {
  return b.sub(b.greater(x, 0), b.less(x, 0));
}

/** Mean and (biased) variance over the axes, all of them by default. */
export function moments(
  b: Builder,
  x: Value,
  axes?: readonly number[],
  keepdims = false,
): { readonly mean: Value; readonly variance: Value } {
  const kept = b.mean(x, axes, true);
  const variance = b.mean(square(b, b.sub(x, kept)), axes, keepdims);
  return { mean: b.reshape(kept, variance.shape), variance };
}

/** Mean squared deviation from the mean over the axes, all of them by default. */
export function variance(b: Builder, x: Value, axes?: readonly number[], keepdims = false): Value {
  return moments(b, x, axes, keepdims).variance;
}

/** log(sum(exp(x))) along an axis, without overflow. */
export function logSumExp(b: Builder, x: Value, axis = -1, keepdims = false): Value {
  const top = b.max(x, [axis], true);
  const result = b.add(top, b.log(b.sum(b.exp(b.sub(x, top)), [axis], true)));
  return keepdims ? result : b.reshape(result, b.sum(x, [axis]).shape);
}

/** log(softmax(x)) along an axis, without overflow. */
export function logSoftmax(b: Builder, x: Value, axis = -1): Value {
  return b.sub(x, logSumExp(b, x, axis, true));
}

/** exp(x) / sum(exp(x)) along an axis, without overflow. */
export function softmax(b: Builder, x: Value, axis = -1): Value {
  const weights = b.exp(b.sub(x, b.max(x, [axis], true)));
  return b.div(weights, b.sum(weights, [axis], true));
}

/** -(t log sigmoid(x) + (1 - t) log sigmoid(-x)), elementwise, without overflow; targets in [0, 1]. */
export function binaryCrossEntropyWithLogits(b: Builder, logits: Value, targets: Operand): Value {
  return b.sub(b.softplus(logits), b.mul(logits, targets));
}

/** -sum(t log softmax(x)) along an axis, which is removed; targets are distributions along that axis. */
export function crossEntropyWithLogits(b: Builder, logits: Value, targets: Operand, axis = -1): Value {
  return b.neg(b.sum(b.mul(logSoftmax(b, logits, axis), targets), [axis]));
}

/** [...shape] of indices 0 .. depth - 1 -> [...shape, depth] of zeros and a one. */
export function oneHot(b: Builder, indices: Value, depth: number): Value {
  const states = b.constant(
    tensor(
      [depth],
      Array.from({ length: depth }, (_, state) => state),
    ),
  );
  return b.equal(b.reshape(indices, [...indices.shape, 1]), states);
}

/** [n, ...] -> [n, rest] */
export function flatten(b: Builder, x: Value): Value {
  return b.reshape(x, [x.shape[0]!, -1]);
}

/** The columns (last axis) of these indices, in this order. */
export function selectColumns(b: Builder, x: Value, columns: readonly number[]): Value {
  const axis = x.shape.length - 1;
  const parts = runsOf(columns).map(([from, to]) => {
    const starts = x.shape.map((_, i) => (i === axis ? from : 0));
    return b.slice(
      x,
      starts,
      x.shape.map((dim, i) => (i === axis ? to : dim)),
    );
  });
  return b.concat(parts, axis);
}

/** Splits indices into half-open ranges of consecutive ones, so that neighbours are taken by one slice. */
function runsOf(indices: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const index of indices) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index) last[1]++;
    else runs.push([index, index + 1]);
  }
  return runs;
}

/** [n, c, h, w] -> [n, c, h * factor, w * factor], each pixel repeated. */
export function upsampleNearest(b: Builder, x: Value, factor: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const repeated = b.broadcastTo(b.reshape(x, [n, c, h, 1, w, 1]), [n, c, h, factor, w, factor]);
  return b.reshape(repeated, [n, c, h * factor, w * factor]);
}

/** [n, c, h, w] -> [n, c, h / factor, w / factor], the mean of each tile; factor divides both sizes. */
export function averagePool(b: Builder, x: Value, factor: number): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return b.mean(b.reshape(x, [n, c, h / factor, factor, w / factor, factor]), [3, 5]);
}
