/**
 * Monte Carlo for models that are not finite: the finite part is drawn exactly from its joint posterior, the rest
 * forward, column by column, with likelihood weights for the evidence on it. Estimates from draws are in `estimate.ts`.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { printType, statesOf } from "#lang/types/type";
import { createStream, type Stream } from "#runtime/random";
import { compileArguments, compileExpression, toStored, type Words } from "../causal/evaluate.ts";
import { compileInverse } from "../causal/invert.ts";
import type { CausalModel, CausalNode, Evidence } from "../causal/model.ts";
import { checkArguments, fillMass, wordOf } from "./distribution.ts";
import { drawPosterior, evidenceWeights, isPossible, likelihood, pick, predictCost } from "./exact.ts";
import { computationOrder, type Solution, solveEvidence } from "./solve.ts";
import { describeRow, type FiniteVariable, tabulate } from "./tabulate.ts";

/** Ties finite variables together that would be independent given their parents, as copies of a node in several worlds. */
export type Couple = (
  finite: ReadonlyMap<string, FiniteVariable>,
  evidence: readonly Evidence[],
) => { readonly variables: ReadonlyMap<string, FiniteVariable> } | { readonly diagnostics: readonly Diagnostic[] };

export interface SampleOptions {
  readonly words: Words;
  readonly seed: number | string;
  /** entries of the largest table that exact inference may walk */
  readonly limit: number;
  readonly couple?: Couple;
}

export interface Draws {
  readonly count: number;
  /** stored values by node, one entry a draw */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** non-negative, the largest is 1; null when all draws count the same */
  readonly weights: Float64Array | null;
  /** effective sample size: of independent draws (sum w)^2 / sum w^2 (Kish); 0 when no draw agrees with the evidence */
  readonly ess: number;
  /** so many draws in succession depend on each other, and no others: 1 where all are independent */
  readonly batch: number;
}

export type Sampled = { readonly draws: Draws } | { readonly diagnostics: readonly Diagnostic[] };

/** What one column needs while it is filled. */
interface State {
  readonly model: CausalModel;
  readonly words: Words;
  readonly count: number;
  readonly columns: Map<string, Float64Array>;
  readonly logWeights: Float64Array;
  readonly parents: (node: CausalNode) => readonly CausalNode[];
  /** set as soon as a weight is not the same for all draws */
  weighted: boolean;
}

type Problem = Diagnostic | null;

function weigh(state: State, row: number, logWeight: number): void {
  state.logWeights[row]! += logWeight;
  state.weighted = true;
}

/** Draws states row by row from `mass(row)`, or from its product with the evidence, which then weighs the row. */
function drawStates(
  state: State,
  evidence: readonly Evidence[],
  stream: Stream,
  column: Float64Array,
  mass: (row: number) => Float64Array,
): void {
  const posteriorMass = new Float64Array(mass(0).length);
  for (let row = 0; row < column.length; row++) {
    const prior = mass(row);
    if (evidence.length === 0) {
      column[row] = pick(prior, stream.uniform());
      continue;
    }
    let total = 0;
    for (let s = 0; s < prior.length; s++) {
      let weight = prior[s]!;
      for (const piece of evidence) weight *= likelihood(piece, s);
      posteriorMass[s] = weight;
      total += weight;
    }
    column[row] = total > 0 ? pick(posteriorMass, stream.uniform()) : pick(prior, stream.uniform());
    weigh(state, row, Math.log(total));
  }
}

function fillTable(
  state: State,
  node: CausalNode,
  probabilities: Float64Array,
  evidence: readonly Evidence[],
  stream: Stream,
  column: Float64Array,
): void {
  const states = statesOf(node.type)!.length;
  const parents = state.parents(node).map((parent) => ({
    values: state.columns.get(parent.name)!,
    states: statesOf(parent.type)!.length,
  }));
  drawStates(state, evidence, stream, column, (row) => {
    let index = 0;
    for (const parent of parents) index = index * parent.states + parent.values[row]!;
    return probabilities.subarray(index * states, (index + 1) * states);
  });
}

function fillDistribution(
  state: State,
  node: CausalNode,
  mechanism: Extract<CausalNode["mechanism"], { kind: "distribution" }>,
  evidence: readonly Evidence[],
  stream: Stream,
  column: Float64Array,
): Problem {
  const { model, words, columns } = state;
  const word = wordOf(words, mechanism.name);
  const functions = compileArguments(mechanism.args, { model, words, columns }, node.type);
  const args = new Array<number>(functions.length).fill(0);
  const evaluate = (row: number) => {
    for (let i = 0; i < functions.length; i++) args[i] = functions[i]!(row);
  };
  let failure: { readonly problem: string; readonly row: number } | null = null;
  const states = statesOf(node.type)?.length;
  if (states !== undefined) {
    const mass = new Float64Array(states);
    drawStates(state, evidence, stream, column, (row) => {
      evaluate(row);
      const problem = fillMass(word, args, mass);
      if (problem !== null) {
        failure ??= { problem, row };
        mass.fill(1);
      }
      return mass;
    });
  } else {
    const value = evidence.find((piece) => piece.kind === "value");
    const uniform = () => stream.uniform();
    const normal = () => stream.normal();
    for (let row = 0; row < column.length && failure === null; row++) {
      evaluate(row);
      const problem = checkArguments(word, args);
      if (problem !== null) failure = { problem, row };
      column[row] = value === undefined ? word.sample(args, uniform, normal) : value.value;
      if (value !== undefined) weigh(state, row, word.logDensity(value.value, args));
    }
    weighByAgreement(
      state,
      evidence.filter((piece) => piece !== value),
      column,
    );
  }
  if (failure === null) return null;
  const { problem, row } = failure as { readonly problem: string; readonly row: number };
  const at = describeRow(state.parents(node), columns, row);
  return diagnose("C451", node.span, { node: node.name, distribution: word.name, problem, at });
}

/** Keeps the draws that agree with evidence on a node whose value is already there. */
function weighByAgreement(state: State, evidence: readonly Evidence[], column: Float64Array): void {
  for (const piece of evidence) {
    for (let row = 0; row < column.length; row++) weigh(state, row, Math.log(likelihood(piece, column[row]!)));
  }
}

function fillEquation(state: State, node: CausalNode, column: Float64Array): Problem {
  if (node.mechanism.kind !== "equation") throw new Error(`internal: ${node.name} is no equation`);
  const compute = compileExpression(node.mechanism.value, state, node.type);
  for (let row = 0; row < column.length; row++) {
    const natural = compute(row);
    const stored = toStored(node.type, natural);
    column[row] = stored;
    if (Number.isFinite(stored)) continue;
    const at = describeRow(state.parents(node), state.columns, row);
    return statesOf(node.type) === null
      ? diagnose("C454", node.span, { what: `\`${node.name}\`${at}`, problem: String(natural) })
      : diagnose("C452", node.span, { node: node.name, value: natural, type: printType(node.type), at });
  }
  return null;
}

/** The node that takes up the difference between an observed equation and what the rest of it gives. */
function fillSolved(state: State, node: CausalNode, solution: Solution, column: Float64Array): Problem {
  if (node.mechanism.kind !== "distribution") throw new Error(`internal: ${node.name} has no density`);
  const { model, words, columns, count } = state;
  const word = wordOf(words, node.mechanism.name);
  const functions = compileArguments(node.mechanism.args, state, node.type);
  const inverse = compileInverse(solution.expression, node.name, { model, words, columns }, count);
  const observed = columns.get(solution.observed)!;
  for (let row = 0; row < count; row++) {
    const args = functions.map((argument) => argument(row));
    const problem = checkArguments(word, args);
    if (problem !== null) {
      const where = describeRow(state.parents(node), columns, row);
      return diagnose("C451", node.span, { node: node.name, distribution: word.name, problem, at: where });
    }
    const { value, logSlope } = inverse(row, observed[row]!);
    const solvable = Number.isFinite(value) && Number.isFinite(logSlope);
    column[row] = solvable ? value : 0;
    weigh(state, row, solvable ? word.logDensity(value, args) + logSlope : Number.NEGATIVE_INFINITY);
  }
  return null;
}

/** Evidence of a single value on a continuous equation, which almost no draw would meet by chance. */
function observedEquations(model: CausalModel, finite: ReadonlySet<string>): Map<string, number> {
  const values = new Map<string, number>();
  for (const piece of model.evidence) {
    const node = model.nodes.find((candidate) => candidate.name === piece.node)!;
    if (piece.kind === "value" && node.mechanism.kind === "equation" && !finite.has(node.name)) {
      values.set(node.name, values.get(node.name) ?? piece.value);
    }
  }
  return values;
}

function fillColumn(state: State, node: CausalNode, evidence: readonly Evidence[], stream: Stream): Problem {
  const column = new Float64Array(state.count);
  let problem: Problem = null;
  const { mechanism } = node;
  switch (mechanism.kind) {
    case "table":
      fillTable(state, node, mechanism.probabilities, evidence, stream, column);
      break;
    case "distribution":
      problem = fillDistribution(state, node, mechanism, evidence, stream, column);
      break;
    case "equation":
      problem = fillEquation(state, node, column);
      weighByAgreement(state, evidence, column);
      break;
    case "fixed":
      column.fill(mechanism.value);
      weighByAgreement(state, evidence, column);
      break;
    case "learned":
      throw new Error(`internal: ${node.name} is sampled but not fitted`);
  }
  state.columns.set(node.name, column);
  return problem;
}

export interface Prepared {
  /** the finite part of the model */
  readonly variables: ReadonlyMap<string, FiniteVariable>;
  /** continuous equations that have been seen at a value */
  readonly observed: ReadonlyMap<string, number>;
  /** one for each of them */
  readonly solutions: readonly Solution[];
}

/** What has to be known of a model before it is sampled, or why it cannot be. */
export function prepareSampling(
  model: CausalModel,
  { words, couple }: Pick<SampleOptions, "words" | "couple">,
): Prepared | { readonly diagnostics: readonly Diagnostic[] } {
  const { variables: separate, diagnostics } = tabulate(model, words);
  if (diagnostics.length > 0) return { diagnostics };
  const together = couple?.(separate, model.evidence) ?? { variables: separate };
  if ("diagnostics" in together) return together;
  const { variables } = together;
  const observed = observedEquations(model, new Set(variables.keys()));
  const withEvidence = new Set(model.evidence.map((piece) => piece.node));
  const solutions = solveEvidence(
    model,
    [...observed.keys()],
    (node) => node.type.kind === "real" && node.mechanism.kind === "distribution" && !withEvidence.has(node.name),
    words,
  );
  const unsolved = [...observed.keys()].filter((name) => solutions.every((solution) => solution.observed !== name));
  if (unsolved.length === 0) return { variables, observed, solutions };
  const spans = model.nodes.filter((node) => unsolved.includes(node.name));
  return { diagnostics: spans.map(({ name, span }) => diagnose("C455", span, { name })) };
}

/**
 * Weighted draws of all nodes of the model given its evidence. Every node must be fitted and none an image; evidence
 * on the finite part must be possible. The same seed gives the same numbers, each node having its own stream.
 */
export function drawWeighted(model: CausalModel, prepared: Prepared, count: number, options: SampleOptions): Sampled {
  const { words, seed, limit } = options;
  const { variables, observed, solutions } = prepared;
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  const state: State = {
    model,
    words,
    count,
    columns: new Map(),
    logWeights: new Float64Array(count),
    parents: (node) => node.parents.map((parent) => nodes.get(parent)!),
    weighted: false,
  };
  const weights = evidenceWeights(model.evidence, variables);
  const { largest } = predictCost(variables, weights, []);
  if (largest > limit && options.couple !== undefined) {
    return { diagnostics: [diagnose("C522", model.nodes[0]!.span, { entries: largest })] };
  }
  if (largest <= limit) {
    if (!isPossible(variables, weights)) return { draws: nothing(state) };
    for (const [name, states] of drawPosterior(variables, weights, count, seed)) {
      const { domain } = variables.get(name)!;
      state.columns.set(
        name,
        Float64Array.from(states, (index) => domain[index]!),
      );
    }
  }
  for (const { observed: name } of solutions) {
    state.columns.set(name, new Float64Array(count).fill(observed.get(name)!));
  }
  for (const node of computationOrder(model, solutions) ?? []) {
    const evidence = model.evidence.filter((piece) => piece.node === node.name);
    const known = state.columns.get(node.name);
    if (known !== undefined) {
      // a second value or an interval on a solved equation may still contradict the first value
      if (observed.has(node.name)) weighByAgreement(state, evidence, known);
      continue;
    }
    const solution = solutions.find((candidate) => candidate.solved === node.name);
    let problem: Problem;
    if (solution === undefined) {
      problem = fillColumn(state, node, evidence, createStream(seed, "draw", node.name));
    } else {
      const column = new Float64Array(count);
      problem = fillSolved(state, node, solution, column);
      state.columns.set(node.name, column);
    }
    if (problem !== null) return { diagnostics: [problem] };
  }
  return { draws: finish(state) };
}

function nothing(state: State): Draws {
  return { count: state.count, columns: state.columns, weights: new Float64Array(state.count), ess: 0, batch: 1 };
}

/** Scales the weights so that the largest is 1, and counts what they are worth. */
function finish(state: State): Draws {
  const { count, columns, logWeights } = state;
  if (!state.weighted) return { count, columns, weights: null, ess: count, batch: 1 };
  let largest = Number.NEGATIVE_INFINITY;
  for (const logWeight of logWeights) if (logWeight > largest) largest = logWeight;
  if (largest === Number.NEGATIVE_INFINITY) return nothing(state);
  const weights = logWeights.map((logWeight) => Math.exp(logWeight - largest));
  let [sum, squares] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return { count, columns, weights, ess: (sum * sum) / squares, batch: 1 };
}
