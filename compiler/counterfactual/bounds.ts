/**
 * Bounds of ratios of multilinear functions of several response distributions: a linear program for one node, which is
 * sharp; for several, which are independent of each other, a linear relaxation from outside and a search from inside.
 */
import { createStream, type Stream } from "#runtime/random";
import { type Equation, optimise } from "./linear-program.ts";
import { extremeRatios, type Polytope, sparse } from "./polytope.ts";

/** One product of responses, by column in each polytope, with its weight in the denominator and in each numerator. */
export interface Term {
  readonly columns: readonly number[];
  readonly denominator: number;
  readonly numerators: readonly number[];
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
  /** the value where every row of every table has its own noise; null where the denominator is zero there */
  readonly independent: number | null;
  /** attained values: within the bounds, and at their ends where the bounds are sharp */
  readonly attained: { readonly low: number; readonly high: number };
}

/** Rounds of the search from inside; each begins at another point. */
const starts = 6;
const mostSweeps = 20;

/** Bounds of each numerator over the denominator; null where the denominator is zero everywhere. */
export function boundRatios(polytopes: readonly Polytope[], terms: readonly Term[]): readonly Bounds[] | null {
  const inside = polytopes.map((polytope) => polytope.independent);
  const count = terms[0]?.numerators.length ?? 0;
  const results: Bounds[] = [];
  const outer = polytopes.length === 1 ? null : relaxed(polytopes, terms, count);
  for (let goal = 0; goal < count; goal++) {
    const found = ([-1, 1] as const).map((sign) => search(polytopes, terms, goal, sign));
    const [low, high] = found;
    if (low == null || high == null) return null;
    const independent = evaluate(terms, goal, inside);
    const ends = outer === null ? { low, high } : outer[goal]!;
    if (ends === null) return null;
    results.push({ ...ends, independent, attained: { low, high } });
  }
  return results;
}

function evaluate(terms: readonly Term[], goal: number, at: readonly Float64Array[]): number | null {
  let [top, bottom] = [0, 0];
  for (const { columns, numerators, denominator } of terms) {
    const weight = columns.reduce((product, column, i) => product * at[i]![column]!, 1);
    top += weight * numerators[goal]!;
    bottom += weight * denominator;
  }
  return bottom > 0 ? top / bottom : null;
}

/** Exact for one polytope. For several, one after the other is optimised with the rest held, from several points. */
function search(polytopes: readonly Polytope[], terms: readonly Term[], goal: number, sign: 1 | -1): number | null {
  if (polytopes.length === 1) {
    const { numerator, denominator } = contracted(polytopes, terms, goal, 0, []);
    return extremeRatios(polytopes[0]!, [{ numerator, sign }], denominator)[0]?.value ?? null;
  }
  const stream = createStream(goal, "bounds");
  let best: number | null = null;
  for (let start = 0; start < starts; start++) {
    let at = polytopes.map((polytope) => (start === 0 ? polytope.independent : randomVertex(polytope, stream)));
    let value: number | null = null;
    for (let sweep = 0; sweep < mostSweeps; sweep++) {
      const before: number | null = value;
      for (let i = 0; i < polytopes.length; i++) {
        const { numerator, denominator } = contracted(polytopes, terms, goal, i, at);
        const found = extremeRatios(polytopes[i]!, [{ numerator, sign }], denominator)[0];
        if (found == null) continue;
        value = found.value;
        at = at.map((point, place) => (place === i ? found.x : point));
      }
      if (value === null || (before !== null && sign * (value - before) < 1e-10)) break;
    }
    if (value !== null && (best === null || sign * (value - best) > 0)) best = value;
  }
  return best;
}

function randomVertex(polytope: Polytope, stream: Stream): Float64Array {
  const cost = Float64Array.from(polytope.columns, () => stream.uniform());
  const equations = polytope.equations.map(({ columns, right }) => ({
    terms: columns.map((column) => ({ column, value: 1 })),
    right,
  }));
  return optimise({ columns: cost.length, equations }, [{ cost, sign: 1 }])[0]?.x ?? polytope.independent;
}

/** The numerator and denominator as linear functions of one distribution, the others being held. */
function contracted(
  polytopes: readonly Polytope[],
  terms: readonly Term[],
  goal: number,
  open: number,
  at: readonly Float64Array[],
): { readonly numerator: Float64Array; readonly denominator: Float64Array } {
  const numerator = new Float64Array(polytopes[open]!.columns.length);
  const denominator = new Float64Array(numerator.length);
  for (const term of terms) {
    let weight = 1;
    for (let i = 0; i < polytopes.length; i++) if (i !== open) weight *= at[i]![term.columns[i]!]!;
    numerator[term.columns[open]!]! += weight * term.numerators[goal]!;
    denominator[term.columns[open]!]! += weight * term.denominator;
  }
  return { numerator, denominator };
}

/**
 * Bounds from outside: one variable stands for each product of responses, and every equation of a polytope is multiplied
 * with every product of the other responses (the reformulation of Sherali and Adams 1990).
 */
function relaxed(
  polytopes: readonly Polytope[],
  terms: readonly Term[],
  goals: number,
): readonly ({ readonly low: number; readonly high: number } | null)[] {
  const { contexts, columnOf, count } = products(polytopes, terms);
  const equations: Equation[] = [];
  contexts.forEach((context, number) => {
    // every context weighs what the substitution makes of one
    const all = spread(polytopes, context);
    equations.push({
      terms: [...all.map((columns) => ({ column: columnOf(number, columns), value: 1 })), { column: count, value: -1 }],
      right: 0,
    });
    polytopes.forEach((polytope, axis) => {
      const own = blockOf(polytope, context[axis]!);
      const others = spread(polytopes, context, axis);
      for (const other of others) {
        const at = (column: number) => columnOf(number, other.toSpliced(axis, 1, column));
        for (const equation of polytope.equations) {
          if (equation.context !== context[axis]) continue;
          const matching = new Set(equation.columns);
          const weights = own.map((column) => ({
            column: at(column),
            value: Number(matching.has(column)) - equation.right,
          }));
          equations.push({ terms: weights.filter(({ value }) => value !== 0), right: 0 });
        }
        // the other responses do not depend on the context of this one
        const twin = contexts.findIndex((candidate) => candidate.every((c, i) => i === axis || c === context[i]));
        if (twin < number) {
          const theirs = blockOf(polytope, contexts[twin]![axis]!);
          equations.push({
            terms: [
              ...own.map((column) => ({ column: at(column), value: 1 })),
              ...theirs.map((column) => ({
                column: columnOf(twin, other.toSpliced(axis, 1, column)),
                value: -1,
              })),
            ],
            right: 0,
          });
        }
      }
    });
  });
  const numberOf = new Map(contexts.map((context, number) => [context.join(","), number]));
  const place = ({ columns }: Term) => {
    const context = columns.map((column, axis) => polytopes[axis]!.columns[column]!.context);
    return columnOf(numberOf.get(context.join(","))!, columns);
  };
  const denominator = new Float64Array(count + 1);
  for (const term of terms) denominator[place(term)]! += term.denominator;
  const scale = terms.reduce((sum, term) => {
    return sum + term.denominator * term.columns.reduce((p, column, i) => p * polytopes[i]!.independent[column]!, 1);
  }, 0);
  const unit = scale > 0 ? scale : denominator.reduce((largest, entry) => Math.max(largest, entry), 0);
  if (unit === 0) return Array.from({ length: goals }, () => null);
  equations.push({ terms: sparse(denominator, 1 / unit), right: 1 });
  return Array.from({ length: goals }, (_, goal) => {
    const cost = new Float64Array(count + 1);
    for (const term of terms) cost[place(term)]! += term.numerators[goal]! / unit;
    const [low, high] = optimise({ columns: count + 1, equations }, [
      { cost, sign: -1 },
      { cost, sign: 1 },
    ]);
    return low == null || high == null ? null : { low: low.value, high: high.value };
  });
}

const blockOf = (polytope: Polytope, context: number): readonly number[] =>
  polytope.columns.flatMap((column, index) => (column.context === context ? [index] : []));

/** All combinations of columns in one combination of contexts; on the axis that is left out the column is 0. */
function spread(polytopes: readonly Polytope[], context: readonly number[], without = -1): readonly number[][] {
  return polytopes.reduce<number[][]>(
    (lists, polytope, axis) => {
      const choices = axis === without ? [0] : blockOf(polytope, context[axis]!);
      return lists.flatMap((list) => choices.map((column) => [...list, column]));
    },
    [[]],
  );
}

/** How many columns the relaxation has, before it is made. */
export function relaxationSize(polytopes: readonly Polytope[], terms: readonly Term[]): number {
  return products(polytopes, terms).count;
}

/** The combinations of contexts that occur, and a column for each product of responses in them. */
function products(polytopes: readonly Polytope[], terms: readonly Term[]) {
  const seen = new Map<string, readonly number[]>();
  for (const { columns } of terms) {
    const context = columns.map((column, axis) => polytopes[axis]!.columns[column]!.context);
    seen.set(context.join(","), context);
  }
  const contexts = [...seen.values()];
  const blocks = polytopes.map((polytope) => {
    const sizes = new Map<number, { readonly first: number; readonly size: number }>();
    polytope.columns.forEach(({ context }, index) => {
      const known = sizes.get(context);
      sizes.set(context, { first: known?.first ?? index, size: (known?.size ?? 0) + 1 });
    });
    return sizes;
  });
  const offsets: number[] = [];
  let count = 0;
  for (const context of contexts) {
    offsets.push(count);
    count += context.reduce((product, c, axis) => product * blocks[axis]!.get(c)!.size, 1);
  }
  const columnOf = (number: number, columns: readonly number[]) => {
    const context = contexts[number]!;
    return columns.reduce((index, column, axis) => {
      const { first, size } = blocks[axis]!.get(context[axis]!)!;
      return index * size + (column - first);
    }, 0);
  };
  return {
    contexts,
    count,
    columnOf: (number: number, columns: readonly number[]) => offsets[number]! + columnOf(number, columns),
  };
}
