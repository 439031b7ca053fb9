/** How far the label distribution of a fitted model is from data: total variation over all combinations of states. */
import type { CausalModel } from "#compiler/causal/model";
import { jointTable, totalVariation } from "#compiler/inference/joint";
import { statesOf } from "#lang/types/type";
import { createStream } from "#runtime/random";
import type { Labels, OpenData } from "./data.ts";
import { loadVocabulary } from "./project.ts";

export interface Distance {
  readonly rows: number;
  /** total variation distance between the model and the rows, all combinations counted: 0 to 1 */
  readonly tvd: number;
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
const resamples = 20;

/** Null where a label is continuous or the joint has more than 2^20 combinations. */
export function labelReport(model: CausalModel, data: OpenData, labels: Labels): LabelReport | null {
  const names = labels.layout.entries.map((entry) => entry.name);
  const nodes = names.map((name) => model.nodes.find((node) => node.name === name)!);
  const sizes = nodes.map((node) => statesOf(node.type)?.length ?? Number.POSITIVE_INFINITY);
  const combinations = sizes.reduce((product, size) => product * size, 1);
  if (combinations > largestJoint) return null;

  const joint = jointTable(model, names, loadVocabulary());
  const shares = (rows: Int32Array): Float64Array => {
    const counts = new Float64Array(combinations);
    for (const row of rows) {
      let cell = 0;
      names.forEach((name, i) => {
        cell = cell * sizes[i]! + labels.columns[name]![row]!;
      });
      counts[cell]! += 1 / rows.length;
    }
    return counts;
  };
  const training = shares(data.training);
  const distance = (rows: Int32Array, observed: Float64Array): Distance => ({
    rows: rows.length,
    tvd: totalVariation(joint, observed),
    floor: samplingFloor(training, rows.length),
  });
  return {
    combinations,
    training: distance(data.training, training),
    heldOut: data.heldOut.length === 0 ? null : distance(data.heldOut, shares(data.heldOut)),
  };
}

/** Mean distance between a distribution and `rows` draws from it. */
function samplingFloor(distribution: Float64Array, rows: number): number {
  const cumulative = new Float64Array(distribution.length);
  let sum = 0;
  distribution.forEach((share, i) => {
    sum += share;
    cumulative[i] = sum;
  });
  let total = 0;
  for (let round = 0; round < resamples; round++) {
    const stream = createStream(0, "sampling floor", round);
    const drawn = new Float64Array(distribution.length);
    for (let i = 0; i < rows; i++) drawn[search(cumulative, stream.uniform() * sum)]! += 1 / rows;
    total += totalVariation(distribution, drawn) / resamples;
  }
  return total;
}

/** The first index whose cumulative share is above the value. */
function search(cumulative: Float64Array, value: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
