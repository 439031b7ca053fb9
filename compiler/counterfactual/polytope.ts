/**
 * The distributions of one response that a table allows, as equations, and the largest and smallest ratio of two linear
 * functions over them.
 */
import { type Equation, type LinearTerms, optimise } from "./linear-program.ts";
import { digitOf, type Response } from "./responses.ts";

/** Rows whose states are read together; `rows` are row keys in a fixed order. */
export interface Block {
  readonly rows: readonly string[];
  /** its columns are `first` up to `first + states ** rows.length`, the state under the last row fastest */
  readonly first: number;
  readonly size: number;
}

export interface Polytope {
  readonly states: number;
  readonly blocks: readonly Block[];
  /** the block of each column */
  readonly blockOf: readonly number[];
  /** by context (a value of the key) and response; -1 where the response is not allowed */
  columnOf(context: number, response: number): number;
  /** sum of the terms is `right` times what a block weighs */
  readonly equations: readonly PolytopeEquation[];
  /** a point inside: every row has its own noise */
  readonly independent: Float64Array;
  /** whether each of its points is that of one distribution over the responses to all rows */
  readonly exact: boolean;
}

export interface PolytopeEquation {
  readonly terms: LinearTerms;
  readonly right: number;
}

/**
 * The distributions of a response in each of the contexts, which are values of its key. Contexts that read the same rows
 * share a block; what blocks have in common agrees.
 */
export function polytopeOf(response: Response, contexts: readonly (readonly number[])[]): Polytope {
  const { states } = response;
  const size = response.variable.domain.length;
  const index = new Int32Array(contexts.length * size).fill(-1);
  const numbers = new Map<string, number>();
  const blocks: Block[] = [];
  const blockOf: number[] = [];
  const independent: number[] = [];
  const equations: PolytopeEquation[] = [];
  contexts.forEach((key, context) => {
    const rows = response.rows(key).toSorted((a, b) => (a.row < b.row ? -1 : 1));
    const name = rows.map(({ row }) => row).join(" ");
    if (!numbers.has(name)) {
      numbers.set(name, blocks.length);
      const block = { rows: rows.map(({ row }) => row), first: blockOf.length, size: states ** rows.length };
      for (let number = 0; number < block.size; number++) {
        blockOf.push(blocks.length);
        const state = (place: number) => digitOf(number, rows.length - 1 - place, states);
        independent.push(rows.reduce((product, { probabilities }, place) => product * probabilities[state(place)]!, 1));
      }
      blocks.push(block);
      rows.forEach(({ probabilities }, place) => {
        // all rows sum to one: their last equations follow from the others
        for (let state = 0; state < (place === 0 ? states : states - 1); state++) {
          equations.push({ terms: matching(block, states, [place], [state], 1), right: probabilities[state]! });
        }
      });
    }
    const { first } = blocks[numbers.get(name)!]!;
    for (let r = 0; r < size; r++) {
      if (!response.allowed(key, r)) continue;
      index[context * size + r] = rows.reduce((n, { digit }) => n * states + digitOf(r, digit, states), 0) + first;
    }
  });
  return {
    states,
    blocks,
    blockOf,
    columnOf: (context, r) => index[context * size + r]!,
    equations: [...equations, ...agreements(blocks, states)],
    independent: Float64Array.from(independent),
    exact: isAcyclic(blocks.map(({ rows }) => new Set(rows))),
  };
}

/** The columns of a block in which the rows at some places have these states. */
function matching(
  block: Block,
  states: number,
  places: readonly number[],
  wanted: readonly number[],
  value: number,
): { readonly column: number; readonly value: number }[] {
  const terms: { readonly column: number; readonly value: number }[] = [];
  const { length } = block.rows;
  for (let number = 0; number < block.size; number++) {
    const fits = places.every((place, i) => digitOf(number, length - 1 - place, states) === wanted[i]);
    if (fits) terms.push({ column: block.first + number, value });
  }
  return terms;
}

/** Blocks that have two or more rows in common give them the same joint distribution; for one row its table does. */
function agreements(blocks: readonly Block[], states: number): readonly PolytopeEquation[] {
  const equations: PolytopeEquation[] = [];
  blocks.forEach((block, i) => {
    for (const other of blocks.slice(0, i)) {
      const common = block.rows.filter((row) => other.rows.includes(row));
      if (common.length < 2) continue;
      const [here, there] = [block, other].map(({ rows }) => common.map((row) => rows.indexOf(row)));
      for (let number = 0; number < states ** common.length; number++) {
        const wanted = common.map((_, place) => digitOf(number, place, states));
        const terms = [...matching(block, states, here!, wanted, 1), ...matching(other, states, there!, wanted, -1)];
        equations.push({ terms, right: 0 });
      }
    }
  });
  return equations;
}

/**
 * Whether marginals over these sets that agree pairwise are those of one joint distribution whatever they are: whether
 * the sets are acyclic (Graham's reduction; Beeri, Fagin, Maier and Yannakakis 1983).
 */
function isAcyclic(sets: readonly ReadonlySet<string>[]): boolean {
  let left = sets.map((set) => new Set(set));
  for (;;) {
    const count = new Map<string, number>();
    for (const set of left) for (const row of set) count.set(row, (count.get(row) ?? 0) + 1);
    const trimmed = left.map((set) => new Set([...set].filter((row) => count.get(row)! > 1)));
    const kept = trimmed.filter(
      (set, i) => !trimmed.some((other, j) => i !== j && isWithin(set, other) && (other.size > set.size || j < i)),
    );
    if (kept.length <= 1) return true;
    const same = kept.length === left.length && kept.every((set, i) => set.size === left[i]!.size);
    if (same) return false;
    left = kept;
  }
}

const isWithin = (set: ReadonlySet<string>, other: ReadonlySet<string>) => [...set].every((row) => other.has(row));

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
  const count = polytope.blockOf.length;
  // weights near one keep the scale of the program away from the solver's tolerances
  const scale = scaleOf(denominator, polytope.independent);
  if (scale === 0) return goals.map(() => null);
  const equations: Equation[] = polytope.equations.map(({ terms, right }) => ({
    terms: right === 0 ? terms : [...terms, { column: count, value: -right }],
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

export function sparse(values: Float64Array, factor: number): LinearTerms {
  const terms: { readonly column: number; readonly value: number }[] = [];
  values.forEach((value, column) => {
    if (value !== 0) terms.push({ column, value: value * factor });
  });
  return terms;
}
