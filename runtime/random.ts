/**
 * Named random streams of one seed. A stream is a pure function of its seed and names: whatever is resumed, repeated or
 * run in another order draws the same numbers. Which stream feeds what is decided where it is used.
 *
 * The generator is Baagoe's Alea (seedrandom), which uses IEEE additions and multiplications only and gives the same
 * numbers everywhere. Normal and exponential draws also use Math.log and Math.exp, which V8 computes with its own
 * portable code (ieee754, from fdlibm) on every platform; another JavaScript engine might differ in a last bit.
 */
import seedrandom from "seedrandom";

export interface Stream {
  /** a multiple of 2^-32 in [0, 1) */
  uniform(): number;
  /** standard normal */
  normal(): number;
  /** 0 .. n - 1, each equally likely; n is at most 2^32 */
  integer(n: number): number;
  /** a uniformly random order of 0 .. n - 1 */
  permutation(n: number): Int32Array;
  /** multiples of 2^-24, which float32 holds exactly, scaled to [low, high) */
  fillUniform(array: Float32Array, low: number, high: number): void;
  fillNormal(array: Float32Array, mean: number, std: number): void;
  /** exponential with this rate, restricted to [0, max] */
  fillTruncatedExponential(array: Float32Array, rate: number, max: number): void;
}

/** The stream of these names under a seed; different names, or one name more, give unrelated streams. */
export function createStream(seed: number | string, ...names: readonly (number | string)[]): Stream {
  const uniform: () => number = seedrandom.alea(JSON.stringify([seed, ...names]));
  const normal = () => drawNormal(uniform);
  return {
    uniform,
    normal,
    integer: (n) => drawInteger(uniform, n),
    permutation: (n) => drawPermutation(uniform, n),
    fillUniform(array, low, high) {
      const step = (high - low) * 2 ** -24;
      for (let i = 0; i < array.length; i++) array[i] = low + step * ((uniform() * 2 ** 24) | 0);
    },
    fillNormal(array, mean, std) {
      for (let i = 0; i < array.length; i++) array[i] = mean + std * drawNormal(uniform);
    },
    fillTruncatedExponential(array, rate, max) {
      const mass = 1 - Math.exp(-rate * max);
      for (let i = 0; i < array.length; i++) array[i] = Math.min(max, -Math.log(1 - mass * uniform()) / rate);
    },
  };
}

const range = 2 ** 32;

/** Rejects the incomplete last block of 2^32, so that no number is favoured. */
function drawInteger(uniform: () => number, n: number): number {
  const limit = range - (range % n);
  let draw = uniform() * range;
  while (draw >= limit) draw = uniform() * range;
  return draw % n;
}

/** Fisher and Yates, from the end. */
function drawPermutation(uniform: () => number, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = drawInteger(uniform, i + 1);
    const last = order[i]!;
    order[i] = order[j]!;
    order[j] = last;
  }
  return order;
}

/** The area under exp(-x^2 / 2), x >= 0, cut into 128 layers of equal area; the lowest layer includes the tail. */
const layers = 128;
const tailStart = 3.442619855899;
const layerArea = 9.91256303526217e-3;
const { edges, inner } = ziggurat();

function ziggurat(): { edges: Float64Array; inner: Float64Array } {
  const edges = new Float64Array(layers + 1);
  edges[0] = layerArea / Math.exp(-0.5 * tailStart * tailStart);
  edges[1] = tailStart;
  for (let i = 2; i < layers; i++) {
    const x = edges[i - 1]!;
    edges[i] = Math.sqrt(-2 * Math.log(layerArea / x + Math.exp(-0.5 * x * x)));
  }
  return { edges, inner: edges.map((edge, i) => (i < layers ? edges[i + 1]! / edge : 0)) };
}

/**
 * Ziggurat method of Marsaglia and Tsang (2000) as corrected by Doornik (2005): layer and position are separate draws,
 * so that they are independent.
 */
function drawNormal(uniform: () => number): number {
  for (;;) {
    // A half step off the grid keeps the draw symmetric.
    const position = 2 * (uniform() + 2 ** -33) - 1;
    const layer = (uniform() * layers) | 0;
    if (Math.abs(position) < inner[layer]!) return position * edges[layer]!;
    if (layer === 0) return drawTail(uniform, position < 0);
    const x = position * edges[layer]!;
    const below = Math.exp(-0.5 * (edges[layer]! ** 2 - x * x));
    const above = Math.exp(-0.5 * (edges[layer + 1]! ** 2 - x * x));
    if (above + uniform() * (below - above) < 1) return x;
  }
}

/** A normal draw beyond the start of the tail (Marsaglia 1964). */
function drawTail(uniform: () => number, negative: boolean): number {
  for (;;) {
    const x = Math.log(1 - uniform()) / tailStart;
    const y = Math.log(1 - uniform());
    if (-2 * y >= x * x) return negative ? x - tailStart : tailStart - x;
  }
}
