/**
 * Sets of covariates to adjust for: P(y | do(x)) = sum_z P(y | x, z) P(z). Back-door sets and the general adjustment
 * criterion; front-door sets are in `front-door.ts`.
 */
import {
  type Admg,
  ancestors,
  components,
  descendants,
  minus,
  type Names,
  subgraph,
  union,
  withoutArrows,
  withoutIncoming,
  withoutOutgoing,
} from "./admg.ts";
import { separated } from "./separation.ts";
import { minimalSeparators, type Undirected } from "./separators.ts";

/** How many sets are listed at most. */
export const defaultCap = 100;

/** Nodes other than the treatments on directed paths from a treatment to an outcome that meet no other treatment. */
function onCausalPaths(graph: Admg, treatments: Names, outcomes: Names): Names {
  const below = descendants(withoutIncoming(graph, treatments), treatments);
  const above = ancestors(withoutOutgoing(graph, treatments), outcomes);
  return minus(
    [...below].filter((name) => above.has(name)),
    treatments,
  );
}

/** The graph without the first arrows of the causal paths: what still connects the sets there is confounding. */
function backDoorGraph(graph: Admg, treatments: Names, causal: Names): Admg {
  return withoutArrows(graph, { directed: (from, to) => treatments.has(from) && causal.has(to) });
}

/** Nodes that an adjustment must not contain: the treatments, the outcomes and what the causal paths lead to. */
function forbidden(graph: Admg, treatments: Names, outcomes: Names): Names {
  const causal = onCausalPaths(graph, treatments, outcomes);
  return union(union(treatments, outcomes), descendants(graph, causal));
}

/**
 * The adjustment criterion, sound and complete (Shpitser, VanderWeele and Robins 2010, On the validity of covariate
 * adjustment; in the form of van der Zander, Liskiewicz and Textor 2014).
 */
export function isAdjustmentSet(graph: Admg, treatments: Names, outcomes: Names, set: Names): boolean {
  const banned = forbidden(graph, treatments, outcomes);
  if ([...set].some((name) => banned.has(name))) return false;
  const cut = backDoorGraph(graph, treatments, onCausalPaths(graph, treatments, outcomes));
  return separated(cut, treatments, outcomes, set);
}

/** Pearl's back-door criterion: no descendants of the treatments, and every path into them is blocked. */
export function isBackDoorSet(graph: Admg, treatments: Names, outcomes: Names, set: Names): boolean {
  const below = descendants(graph, treatments);
  if ([...set].some((name) => below.has(name) || outcomes.has(name))) return false;
  return separated(withoutOutgoing(graph, treatments), treatments, outcomes, set);
}

/** Minimal sets that satisfy the adjustment criterion, small ones first, at most `cap`; empty where there is none. */
export function adjustmentSets(graph: Admg, treatments: Names, outcomes: Names, cap = defaultCap): readonly Names[] {
  const cut = backDoorGraph(graph, treatments, onCausalPaths(graph, treatments, outcomes));
  return separatingSets(cut, treatments, outcomes, minus(graph.nodes, forbidden(graph, treatments, outcomes)), cap);
}

/** Minimal back-door sets, small ones first, at most `cap`; empty where there is none. */
export function backDoorSets(graph: Admg, treatments: Names, outcomes: Names, cap = defaultCap): readonly Names[] {
  const allowed = minus(minus(graph.nodes, descendants(graph, treatments)), outcomes);
  return separatingSets(withoutOutgoing(graph, treatments), treatments, outcomes, allowed, cap);
}

/**
 * All minimal m-separating sets among the allowed nodes: vertex separators of the moral graph over the ancestors of both
 * sets, since a minimal one contains no other nodes (van der Zander, Liskiewicz and Textor 2014).
 */
function separatingSets(graph: Admg, left: Names, right: Names, allowed: Names, cap: number): readonly Names[] {
  const upstream = subgraph(graph, ancestors(graph, union(left, right)));
  return minimalSeparators(moralGraph(upstream), left, right, allowed, cap);
}

/** Joins nodes that a path of colliders connects: in such a graph m-separation is plain separation. */
function moralGraph(graph: Admg): Undirected {
  const joined = new Map(graph.nodes.map((name) => [name, new Set<string>()]));
  for (const component of components(graph)) {
    const clique = union(
      component,
      [...component].flatMap((member) => [...graph.parents.get(member)!]),
    );
    for (const a of clique) for (const b of clique) if (a !== b) joined.get(a)!.add(b);
  }
  return joined;
}
