/**
 * Conditioning of affine forms over standard normal noises on the values of some of them. What is left is an affine form
 * again, over noises that are standard normal again, so that nothing else is needed to answer.
 */
import { addScaled, type Affine, constantForm, covariance, dot, scale } from "./affine.ts";

export interface Conditioned {
  /** how many values are independent of each other: the density is one of so many dimensions */
  readonly rank: number;
  /** natural logarithm of the density at the values */
  readonly logDensity: number;
  /** the form given the values: its mean as the constant, what is still random as coefficients */
  posterior(form: Affine): Affine;
}

export interface Seen {
  readonly form: Affine;
  readonly value: number;
}

/** A direction of which less than this share is left is one that is known already: rounding leaves about 1e-15. */
const negligible = 1e-12;
/** Values that follow from others hold up to rounding, as those of finite models do. */
const consistent = 1e-9;

const logRoot2Pi = Math.log(2 * Math.PI) / 2;

const lengthOf = (form: Affine) => Math.sqrt(covariance(form, form));

/** A value that is still to be met: remaining(z) = 0. */
interface Row {
  remaining: Affine;
  readonly seen: Seen;
  /** of the whole form */
  readonly length: number;
}

/**
 * Gram and Schmidt's orthogonalisation with pivoting, twice over for accuracy (Golub and Van Loan 2013, Matrix
 * Computations, section 5.2). Each value fixes one direction q of z at a number t; what the other forms have in
 * that direction becomes a constant.
 * @returns null where the values contradict each other
 */
export function conditionForms(seen: readonly Seen[]): Conditioned | null {
  const known: { readonly direction: Float64Array; readonly at: number }[] = [];
  const without = (form: Affine): Affine => {
    let rest = form;
    for (const { direction, at } of known) {
      const share = dot(rest.coefficients, direction);
      if (share === 0) continue;
      rest = addScaled(rest, { constant: -at, coefficients: direction }, -share);
    }
    return rest;
  };
  let logDensity = 0;
  let rows = seen.map((entry): Row => {
    const remaining = addScaled(entry.form, constantForm(entry.value), -1);
    return { remaining, seen: entry, length: lengthOf(entry.form) };
  });
  for (;;) {
    const open = rows.filter(({ remaining, length }) => lengthOf(remaining) > negligible * length);
    if (open.length === 0) break;
    // the longest one is what a small box around the values would be limited by
    const pivot = open.reduce((best, row) => (lengthOf(row.remaining) > lengthOf(best.remaining) ? row : best));
    const clean = without(pivot.remaining);
    const length = lengthOf(clean);
    rows = rows.filter((row) => row !== pivot);
    const at = -clean.constant / length;
    const { coefficients: direction } = scale(clean, 1 / length);
    logDensity -= at ** 2 / 2 + Math.log(length) + logRoot2Pi;
    known.push({ direction, at });
    for (const row of rows) {
      const share = dot(row.remaining.coefficients, direction);
      row.remaining = addScaled(row.remaining, { constant: -at, coefficients: direction }, -share);
    }
  }
  for (const { remaining, seen: entry } of rows) {
    const size = Math.max(1, Math.abs(entry.value), Math.abs(entry.form.constant));
    // not a number is no agreement either
    if (!(Math.abs(remaining.constant) <= consistent * size)) return null;
  }
  return {
    rank: known.length,
    logDensity,
    posterior(form) {
      if (known.length === 0) return form;
      const rest = without(without(form));
      return lengthOf(rest) <= negligible * lengthOf(form) ? constantForm(rest.constant) : rest;
    },
  };
}
