/**
 * Exact inference in the finite part of a model: posterior tables, the probability of evidence and joint posterior
 * draws. What is finite is decided in `tabulate.ts`, whether it is affordable in `plan/query-plan.ts`.
 */
import { createStream } from "#runtime/random";
import type { Evidence } from "../causal/model.ts";
import { eliminate } from "./eliminate.ts";
import { contract, type Factor, makeFactor, slice, stridesOver } from "./factor.ts";
import { type Elimination, eliminationOrder } from "./order.ts";
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
  /** state of variables that have been sliced away because only one is possible */
  readonly pinned: ReadonlyMap<number, number>;
}

/** Multiplies the weights in; a variable with a single possible state disappears from all factors unless it is kept. */
function prepare(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  keepNames: readonly string[],
): Prepared {
  const sizes = new Map([...variables.values()].map(({ id, domain }) => [id, domain.length]));
  const sizeOf = (id: number) => sizes.get(id)!;
  const keep = keepNames.map((name) => variables.get(name)!.id);
  let factors = [...variables.values()].map((variable) => variable.factor);
  const pinned = new Map<number, number>();
  for (const [name, weight] of weights) {
    const { id } = variables.get(name)!;
    const possible = [...weight.keys()].filter((state) => weight[state]! > 0);
    if (possible.length === 1 && !keep.includes(id)) {
      const state = possible[0]!;
      pinned.set(id, state);
      factors = factors.map((factor) => slice(factor, id, state));
      factors.push(makeFactor([], [], Float64Array.of(weight[state]!)));
    } else {
      factors.push(makeFactor([id], [weight.length], weight));
    }
  }
  return { factors, keep, sizeOf, pinned };
}

function orderOf({ factors, keep, sizeOf }: Prepared): Elimination {
  return eliminationOrder(
    factors.map((factor) => factor.vars),
    new Set(keep),
    sizeOf,
  );
}

/** What `posterior` with these arguments will cost; no table is made. */
export function predictCost(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  keep: readonly string[],
): Elimination {
  return orderOf(prepare(variables, weights, keep));
}

export interface Posterior {
  /** over the kept variables in the order asked for, the last fastest; 2 ^ exponent times it is P(kept, weights) */
  readonly table: Float64Array;
  readonly exponent: number;
}

/** The joint of `keep` with the weights multiplied in: sum over all other variables of the product of all tables. */
export function posterior(
  variables: ReadonlyMap<string, FiniteVariable>,
  weights: Weights,
  keep: readonly string[],
): Posterior {
  const prepared = prepare(variables, weights, keep);
  const { factors, exponent } = eliminate(prepared.factors, orderOf(prepared).order, prepared.sizeOf);
  const { values } = contract(factors, prepared.keep, [], prepared.sizeOf);
  return { table: values, exponent };
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
  const { buckets, factors: rest } = eliminate(prepared.factors, orderOf(prepared).order, prepared.sizeOf);
  if (rest.some((factor) => factor.values[0] === 0)) throw new Error("internal: draws given impossible evidence");
  const names = new Map([...variables.values()].map(({ id, node }) => [id, node.name]));
  const drawn = new Map([...prepared.pinned].map(([id, state]) => [id, new Int32Array(count).fill(state)]));
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
  return new Map([...variables.values()].map(({ id, node }) => [node.name, drawn.get(id)!]));
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
