/** Rows of probabilities that sum to exactly what rounding lets them. Which rows are wrong is judged by their readers. */

/**
 * The row divided by its sum. A row that sums to 1 but for rounding stays as it is, to the last bit: dividing again
 * might change it, so that a table that is written and read once more would not be the same. The sum of n quotients
 * p / sum misses 1 by less than n times 2^-52: one rounding of a quotient and n - 1 of each of the two sums.
 */
export function normalised(row: readonly number[]): readonly number[] {
  const sum = row.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) <= row.length * Number.EPSILON) return row;
  return row.map((value) => value / sum);
}
