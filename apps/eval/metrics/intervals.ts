/** Shares and means with 95 % intervals. */

/** the 97.5 % quantile of the standard normal distribution */
export const z95 = 1.959963984540054;

/** A number with its 95 % interval, from n observations. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * The share of successes with the score interval of Wilson 1927 (JASA 22), which stays inside [0, 1] and is right near its
 * ends, where sample shares are 0 or 1. Without observations: NaN in [0, 1].
 */
export function wilson(successes: number, n: number): Estimate {
  if (n === 0) return { value: Number.NaN, low: 0, high: 1, n };
  const share = successes / n;
  const square = z95 * z95;
  const centre = (share + square / (2 * n)) / (1 + square / n);
  const half = (z95 / (1 + square / n)) * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n));
  // at the ends the bounds are exact, and rounding must not move them
  return {
    value: share,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
    n,
  };
}

/** A mean with the interval of the normal approximation. */
export function meanOf(values: ArrayLike<number>): Estimate {
  const n = values.length;
  if (n === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN, n };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const value = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - value) ** 2;
  const half = n < 2 ? Number.POSITIVE_INFINITY : z95 * Math.sqrt(squares / (n - 1) / n);
  return { value, low: value - half, high: value + half, n };
}

/** The difference of two independent means: their variances add up. `n` is the smaller one. */
export function difference(a: Estimate, b: Estimate): Estimate {
  const value = a.value - b.value;
  const half = Math.hypot(a.high - a.value, b.high - b.value);
  return { value, low: value - half, high: value + half, n: Math.min(a.n, b.n) };
}

/**
 * A ratio of two independent positive means by the delta method on the logarithm. NaN where a mean is 0.
 */
export function ratio(a: Estimate, b: Estimate): Estimate {
  const value = a.value / b.value;
  const half = Math.hypot((a.high - a.value) / a.value, (b.high - b.value) / b.value);
  return { value, low: value * Math.exp(-half), high: value * Math.exp(half), n: Math.min(a.n, b.n) };
}
