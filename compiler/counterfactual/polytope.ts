/**
 * The distributions of one response that a table allows, as equations, and the largest and smallest ratio of two linear
 * functions over them.
 */
import { type Equation, optimise } from "./linear-program.ts";
import { digitOf, type Response } from "./responses.ts";

/** What stands in one column: the response `response` in the context `context`. */
export interface Column {
  readonly context: number;
  readonly response: number;
}

export interface Polytope {
  readonly columns: readonly Column[];
  /** by context and response; -1 where the response is not allowed */
  columnOf(context: number, response: number): number;
  /** sum of x over `columns` is `right` times what the context weighs */
  readonly equations: readonly PolytopeEquation[];
  /** a point inside: every row has its own noise */
  readonly independent: Float64Array;
}

export interface PolytopeEquation {
  readonly context: number;
  readonly columns: readonly number[];
  readonly right: number;
}

/** The distributions of a response in each of the contexts, which are values of its key. */
export function polytopeOf(response: Response, contexts: readonly (readonly number[])[]): Polytope {
  const { states } = response;
  const size = response.variable.domain.length;
  const columns: Column[] = [];
  const index = new Int32Array(contexts.length * size).fill(-1);
  const equations: PolytopeEquation[] = [];
  const independent: number[] = [];
  contexts.forEach((key, context) => {
    const rows = response.rows(key);
    const first = columns.length;
    for (let r = 0; r < size; r++) {
      if (!response.allowed(key, r)) continue;
      index[context * size + r] = columns.length;
      columns.push({ context, response: r });
      independent.push(
        rows.reduce((product, { digit, probabilities }) => product * probabilities[digitOf(r, digit, states)]!, 1),
      );
    }
    const inside = Array.from({ length: columns.length - first }, (_, i) => first + i);
    rows.forEach(({ digit, probabilities }, place) => {
      // all rows sum to one: their last equations follow from the others
      for (let state = 0; state < (place === 0 ? states : states - 1); state++) {
        const matching = inside.filter((column) => digitOf(columns[column]!.response, digit, states) === state);
        equations.push({ context, columns: matching, right: probabilities[state]! });
      }
    });
  });
  return {
    columns,
    columnOf: (context, r) => index[context * size + r]!,
    equations,
    independent: Float64Array.from(independent),
  };
}

export interface Ratio {
  readonly value: number;
  /** a point of the polytope where it is attained */
  readonly x: Float64Array;
}

/**
 * The extreme of (numerator . x) / (denominator . x) over a polytope for each goal, by the substitution of Charnes and
 * Cooper (1962): y = x / (denominator . x). Null where the denominator is zero everywhere.
 */
export function extremeRatios(
  polytope: Polytope,
  goals: readonly { readonly numerator: Float64Array; readonly sign: 1 | -1 }[],
  denominator: Float64Array,
): readonly (Ratio | null)[] {
  const count = polytope.columns.length;
  // weights near one keep the scale of the program away from the solver's tolerances
  const scale = scaleOf(denominator, polytope.independent);
  if (scale === 0) return goals.map(() => null);
  const equations: Equation[] = polytope.equations.map(({ columns, right }) => ({
    terms: [
      ...columns.map((column) => ({ column, value: 1 })),
      ...(right === 0 ? [] : [{ column: count, value: -right }]),
    ],
    right: 0,
  }));
  equations.push({ terms: sparse(denominator, 1 / scale), right: 1 });
  const costs = goals.map(({ numerator, sign }) => {
    const cost = new Float64Array(count + 1);
    for (let column = 0; column < count; column++) cost[column] = numerator[column]! / scale;
    return { cost, sign };
  });
  return optimise({ columns: count + 1, equations }, costs).map((optimum) => {
    if (optimum === null) return null;
    const total = optimum.x[count]!;
    return { value: optimum.value, x: optimum.x.subarray(0, count).map((entry) => entry / total) };
  });
}

/** The denominator at the point inside; where that is zero, its largest coefficient. */
export function scaleOf(denominator: Float64Array, at: Float64Array): number {
  let sum = 0;
  for (let column = 0; column < at.length; column++) sum += denominator[column]! * at[column]!;
  return sum > 0 ? sum : denominator.reduce((largest, entry) => Math.max(largest, entry), 0);
}

export function sparse(values: Float64Array, factor: number): { readonly column: number; readonly value: number }[] {
  const terms: { readonly column: number; readonly value: number }[] = [];
  values.forEach((value, column) => {
    if (value !== 0) terms.push({ column, value: value * factor });
  });
  return terms;
}
