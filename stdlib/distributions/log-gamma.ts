/** The gamma function and gamma draws on a logarithmic scale, on which neither overflows; several families use them. */

// Lanczos' approximation with g = 7 and nine coefficients: about 15 digits
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log Gamma(x) for x > 0. */
export function logGamma(x: number): number {
  // reflection keeps the approximation where it is accurate
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const series = lanczos.reduce((sum, c, i) => (i === 0 ? c : sum + c / (z + i)), 0);
  const t = z + 7.5;
  return Math.log(2 * Math.PI) / 2 + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * The logarithm of a draw from the gamma distribution with this shape and rate 1: Marsaglia and Tsang 2000, with their
 * boost for shapes below 1, whose draws are often too small for a floating-point number.
 */
export function logGammaDraw(shape: number, uniform: () => number, normal: () => number): number {
  if (shape < 1) return logGammaDraw(shape + 1, uniform, normal) + Math.log1p(-uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal();
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root ** 3;
    if (Math.log1p(-uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
