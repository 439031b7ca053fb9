/** Inner products and distances of all pairs of rows of two sets, in double precision: what most metrics spend their time on. */
import type { Features } from "./features.ts";

/** [rows of a, rows of b]: the inner product of each pair. */
export function products(a: Features, b: Features): Float64Array {
  const { width } = a;
  // a tile of 2 x 4 pairs keeps its sums in registers; rows of zeros fill up the last tiles
  const [height, across] = [roundUp(a.rows, 2), roundUp(b.rows, 4)];
  const [x, y] = [widened(a, height), widened(b, across)];
  const result = new Float64Array(a.rows * b.rows);
  const tile = new Float64Array(8);
  for (let i = 0; i < height; i += 2) {
    // within one set the pairs below the diagonal are those above it
    for (let j = a === b ? i - (i % 4) : 0; j < across; j += 4) {
      multiplyTile(x, i * width, y, j * width, width, tile);
      for (let down = 0; down < 2 && i + down < a.rows; down++) {
        const start = (i + down) * b.rows + j;
        for (let right = 0; right < 4 && j + right < b.rows; right++) {
          result[start + right] = tile[4 * down + right]!;
          if (a === b) result[(j + right) * b.rows + i + down] = tile[4 * down + right]!;
        }
      }
    }
  }
  return result;
}

/** [rows of a, rows of b]: the squared Euclidean distance of each pair; 0 where two rows are the same. */
export function squaredDistances(a: Features, b: Features): Float64Array {
  const result = products(a, b);
  const [ofA, ofB] = [squaredNorms(a), squaredNorms(b)];
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      const at = i * b.rows + j;
      result[at] = Math.max(0, ofA[i]! + ofB[j]! - 2 * result[at]!);
    }
  }
  return result;
}

/** Added up in the order of `products`, so that the distance of a row to itself is exactly 0. */
function squaredNorms({ rows, width, data }: Features): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let k = i * width; k < (i + 1) * width; k++) sum += data[k]! * data[k]!;
    return sum;
  });
}

const roundUp = (count: number, step: number) => Math.ceil(count / step) * step;

function widened({ rows, width, data }: Features, height: number): Float64Array {
  const wide = new Float64Array(height * width);
  wide.set(data.subarray(0, rows * width));
  return wide;
}

/** The products of two rows of `x` from element `i` on with four rows of `y` from element `j` on. */
function multiplyTile(x: Float64Array, i: number, y: Float64Array, j: number, width: number, tile: Float64Array): void {
  const below = i + width;
  const [second, third, fourth] = [j + width, j + 2 * width, j + 3 * width];
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  for (let k = 0; k < width; k++) {
    const above = x[i + k]!;
    const under = x[below + k]!;
    const y0 = y[j + k]!;
    const y1 = y[second + k]!;
    const y2 = y[third + k]!;
    const y3 = y[fourth + k]!;
    s00 += above * y0;
    s01 += above * y1;
    s02 += above * y2;
    s03 += above * y3;
    s10 += under * y0;
    s11 += under * y1;
    s12 += under * y2;
    s13 += under * y3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
}
