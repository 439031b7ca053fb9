/** m-separation: which nodes of a mixed graph are independent given others in every model of that graph. */
import { type Admg, ancestors, type Names } from "./admg.ts";

/**
 * Whether every path between the two sets is blocked by `given` (Richardson 2003, Markov properties for acyclic directed
 * mixed graphs): a collider lets through when it is an ancestor of `given`, any other node when it is not in it. Nodes of
 * `given` in either set count as blocked.
 */
export function separated(graph: Admg, left: Names, right: Names, given: Names): boolean {
  const opened = ancestors(graph, given);
  // a node as it is entered: through an arrowhead at it or not
  const seen = new Set<string>();
  const waiting: { readonly node: string; readonly head: boolean }[] = [];
  const enter = (node: string, head: boolean) => {
    const key = `${head ? ">" : "-"}${node}`;
    if (seen.has(key)) return;
    seen.add(key);
    waiting.push({ node, head });
  };
  const leave = (node: string, throughHeads: boolean, throughTails: boolean) => {
    if (throughHeads) {
      for (const parent of graph.parents.get(node)!) enter(parent, false);
      for (const sibling of graph.siblings.get(node)!) enter(sibling, true);
    }
    if (throughTails) for (const child of graph.children.get(node)!) enter(child, true);
  };
  for (const node of left) if (!given.has(node)) leave(node, true, true);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, head } = next;
    const blocked = given.has(node);
    if (!blocked && right.has(node)) return false;
    // entered by a head, leaving by a head makes a collider
    leave(node, head ? opened.has(node) : !blocked, !blocked);
  }
  return true;
}
