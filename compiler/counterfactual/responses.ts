/**
 * Canonical response functions (Balke and Pearl 1994): what a node would do under each row of its table, as one hidden
 * variable. Its distribution is free but for the table itself, which is what leaves bounds.
 */
import { type Factor, makeFactor } from "../inference/factor.ts";
import type { FiniteVariable } from "../inference/tabulate.ts";
import { type Copies, type Copy, forEachState, parentsOf, rowKey, rowsByKey } from "./copies.ts";

/** A response under one row: the digit of the number of the response that tells it, and what the table says. */
export interface ResponseRow {
  readonly digit: number;
  /** the key of the row */
  readonly row: string;
  readonly probabilities: Float64Array;
}

/**
 * The response of one node. Given the variables of `key` the responses to the rows in reach have some joint
 * distribution; there are different distributions for different values of the key, and nothing ties them together.
 */
export interface Response {
  readonly states: number;
  /** the hidden variable: state r is the response whose digits in base `states` are its states under the rows */
  readonly variable: FiniteVariable;
  readonly key: readonly FiniteVariable[];
  /** tables of the copies as functions of the response, by the name of the copy */
  readonly factors: ReadonlyMap<string, Factor>;
  /** rows in reach when the variables of `key` have these values, each once; digits that must agree are one row */
  rows(key: readonly number[]): readonly ResponseRow[];
  /** digits that read one row under these values must be equal */
  allowed(key: readonly number[], response: number): boolean;
}

export const digitOf = (response: number, digit: number, states: number): number =>
  Math.floor(response / states ** digit) % states;

type Supports = ReadonlyMap<number, ReadonlySet<number>>;

const inReach = (variables: readonly FiniteVariable[], indices: readonly number[], supports: Supports) =>
  variables.every(({ id }, i) => supports.get(id)?.has(indices[i]!) !== false);

const hidden = (copies: Copies, id: number, size: number): FiniteVariable => ({
  id,
  node: { ...copies.node, name: `response of ${copies.node.name}` },
  domain: Float64Array.from({ length: size }, (_, r) => r),
  factor: makeFactor([id], [size], new Float64Array(size).fill(1)),
});

/**
 * Response functions over all rows that the copies can read, conditioned on the parents that they share. Null where
 * there are more than `limit` of them.
 */
export function fullResponse(copies: Copies, id: number, supports: Supports, limit: number): Response | null {
  const { states } = copies;
  const places = copies.copies[0]!.parents.map((_, i) => i);
  const shared = (place: number) => new Set(copies.copies.map(({ parents }) => parents[place]!.id)).size === 1;
  const [fixed, varying] = [places.filter(shared), places.filter((place) => !shared(place))];
  const digits = new Map<string, { readonly digit: number; readonly values: readonly number[] }>();
  const varyingOf = ({ parents }: Copy) => varying.map((place) => parents[place]!);
  for (const copy of copies.copies) {
    const variables = varyingOf(copy);
    forEachState(variables, (indices) => {
      if (!inReach(variables, indices, supports)) return;
      const values = indices.map((index, i) => variables[i]!.domain[index]!);
      if (!digits.has(rowKey(values))) digits.set(rowKey(values), { digit: digits.size, values });
    });
  }
  const size = states ** digits.size;
  if (size > limit) return null;
  const variable = hidden(copies, id, size);
  const factors = new Map<string, Factor>();
  for (const copy of copies.copies) {
    const variables = varyingOf(copy);
    const axes = [variable, ...variables, copy.variable];
    const count = variables.reduce((product, { domain }) => product * domain.length, 1);
    const values = new Float64Array(size * count * states);
    forEachState(variables, (indices, row) => {
      const found = digits.get(rowKey(indices.map((index, i) => variables[i]!.domain[index]!)));
      if (found === undefined) return;
      for (let r = 0; r < size; r++) values[(r * count + row) * states + digitOf(r, found.digit, states)] = 1;
    });
    factors.set(copy.variable.node.name, factorOver(axes, values));
  }
  const table = rowsByKey(copies);
  const rows = (key: readonly number[]) =>
    [...digits.values()].flatMap(({ digit, values }): ResponseRow[] => {
      const full = places.map((place) => {
        const at = fixed.indexOf(place);
        return at === -1 ? values[varying.indexOf(place)]! : key[at]!;
      });
      const row = rowKey(full);
      const probabilities = table.get(row);
      return probabilities === undefined ? [] : [{ digit, row, probabilities }];
    });
  const key = fixed.map((place) => copies.copies[0]!.parents[place]!);
  return { states, variable, key, factors, rows, allowed: () => true };
}

/**
 * The states of the copies themselves as the response, conditioned on all their parents: one digit for each copy. That
 * is fewer responses where there are many rows of which the copies read few at once.
 */
export function pairedResponse(copies: Copies, id: number): Response {
  const { states } = copies;
  const key = parentsOf(copies);
  const variable = hidden(copies, id, states ** copies.copies.length);
  const factors = new Map(
    copies.copies.map((copy, digit) => {
      const values = new Float64Array(variable.domain.length * states);
      for (let r = 0; r < variable.domain.length; r++) values[r * states + digitOf(r, digit, states)] = 1;
      return [copy.variable.node.name, factorOver([variable, copy.variable], values)];
    }),
  );
  const table = rowsByKey(copies);
  const keysAt = (values: readonly number[]) => {
    const at = new Map(key.map(({ id: parent }, i) => [parent, values[i]!]));
    return copies.copies.map(({ parents }) => rowKey(parents.map((parent) => at.get(parent.id)!)));
  };
  const rows = (values: readonly number[]) => {
    const keys = keysAt(values);
    return keys.flatMap((name, digit) =>
      keys.indexOf(name) === digit ? [{ digit, row: name, probabilities: table.get(name)! }] : [],
    );
  };
  const allowed = (values: readonly number[], response: number) => {
    const keys = keysAt(values);
    return keys.every((name, digit) => {
      const first = keys.indexOf(name);
      return digitOf(response, digit, states) === digitOf(response, first, states);
    });
  };
  return { states, variable, key, factors, rows, allowed };
}

function factorOver(axes: readonly FiniteVariable[], values: Float64Array): Factor {
  return makeFactor(
    axes.map(({ id }) => id),
    axes.map(({ domain }) => domain.length),
    values,
  );
}
