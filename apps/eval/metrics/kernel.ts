/** The kernel distance of two sets of features: KID with the features that are handed in. */
import { createStream } from "#runtime/random";
import { type Features, takeRows } from "./features.ts";
import { products } from "./products.ts";

export interface KernelDistance {
  /** the mean over subsets; near 0, also below, where the distributions are the same */
  readonly value: number;
  /** of the mean: standard deviation over the subsets divided by the root of their number */
  readonly error: number;
  readonly subsets: number;
  /** rows of each side in a subset */
  readonly size: number;
}

/**
 * The unbiased estimate of the squared maximum mean discrepancy with the kernel k(x, y) = (x.y / d + 1)^3, averaged over
 * random subsets: Bińkowski et al. 2018 (arXiv 1801.01401), section 4. Needs four rows a side.
 */
export function kernelDistance(
  p: Features,
  q: Features,
  options: { readonly subsets: number; readonly size: number; readonly seed: number },
): KernelDistance {
  // at most half of the rows: subsets that are all the same would show no error
  const size = Math.min(options.size, Math.floor(Math.min(p.rows, q.rows) / 2));
  if (size < 2) throw new Error(`internal: a kernel distance of ${size} rows`);
  const { subsets, seed } = options;
  const values = Array.from({ length: subsets }, (_, i) => {
    const stream = createStream(seed, "kernel distance", i);
    const subset = (features: Features) => takeRows(features, stream.permutation(features.rows).subarray(0, size));
    return squaredDiscrepancy(subset(p), subset(q));
  });
  const value = values.reduce((sum, each) => sum + each, 0) / subsets;
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / Math.max(1, subsets - 1);
  return { value, error: Math.sqrt(variance / subsets), subsets, size };
}

/** The U-statistic of Gretton et al. 2012 (JMLR 13), equation 3: no row is compared with itself. */
export function squaredDiscrepancy(p: Features, q: Features): number {
  return meanKernel(p, p) + meanKernel(q, q) - 2 * meanKernel(p, q);
}

/** The mean of k(x, y) over the pairs of a row of each set; within one set, of different rows. */
function meanKernel(x: Features, y: Features): number {
  const dots = products(x, y);
  const own = x === y ? x.rows : 0;
  let sum = 0;
  for (let at = 0; at < dots.length; at++) {
    if (own > 0 && at % (own + 1) === 0) continue;
    const base = dots[at]! / x.width + 1;
    sum += base * base * base;
  }
  return sum / (dots.length - own);
}
