/** Rows of numbers that metrics compare: features or pixels of pictures, one row a picture. */

export interface Features {
  readonly rows: number;
  readonly width: number;
  /** [rows, width] */
  readonly data: Float32Array;
}

/** Rows of equal length, one after the other. */
export function stackRows(rows: readonly Float32Array[]): Features {
  const width = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) data.set(row, i * width);
  return { rows: rows.length, width, data };
}

/** The rows of these numbers, in their order. */
export function takeRows({ width, data }: Features, rows: ArrayLike<number>): Features {
  const taken = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) taken.set(data.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  return { rows: rows.length, width, data: taken };
}

/** The first rows, as a view. */
export function firstRows({ rows, width, data }: Features, count: number): Features {
  const kept = Math.min(rows, count);
  return { rows: kept, width, data: data.subarray(0, kept * width) };
}

/** Squared Euclidean distance of row i of `a` and row j of `b`. */
export function squaredDistance(a: Features, i: number, b: Features, j: number): number {
  const { width } = a;
  const [first, second] = [i * width, j * width];
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const difference = a.data[first + k]! - b.data[second + k]!;
    sum += difference * difference;
  }
  return sum;
}
