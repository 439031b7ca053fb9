/** The nearest training picture of each generated one: a generator that copies is found out. */
import { type Features, squaredDistance } from "./features.ts";
import { squaredDistances } from "./products.ts";

export interface Nearest {
  /** row of the set */
  readonly row: number;
  /** root mean square difference of an entry */
  readonly distance: number;
}

/** Averages over blocks of a picture: short rows that bound the distance of the long ones from below. */
export interface Thumbnails {
  readonly features: Features;
  /** entries of a picture that one entry of a thumbnail stands for */
  readonly block: number;
}

/** Pictures [channels, height, width] averaged over square blocks so that at most `side` x `side` are left. */
export function thumbnailOf(
  picture: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  side: number,
): { readonly thumbnail: Float32Array; readonly block: number } {
  const edge = blockEdge(height, width, side);
  const [tall, wide] = [height / edge, width / edge];
  const thumbnail = new Float32Array(channels * tall * wide);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        thumbnail[(c * tall + Math.floor(y / edge)) * wide + Math.floor(x / edge)]! +=
          picture[(c * height + y) * width + x]! / (edge * edge);
      }
    }
  }
  return { thumbnail, block: edge * edge };
}

/** The smallest edge that divides both sides and leaves at most `side` blocks. */
function blockEdge(height: number, width: number, side: number): number {
  for (let edge = 1; edge <= Math.min(height, width); edge++) {
    if (height % edge === 0 && width % edge === 0 && Math.max(height, width) / edge <= side) return edge;
  }
  return 1;
}

/**
 * Lower bounds of the squared distances of pictures, given as thumbnails, to those of a set, [pictures, rows of the set]: by
 * Jensen's inequality the squared distance of two pictures is at least `block` times that of their thumbnails.
 */
export function boundsOf(thumbnails: Features, { features, block }: Thumbnails): Float64Array {
  return squaredDistances(thumbnails, features).map((squared) => block * squared);
}

/**
 * The nearest row of a set, exactly: rows are looked at in the order of their bounds until these pass the best one found. `read`
 * hands in the pictures of rows of the set.
 */
export async function nearestRow(
  picture: Float32Array,
  bounds: Float64Array,
  read: (rows: Int32Array) => Promise<Features>,
): Promise<Nearest> {
  const wanted: Features = { rows: 1, width: picture.length, data: picture };
  let best = { row: -1, squared: Number.POSITIVE_INFINITY };
  const look = async (rows: Int32Array) => {
    const pictures = await read(rows);
    for (const [i, row] of rows.entries()) {
      const squared = squaredDistance(wanted, 0, pictures, i);
      if (squared < best.squared) best = { row, squared };
    }
  };
  await look(Int32Array.of(bounds.indexOf(bounds.reduce((least, bound) => Math.min(least, bound)))));
  // most rows are out already, so that few are put in order
  const first = best;
  const order = Int32Array.from(bounds.keys())
    .filter((row) => bounds[row]! <= first.squared && row !== first.row)
    .sort((a, b) => bounds[a]! - bounds[b]!);
  for (let start = 0; start < order.length; start += atOnce) {
    if (bounds[order[start]!]! > best.squared) break;
    await look(order.subarray(start, start + atOnce));
  }
  return { row: best.row, distance: Math.sqrt(best.squared / picture.length) };
}

/** Pictures that are read together. */
const atOnce = 16;
