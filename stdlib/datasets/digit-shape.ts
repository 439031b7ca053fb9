/**
 * The shape of a handwritten digit, measured on its picture: how thick its stroke is and how far it leans. Both follow
 * Morpho-MNIST (Castro, Tan, Kainz, Konukoglu and Glocker, JMLR 20(178), 2019, section 3.1). Data sets are elsewhere.
 */

/** How finely a picture is looked at: each pixel becomes 4 x 4, as in Morpho-MNIST. */
const scale = 4;

/** A gray picture, row by row, on any scale; ink is bright. */
export interface GrayPicture {
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
}

/**
 * Mean thickness of the stroke in pixels: twice the mean, over the skeleton, of the Euclidean distance to the nearest point
 * without ink. Ink is what is at least half way from the darkest to the brightest pixel, after bilinear interpolation to four
 * times the size (Morpho-MNIST's is bicubic); the skeleton is thinned in the order of that distance. 0 for a blank picture.
 */
export function strokeThickness(picture: GrayPicture): number {
  const ink = inkOf(picture);
  if (ink === null) return 0;
  const squared = squaredDistances(ink);
  const skeleton = thin(ink, squared);
  let [sum, count] = [0, 0];
  for (let i = 0; i < skeleton.length; i++) {
    if (skeleton[i] === 0) continue;
    sum += Math.sqrt(squared[i]!);
    count++;
  }
  return (2 * sum) / count / scale;
}

/**
 * How far a digit leans, in degrees from the vertical, positive to the right: the angle of the horizontal shear
 * that would set it upright, arctan(-u11 / u02) of the central second moments. 0 for a blank picture.
 */
export function slant({ values, width, height }: GrayPicture): number {
  const [low, high] = extent(values);
  if (low === high) return 0;
  let [m00, m10, m01, m11, m02] = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const mass = values[y * width + x]! - low;
      m00 += mass;
      m10 += x * mass;
      m01 += y * mass;
      m11 += x * y * mass;
      m02 += y * y * mass;
    }
  }
  const [meanX, meanY] = [m10 / m00, m01 / m00];
  const [u11, u02] = [m11 / m00 - meanX * meanY, m02 / m00 - meanY * meanY];
  // a level line has no height to lean
  return u02 < 1e-9 ? 0 : (Math.atan(-u11 / u02) * 180) / Math.PI;
}

function extent(values: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Ones where there is ink, with a margin of zeros all around. */
interface Ink {
  readonly mask: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The part of the picture around its ink, four times as large; null where nothing is brighter than anything else. */
function inkOf({ values, width, height }: GrayPicture): Ink | null {
  const [low, high] = extent(values);
  if (!(high > low)) return null;
  const threshold = low + (high - low) / 2;
  // interpolation brings no ink where all four corners are dark
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (values[y * width + x]! < threshold) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  // the lines around the ink, each interpolated along itself, then the points between them
  const [columns, lines] = [(right - left + 3) * scale, bottom - top + 5];
  const wide = new Float64Array(columns * lines).fill(low);
  const at = (x: number, y: number) => (x < 0 || x >= width ? low : values[y * width + x]!);
  for (let y = Math.max(0, top - 2); y <= Math.min(height - 1, bottom + 2); y++) {
    for (let column = 0; column < columns; column++) {
      const { first, share } = between(column);
      const x = left - 2 + first;
      wide[(y - top + 2) * columns + column] = at(x, y) * (1 - share) + at(x + 1, y) * share;
    }
  }
  const rows = (bottom - top + 3) * scale;
  const mask = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const { first, share } = between(row);
    for (let column = 0, i = first * columns, to = row * columns; column < columns; column++, i++, to++) {
      if (wide[i]! * (1 - share) + wide[i + columns]! * share >= threshold) mask[to] = 1;
    }
  }
  return { mask, width: columns, height: rows };
}

/** Between the centres of which pixels the centre of a point of the mask lies, the first being two before the ink. */
function between(point: number): { readonly first: number; readonly share: number } {
  const centre = 1 + (point + 0.5) / scale - 0.5;
  const first = Math.floor(centre);
  return { first, share: centre - first };
}

/** Squared Euclidean distances to the nearest zero, exactly: along columns first, then the least over each row. */
function squaredDistances({ mask, width, height }: Ink): Int32Array {
  const along = new Int32Array(mask.length);
  for (let x = 0; x < width; x++) {
    for (let y = 1, i = width + x; y < height; y++, i += width) along[i] = mask[i] === 0 ? 0 : along[i - width]! + 1;
    for (let y = height - 2, i = y * width + x; y >= 0; y--, i -= width) {
      along[i] = Math.min(along[i]!, along[i + width]! + 1);
    }
  }
  const squared = new Int32Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    let best = along[i]! ** 2;
    // the margin ends the search before the row does
    for (let step = 1; step * step < best; step++) {
      const nearer = Math.min(along[i - step]!, along[i + step]!);
      best = Math.min(best, step * step + nearer * nearer);
    }
    squared[i] = best;
  }
  return squared;
}

/** The eight neighbours in a circle. */
const circle = (width: number) => [-width, -width + 1, 1, width + 1, width, width - 1, -1, -width - 1];

/**
 * Whether a point with these neighbours (bits in the order of `circle`) can go: it is no end of a line, and what is around
 * it stays connected without it (distance-ordered homotopic thinning: Pudney, CVIU 72(3), 1998).
 */
const removable = Array.from({ length: 256 }, (_, bits) => {
  const has = (i: number) => ((bits >> (i % 8)) & 1) === 1;
  const neighbours = [0, 1, 2, 3, 4, 5, 6, 7].filter(has).length;
  // Hilditch's crossing number: the parts that the neighbours fall into, corners counting as connected
  const parts = [0, 2, 4, 6].filter((i) => !has(i) && (has(i + 1) || has(i + 2))).length;
  return neighbours > 1 && parts === 1;
});

/**
 * The skeleton: ink without what can go, from the border inwards. Points at the same distance go from one side after the
 * other, so that of a line two points wide one is left, and not its end alone.
 */
function thin({ mask, width }: Ink, squared: Int32Array): Uint8Array {
  const order = byDistance(squared);
  const around = circle(width);
  const left = mask.slice();
  const open = new Uint8Array(mask.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && squared[order[end]!] === squared[order[start]!]) end++;
    for (const side of [around[6]!, around[2]!, around[0]!, around[4]!]) {
      for (let k = start; k < end; k++) open[order[k]!] = 1 - left[order[k]! + side]!;
      for (let k = start; k < end; k++) {
        const i = order[k]!;
        if (open[i] === 0 || left[i] === 0) continue;
        let bits = 0;
        for (let n = 0; n < 8; n++) bits |= left[i + around[n]!]! << n;
        if (removable[bits]) left[i] = 0;
      }
    }
  }
  return left;
}

/** Indices of what is not 0, the nearest first, else in their order: a counting sort. */
function byDistance(squared: Int32Array): Int32Array {
  const starts = new Int32Array(squared.reduce((most, value) => Math.max(most, value), 0) + 2);
  for (const value of squared) if (value > 0) starts[value + 1]! += 1;
  for (let value = 1; value < starts.length; value++) starts[value]! += starts[value - 1]!;
  const order = new Int32Array(starts.at(-1)!);
  for (let i = 0; i < squared.length; i++) if (squared[i]! > 0) order[starts[squared[i]!]!++] = i;
  return order;
}
