/**
 * How far what a network says of the labels is from the labels, by the three measures of CausalBEGAN. Labels are encoded
 * in columns; cross entropies are in `cross-entropy.ts`.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import { square } from "#compiler/tensor/compose";
import { type ColumnGroup, labelLoss, labelPrediction } from "./cross-entropy.ts";

/** `square`: the Brier score; `absolute`: |p - label|, which is not a proper scoring rule; `cross_entropy`: -log p. */
export const labelDistances = ["square", "absolute", "cross_entropy"] as const;
export type LabelDistance = (typeof labelDistances)[number];

/**
 * The mean over the batch and the labels, a scalar. Outputs are logits [batch, width], labels [batch, width]. A bool has
 * one column and a categorical one for each state, whose differences are halved: as a bool is a categorical of two states,
 * both count alike. Real columns are compared as they are.
 */
export function labelDistance(
  b: Builder,
  kind: LabelDistance,
  groups: readonly ColumnGroup[],
  outputs: Value,
  labels: Value,
): Value {
  if (kind === "cross_entropy") return b.mul(b.mean(labelLoss(b, groups, outputs, labels)), 1 / groups.length);
  const difference = b.sub(labelPrediction(b, groups, outputs), labels);
  const each = kind === "square" ? square(b, difference) : b.abs(difference);
  const [batch, width] = labels.shape as [number, number];
  const weights = columnWeights(groups, width);
  const weighted = weights === null ? each : b.mul(each, b.constant({ shape: [width], data: weights }));
  return b.mul(b.sum(weighted), 1 / (batch * groups.length));
}

/** 1/2 for the columns of categoricals; null where there are none. */
function columnWeights(groups: readonly ColumnGroup[], width: number): Float32Array | null {
  if (groups.every(({ kind }) => kind !== "states")) return null;
  const weights = new Float32Array(width).fill(1);
  for (const { start, size, kind } of groups) if (kind === "states") weights.fill(0.5, start, start + size);
  return weights;
}
