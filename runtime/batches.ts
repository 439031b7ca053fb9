/**
 * Which rows of a table make up a batch, as a pure function of the batch's number: nothing has to be remembered to
 * resume. Reading the rows is the business of data sources.
 */
import { createStream } from "./random.ts";

/** Rows of data that can be asked for in batches. */
export interface BatchSource {
  readonly rows: number;
  /**
   * The named columns of one batch, `size` rows each, all from the same rows. `index` is the running number of the
   * batch, from 0; the same index and size must always give the same values.
   */
  batch(
    columns: readonly string[],
    index: number,
    size: number,
  ): Readonly<Record<string, Float32Array>> | Promise<Readonly<Record<string, Float32Array>>>;
}

/**
 * The rows of batch `index` when every pass over the data goes in a new random order. Passes follow each other without
 * a gap: a batch may hold the end of one and the beginning of the next, and no row is left out.
 */
export function shuffledRows(rows: number, size: number, index: number, seed: number | string): Int32Array {
  const batch = new Int32Array(size);
  for (let filled = 0; filled < size; ) {
    const position = index * size + filled;
    const start = position % rows;
    const part = orderOf(rows, Math.floor(position / rows), seed).subarray(start, start + size - filled);
    batch.set(part, filled);
    filled += part.length;
  }
  return batch;
}

/** The rows of a table [_, width] with these numbers, one after the other: [rows.length, width]. */
export function gatherRows(table: Float32Array, width: number, rows: Int32Array): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++)
    gathered.set(table.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  return gathered;
}

/**
 * The rows of batch `index` when each is drawn by weight, with replacement. `cumulative` holds the running sums of the
 * weights, the last one their total.
 */
export function weightedRows(cumulative: Float64Array, size: number, index: number, seed: number | string): Int32Array {
  const stream = createStream(seed, "weighted rows", index);
  const total = cumulative.at(-1)!;
  return Int32Array.from({ length: size }, () => {
    const target = stream.uniform() * total;
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}

/** Orders of the passes in use, so that a pass is shuffled once and not for each of its batches. */
const orders = new Map<string, Int32Array>();
const keptOrders = 4;

function orderOf(rows: number, pass: number, seed: number | string): Int32Array {
  const key = JSON.stringify([seed, rows, pass]);
  const known = orders.get(key);
  if (known !== undefined) return known;
  const order = createStream(seed, "rows", rows, pass).permutation(rows);
  orders.set(key, order);
  if (orders.size > keptOrders) orders.delete(orders.keys().next().value!);
  return order;
}
