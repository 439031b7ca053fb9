/** Probabilities that normal forms lie in intervals, and means given that one of them does. */
import { addScaled, type Affine, covariance } from "./affine.ts";
import { density, intervalMass, rectangleMass } from "./normal.ts";
import { meanOfProduct, type Forms, type Polynomial } from "./polynomial.ts";

/** The form of the node lies in the interval, both ends included. */
export interface Region {
  readonly node: string;
  readonly low: number;
  readonly high: number;
}

/** Regions with one node each. */
export function intersectRegions(regions: readonly Region[]): readonly Region[] {
  const byNode = new Map<string, Region>();
  for (const { node, low, high } of regions) {
    const sofar = byNode.get(node);
    byNode.set(node, { node, low: Math.max(low, sofar?.low ?? low), high: Math.min(high, sofar?.high ?? high) });
  }
  return [...byNode.values()];
}

/** An interval of a standard normal number, in the direction of the form. */
interface Standard {
  readonly form: Affine;
  readonly std: number;
  readonly low: number;
  readonly high: number;
}

/** What is decided has a probability of 0 or 1, and is left out or null. */
function standardise(regions: readonly Region[], forms: Forms): readonly Standard[] | null {
  const open: Standard[] = [];
  for (const { node, low, high } of intersectRegions(regions)) {
    const form = forms.get(node)!;
    const std = Math.sqrt(covariance(form, form));
    if (std > 0) open.push({ form, std, low: (low - form.constant) / std, high: (high - form.constant) / std });
    else if (!(form.constant >= low && form.constant <= high)) return null;
  }
  return open;
}

/** Forms that are the same but for scale and sign, up to rounding. */
const parallel = 1e-12;

/** P(all regions) of forms with at most two nodes that are not decided; more is an internal error. */
export function massOfRegions(regions: readonly Region[], forms: Forms): number {
  const open = standardise(regions, forms);
  if (open === null) return 0;
  const [a, b, more] = open;
  if (more !== undefined) throw new Error("internal: a region of three dimensions");
  if (a === undefined) return 1;
  if (b === undefined) return intervalMass(a.low, a.high);
  const correlation = covariance(a.form, b.form) / (a.std * b.std);
  if (correlation === 0) return intervalMass(a.low, a.high) * intervalMass(b.low, b.high);
  if (Math.abs(correlation) > 1 - parallel) {
    const [low, high] = correlation > 0 ? [b.low, b.high] : [-b.high, -b.low];
    return intervalMass(Math.max(a.low, low), Math.min(a.high, high));
  }
  return rectangleMass(a, b, correlation);
}

/** E[t^k | low <= t <= high], k = 0 .. count, of a standard normal t, by parts. */
function truncatedMoments(low: number, high: number, count: number): readonly number[] {
  const mass = intervalMass(low, high);
  const edge = (x: number, power: number) => (Number.isFinite(x) ? (x ** power * density(x)) / mass : 0);
  const moments = [1];
  for (let k = 1; k <= count; k++) {
    moments.push((k - 1) * (moments[k - 2] ?? 0) + edge(low, k - 1) - edge(high, k - 1));
  }
  // a short interval loses digits: the mean lies inside whatever the rounding
  if (count >= 1) moments[1] = Math.min(high, Math.max(low, moments[1]!));
  return moments;
}

/** E[polynomial | the region] for a single region that is not decided; none: the plain mean. */
export function meanInRegions(polynomial: Polynomial, regions: readonly Region[], forms: Forms): number {
  const [only, more] = standardise(regions, forms) ?? [];
  if (more !== undefined) throw new Error("internal: a mean in a region of two dimensions");
  const mean = ({ factors }: Polynomial[number]): number => {
    if (only === undefined) return meanOfProduct(factors);
    // each factor is a part along the direction of the region, which is truncated, and a normal rest
    const along = factors.map((factor) => covariance(factor, only.form) / only.std);
    const rests = factors.map((factor, i) =>
      addScaled(factor, { constant: 0, coefficients: only.form.coefficients }, -along[i]! / only.std),
    );
    const moments = truncatedMoments(only.low, only.high, factors.length);
    let sum = 0;
    for (let subset = 0; subset < 2 ** factors.length; subset++) {
      const inside = factors.map((_, i) => (subset >> i) % 2 === 1);
      const power = inside.filter(Boolean).length;
      const slope = along.reduce((product, share, i) => (inside[i] ? product * share : product), 1);
      if (slope !== 0) sum += slope * moments[power]! * meanOfProduct(rests.filter((_, i) => !inside[i]));
    }
    return sum;
  };
  return polynomial.reduce((sum, term) => sum + term.coefficient * mean(term), 0);
}
