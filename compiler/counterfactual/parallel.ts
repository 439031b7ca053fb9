/**
 * Answers questions about the finite variables of parallel worlds: points where every coupling is known, else bounds.
 */
import type { CausalNode } from "../causal/model.ts";
import { multiplyWeights, posterior, predictCost, type Weights } from "../inference/exact.ts";
import { type Factor, makeFactor } from "../inference/factor.ts";
import type { FiniteVariable } from "../inference/tabulate.ts";
import { attainable, boundRatios, type Interval } from "./bounds.ts";
import { type Copies, copiesOf, coupledFactor, jointSize } from "./copies.ts";
import { frontierBounds } from "./frontier.ts";
import { marginBounds } from "./margins.ts";
import { polytopeOf } from "./polytope.ts";
import { relaxationSize, type Term } from "./relaxation.ts";
import { fullResponse, pairedResponse, type Response } from "./responses.ts";
import { type Witness, witnessOf } from "./witness.ts";

type Variables = ReadonlyMap<string, FiniteVariable>;

export interface Question {
  readonly variables: Variables;
  readonly evidence: Weights;
  /** the answer is E[product of the weights | evidence]; for events the weights are 0 and 1 */
  readonly goals: readonly Weights[];
  /** the nodes that several worlds compute differently, with the names of their copies */
  readonly coupled: readonly { readonly node: CausalNode; readonly names: readonly string[] }[];
}

export type Reply =
  | { readonly kind: "points"; readonly values: readonly number[] }
  | {
      readonly kind: "bounds";
      readonly ends: readonly Interval[];
      /** the structural models that attain the ends; absent where the ends hold but need not be attained */
      readonly witnesses?: readonly { readonly low: Witness; readonly high: Witness }[];
    }
  /** the evidence has probability zero however the nodes are coupled */
  | { readonly kind: "impossible" }
  /** of the table, or the linear program, that would be needed */
  | { readonly kind: "too-large"; readonly entries: number };

/** Columns of the largest linear program over the responses of one node, and over products of several: seconds. */
const mostColumns = 20_000;
const mostProducts = 3_000;
/** Products of responses that the search from inside walks through. */
const mostTerms = 20_000;
/** Entries of the largest table over the parents and responses that is made: some tens of megabytes. */
const mostEntries = 2 ** 22;
/** Bounds that are closer than this are one value; what the solver leaves is far below. */
const resolution = 1e-8;

/** States that each variable can be in, going forward from the roots; by id. */
function supportsOf({
  variables,
  evidence,
}: Pick<Question, "variables" | "evidence">): ReadonlyMap<number, ReadonlySet<number>> {
  const supports = new Map<number, Set<number>>();
  for (const [name, { id, domain, factor }] of variables) {
    const reached = new Set<number>();
    const parents = factor.vars.slice(0, -1).map((parent) => supports.get(parent)!);
    const sizes = factor.sizes;
    const weights = evidence.get(name);
    for (let row = 0; row < factor.values.length / domain.length; row++) {
      let rest = row;
      let possible = true;
      for (let axis = parents.length - 1; axis >= 0; axis--) {
        possible &&= parents[axis]!.has(rest % sizes[axis]!);
        rest = Math.floor(rest / sizes[axis]!);
      }
      if (!possible) continue;
      for (let state = 0; state < domain.length; state++) {
        if (factor.values[row * domain.length + state]! > 0 && weights?.[state] !== 0) reached.add(state);
      }
    }
    supports.set(id, reached);
  }
  return supports;
}

const one = (variable: FiniteVariable): Factor =>
  makeFactor([variable.id], [variable.domain.length], new Float64Array(variable.domain.length).fill(1));

type Supports = ReadonlyMap<number, ReadonlySet<number>>;

/** The variables with one joint table for the copies of each node with a coupling, and the copies of all other nodes. */
export function couple(question: Pick<Question, "variables" | "evidence" | "coupled">):
  | {
      readonly kind: "coupled";
      readonly variables: Variables;
      readonly open: readonly Copies[];
      readonly supports: Supports;
    }
  | Extract<Reply, { readonly kind: "too-large" }> {
  const supports = supportsOf(question);
  const variables = new Map(question.variables);
  const open: Copies[] = [];
  for (const { node, names } of question.coupled) {
    const copies = copiesOf(node, names, question.variables);
    if (node.coupling === undefined) {
      open.push(copies);
      continue;
    }
    const entries = jointSize(copies);
    if (entries > mostEntries) return { kind: "too-large", entries: entries };
    // one factor for all copies stands in the place of their tables
    const joint = coupledFactor(copies, node.coupling, supports);
    copies.copies.forEach(({ variable }, i) => {
      variables.set(variable.node.name, { ...variable, factor: i === 0 ? joint : one(variable) });
    });
  }
  return { kind: "coupled", variables, open, supports };
}

/** The answer to each goal. `limit`: entries of the largest table that may be walked. */
export function reply(question: Question, limit: number): Reply {
  const coupled = couple(question);
  if (coupled.kind !== "coupled") return coupled;
  const { variables, open, supports } = coupled;
  return open.length === 0 ? points(question, variables, limit) : bounds(question, variables, open, supports, limit);
}

function points({ evidence, goals }: Question, variables: Variables, limit: number): Reply {
  const { largest } = predictCost(variables, evidence, []);
  if (largest > limit) return { kind: "too-large", entries: largest };
  const whole = posterior(variables, evidence, []);
  if (!(whole.table[0]! > 0)) return { kind: "impossible" };
  const values = goals.map((goal) => {
    const part = posterior(variables, multiplyWeights(evidence, goal), []);
    return (part.table[0]! / whole.table[0]!) * 2 ** (part.exponent - whole.exponent);
  });
  return { kind: "points", values };
}

/** Sharp bounds where the program fits, else what holds in any case. */
function bounds(
  question: Question,
  variables: Variables,
  open: readonly Copies[],
  supports: ReadonlyMap<number, ReadonlySet<number>>,
  limit: number,
): Reply {
  const found = sharpBounds(question, variables, open, supports, limit);
  if (found.kind !== "too-large") return found;
  const ends = outerBounds(question, variables, open, limit);
  if (ends === null) return found;
  const closed = ends.every(({ low, high }) => high - low < resolution);
  return closed ? { kind: "points", values: ends.map(({ low, high }) => (low + high) / 2) } : { kind: "bounds", ends };
}

function outerBounds(
  { evidence, goals, coupled }: Question,
  variables: Variables,
  open: readonly Copies[],
  limit: number,
) {
  const together = coupled.filter(({ node }) => node.coupling !== undefined).map(({ names }) => names);
  return (
    frontierBounds(variables, evidence, goals, open, together) ??
    marginBounds(variables, evidence, goals, open, together, limit)
  );
}

function sharpBounds(
  question: Question,
  before: Variables,
  open: readonly Copies[],
  supports: ReadonlyMap<number, ReadonlySet<number>>,
  limit: number,
): Reply {
  const { evidence, goals } = question;
  const widest = Math.max(...open.map(jointSize));
  if (widest > mostEntries) return { kind: "too-large", entries: widest };
  const nextId = Math.max(...[...before.values()].map(({ id }) => id)) + 1;
  const responses = open.map(
    (copies, i) => fullResponse(copies, nextId + i, supports, mostColumns) ?? pairedResponse(copies, nextId + i),
  );
  const together = responses.reduce((product, { variable }) => product * variable.domain.length, 1);
  if (open.length > 1 && together > mostTerms) return { kind: "too-large", entries: together };
  const variables = new Map(before);
  for (const { variable, factors } of responses) {
    variables.set(variable.node.name, variable);
    for (const [name, factor] of factors) variables.set(name, { ...variables.get(name)!, factor });
  }
  const key = [...new Map(responses.flatMap((response) => response.key).map((parent) => [parent.id, parent])).values()];
  const keep = [...key, ...responses.map((response) => response.variable)];
  const entries = keep.reduce((product, { domain }) => product * domain.length, 1);
  const names = keep.map(({ node }) => node.name);
  const { largest } = predictCost(variables, evidence, names);
  if (entries > mostEntries || largest > limit) return { kind: "too-large", entries: Math.max(entries, largest) };

  const whole = posterior(variables, evidence, names);
  const parts = goals.map((goal) => posterior(variables, multiplyWeights(evidence, goal), names));
  const { polytopes, terms } = programOf(responses, key, whole.table, (entry) =>
    parts.map(({ table, exponent }) => table[entry]! * 2 ** (exponent - whole.exponent)),
  );
  if (terms.length === 0) return { kind: "impossible" };
  const columns = polytopes.length === 1 ? 0 : relaxationSize(polytopes, terms);
  if (columns > mostProducts && terms.length > mostTerms) return { kind: "too-large", entries: columns };
  const holding = columns > mostProducts ? outerBounds(question, before, open, limit) : null;
  if (columns > mostProducts && holding === null) return { kind: "too-large", entries: columns };
  const ends = boundRatios(polytopes, terms, holding);
  if (ends === null) return { kind: "impossible" };
  if (ends.every(({ low, high, independent }) => high - low < resolution && independent !== null)) {
    return { kind: "points", values: ends.map(({ independent }) => independent!) };
  }
  const sharp = ends.every(({ low, high, attained }) => {
    return attained.low.value - low < attainable && high - attained.high.value < attainable;
  });
  if (!sharp || !polytopes.every((polytope) => polytope.exact)) return { kind: "bounds", ends };
  const nodes = open.map(({ node }) => node);
  const witnesses = ends.map(({ attained }) => ({
    low: witnessOf(nodes, polytopes, attained.low.at),
    high: witnessOf(nodes, polytopes, attained.high.at),
  }));
  return { kind: "bounds", ends, witnesses };
}

/** The table over the key and the responses as a multilinear program; entries that are zero do not matter. */
function programOf(
  responses: readonly Response[],
  key: readonly FiniteVariable[],
  denominators: Float64Array,
  numeratorsOf: (entry: number) => readonly number[],
) {
  const sizes = [...key, ...responses.map((response) => response.variable)].map(({ domain }) => domain.length);
  const contexts = responses.map(
    () => new Map<string, { readonly number: number; readonly values: readonly number[] }>(),
  );
  const occurring: { readonly entry: number; readonly contexts: readonly number[]; readonly at: readonly number[] }[] =
    [];
  denominators.forEach((denominator, entry) => {
    if (denominator === 0) return;
    const indices = new Array<number>(sizes.length).fill(0);
    for (let axis = sizes.length - 1, rest = entry; axis >= 0; axis--) {
      indices[axis] = rest % sizes[axis]!;
      rest = Math.floor(rest / sizes[axis]!);
    }
    const numbers = responses.map((response, i) => {
      const values = response.key.map((parent) => parent.domain[indices[key.indexOf(parent)]!]!);
      const known = contexts[i]!.get(values.join(",")) ?? { number: contexts[i]!.size, values };
      contexts[i]!.set(values.join(","), known);
      return known.number;
    });
    occurring.push({ entry, contexts: numbers, at: indices.slice(key.length) });
  });
  const polytopes = responses.map((response, i) =>
    polytopeOf(
      response,
      [...contexts[i]!.values()].map(({ values }) => values),
    ),
  );
  const terms = occurring.flatMap(({ entry, contexts: numbers, at }): Term[] => {
    const columns = polytopes.map((polytope, i) => polytope.columnOf(numbers[i]!, at[i]!));
    if (columns.includes(-1)) return [];
    return [{ columns, denominator: denominators[entry]!, numerators: numeratorsOf(entry) }];
  });
  return { polytopes, terms };
}
