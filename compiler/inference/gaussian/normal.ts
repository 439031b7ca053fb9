/** The normal distribution function to the last digits, tails included, and probabilities of intervals by it. */

export const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/**
 * P(Z > x) of a standard normal Z, to a relative error of about 1e-14: near 0 by the series of erf whose terms are all
 * positive (Abramowitz and Stegun 1964, 7.1.6), in the tails by Laplace's continued fraction (26.2.14).
 */
export function upperTail(x: number): number {
  if (x < 0) return 1 - upperTail(-x);
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (x < 2) {
    let [term, sum] = [x, x];
    for (let k = 3; term > sum * Number.EPSILON; k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return 0.5 - density(x) * sum;
  }
  let fraction = x;
  // from its end: the terms that are needed fall with the square of x
  for (let k = 20 + Math.ceil(500 / (x * x)); k >= 1; k--) fraction = x + k / fraction;
  return density(x) / fraction;
}

/** P(low <= Z <= high), from the tails on the side where nothing cancels. */
export function intervalMass(low: number, high: number): number {
  if (!(low < high)) return 0;
  if (low > 0) return upperTail(low) - upperTail(high);
  if (high < 0) return upperTail(-high) - upperTail(-low);
  return 1 - upperTail(high) - upperTail(-low);
}

/** Beyond this a standard normal number has no probability that floating point can hold. */
const end = 38.5;

/** Gauss and Legendre's rule with eight points on [-1, 1], half of it: nodes and weights. */
const gauss = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975363, 0.1012285362903763],
] as const;

function integrate(f: (x: number) => number, low: number, high: number): number {
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  return (
    half * gauss.reduce((sum, [node, weight]) => sum + weight * (f(middle - half * node) + f(middle + half * node)), 0)
  );
}

/** Halves the interval until both rules agree, to a share of what the whole integral is at least. */
function integrateAdaptively(f: (x: number) => number, low: number, high: number, whole: number, depth = 30): number {
  const middle = (low + high) / 2;
  const [left, right] = [integrate(f, low, middle), integrate(f, middle, high)];
  const sum = left + right;
  if (depth === 0 || Math.abs(sum - whole) <= 1e-13 * Math.abs(sum)) return sum;
  return integrateAdaptively(f, low, middle, left, depth - 1) + integrateAdaptively(f, middle, high, right, depth - 1);
}

/**
 * P(a.low <= X <= a.high, b.low <= Y <= b.high) of standard normal X and Y with this correlation, by integrating the conditional
 * probability of Y over X. All terms are positive, so tails are as accurate as the rest: about 1e-11 of the answer.
 */
export function rectangleMass(
  a: { readonly low: number; readonly high: number },
  b: { readonly low: number; readonly high: number },
  correlation: number,
): number {
  const spread = Math.sqrt((1 - correlation) * (1 + correlation));
  const inside = (x: number) =>
    density(x) * intervalMass((b.low - correlation * x) / spread, (b.high - correlation * x) / spread);
  const [low, high] = [Math.max(a.low, -end), Math.min(a.high, end)];
  if (!(low < high)) return 0;
  // a step of Y's probability may be short, so that no piece may step over it
  const steps = [b.low / correlation, b.high / correlation].filter((x) => x > low && x < high);
  const units = Array.from({ length: Math.floor(high) - Math.floor(low) }, (_, i) => Math.floor(low) + 1 + i);
  const cuts = [...new Set([low, ...steps, ...units.filter((x) => x > low && x < high), high])].sort((x, y) => x - y);
  let sum = 0;
  for (let i = 1; i < cuts.length; i++) {
    const [from, to] = [cuts[i - 1]!, cuts[i]!];
    sum += integrateAdaptively(inside, from, to, integrate(inside, from, to));
  }
  return Math.min(1, sum);
}
