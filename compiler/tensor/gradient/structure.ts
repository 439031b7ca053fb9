/** Gradient rules of reductions and of the operations that move elements without changing them. */
import type { OpName } from "#runtime/program/ops";
import type { Shape } from "#runtime/tensor";
import type { Builder, Value } from "../build.ts";
import type { GradientRules } from "./rule.ts";

type Structural = Extract<OpName, "sum" | "max" | "reshape" | "transpose" | "broadcastTo" | "concat" | "slice" | "pad">;

/** Sums a value over whatever broadcasting repeated, back to the shape it had before. */
export function sumTo(b: Builder, x: Value, shape: Shape): Value {
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dim, axis) => (axis < extra || (shape[axis - extra] === 1 && dim !== 1) ? [axis] : []));
  return b.reshape(b.sum(x, axes, extra === 0), shape);
}

/** Puts the reduced axes back, with size 1. */
function restoreAxes(b: Builder, y: Value, shape: Shape, axes: readonly number[]): Value {
  return b.reshape(
    y,
    shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  );
}

export const structure: GradientRules<Structural> = {
  sum: (b, { attrs, inputs: [x], dy }) => [() => b.broadcastTo(restoreAxes(b, dy, x!.shape, attrs.axes), x!.shape)],
  // ties share the gradient equally
  max: (b, { attrs, inputs: [x], output, dy }) => [
    () => {
      const mask = b.equal(x!, restoreAxes(b, output, x!.shape, attrs.axes));
      const ties = b.sum(mask, attrs.axes, true);
      return b.mul(mask, b.div(restoreAxes(b, dy, x!.shape, attrs.axes), ties));
    },
  ],
  reshape: (b, { inputs: [x], dy }) => [() => b.reshape(dy, x!.shape)],
  transpose: (b, { attrs, dy }) => [
    () =>
      b.transpose(
        dy,
        attrs.perm.map((_, axis) => attrs.perm.indexOf(axis)),
      ),
  ],
  // the pass sums over what was repeated
  broadcastTo: (_, { dy }) => [() => dy],
  concat: (b, { attrs: { axis }, inputs, dy }) => {
    let end = 0;
    return inputs.map((x) => {
      const start = end;
      end += x.shape[axis]!;
      const upTo = end;
      return () =>
        b.slice(
          dy,
          dy.shape.map((_, i) => (i === axis ? start : 0)),
          dy.shape.map((dim, i) => (i === axis ? upTo : dim)),
        );
    });
  },
  slice: (b, { attrs: { starts, steps }, inputs: [x], output, dy }) => [
    () => {
      const interior = steps.map((step) => step - 1);
      const last = output.shape.map((dim, i) => starts[i]! + (dim - 1) * steps[i]!);
      return b.pad(
        dy,
        starts,
        x!.shape.map((dim, i) => dim - 1 - last[i]!),
        interior,
      );
    },
  ],
  pad: (b, { attrs: { low, interior }, inputs: [x], dy }) => [
    () => {
      const steps = interior.map((gap) => gap + 1);
      const ends = x!.shape.map((dim, i) => low[i]! + (dim - 1) * steps[i]! + 1);
      return b.slice(dy, low, ends, steps);
    },
  ],
};
