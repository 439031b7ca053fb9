/** The kernel distance of two sets of features: KID with the features that are handed in. */
import { createStream } from "#runtime/random";
import { type Features, takeRows } from "./features.ts";

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
  const within = (x: Features) => {
    let sum = 0;
    for (let i = 0; i < x.rows; i++) for (let j = i + 1; j < x.rows; j++) sum += kernel(x, i, x, j);
    return (2 * sum) / (x.rows * (x.rows - 1));
  };
  let between = 0;
  for (let i = 0; i < p.rows; i++) for (let j = 0; j < q.rows; j++) between += kernel(p, i, q, j);
  return within(p) + within(q) - (2 * between) / (p.rows * q.rows);
}

function kernel(x: Features, i: number, y: Features, j: number): number {
  const { width } = x;
  const [first, second] = [i * width, j * width];
  // four sums at a time: a processor adds them side by side
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < width; k += 4) {
    s0 += x.data[first + k]! * y.data[second + k]!;
    s1 += x.data[first + k + 1]! * y.data[second + k + 1]!;
    s2 += x.data[first + k + 2]! * y.data[second + k + 2]!;
    s3 += x.data[first + k + 3]! * y.data[second + k + 3]!;
  }
  for (; k < width; k++) s0 += x.data[first + k]! * y.data[second + k]!;
  const dot = s0 + s1 + s2 + s3;
  return (dot / width + 1) ** 3;
}
