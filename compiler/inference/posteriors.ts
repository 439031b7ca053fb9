/**
 * The posterior of every discrete node at once: from one junction tree where that fits, else node by node, and by sampling
 * for what is not finite or too large.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Condition } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { planQuery } from "../plan/query-plan.ts";
import { prune } from "../transforms/prune.ts";
import { applyConditions, type Conditioned } from "./conditions.ts";
import { estimateShares } from "./estimate.ts";
import { evidenceWeights, posterior } from "./exact.ts";
import { mixtureCells } from "./gaussian/answer.ts";
import { diagnoseImpossible, impossibleEvidence } from "./impossible.ts";
import { allMarginals, createNetwork, type Likelihoods, type Marginals, type Network, situate } from "./network.ts";
import { drawGiven } from "./sampling.ts";
import type { Failure } from "./session.ts";
import { calibrated, isSoft } from "./soft.ts";
import { tabulate } from "./tabulate.ts";

export interface NodePosterior {
  readonly method: "exact" | "sampled";
  /** probabilities by state, in the order of the states */
  readonly value: Readonly<Record<string, number>>;
  /** the largest Monte-Carlo standard error of them */
  readonly stderr?: number;
  readonly samples?: number;
  /** effective sample size (Kish) */
  readonly ess?: number;
  readonly seed?: number;
}

export interface Posteriors {
  /** 1 seeing, 2 doing */
  readonly rung: 1 | 2;
  /** every discrete node, in topological order */
  readonly nodes: Readonly<Record<string, NodePosterior>>;
  readonly warnings: readonly Diagnostic[];
}

export interface PosteriorOptions {
  readonly vocabulary: Words;
  readonly samples: number;
  readonly seed: number;
  /** entries of the largest table that exact inference may walk */
  readonly limit: number;
}

interface Known {
  readonly params: CausalModel["params"];
  readonly words: Words;
  readonly network: Network | { readonly diagnostics: readonly Diagnostic[] };
}
const networks = new WeakMap<CausalModel["nodes"], Known>();

/** The finite part of a model, which has all ancestors of its nodes; made once for each model. */
export function networkOf(model: CausalModel, words: Words): Known["network"] {
  const known = networks.get(model.nodes);
  if (known !== undefined && known.params === model.params && known.words === words) return known.network;
  const { variables, diagnostics } = tabulate(model, words);
  const network = diagnostics.length > 0 ? { diagnostics } : createNetwork(variables.values());
  networks.set(model.nodes, { params: model.params, words, network });
  return network;
}

/** What a tree may store, in tables of the largest size allowed. */
const tablesOfTree = 4;

/** The evidence of a model as its network takes it; null where some of it is on a node that is not finite. */
export function likelihoodsOf({ evidence }: CausalModel, { variables }: Network): Likelihoods | null {
  const finite = new Map(variables.map((variable) => [variable.node.name, variable]));
  if (evidence.some(({ node }) => !finite.has(node))) return null;
  return new Map([...evidenceWeights(evidence, finite)].map(([name, weights]) => [finite.get(name)!.id, weights]));
}

/**
 * All posteriors of the finite part by one tree. Null where evidence on something else matters, where the tree would be too
 * large, or where the evidence is impossible.
 */
export function treeMarginals(model: CausalModel, network: Network, limit: number): Marginals | null {
  const likelihoods = likelihoodsOf(model, network);
  const situation = likelihoods === null ? null : situate(network, likelihoods);
  if (situation === null) return null;
  const { largest, total } = situation.plan.tree;
  if (largest > limit || total > tablesOfTree * limit) return null;
  return allMarginals(network, situation);
}

function byState(node: CausalNode, probabilities: ArrayLike<number>): Record<string, number> {
  const states = statesOf(node.type)!;
  const value: Record<string, number> = {};
  for (let state = 0; state < states.length; state++) value[states[state]!] = probabilities[state]!;
  return value;
}

/** Node by node, each from the part of the model that matters to it; what cannot be exact is drawn together. */
function oneByOne(
  { model, spans }: Conditioned,
  nodes: readonly CausalNode[],
  options: PosteriorOptions,
): { readonly nodes: ReadonlyMap<string, NodePosterior>; readonly warnings: readonly Diagnostic[] } | Failure {
  const { vocabulary: words, limit, samples, seed } = options;
  const found = new Map<string, NodePosterior>();
  const drawn: CausalNode[] = [];
  const warnings: Diagnostic[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const node of nodes) {
    const planned = planQuery(model, [node.name], [node.name], { words, limit, span: node.span });
    if ("diagnostics" in planned) diagnostics.push(...planned.diagnostics);
    else if (planned.plan.method === "sampled") {
      drawn.push(node);
      warnings.push(...planned.warnings);
    } else if (planned.mixture !== undefined) {
      const cells = mixtureCells(planned.mixture, [], [node.name], words);
      if ("diagnostics" in cells) diagnostics.push(...cells.diagnostics);
      else if ("impossible" in cells) {
        return { diagnostics: [diagnoseImpossible(model, model.evidence, spans)] };
      } else found.set(node.name, { method: "exact", value: byState(node, cells) });
    } else {
      const { variables } = planned;
      const { table } = posterior(variables, evidenceWeights(planned.model.evidence, variables), [node.name]);
      const total = table.reduce((sum, entry) => sum + entry, 0);
      found.set(node.name, {
        method: "exact",
        value: byState(
          node,
          table.map((entry) => entry / total),
        ),
      });
    }
  }
  if (diagnostics.length > 0) {
    return { diagnostics: diagnostics.filter((one, i) => i === diagnostics.findIndex((other) => same(one, other))) };
  }
  if (drawn.length === 0) return { nodes: found, warnings };
  const names = drawn.map(({ name }) => name);
  const sampled = drawGiven(prune(model, names), samples, { words, seed, limit });
  if ("diagnostics" in sampled) return sampled;
  const { draws } = sampled;
  if (draws.ess < 30) return { diagnostics: [diagnose("C453", drawn[0]!.span, { ess: draws.ess, samples })] };
  for (const node of drawn) {
    const column = draws.columns.get(node.name)!;
    const shares = estimateShares(draws, statesOf(node.type)!.length, (row) => column[row]!);
    found.set(node.name, {
      method: "sampled",
      value: byState(
        node,
        shares.map(({ mean }) => mean),
      ),
      stderr: shares.reduce((largest, { stderr }) => Math.max(largest, stderr), 0),
      samples,
      ess: draws.ess,
      seed,
    });
  }
  return { nodes: found, warnings };
}

/** The conditions with weights for soft evidence, which needs all other evidence to be possible. */
function weighed(applied: Conditioned | Failure, options: PosteriorOptions): Conditioned | Failure {
  if ("diagnostics" in applied || !applied.model.evidence.some(isSoft)) return applied;
  const { vocabulary: words, limit, samples, seed } = options;
  const guilty = impossibleEvidence(applied.model, words, limit);
  if (guilty !== null) return { diagnostics: [diagnoseImpossible(applied.model, guilty, applied.spans)] };
  return calibrated(applied, { words, limit, samples, seed: `${seed}/soft` });
}

const same = (a: Diagnostic, b: Diagnostic) => a.code === b.code && a.span === b.span && a.message === b.message;

/**
 * P(X | given) for every discrete node X of the model, a bool as its two states. The same seed gives the same answer.
 * @returns the posteriors, or at least one error
 */
export function posteriors(
  model: CausalModel,
  given: readonly Condition[],
  options: PosteriorOptions,
): Posteriors | Failure {
  const { vocabulary: words, limit } = options;
  const conditioned = weighed(applyConditions(model, given, words), options);
  if ("diagnostics" in conditioned) return conditioned;
  const network = networkOf(conditioned.model, words);
  if ("diagnostics" in network) return network;
  const marginals = treeMarginals(conditioned.model, network, limit);
  if (marginals === null) {
    const guilty = impossibleEvidence(conditioned.model, words, limit);
    if (guilty !== null) return { diagnostics: [diagnoseImpossible(conditioned.model, guilty, conditioned.spans)] };
  }
  const nodes: Record<string, NodePosterior> = {};
  const rest: CausalNode[] = [];
  conditioned.model.nodes.forEach((node, id) => {
    if (statesOf(node.type) === null || node.claim || node.naturalOf !== undefined) return;
    const known = marginals?.byVariable.get(id);
    if (known === undefined) rest.push(node);
    else nodes[node.name] = { method: "exact", value: byState(node, known) };
  });
  const rung = conditioned.intervened ? 2 : 1;
  if (rest.length === 0) return { rung, nodes, warnings: [] };
  const others = oneByOne(conditioned, rest, options);
  if ("diagnostics" in others) return others;
  const ordered = conditioned.model.nodes.flatMap(({ name }) => {
    const found = nodes[name] ?? others.nodes.get(name);
    return found === undefined ? [] : [[name, found] as const];
  });
  return { rung, nodes: Object.fromEntries(ordered), warnings: others.warnings };
}
