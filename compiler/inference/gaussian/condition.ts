/**
 * Conditioning of affine forms over standard normal noises on the values of some of them. What is left is an affine form
 * again, over noises that are standard normal again, so that nothing else is needed to answer.
 */
import { type Affine, constantForm, dot } from "./affine.ts";

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

const lengthOf = (coefficients: Float64Array) => Math.sqrt(dot(coefficients, coefficients));

/** A value that is still to be met: constant + coefficients z = 0. Changed in place, since there may be many. */
interface Row {
  constant: number;
  readonly coefficients: Float64Array;
  readonly seen: Seen;
  /** of the whole form */
  readonly length: number;
  /** of what remains of it */
  left: number;
}

/** z has the coordinate `at` in this direction, of length 1. */
interface Known {
  readonly direction: Float64Array;
  readonly at: number;
}

/** Takes the direction out of the row, where it becomes a constant. */
function fix(row: Pick<Row, "constant" | "coefficients">, { direction, at }: Known): void {
  const share = dot(row.coefficients, direction);
  if (share === 0) return;
  const size = Math.min(direction.length, row.coefficients.length);
  for (let i = 0; i < size; i++) row.coefficients[i]! -= share * direction[i]!;
  row.constant += share * at;
}

/**
 * Gram and Schmidt's orthogonalisation with pivoting, twice over for accuracy (Golub and Van Loan 2013, Matrix
 * Computations, section 5.2). Each value fixes one direction of z; what the other forms have in that direction becomes a
 * constant.
 * @returns null where the values contradict each other
 */
export function conditionForms(seen: readonly Seen[]): Conditioned | null {
  const noises = seen.reduce((most, { form }) => Math.max(most, form.coefficients.length), 0);
  const known: Known[] = [];
  const padded = ({ constant, coefficients }: Affine, size: number) => {
    const copy = new Float64Array(size);
    copy.set(coefficients);
    return { constant, coefficients: copy };
  };
  let logDensity = 0;
  let rows = seen.map((entry): Row => {
    const { constant, coefficients } = padded(entry.form, noises);
    const length = lengthOf(coefficients);
    return { constant: constant - entry.value, coefficients, seen: entry, length, left: length };
  });
  for (;;) {
    const open = rows.filter(({ left, length }) => left > negligible * length);
    if (open.length === 0) break;
    // the longest one is what a small box around the values would be limited by
    const pivot = open.reduce((best, row) => (row.left > best.left ? row : best));
    rows = rows.filter((row) => row !== pivot);
    for (const entry of known) fix(pivot, entry);
    const length = lengthOf(pivot.coefficients);
    const entry = { direction: pivot.coefficients.map((x) => x / length), at: -pivot.constant / length };
    logDensity -= entry.at ** 2 / 2 + Math.log(length) + logRoot2Pi;
    known.push(entry);
    for (const row of rows) {
      fix(row, entry);
      row.left = lengthOf(row.coefficients);
    }
  }
  for (const { constant, seen: entry } of rows) {
    const size = Math.max(1, Math.abs(entry.value), Math.abs(entry.form.constant));
    // not a number is no agreement either
    if (!(Math.abs(constant) <= consistent * size)) return null;
  }
  return {
    rank: known.length,
    logDensity,
    posterior(form) {
      if (known.length === 0) return form;
      const rest = padded(form, Math.max(noises, form.coefficients.length));
      for (const entry of known) fix(rest, entry);
      for (const entry of known) fix(rest, entry);
      return lengthOf(rest.coefficients) <= negligible * lengthOf(form.coefficients)
        ? constantForm(rest.constant)
        : rest;
    },
  };
}
