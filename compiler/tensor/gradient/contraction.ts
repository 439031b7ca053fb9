/**
 * Gradient rules of the contractions. The three convolutions are the partial derivatives of one trilinear form
 * <small, conv(big, filter)>, so each gradient is another of the three with the same geometry.
 */
import type { ConvGeometry, OpName } from "#runtime/program/ops";
import type { Builder, Value } from "../build.ts";
import { convTransposeOutput } from "../shape.ts";
import type { GradientRules } from "./rule.ts";

type Contraction = Extract<OpName, "matmul" | "conv" | "convTranspose" | "convFilterGrad">;

/** Swaps the last two axes. */
function transposed(b: Builder, x: Value): Value {
  const rank = x.shape.length;
  return b.transpose(
    x,
    x.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis)),
  );
}

/** x [..., n, k] -> [rows, k] */
function asRows(b: Builder, x: Value): Value {
  return b.reshape(x, [-1, x.shape.at(-1)!]);
}

/** The adjoint of conv in its map: spreads `small` over a map as large as `like`. */
function spread(b: Builder, small: Value, filter: Value, g: ConvGeometry, like: Value): Value {
  const missing = ([0, 1] as const).map(
    (axis) => like.shape[axis + 2]! - convTransposeOutput(small.shape[axis + 2]!, filter.shape[axis + 2]!, g, axis),
  );
  return b.convTranspose(small, filter, g, [missing[0]!, missing[1]!]);
}

function kernelOf(filter: Value): [number, number] {
  return [filter.shape[2]!, filter.shape[3]!];
}

export const contraction: GradientRules<Contraction> = {
  matmul: (b, { inputs: [x, y], dy }) => [
    () => b.matmul(dy, transposed(b, y!)),
    // a matrix shared by a batch: one product over all rows instead of a batch of them and a sum
    () =>
      y!.shape.length === 2 ? b.matmul(transposed(b, asRows(b, x!)), asRows(b, dy)) : b.matmul(transposed(b, x!), dy),
  ],
  conv: (b, { attrs, inputs: [x, w], dy }) => [
    () => spread(b, dy, w!, attrs, x!),
    () => b.convFilterGrad(x!, dy, attrs, kernelOf(w!)),
  ],
  convTranspose: (b, { attrs, inputs: [x, w], dy }) => [
    () => b.conv(dy, w!, attrs),
    () => b.convFilterGrad(dy, x!, attrs, kernelOf(w!)),
  ],
  convFilterGrad: (b, { attrs, inputs: [x, small], dy }) => [
    () => spread(b, small!, dy, attrs, x!),
    () => b.conv(x!, dy, attrs),
  ],
};
