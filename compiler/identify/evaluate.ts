/** The value of an estimand on a discrete joint distribution: tables over its free names. */
import { type Names, union } from "./admg.ts";
import { type Estimand, freeNames } from "./estimand.ts";
import type { Joint } from "./joint.ts";

/** A function of the states of some nodes; the last name varies fastest. NaN where a condition has probability zero. */
export interface Table {
  readonly names: readonly string[];
  readonly values: Float64Array;
}

/** Tables are not made larger than this. */
export const largestTable = 2 ** 24;

/**
 * The estimand for all values of its free names, in the order of `names` (which must be its free names, or more).
 * A term that is 0 / 0 counts as 0 where it is multiplied by 0, else the result is NaN there: the joint does not determine
 * it. Null where a table would be larger than `limit` entries.
 */
export function evaluateEstimand(
  estimand: Estimand,
  joint: Joint,
  names: readonly string[],
  limit = largestTable,
): Table | null {
  const done = new Map<Estimand, Table>();
  const size = (list: Iterable<string>) => [...list].reduce((count, name) => count * joint.sizeOf(name), 1);

  const value = (part: Estimand): Table | null => {
    const before = done.get(part);
    if (before !== undefined) return before;
    const found = compute(part);
    if (found !== null) done.set(part, found);
    return found;
  };
  const all = (parts: readonly Estimand[]): readonly Table[] | null => {
    const tables = parts.map(value);
    return tables.includes(null) ? null : (tables as readonly Table[]);
  };

  const compute = (part: Estimand): Table | null => {
    if (size(freeNames(part)) > limit) return null;
    switch (part.kind) {
      case "probability": {
        const whole = tableOf(union(part.of, part.given));
        return combine([whole, tableOf(part.given)], whole.names, new Set(), joint, divide);
      }
      case "fraction": {
        const sides = all([part.numerator, part.denominator]);
        return sides && combine(sides, [...freeNames(part)], new Set(), joint, divide);
      }
      case "product": {
        const factors = all(part.factors);
        return factors && combine(factors, [...freeNames(part)], new Set(), joint, multiply);
      }
      case "sum": {
        const factors = all(part.of.kind === "product" ? part.of.factors : [part.of]);
        return factors && sumOut(factors, part.over);
      }
    }
  };
  const tableOf = (set: Names): Table => ({ names: [...set], values: joint.marginal([...set]) });

  /** Sums names out one by one, always the one that makes the smallest table. */
  const sumOut = (factors: readonly Table[], over: Names): Table | null => {
    let tables = factors;
    const waiting = new Set(over);
    while (waiting.size > 0) {
      const scopes = [...waiting].map((name) => {
        const users = tables.filter((table) => table.names.includes(name));
        const scope = new Set(users.flatMap((table) => table.names));
        return { name, users, scope, cost: size(scope) };
      });
      const { name, users, scope, cost } = scopes.reduce((best, other) => (other.cost < best.cost ? other : best));
      if (cost > limit) return null;
      waiting.delete(name);
      const kept = [...scope].filter((other) => other !== name);
      const summed = combine(users, kept, new Set([name]), joint, multiply);
      tables = [...tables.filter((table) => !users.includes(table)), summed];
    }
    const rest = [...new Set(tables.flatMap((table) => table.names))];
    return size(rest) > limit ? null : combine(tables, rest, new Set(), joint, multiply);
  };

  const result = size(names) > limit ? null : value(estimand);
  return result && combine([result], names, new Set(), joint, multiply);
}

type Combination = (values: readonly number[]) => number;

/** What is impossible stays impossible, whatever else is not defined. */
const multiply: Combination = (values) => (values.includes(0) ? 0 : values.reduce((product, x) => product * x, 1));
const divide: Combination = ([above, below]) => (below! > 0 ? above! / below! : Number.NaN);

/** Combines tables entry by entry as a function of `out`, summed over `over`. */
function combine(
  tables: readonly Table[],
  out: readonly string[],
  over: Names,
  joint: Joint,
  combination: Combination,
): Table {
  const axes = [...out, ...over];
  const sizes = axes.map((name) => joint.sizeOf(name));
  const stridesOf = (names: readonly string[]) => {
    let step = 1;
    const strides = new Map<string, number>();
    for (const name of names.toReversed()) {
      strides.set(name, step);
      step *= joint.sizeOf(name);
    }
    return axes.map((name) => strides.get(name) ?? 0);
  };
  const inputs = tables.map(({ names, values }) => ({ values, strides: stridesOf(names) }));
  const target = stridesOf(out);
  const result = new Float64Array(out.reduce((count, name) => count * joint.sizeOf(name), 1));
  const index = new Int32Array(axes.length);
  const count = sizes.reduce((product, size) => product * size, 1);
  const dot = (strides: readonly number[]) => strides.reduce((sum, stride, i) => sum + stride * index[i]!, 0);
  for (let entry = 0; entry < count; entry++) {
    result[dot(target)]! += combination(inputs.map(({ values, strides }) => values[dot(strides)]!));
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
    }
  }
  return { names: out, values: result };
}

/** The states of the names that together are the likeliest. */
export function likeliest(names: readonly string[], joint: Joint): readonly number[] {
  const table = joint.marginal(names);
  let cell = table.reduce((best, p, i) => (p > table[best]! ? i : best), 0);
  const states = names.toReversed().map((name) => {
    const state = cell % joint.sizeOf(name);
    cell = Math.floor(cell / joint.sizeOf(name));
    return state;
  });
  return states.toReversed();
}

/** The table at some states of some of its names. */
export function fixStates(table: Table, states: ReadonlyMap<string, number>, joint: Joint): Table {
  const point = [...states]
    .filter(([name]) => table.names.includes(name))
    .map(([name, state]): Table => {
      const values = new Float64Array(joint.sizeOf(name));
      values[state] = 1;
      return { names: [name], values };
    });
  const kept = table.names.filter((name) => !states.has(name));
  const fixed = new Set(table.names.filter((name) => states.has(name)));
  return combine([table, ...point], kept, fixed, joint, multiply);
}
