/** The Fréchet distance of two sets of features, each taken for a normal distribution: FID with the features that are handed in. */
import type { Features } from "./features.ts";
import { cholesky, multiply, singularValues, type SquareMatrix, trace, transpose } from "./matrices.ts";

export interface Moments {
  readonly mean: Float64Array;
  readonly covariance: SquareMatrix;
}

/** Mean and unbiased covariance (divided by rows - 1) of at least two rows. */
export function momentsOf({ rows, width: n, data }: Features): Moments {
  if (rows < 2) throw new Error(`internal: moments of ${rows} rows`);
  const mean = new Float64Array(n);
  for (let row = 0; row < rows; row++) for (let k = 0; k < n; k++) mean[k]! += data[row * n + k]! / rows;
  const covariance = new Float64Array(n * n);
  const centred = new Float64Array(n);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < n; k++) centred[k] = data[row * n + k]! - mean[k]!;
    for (let i = 0; i < n; i++) {
      const factor = centred[i]!;
      if (factor === 0) continue;
      for (let j = i; j < n; j++) covariance[i * n + j]! += factor * centred[j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      covariance[i * n + j]! /= rows - 1;
      covariance[j * n + i] = covariance[i * n + j]!;
    }
  }
  return { mean, covariance: { size: n, data: covariance } };
}

/**
 * |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)): Heusel et al. 2017 (arXiv 1706.08500), equation 6; the squared
 * 2-Wasserstein distance of the two normals. With C1 = L1 L1' and C2 = L2 L2', the eigenvalues of C1 C2 are the squared singular
 * values of L1' L2, so that no root of a matrix is needed. Biased upwards for few rows: look at the floor of equally many real ones.
 */
export function frechetDistance(p: Moments, q: Moments): number {
  let distance = trace(p.covariance) + trace(q.covariance);
  for (let k = 0; k < p.mean.length; k++) distance += (p.mean[k]! - q.mean[k]!) ** 2;
  const product = multiply(transpose(cholesky(p.covariance)), cholesky(q.covariance));
  for (const value of singularValues(product)) distance -= 2 * value;
  return Math.max(0, distance);
}
