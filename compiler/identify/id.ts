/**
 * Identification of interventional distributions from the observed one: the algorithms ID and IDC of Shpitser and Pearl
 * 2006, organised by c-factors as in Tian and Pearl 2002 (A general identification condition for causal effects).
 * Complete: without an estimand there is a hedge. Polynomial in the size of the graph.
 */
import {
  type Admg,
  ancestors,
  componentOf,
  components,
  meet,
  minus,
  type Names,
  noNames,
  sameNames,
  subgraph,
  union,
  withoutIncoming,
  withoutOutgoing,
} from "./admg.ts";
import { type Estimand, freeNames } from "./estimand.ts";
import { type Hedge, hedgeOf } from "./hedge.ts";
import { separated } from "./separation.ts";
import { fraction, product, simplify, sum } from "./simplify.ts";

/** P(outcomes | do(treatments), given); the three are disjoint sets of observed nodes. */
export interface CausalQuery {
  readonly outcomes: Names;
  readonly treatments: Names;
  readonly given: Names;
}

export type Identification =
  | {
      readonly identified: true;
      readonly estimand: Estimand;
      /** names that the estimand mentions but does not depend on: any values give the same */
      readonly arbitrary: Names;
    }
  | { readonly identified: false; readonly hedge: Hedge };

/** P(outcomes | do(treatments), given) as an estimand over the observed distribution, or the hedge that forbids it. */
export function identify(graph: Admg, query: CausalQuery): Identification {
  const found = conditional(graph, query);
  if ("hedge" in found) return { identified: false, hedge: found.hedge };
  const estimand = simplify(found.estimand);
  const { outcomes, treatments, given } = query;
  const arbitrary = minus(freeNames(estimand), new Set([...outcomes, ...treatments, ...given]));
  return { identified: true, estimand, arbitrary };
}

type Found = { readonly estimand: Estimand } | { readonly hedge: Hedge };

/** IDC: rule 2 of the do-calculus turns what is seen into what is done as far as it goes; the rest is a quotient. */
function conditional(graph: Admg, { outcomes, treatments, given }: CausalQuery): Found {
  for (const seen of given) {
    const others = minus(given, new Set([seen]));
    const mutilated = withoutOutgoing(withoutIncoming(graph, treatments), new Set([seen]));
    if (!separated(mutilated, outcomes, new Set([seen]), union(treatments, others))) continue;
    return conditional(graph, { outcomes, treatments: union(treatments, [seen]), given: others });
  }
  const joint = unconditional(graph, union(outcomes, given), treatments);
  if ("hedge" in joint || given.size === 0) return joint;
  const numerator = simplify(joint.estimand);
  return { estimand: fraction(numerator, sum(outcomes, numerator)) };
}

/** ID: P(outcomes | do(treatments)) = sum over the rest of D of the product of Q[D_i], D_i the c-components of D. */
function unconditional(whole: Admg, outcomes: Names, treatments: Names): Found {
  const graph = subgraph(whole, ancestors(whole, outcomes));
  const untreated = subgraph(graph, minus(graph.nodes, treatments));
  const relevant = subgraph(untreated, ancestors(untreated, outcomes));
  const factors: Estimand[] = [];
  for (const component of components(relevant)) {
    const first = component.values().next().value!;
    const found = cFactor(graph, component, observedFactor(graph, componentOf(graph, first)));
    if ("hedge" in found) return found;
    factors.push(found.estimand);
  }
  return { estimand: sum(minus(relevant.nodes, outcomes), product(factors)) };
}

/** Q[of]: the distribution of a set of nodes when all others are set from outside. */
interface CFactor {
  readonly of: Names;
  readonly value: Estimand;
}

/**
 * Q of a c-component of the whole graph: the product of P(v | predecessors), each reduced to the predecessors that matter:
 * the c-component of v among v and its predecessors, and the parents of that (Tian and Pearl 2002, corollary 1).
 */
function observedFactor(graph: Admg, component: Names): CFactor {
  const factors = graph.nodes.flatMap((node, i): Estimand[] => {
    if (!component.has(node)) return [];
    const before = subgraph(graph, new Set(graph.nodes.slice(0, i + 1)));
    const near = componentOf(before, node);
    const parents = [...near].flatMap((member) => [...graph.parents.get(member)!]);
    return [{ kind: "probability", of: new Set([node]), given: minus([...near, ...parents], new Set([node])) }];
  });
  return { of: component, value: product(factors) };
}

/** Q[target] from Q of a c-component around it (Tian and Pearl 2002, figure 7). */
function cFactor(graph: Admg, target: Names, known: CFactor): Found {
  const inside = subgraph(graph, known.of);
  const upstream = ancestors(inside, target);
  const marginal = sum(minus(known.of, upstream), known.value);
  if (sameNames(upstream, target)) return { estimand: marginal };
  if (sameNames(upstream, known.of)) return { hedge: hedgeOf(graph, known.of, target) };
  const smaller = subgraph(graph, upstream);
  const component = componentOf(smaller, target.values().next().value!);
  return cFactor(graph, target, { of: component, value: factorOfComponent(smaller, component, simplify(marginal)) });
}

/** Q of a c-component of a graph from Q of all its nodes: the product of Q[v and before] / Q[before], which telescopes. */
function factorOfComponent(graph: Admg, component: Names, whole: Estimand): Estimand {
  const { nodes } = graph;
  const isIn = (i: number) => i < nodes.length && component.has(nodes[i]!);
  const before = (i: number) => sum(new Set(nodes.slice(i)), whole);
  const factors: Estimand[] = [];
  for (let start = 0; start < nodes.length; start++) {
    if (!isIn(start)) continue;
    let end = start;
    while (isIn(end)) end++;
    factors.push(start === 0 ? before(end) : fraction(before(end), before(start)));
    start = end;
  }
  return product(factors);
}

/** Whether every such distribution follows from the observed one. */
export function isIdentifiable(graph: Admg, query: CausalQuery): boolean {
  return identify(graph, query).identified;
}

/** The sets of a query must be disjoint and observed; anything else is our mistake. */
export function queryOf(
  graph: Admg,
  outcomes: Iterable<string>,
  treatments: Iterable<string>,
  given: Iterable<string> = noNames,
): CausalQuery {
  const query = { outcomes: new Set(outcomes), treatments: new Set(treatments), given: new Set(given) };
  const all = [...query.outcomes, ...query.treatments, ...query.given];
  const observed = meet(all, new Set(graph.nodes));
  if (observed.size !== all.length) throw new Error(`internal: ${all.join(", ")} are not disjoint observed nodes`);
  return query;
}
