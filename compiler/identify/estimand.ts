/**
 * Estimands: expressions over the observed distribution P that an interventional distribution equals. A name stands for a
 * value of its node; `sum` binds names. Here are the expressions and their parts; rewriting is in `simplify.ts`.
 */
import type { Names } from "./admg.ts";

export type Estimand =
  /** P(of | given) of the observed distribution */
  | { readonly kind: "probability"; readonly of: Names; readonly given: Names }
  /** the sum over all values of the names */
  | { readonly kind: "sum"; readonly over: Names; readonly of: Estimand }
  /** without factors: 1 */
  | { readonly kind: "product"; readonly factors: readonly Estimand[] }
  | { readonly kind: "fraction"; readonly numerator: Estimand; readonly denominator: Estimand };

export const one: Estimand = { kind: "product", factors: [] };

export const isOne = (estimand: Estimand): boolean => estimand.kind === "product" && estimand.factors.length === 0;

/** An estimand may hold one part many times; each part is walked once. */
const known = new WeakMap<Estimand, Names>();

/** The names that are not bound by a sum: the estimand is a function of their values. */
export function freeNames(estimand: Estimand): Names {
  const before = known.get(estimand);
  if (before !== undefined) return before;
  const names = collect(estimand);
  known.set(estimand, names);
  return names;
}

function collect(estimand: Estimand): Names {
  switch (estimand.kind) {
    case "probability":
      return new Set([...estimand.of, ...estimand.given]);
    case "sum":
      return new Set([...freeNames(estimand.of)].filter((name) => !estimand.over.has(name)));
    case "product":
      return new Set(estimand.factors.flatMap((factor) => [...freeNames(factor)]));
    case "fraction":
      return new Set([...freeNames(estimand.numerator), ...freeNames(estimand.denominator)]);
  }
}
