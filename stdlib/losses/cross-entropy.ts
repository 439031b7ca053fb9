/**
 * Losses of labels: proper scoring rules of what a network says about them, and the swapped cross entropy that the released
 * CausalGAN uses. Labels are encoded in columns, as `labelLayout` of the compiler does it.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import {
  binaryCrossEntropyWithLogits,
  crossEntropyWithLogits,
  oneMinus,
  softmax,
  square,
} from "#compiler/tensor/compose";

/** The columns of one label: one of a bool, one for each state of a categorical, or the numbers of a real node. */
export interface ColumnGroup {
  readonly start: number;
  readonly size: number;
  readonly kind: "bool" | "states" | "real";
}

/**
 * -log P(label | image), summed over the labels of an example: outputs of the network and labels are [batch, width], the
 * result is [batch, 1]. The outputs are logits; of a real label they are the mean of a normal of variance 1, and the
 * constant of its density is left out.
 */
export function labelLoss(b: Builder, groups: readonly ColumnGroup[], outputs: Value, labels: Value): Value {
  const batch = outputs.shape[0]!;
  const parts = runsOfBools(groups).map(({ start, size, kind }) => {
    const [x, t] = [outputs, labels].map((all) => b.slice(all, [0, start], [batch, start + size])) as [Value, Value];
    if (kind === "bool") return b.sum(binaryCrossEntropyWithLogits(b, x, t), [1], true);
    if (kind === "states") return b.reshape(crossEntropyWithLogits(b, x, t), [batch, 1]);
    return b.mul(b.sum(square(b, b.sub(x, t)), [1], true), 0.5);
  });
  return parts.reduce((total, part) => b.add(total, part));
}

/** What the outputs say: probabilities of discrete columns, and real columns as they are. [batch, width] */
export function labelPrediction(b: Builder, groups: readonly ColumnGroup[], outputs: Value): Value {
  const batch = outputs.shape[0]!;
  const parts = runsOfBools(groups).map(({ start, size, kind }) => {
    const own = b.slice(outputs, [0, start], [batch, start + size]);
    return kind === "bool" ? b.sigmoid(own) : kind === "states" ? softmax(b, own) : own;
  });
  return b.concat(parts, 1);
}

/** Neighbouring bools as one group: they are independent of each other, and one operation does for all of them. */
function runsOfBools(groups: readonly ColumnGroup[]): readonly ColumnGroup[] {
  const runs: ColumnGroup[] = [];
  for (const group of groups) {
    const last = runs.at(-1);
    if (group.kind === "bool" && last?.kind === "bool") runs[runs.length - 1] = { ...last, size: last.size + 1 };
    else runs.push(group);
  }
  return runs;
}

/**
 * The released CausalGAN's order of arguments: -sum p log y with what the network says, p, as the target and the label y,
 * a soft probability within (0, 1), as the prediction. It is linear in p, hence not a proper scoring rule. Shapes as in
 * `labelLoss`; there is nothing to swap in a real label.
 */
export function swappedLabelLoss(b: Builder, groups: readonly ColumnGroup[], outputs: Value, soft: Value): Value {
  const batch = outputs.shape[0]!;
  const parts = runsOfBools(groups).map(({ start, size, kind }) => {
    const [x, y] = [outputs, soft].map((all) => b.slice(all, [0, start], [batch, start + size])) as [Value, Value];
    if (kind === "real") return b.mul(b.sum(square(b, b.sub(x, y)), [1], true), 0.5);
    if (kind === "states") return b.neg(b.sum(b.mul(softmax(b, x), b.log(y)), [1], true));
    const isTrue = b.mul(b.sigmoid(x), b.log(y));
    return b.neg(b.sum(b.add(isTrue, b.mul(b.sigmoid(b.neg(x)), b.log(oneMinus(b, y)))), [1], true));
  });
  return parts.reduce((total, part) => b.add(total, part));
}
