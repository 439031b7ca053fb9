/** How different the pictures of one set are from each other: collapsed ones are all alike. */
import type { Features } from "./features.ts";
import { type Estimate, z95 } from "./intervals.ts";
import { squaredDistances } from "./products.ts";

/**
 * Mean Euclidean distance of two different rows, divided by the root of their width (so that it is a root mean square
 * difference of an entry), with a 95 % interval. The mean over pairs is a U-statistic; its variance is 4 / n times that of
 * a row's mean distance to the others (Hoeffding 1948, theorem 7.1). Needs two rows. Within a label, the mean distance of pairs
 * is the diversity of Zhu et al. 2017 (arXiv 1711.11586), section 5, with another distance in the place of LPIPS.
 */
export function meanDistance(set: Features): Estimate {
  const { rows, width } = set;
  if (rows < 2) throw new Error(`internal: the mean distance within ${rows} rows`);
  const distances = squaredDistances(set, set);
  const ofRow = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      const distance = Math.sqrt(distances[i * rows + j]! / width);
      ofRow[i]! += distance / (rows - 1);
      ofRow[j]! += distance / (rows - 1);
    }
  }
  const value = ofRow.reduce((sum, each) => sum + each, 0) / rows;
  const variance = ofRow.reduce((sum, each) => sum + (each - value) ** 2, 0) / (rows - 1);
  const half = z95 * 2 * Math.sqrt(variance / rows);
  return { value, low: Math.max(0, value - half), high: value + half, n: rows };
}
