/**
 * Exact inference in the finite part of a model: posterior tables, the probability of evidence and joint posterior
 * draws. What is finite is decided in `tabulate.ts`, whether it is affordable in `plan/query-plan.ts`.
 */
import { createStream } from "#runtime/random";
import type { Evidence } from "../causal/model.ts";
import { eliminate } from "./eliminate.ts";
import { contract, type Factor, hasZeros, makeFactor, restrict, stridesOver } from "./factor.ts";
import { type Elimination, eliminationOrder } from "./order.ts";
import { type Domains, possibleStates } from "./possible-states.ts";
import type { FiniteVariable } from "./tabulate.ts";

/** Non-negative weights of the states of a variable; what has weight zero is excluded. */
export type Weights = ReadonlyMap<string, Float64Array>;

/** Evidence on a computed real number holds up to rounding. */
const closeTo = (a: number, b: number) => a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

/** How well a stored value agrees with a piece of evidence: 1 and 0, or the weight of soft evidence. */
export function likelihood(evidence: Evidence, stored: number): number {
  switch (evidence.kind) {
    case "states":
      return evidence.weights[stored]!;
    case "value":
      return Number(closeTo(stored, evidence.value));
    case "interval":
      return Number(stored >= evidence.low && stored <= evidence.high);
  }
}

/** The product of all evidence on finite variables. */
export function evidenceWeights(
  evidence: readonly Evidence[],
  variables: ReadonlyMap<string, FiniteVariable>,
): Weights {
  const weights = new Map<string, Float64Array>();
  for (const piece of evidence) {
    const variable = variables.get(piece.node);
    if (variable === undefined) continue;
    const sofar = weights.get(piece.node) ?? new Float64Array(variable.domain.length).fill(1);
    weights.set(
      piece.node,
      sofar.map((weight, state) => weight * likelihood(piece, variable.domain[state]!)),
    );
  }
  return weights;
}

/** Pointwise product. */
export function multiplyWeights(a: Weights, b: Weights): Weights {
  const product = new Map(a);
  for (const [name, weights] of b) {
    const known = product.get(name);
    product.set(name, known === undefined ? weights : known.map((weight, state) => weight * weights[state]!));
  }
  return product;
}

interface Prepared {
  readonly factors: readonly Factor[];
  readonly keep: readonly number[];
  readonly sizeOf: (variable: number) => number;
  /** the states that are left of each variable; one that has a single state and is not kept is in no factor any more */
  readonly domains: Domains;
  /** the order, found for these factors */
  readonly elimination: Elimination;
}

/** Below so many entries it is not worth looking for states that cannot occur. */
const worthReducing = 2 ** 12;

/**
 * Multiplies the weights in. A variable with a single possible state disappears from all factors unless it is kept; where
 * it pays, states that the tables exclude go as well. Null when that leaves none.
 */
function prepare(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  keepNames: readonly string[],
  worth: number = worthReducing,
): Prepared | null {
  const keep = keepNames.map((name) => variables.get(name)!.id);
  const list = [...variables.values()];
  const start: Int32Array[] = [];
  for (const { id, node, domain } of list) {
    const weight = weights.get(node.name);
    const states = Int32Array.from(domain.keys()).filter((state) => weight === undefined || weight[state]! > 0);
    if (states.length === 0) return null;
    start[id] = states;
  }
  const factors = list.map((variable) => variable.factor);
  for (const [name, weight] of weights) {
    const uneven = weight.some((entry) => entry !== 0 && entry !== 1);
    if (uneven) factors.push(makeFactor([variables.get(name)!.id], [weight.length], weight));
  }
  const orderFor = (domains: Domains): Elimination => {
    const stays = (id: number) => domains[id]!.length > 1 || keep.includes(id);
    const scopes = factors.map(({ vars }) => vars.filter(stays));
    return eliminationOrder(scopes, new Set(keep), (id) => domains[id]!.length);
  };
  let domains: Domains = start;
  let elimination = orderFor(start);
  if (elimination.total > worth) {
    const possible = possibleStates(factors.filter(hasZeros), start);
    if (possible === null) return null;
    if (list.some(({ id }) => possible[id]!.length < start[id]!.length)) {
      domains = possible;
      elimination = orderFor(possible);
    }
  }
  const restricted = factors.map((factor) => restrict(factor, domains, keep));
  return { factors: restricted, keep, sizeOf: (id) => domains[id]!.length, domains, elimination };
}

/** What `posterior` with these arguments will cost; nothing is multiplied. */
export function predictCost(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  keep: readonly string[],
): Elimination {
  return prepare(variables, weights, keep)?.elimination ?? impossible;
}

/** The cost of finding out what is seen before anything is multiplied. */
const impossible: Elimination = { order: [], steps: [], largest: 1, total: 1, heuristic: "fill" };

export interface Posterior {
  /** over the kept variables in the order asked for, the last fastest; 2 ^ exponent times it is P(kept, weights) */
  readonly table: Float64Array;
  readonly exponent: number;
}

/**
 * The joint of `keep` with the weights multiplied in: sum over all other variables of the product of all tables.
 * @param worth predicted entries from which on states that cannot occur are looked for
 */
export function posterior(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  keep: readonly string[],
  worth: number = worthReducing,
): Posterior {
  const sizes = keep.map((name) => variables.get(name)!.domain.length);
  const table = new Float64Array(sizes.reduce((product, size) => product * size, 1));
  const prepared = prepare(variables, weights, keep, worth);
  if (prepared === null) return { table, exponent: 0 };
  const { domains, sizeOf, elimination } = prepared;
  const { factors, exponent } = eliminate(prepared.factors, elimination.order, sizeOf);
  const { values } = contract(factors, prepared.keep, [], sizeOf);
  if (values.length === table.length) return { table: values, exponent };
  const cells = prepared.keep.map((id) => domains[id]!);
  for (let i = 0; i < values.length; i++) {
    let [rest, place, step] = [i, 0, 1];
    for (let axis = cells.length - 1; axis >= 0; axis--) {
      const states = cells[axis]!;
      place += states[rest % states.length]! * step;
      rest = Math.floor(rest / states.length);
      step *= sizes[axis]!;
    }
    table[place] = values[i]!;
  }
  return { table, exponent };
}

/** Whether the weights have any probability at all. */
export function isPossible(variables: ReadonlyMap<string, FiniteVariable>, weights: Weights): boolean {
  return posterior(variables, weights, []).table[0]! > 0;
}

/**
 * Exact independent draws from the joint of all variables given the weights, as state indices: variables are drawn in
 * the reverse order of elimination, each given those drawn before (forward filtering, backward sampling). Each variable
 * has its own random stream.
 */
export function drawPosterior(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  count: number,
  seed: number | string,
): ReadonlyMap<string, Int32Array> {
  const prepared = prepare(variables, weights, []);
  if (prepared === null) throw new Error("internal: draws given impossible evidence");
  const { domains, elimination } = prepared;
  const { buckets, factors: rest } = eliminate(prepared.factors, elimination.order, prepared.sizeOf);
  if (rest.some((factor) => factor.values[0] === 0)) throw new Error("internal: draws given impossible evidence");
  const names = new Map([...variables.values()].map(({ id, node }) => [id, node.name]));
  // places in the domains; a variable with a single state was not eliminated
  const drawn = new Map<number, Int32Array>();
  for (const { variable, factors } of buckets.toReversed()) {
    const stream = createStream(seed, "draw", names.get(variable)!);
    const states = prepared.sizeOf(variable);
    const operands = factors.map((factor) => {
      const others = factor.vars.filter((other) => other !== variable);
      return {
        values: factor.values,
        columns: others.map((other) => drawn.get(other)!),
        strides: stridesOver(factor, others),
        step: stridesOver(factor, [variable])[0]!,
      };
    });
    const column = new Int32Array(count);
    const mass = new Float64Array(states);
    for (let row = 0; row < count; row++) {
      mass.fill(1);
      for (const { values, columns, strides, step } of operands) {
        let offset = 0;
        for (let axis = 0; axis < strides.length; axis++) offset += strides[axis]! * columns[axis]![row]!;
        for (let state = 0; state < states; state++) mass[state]! *= values[offset + state * step]!;
      }
      column[row] = pick(mass, stream.uniform());
    }
    drawn.set(variable, column);
  }
  return new Map(
    [...variables.values()].map(({ id, node }) => {
      const places = drawn.get(id) ?? new Int32Array(count);
      return [node.name, places.map((place) => domains[id]![place]!)];
    }),
  );
}

/** The state at which the cumulated mass passes the fraction `u` of the total; never one without mass. */
export function pick(mass: ArrayLike<number>, u: number): number {
  let total = 0;
  for (let state = 0; state < mass.length; state++) total += mass[state]!;
  const threshold = u * total;
  let sum = 0;
  let last = 0;
  for (let state = 0; state < mass.length; state++) {
    if (mass[state]! === 0) continue;
    sum += mass[state]!;
    last = state;
    if (sum > threshold) break;
  }
  return last;
}
