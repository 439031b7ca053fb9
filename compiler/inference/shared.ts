/**
 * Several questions under the same conditions: one junction tree answers all that are about single nodes, where it is
 * predicted to be cheaper than as many eliminations.
 */
import type { Condition, ProbabilityExpr, QueryExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { nodesOf, type Words } from "../causal/evaluate.ts";
import { ancestorsOf } from "../causal/graph.ts";
import type { CausalModel } from "../causal/model.ts";
import { printQuery } from "../causal/print-expression.ts";
import { isCounterfactual } from "../counterfactual/imagine.ts";
import { planQuery } from "../plan/query-plan.ts";
import { applyConditions, type Conditioned } from "./conditions.ts";
import { createNetwork, situate } from "./network.ts";
import { likelihoodsOf, treeMarginals } from "./posteriors.ts";
import { isSoft } from "./soft.ts";
import { tabulate } from "./tabulate.ts";

/** What is known of a question before it is asked: the posterior of its node by state. */
export interface SharedMarginal {
  readonly intervened: boolean;
  readonly probabilities: Float64Array;
}
export type SharedMarginals = ReadonlyMap<QueryExpr, SharedMarginal>;

/** A calibration walks each table about as often as so many eliminations do. */
const walksOfTree = 3;

/** The probabilities that a query is computed from. */
function partsOf(query: QueryExpr): readonly ProbabilityExpr[] {
  switch (query.kind) {
    case "probability":
      return isCounterfactual(query) ? [] : [query];
    case "query-unary":
      return partsOf(query.operand);
    case "query-binary":
      return [...partsOf(query.left), ...partsOf(query.right)];
    default:
      return [];
  }
}

/** The one discrete node that a probability is about; null where it is about several, or another kind of node. */
function nodeAsked({ events }: ProbabilityExpr, model: CausalModel): string | null {
  const names = new Set(events.map((event) => (event.kind === "event" ? event.variable.name.text : null)));
  const [name] = names;
  if (name === undefined || name === null || names.size > 1) return null;
  const node = model.nodes.find((other) => other.name === name);
  if (node === undefined || statesOf(node.type) === null) return null;
  const reads = events.some(
    (event) =>
      event.kind === "event" &&
      event.test?.kind === "compare" &&
      nodesOf(event.test.value, model, node.type).length > 0,
  );
  return reads ? null : name;
}

interface Options {
  readonly vocabulary: Words;
  readonly limit: number;
  readonly extraGiven: readonly Condition[];
}

function answersOf(
  { model, intervened }: Conditioned,
  group: readonly { readonly query: ProbabilityExpr; readonly name: string }[],
  { vocabulary: words, limit }: Options,
): [QueryExpr, SharedMarginal][] {
  const names = [...new Set(group.map(({ name }) => name))];
  const needed = ancestorsOf(model, [...names, ...model.evidence.map((piece) => piece.node)]);
  const relevant = { ...model, nodes: model.nodes.filter((node) => needed.has(node.name)) };
  const { variables, diagnostics } = tabulate(relevant, words);
  if (diagnostics.length > 0 || names.some((name) => !variables.has(name))) return [];
  const network = createNetwork(variables.values());
  const likelihoods = likelihoodsOf(relevant, network);
  const tree = likelihoods === null ? null : situate(network, likelihoods)?.plan.tree;
  if (tree === undefined || tree === null) return [];
  let separate = 0;
  for (const { query, name } of group) {
    const planned = planQuery(model, [name], [name], { words, limit, span: query.span });
    if ("diagnostics" in planned) return [];
    separate += planned.plan.cost?.total ?? 0;
  }
  if (walksOfTree * tree.total > separate) return [];
  const marginals = treeMarginals(relevant, network, limit);
  if (marginals === null) return [];
  return group.map(({ query, name }) => {
    return [query, { intervened, probabilities: marginals.byVariable.get(variables.get(name)!.id)! }];
  });
}

/** Looks through queries about one model for parts that one tree can answer together. What is wrong is left to be found later. */
export function shareMarginals(model: CausalModel, queries: readonly QueryExpr[], options: Options): SharedMarginals {
  const groups = new Map<string, { query: ProbabilityExpr; name: string }[]>();
  for (const query of queries.flatMap(partsOf)) {
    const name = nodeAsked(query, model);
    if (name === null) continue;
    const key = printQuery({ ...query, events: [] });
    groups.set(key, [...(groups.get(key) ?? []), { query, name }]);
  }
  return new Map(
    [...groups.values()].flatMap((group) => {
      if (group.length < 2) return [];
      const given = [...options.extraGiven, ...group[0]!.query.given];
      const conditioned = applyConditions(model, given, options.vocabulary);
      // soft evidence has weights of its own for each question
      if ("diagnostics" in conditioned || conditioned.model.evidence.some(isSoft)) return [];
      return answersOf(conditioned, group, options);
    }),
  );
}
