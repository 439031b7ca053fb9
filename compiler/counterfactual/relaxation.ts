/**
 * A linear program that contains a multilinear one: one variable stands for each product of responses (the
 * reformulation-linearization of Sherali and Adams 1990). Parts of the program, with limits of single responses, are
 * contained more tightly; how it is cut into parts is decided in `bounds.ts`.
 */
import { type Equation, optimise } from "./linear-program.ts";
import { type Polytope, sparse } from "./polytope.ts";

/** One product of responses, by column in each polytope, with its weight in the denominator and in each numerator. */
export interface Term {
  readonly columns: readonly number[];
  readonly denominator: number;
  readonly numerators: readonly number[];
}

/** The responses of a part: between `low` and `high` is the probability of one column of one polytope. */
export interface Limit {
  readonly axis: number;
  readonly column: number;
  readonly low: number;
  readonly high: number;
}

export interface Relaxed {
  /** no point of the part has a larger value (smaller, for sign -1) */
  readonly value: number;
  /** the distribution of each response by itself */
  readonly at: readonly Float64Array[];
  /** the column whose products are furthest from being products; null where all are */
  readonly worst: { readonly axis: number; readonly column: number } | null;
}

export interface Relaxation {
  readonly columns: number;
  /** the extreme of numerator `goal` over the denominator; null where the part is empty */
  solve(goal: number, sign: 1 | -1, limits: readonly Limit[]): Relaxed | null;
}

/** How many columns the relaxation has, before it is made. */
export function relaxationSize(polytopes: readonly Polytope[], terms: readonly Term[]): number {
  return products(polytopes, terms).count;
}

/** Null where the denominator is zero. */
export function relaxationOf(polytopes: readonly Polytope[], terms: readonly Term[]): Relaxation | null {
  const { combinations, columnAt, count } = products(polytopes, terms);
  const sizeOf = (axis: number, block: number) => polytopes[axis]!.blocks[block]!.size;
  const numberOf = new Map(combinations.map((blocks, number) => [blocks.join(","), number]));

  /** The products in one combination of blocks by their place on one axis: a list for each response of the others. */
  const fibres = (number: number, axis: number): readonly Int32Array[] => {
    const blocks = combinations[number]!;
    const sizes = blocks.map((block, i) => sizeOf(i, block));
    const inner = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    const outer = sizes.slice(0, axis).reduce((product, size) => product * size, 1);
    const start = columnAt(number);
    return Array.from({ length: outer * inner }, (_, other) => {
      const from = start + Math.floor(other / inner) * inner * sizes[axis]! + (other % inner);
      return Int32Array.from({ length: sizes[axis]! }, (_, own) => from + own * inner);
    });
  };

  const equations: Equation[] = [];
  combinations.forEach((blocks, number) => {
    const size = blocks.reduce((product, block, axis) => product * sizeOf(axis, block), 1);
    const all = Array.from({ length: size }, (_, i) => ({ column: columnAt(number) + i, value: 1 }));
    // every combination weighs what the substitution makes of one
    equations.push({ terms: [...all, { column: count, value: -1 }], right: 0 });
    polytopes.forEach((polytope, axis) => {
      const { first } = polytope.blocks[blocks[axis]!]!;
      const own = fibres(number, axis);
      const twinOf = (block: number) => numberOf.get(blocks.with(axis, block).join(","));
      for (const { terms, right } of polytope.equations) {
        const involved = [...new Set(terms.map(({ column }) => polytope.blockOf[column]!))];
        if (involved[0] !== blocks[axis]) continue;
        const twin = involved[1] === undefined ? number : twinOf(involved[1]);
        if (twin === undefined) continue;
        const theirs = twin === number ? own : fibres(twin, axis);
        own.forEach((fibre, other) => {
          const weights = new Map<number, number>();
          if (right !== 0) for (const column of fibre) weights.set(column, -right);
          for (const { column, value } of terms) {
            const at =
              polytope.blockOf[column] === blocks[axis]
                ? fibre[column - first]!
                : theirs[other]![column - polytope.blocks[involved[1]!]!.first]!;
            weights.set(at, (weights.get(at) ?? 0) + value);
          }
          equations.push({ terms: [...weights].map(([column, value]) => ({ column, value })), right: 0 });
        });
      }
      // the other responses do not depend on what this one is asked
      const twin = polytope.blocks.map((_, block) => twinOf(block)).find((found) => found !== undefined)!;
      if (twin >= number) return;
      const theirs = fibres(twin, axis);
      own.forEach((fibre, other) => {
        const here = [...fibre].map((column) => ({ column, value: 1 }));
        const there = [...theirs[other]!].map((column) => ({ column, value: -1 }));
        equations.push({ terms: [...here, ...there], right: 0 });
      });
    });
  });

  const place = ({ columns }: Term) => {
    const blocks = columns.map((column, axis) => polytopes[axis]!.blockOf[column]!);
    const inside = columns.reduce((index, column, axis) => {
      const { first, size } = polytopes[axis]!.blocks[blocks[axis]!]!;
      return index * size + (column - first);
    }, 0);
    return columnAt(numberOf.get(blocks.join(","))!) + inside;
  };
  const denominator = new Float64Array(count + 1);
  for (const term of terms) denominator[place(term)]! += term.denominator;
  const scale = terms.reduce((sum, term) => {
    return sum + term.denominator * term.columns.reduce((p, column, i) => p * polytopes[i]!.independent[column]!, 1);
  }, 0);
  const unit = scale > 0 ? scale : denominator.reduce((largest, entry) => Math.max(largest, entry), 0);
  if (unit === 0) return null;
  equations.push({ terms: sparse(denominator, 1 / unit), right: 1 });

  const within = ({ axis, column, low, high }: Limit): Equation[] => {
    const polytope = polytopes[axis]!;
    const block = polytope.blockOf[column]!;
    return combinations.flatMap((blocks, number) => {
      if (blocks[axis] !== block) return [];
      return fibres(number, axis).flatMap((fibre): Equation[] => {
        const own = fibre[column - polytope.blocks[block]!.first]!;
        const side = (limit: number, sign: number): Equation => ({
          terms: [...fibre].map((c) => ({ column: c, value: sign * (Number(c === own) - limit) })),
          right: 0,
          atLeast: true,
        });
        return [...(low > 0 ? [side(low, 1)] : []), ...(high < 1 ? [side(high, -1)] : [])];
      });
    });
  };

  return {
    columns: count,
    solve(goal, sign, limits) {
      const cost = new Float64Array(count + 1);
      for (const term of terms) cost[place(term)]! += term.numerators[goal]! / unit;
      const program = { columns: count + 1, equations: [...equations, ...limits.flatMap(within)] };
      const [optimum] = optimise(program, [{ cost, sign }]);
      if (optimum == null) return null;
      const { x, value } = optimum;
      const total = x[count]!;
      const at = polytopes.map(({ blockOf }) => new Float64Array(blockOf.length));
      const known = new Set<string>();
      let worst: { readonly axis: number; readonly column: number; readonly distance: number } | null = null;
      const distances = polytopes.map(({ blockOf }) => new Float64Array(blockOf.length));
      combinations.forEach((blocks, number) => {
        polytopes.forEach((polytope, axis) => {
          const { first, size } = polytope.blocks[blocks[axis]!]!;
          const lists = fibres(number, axis);
          if (!known.has(`${axis} ${blocks[axis]}`)) {
            known.add(`${axis} ${blocks[axis]}`);
            for (const fibre of lists) for (let i = 0; i < size; i++) at[axis]![first + i]! += x[fibre[i]!]! / total;
          }
          for (const fibre of lists) {
            const whole = fibre.reduce((sum, column) => sum + x[column]!, 0) / total;
            for (let i = 0; i < size; i++) {
              distances[axis]![first + i]! += Math.abs(x[fibre[i]!]! / total - at[axis]![first + i]! * whole);
            }
          }
        });
      });
      distances.forEach((list, axis) => {
        list.forEach((distance, column) => {
          if (distance > (worst?.distance ?? 1e-9)) worst = { axis, column, distance };
        });
      });
      return { value, at, worst };
    },
  };
}

/** The combinations of blocks that occur, and a column for each product of responses in them. */
function products(polytopes: readonly Polytope[], terms: readonly Term[]) {
  const seen = new Map<string, readonly number[]>();
  for (const { columns } of terms) {
    const blocks = columns.map((column, axis) => polytopes[axis]!.blockOf[column]!);
    seen.set(blocks.join(","), blocks);
  }
  const combinations = [...seen.values()];
  const offsets: number[] = [];
  let count = 0;
  for (const blocks of combinations) {
    offsets.push(count);
    count += blocks.reduce((product, block, axis) => product * polytopes[axis]!.blocks[block]!.size, 1);
  }
  return { combinations, count, columnAt: (number: number) => offsets[number]! };
}
