/**
 * Weights that make rare labels less rare: a row of labels l_1 ... l_d weighs the product of p(l_i) ** -exponent. The same
 * function of the labels weighs real and generated rows, so that what is learned given the labels stays the same.
 */
import type { LabelLayout } from "#compiler/lower/encoding";

/** No row weighs more than so many times the mean, so that a few strange rows do not fill the batches. */
const largestRatio = 50;

export interface Balance {
  /** running sums of the weights of encoded rows [rows, layout.width] */
  cumulative(encoded: Float32Array): Float64Array;
}

/** `observed` are the encoded rows [rows, layout.width] that the shares p are taken from. */
export function createBalance(layout: LabelLayout, observed: Float32Array, exponent: number): Balance {
  const { width, entries } = layout;
  const rows = observed.length / width;
  // half a row for what was never seen keeps the weights finite
  const share = (column: number) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += observed[row * width + column]!;
    return Math.min(rows - 0.5, Math.max(0.5, sum)) / rows;
  };
  const discrete = entries.filter((entry) => entry.states !== null);
  const columns = discrete.flatMap((entry) =>
    Array.from({ length: entry.width }, (_, i) => {
      const present = share(entry.offset + i);
      return {
        column: entry.offset + i,
        on: present ** -exponent,
        // a bool has one column, whose 0 is a state as well
        off: entry.width === 1 ? (1 - present) ** -exponent : 1,
      };
    }),
  );
  const weightsOf = (encoded: Float32Array): Float64Array =>
    Float64Array.from({ length: encoded.length / width }, (_, row) =>
      columns.reduce((weight, { column, on, off }) => weight * (encoded[row * width + column]! > 0.5 ? on : off), 1),
    );
  const reference = weightsOf(observed);
  const limit = (largestRatio * reference.reduce((sum, weight) => sum + weight, 0)) / rows;
  return {
    cumulative(encoded) {
      let sum = 0;
      return weightsOf(encoded).map((weight) => {
        sum += Math.min(limit, weight);
        return sum;
      });
    },
  };
}
