/** The directed graph of a causal model: who comes from whom. Conditional independence is in `transforms/prune.ts`. */
import { statesOf } from "#lang/types/type";
import type { CausalModel, CausalNode } from "./model.ts";

/** The nodes by name. */
export function nodesByName(model: CausalModel): ReadonlyMap<string, CausalNode> {
  return new Map(model.nodes.map((node) => [node.name, node]));
}

/** The discrete nodes that are to be learned and those that they read: what data must have to teach the labels. */
export function learnedLabels(model: CausalModel): readonly CausalNode[] {
  const discrete = model.nodes.filter((node) => statesOf(node.type) !== null);
  const learned = discrete.filter((node) => node.mechanism.kind === "learned");
  const needed = new Set(learned.flatMap((node) => [node.name, ...node.parents]));
  return discrete.filter((node) => needed.has(node.name));
}

/**
 * The nodes with parents before children, as far as possible in the order they are given in; or the names on a cycle, the
 * first repeated at the end, in the direction of the arrows.
 */
export function ordered(
  nodes: readonly CausalNode[],
): { readonly nodes: readonly CausalNode[] } | { readonly cycle: readonly string[] } {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const done = new Set<CausalNode>();
  const trail: string[] = [];
  let cycle: readonly string[] | null = null;
  const visit = (node: CausalNode): void => {
    if (done.has(node) || cycle !== null) return;
    const seen = trail.indexOf(node.name);
    if (seen !== -1) {
      cycle = [node.name, ...trail.slice(seen + 1).reverse(), node.name];
      return;
    }
    trail.push(node.name);
    for (const parent of node.parents) visit(byName.get(parent)!);
    trail.pop();
    done.add(node);
  };
  for (const node of nodes) visit(node);
  return cycle === null ? { nodes: [...done] } : { cycle };
}

/** Children by name, in topological order. */
export function childrenOf(model: CausalModel): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>(model.nodes.map((node) => [node.name, []]));
  for (const node of model.nodes) for (const parent of node.parents) children.get(parent)?.push(node.name);
  return children;
}

/** The given nodes and everything upstream of them. */
export function ancestorsOf(model: CausalModel, names: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(names);
  // parents come first in the order of nodes, so one pass from the end sees every node after its descendants
  for (const node of model.nodes.toReversed()) {
    if (reached.has(node.name)) for (const parent of node.parents) reached.add(parent);
  }
  return reached;
}

/** The given nodes and everything downstream of them. */
export function descendantsOf(model: CausalModel, names: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(names);
  for (const node of model.nodes) {
    if (node.parents.some((parent) => reached.has(parent))) reached.add(node.name);
  }
  return reached;
}
