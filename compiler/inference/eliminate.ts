/** Variable elimination: sums variables out one by one, keeping the scale apart so that nothing underflows. */
import { contract, type Factor } from "./factor.ts";

/** What was multiplied when a variable was summed out: proportional to its distribution given the rest. */
export interface Bucket {
  readonly variable: number;
  readonly factors: readonly Factor[];
}

export interface Eliminated {
  /** factors over what is left; the true product is exp(logScale) times theirs */
  readonly factors: readonly Factor[];
  /** -Infinity when everything is zero */
  readonly logScale: number;
  /** in the order of elimination */
  readonly buckets: readonly Bucket[];
}

/** Divides by the largest entry. */
function rescale(factor: Factor): number {
  let largest = 0;
  for (const value of factor.values) if (value > largest) largest = value;
  if (largest > 0) for (let i = 0; i < factor.values.length; i++) factor.values[i]! /= largest;
  return Math.log(largest);
}

/** Bucket elimination (Dechter 1999) in the given order. */
export function eliminate(
  factors: readonly Factor[],
  order: readonly number[],
  sizeOf: (variable: number) => number,
): Eliminated {
  const buckets: Bucket[] = [];
  let logScale = 0;
  let live = new Set(factors);
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
    logScale += rescale(message);
    enter(message);
    buckets.push({ variable, factors: bucket });
  }
  for (const factor of live) {
    if (factor.vars.length > 0) continue;
    logScale += Math.log(factor.values[0]!);
  }
  live = new Set([...live].filter((factor) => factor.vars.length > 0));
  return { factors: [...live], logScale, buckets };
}
