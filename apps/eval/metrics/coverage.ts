/** Precision and recall of generated pictures: how many of them are plausible, and how much of what is real they cover. */
import type { Features } from "./features.ts";
import { squaredDistances } from "./products.ts";

export interface Coverage {
  /** share of generated rows that lie within reach of real ones */
  readonly precision: number;
  /** share of real rows that lie within reach of generated ones */
  readonly recall: number;
}

/**
 * A row is within reach of a set where it is no farther from one of its rows than that row's k-th nearest neighbour in the
 * set: Kynkäänniemi et al. 2019 (arXiv 1904.06991), equations 1 and 2. Both sets need more than k rows; equal numbers of
 * rows make the two shares comparable.
 */
export function coverage(real: Features, generated: Features, k = 3): Coverage {
  return {
    precision: shareWithinReach(generated, real, k),
    recall: shareWithinReach(real, generated, k),
  };
}

function shareWithinReach(rows: Features, set: Features, k: number): number {
  const reach = reachOf(set, k);
  const distances = squaredDistances(rows, set);
  let within = 0;
  for (let i = 0; i < rows.rows; i++) {
    if (reach.some((limit, j) => distances[i * set.rows + j]! <= limit)) within++;
  }
  return within / rows.rows;
}

/** Squared distance of each row to its k-th nearest other row of the set. */
function reachOf(set: Features, k: number): Float64Array {
  if (set.rows <= k) throw new Error(`internal: ${k} neighbours among ${set.rows} rows`);
  const distances = squaredDistances(set, set);
  // sorted, a row itself comes first with distance 0
  return Float64Array.from({ length: set.rows }, (_, i) => {
    return distances.slice(i * set.rows, (i + 1) * set.rows).sort()[k]!;
  });
}
