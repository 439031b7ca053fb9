/** How far the label distribution of a fitted model is from data: total variation, by both definitions, with its floor. */
import type { CausalModel } from "#compiler/causal/model";
import { jointTable } from "#compiler/inference/joint";
import { statesOf } from "#lang/types/type";
import type { Labels, OpenData } from "../api/data.ts";
import { loadVocabulary } from "../api/project.ts";
import { samplingFloor, totalVariation, totalVariationAmongSeen } from "./metrics/label-distance.ts";

export interface Distance {
  readonly rows: number;
  /** total variation distance between the model and the rows, all combinations counted: 0 to 1 */
  readonly tvd: number;
  /** as the released CausalGAN computes it */
  readonly amongSeen: number;
  /** what as many rows drawn from the training rows would show: no model of the population can be expected below */
  readonly floor: number;
}

export interface LabelReport {
  /** of states of all labels together */
  readonly combinations: number;
  readonly training: Distance;
  readonly heldOut: Distance | null;
}

const largestJoint = 1 << 20;

/** Null where a label is continuous or the joint has more than 2^20 combinations. */
export function labelReport(model: CausalModel, data: OpenData, labels: Labels): LabelReport | null {
  const names = labels.layout.entries.map((entry) => entry.name);
  const sizes = sizesOf(model, names);
  const combinations = sizes.reduce((product, size) => product * size, 1);
  if (combinations > largestJoint) return null;

  const joint = jointTable(model, names, loadVocabulary());
  const columns = names.map((name) => labels.columns[name]!);
  const training = jointShares(columns, sizes, data.training);
  const distance = (rows: Int32Array, observed: Float64Array): Distance => ({
    rows: rows.length,
    tvd: totalVariation(joint, observed),
    amongSeen: totalVariationAmongSeen(joint, observed),
    floor: samplingFloor(training, rows.length),
  });
  return {
    combinations,
    training: distance(data.training, training),
    heldOut: data.heldOut.length === 0 ? null : distance(data.heldOut, jointShares(columns, sizes, data.heldOut)),
  };
}

/** Numbers of states by node; infinite for a continuous one. */
export function sizesOf(model: CausalModel, names: readonly string[]): readonly number[] {
  return names.map((name) => {
    const node = model.nodes.find((other) => other.name === name)!;
    return statesOf(node.type)?.length ?? Number.POSITIVE_INFINITY;
  });
}

/** Shares of the combinations of states among these rows, the last column fastest: what `jointTable` is for a model. */
export function jointShares(
  columns: readonly ArrayLike<number>[],
  sizes: readonly number[],
  rows: ArrayLike<number>,
): Float64Array {
  const shares = new Float64Array(sizes.reduce((product, size) => product * size, 1));
  for (let i = 0; i < rows.length; i++) {
    const cell = columns.reduce((index, column, k) => index * sizes[k]! + column[rows[i]!]!, 0);
    shares[cell]! += 1 / rows.length;
  }
  return shares;
}
