/**
 * Cross entropies of labels, from logits. Proper scoring rules, and the swapped order that the released CausalGAN uses.
 * Labels are encoded in columns: one for a bool, one for each state otherwise.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import { binaryCrossEntropyWithLogits, crossEntropyWithLogits, softmax } from "#compiler/tensor/compose";

/** A run of label columns that belong to one node: one column of a Bernoulli, or several of a categorical. */
export interface ColumnGroup {
  readonly start: number;
  readonly size: number;
}

/**
 * The cross entropy of all labels of an example, summed over nodes (so that it is -log P(labels) where the labels are
 * independent given the image): logits and labels [batch, width] -> [batch, 1].
 */
export function labelCrossEntropy(b: Builder, groups: readonly ColumnGroup[], logits: Value, labels: Value): Value {
  const binary = (x: Value, t: Value) => b.sum(binaryCrossEntropyWithLogits(b, x, t), [1], true);
  if (groups.every((group) => group.size === 1)) return binary(logits, labels);
  const batch = logits.shape[0]!;
  return groups
    .map(({ start, size }) => {
      const [x, t] = [logits, labels].map((all) => b.slice(all, [0, start], [batch, start + size])) as [Value, Value];
      return size === 1 ? binary(x, t) : b.reshape(crossEntropyWithLogits(b, x, t), [batch, 1]);
    })
    .reduce((total, loss) => b.add(total, loss));
}

/** Probabilities of label columns from logits: sigmoid of the single columns, softmax of the groups. [batch, width] */
export function labelProbabilities(b: Builder, groups: readonly ColumnGroup[], logits: Value): Value {
  const batch = logits.shape[0]!;
  if (groups.every((group) => group.size === 1)) return b.sigmoid(logits);
  return b.concat(
    groups.map(({ start, size }) => {
      const own = b.slice(logits, [0, start], [batch, start + size]);
      return size === 1 ? b.sigmoid(own) : softmax(b, own);
    }),
    1,
  );
}

/**
 * The released CausalGAN's order of arguments: -[p log y + (1 - p) log(1 - y)] with the network's p = sigmoid(logit) as
 * the target and the label y as the prediction. It is linear in p, hence not a proper scoring rule. `labelLogits` is
 * logit(y), so that it equals softplus(logit y) - p logit y. Elementwise.
 */
export function swappedCrossEntropy(b: Builder, logits: Value, labelLogits: Value): Value {
  return b.sub(b.softplus(labelLogits), b.mul(b.sigmoid(logits), labelLogits));
}
