/**
 * The copies of one node in parallel worlds: which row of its table each of them reads, and their joint distribution
 * where a coupling is declared. Variables are those of `inference/tabulate.ts`, one for each copy.
 */
import type { CausalNode, Coupling } from "../causal/model.ts";
import { type Factor, makeFactor } from "../inference/factor.ts";
import type { FiniteVariable } from "../inference/tabulate.ts";
import { coupledStates } from "./couplings.ts";

export interface Copy {
  readonly variable: FiniteVariable;
  /** in the order of the node's parents */
  readonly parents: readonly FiniteVariable[];
}

export interface Copies {
  /** of the factual model */
  readonly node: CausalNode;
  readonly states: number;
  readonly copies: readonly Copy[];
}

/** The copies of a node under their names in the parallel worlds. */
export function copiesOf(
  node: CausalNode,
  names: readonly string[],
  variables: ReadonlyMap<string, FiniteVariable>,
): Copies {
  const byId = new Map([...variables.values()].map((variable) => [variable.id, variable]));
  const copies = names.map((name) => {
    const variable = variables.get(name)!;
    return { variable, parents: variable.factor.vars.slice(0, -1).map((id) => byId.get(id)!) };
  });
  return { node, states: copies[0]!.variable.domain.length, copies };
}

/** A row of the node's table by the values of its parents; equal rows have equal keys in all worlds. */
export const rowKey = (values: readonly number[]): string => values.join(",");

/** P(node | parents) by row key, from the tables of all copies. */
export function rowsByKey({ states, copies }: Copies): ReadonlyMap<string, Float64Array> {
  const rows = new Map<string, Float64Array>();
  for (const { variable, parents } of copies) {
    forEachState(parents, (indices, row) => {
      const key = rowKey(indices.map((index, i) => parents[i]!.domain[index]!));
      rows.set(key, variable.factor.values.subarray(row * states, (row + 1) * states));
    });
  }
  return rows;
}

/** Calls back with every combination of state indices, the last variable fastest, and its number. */
export function forEachState(
  variables: readonly FiniteVariable[],
  visit: (indices: readonly number[], number: number) => void,
): void {
  const sizes = variables.map(({ domain }) => domain.length);
  const indices = sizes.map(() => 0);
  const count = sizes.reduce((product, size) => product * size, 1);
  for (let number = 0; number < count; number++) {
    visit(indices, number);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      if (++indices[axis]! < sizes[axis]!) break;
      indices[axis] = 0;
    }
  }
}

/** The parents of all copies, each variable once. */
export function parentsOf({ copies }: Copies): readonly FiniteVariable[] {
  return [...new Map(copies.flatMap(({ parents }) => parents).map((parent) => [parent.id, parent])).values()];
}

/** Entries of a table over all copies and all their parents, before it is made. */
export function jointSize(copies: Copies): number {
  return parentsOf(copies).reduce(
    (product, { domain }) => product * domain.length,
    copies.states ** copies.copies.length,
  );
}

/**
 * P(all copies | all their parents) under a coupling, as one factor over the parents and the copies. Combinations of
 * parents outside of `supports` have probability zero and are left at zero.
 */
export function coupledFactor(
  copies: Copies,
  coupling: Coupling,
  supports: ReadonlyMap<number, ReadonlySet<number>>,
): Factor {
  const { states } = copies;
  const axes = parentsOf(copies);
  const rows = rowsByKey(copies);
  const own = copies.copies.map(({ variable }) => variable);
  const block = states ** own.length;
  const count = axes.reduce((product, { domain }) => product * domain.length, 1);
  const values = new Float64Array(count * block);
  const joints = new Map<string, Float64Array>();
  forEachState(axes, (indices, number) => {
    if (axes.some(({ id }, i) => supports.get(id)?.has(indices[i]!) === false)) return;
    const at = new Map(axes.map((axis, i) => [axis.id, axis.domain[indices[i]!]!]));
    const keys = copies.copies.map(({ parents }) => rowKey(parents.map(({ id }) => at.get(id)!)));
    const together = keys.join(" ");
    const joint = joints.get(together) ?? jointOfCopies(keys, rows, coupling, states);
    joints.set(together, joint);
    values.set(joint, number * block);
  });
  const all = [...axes, ...own];
  return makeFactor(
    all.map(({ id }) => id),
    all.map(({ domain }) => domain.length),
    values,
  );
}

/** Copies that read the same row are equal; the states under different rows are coupled. */
function jointOfCopies(
  keys: readonly string[],
  rows: ReadonlyMap<string, Float64Array>,
  coupling: Coupling,
  states: number,
): Float64Array {
  const distinct = [...new Set(keys)];
  const coupled = coupledStates(
    coupling,
    distinct.map((key) => rows.get(key)!),
  );
  const joint = new Float64Array(states ** keys.length);
  const places = keys.map((key) => distinct.indexOf(key));
  coupled.forEach((probability, number) => {
    const state = distinct.map((_, i) => Math.floor(number / states ** (distinct.length - 1 - i)) % states);
    joint[places.reduce((index, place) => index * states + state[place]!, 0)] = probability;
  });
  return joint;
}
