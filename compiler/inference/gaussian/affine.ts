/**
 * Affine forms c + a z over independent standard normal noises z: the one representation of a continuous node of a
 * linear-Gaussian model, in every world that shares the noise. What is known about z is in `condition.ts`.
 */

export interface Affine {
  readonly constant: number;
  /** of each noise; those beyond the end are 0 */
  readonly coefficients: Float64Array;
}

const none = new Float64Array(0);

export const constantForm = (constant: number): Affine => ({ constant, coefficients: none });

/** z_index alone. */
export function noiseForm(index: number): Affine {
  const coefficients = new Float64Array(index + 1);
  coefficients[index] = 1;
  return { constant: 0, coefficients };
}

export function scale(form: Affine, factor: number): Affine {
  return { constant: form.constant * factor, coefficients: form.coefficients.map((entry) => entry * factor) };
}

/** a + factor * b */
export function addScaled(a: Affine, b: Affine, factor = 1): Affine {
  const coefficients = new Float64Array(Math.max(a.coefficients.length, b.coefficients.length));
  coefficients.set(a.coefficients);
  for (let i = 0; i < b.coefficients.length; i++) coefficients[i]! += factor * b.coefficients[i]!;
  return { constant: a.constant + factor * b.constant, coefficients };
}

/** The sum of products of coefficients: the covariance of the forms where z is standard normal. */
export function covariance(a: Affine, b: Affine): number {
  return dot(a.coefficients, b.coefficients);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = Math.min(a.length, b.length) - 1; i >= 0; i--) sum += a[i]! * b[i]!;
  return sum;
}

export const isFiniteForm = (form: Affine): boolean =>
  Number.isFinite(form.constant) && form.coefficients.every(Number.isFinite);
