/** How far two distributions of labels are apart: total variation, by our count and by the original's, and what chance alone shows. */
import { totalVariation } from "#compiler/inference/joint";
import { createStream } from "#runtime/random";

export { totalVariation };

/**
 * As the released CausalGAN computes it: combinations that the data lack are dropped from the model, and what is left is
 * normalised again. Mass on unseen combinations does not count, so that it is never above the true distance. Published numbers compare with this one. NaN where the model has no mass on what was seen.
 */
export function totalVariationAmongSeen(model: ArrayLike<number>, data: ArrayLike<number>): number {
  let kept = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! > 0) kept += model[i]!;
  let sum = 0;
  for (let i = 0; i < data.length; i++) if (data[i]! > 0) sum += Math.abs(model[i]! / kept - data[i]!);
  return sum / 2;
}

const resamples = 20;

/** Mean total variation between a distribution and `rows` draws from it: no model of the population can be expected below. */
export function samplingFloor(distribution: Float64Array, rows: number): number {
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
