/** Variable elimination: sums variables out one by one, keeping the scale apart so that nothing underflows. */
import { contract, type Factor, makeFactor } from "./factor.ts";

/** What was multiplied when a variable was summed out: proportional to its distribution given the rest. */
export interface Bucket {
  readonly variable: number;
  readonly factors: readonly Factor[];
}

export interface Eliminated {
  /** factors over what is left; the true product is 2 ^ exponent times theirs */
  readonly factors: readonly Factor[];
  /** an integer, so that scaling is without rounding */
  readonly exponent: number;
  /** in the order of elimination */
  readonly buckets: readonly Bucket[];
}

/** Scales the largest entry into [1, 2) by a power of two and returns its exponent; zeros stay. */
function rescale(factor: Factor): number {
  let largest = 0;
  for (const value of factor.values) if (value > largest) largest = value;
  if (largest === 0) return 0;
  // 2 ^ 1000 is far from overflow, and entries below that are far from what probabilities are
  const exponent = Math.max(-1000, Math.floor(Math.log2(largest)));
  const scale = 2 ** -exponent;
  for (let i = 0; i < factor.values.length; i++) factor.values[i]! *= scale;
  return exponent;
}

/** Bucket elimination (Dechter 1999) in the given order. */
export function eliminate(
  factors: readonly Factor[],
  order: readonly number[],
  sizeOf: (variable: number) => number,
): Eliminated {
  const buckets: Bucket[] = [];
  let exponent = 0;
  const live = new Set<Factor>();
  const byVariable = new Map<number, Set<Factor>>();
  const enter = (factor: Factor) => {
    live.add(factor);
    for (const variable of factor.vars) {
      const list = byVariable.get(variable) ?? new Set();
      byVariable.set(variable, list.add(factor));
    }
  };
  for (const factor of factors) enter(factor);
  for (const variable of order) {
    const bucket = [...(byVariable.get(variable) ?? [])];
    const scope = [...new Set(bucket.flatMap((factor) => factor.vars))].filter((other) => other !== variable);
    for (const factor of bucket) {
      live.delete(factor);
      for (const other of factor.vars) byVariable.get(other)!.delete(factor);
    }
    const message = contract(bucket, scope, [variable], sizeOf);
    exponent += rescale(message);
    enter(message);
    buckets.push({ variable, factors: bucket });
  }
  // many small constants would underflow together
  let constant = makeFactor([], [], Float64Array.of(1));
  for (const factor of live) {
    if (factor.vars.length > 0) continue;
    constant = contract([constant, factor], [], [], sizeOf);
    exponent += rescale(constant);
  }
  return { factors: [constant, ...[...live].filter((factor) => factor.vars.length > 0)], exponent, buckets };
}
