/**
 * Hedges: the certificate that an effect cannot be identified (Shpitser and Pearl 2006, Identification of joint
 * interventional distributions in recursive semi-Markovian causal models, definition 6 and theorem 4).
 */
import { type Admg, type Names, subgraph } from "./admg.ts";

export interface Hedge {
  /** the c-forest F, which contains treated nodes */
  readonly outer: Names;
  /** the c-forest F' inside it, which contains none; both have the same roots */
  readonly inner: Names;
  /** roots of both forests: causes of the outcome that the treatment does not cut off */
  readonly roots: Names;
  /** the arrows of F: each node but the roots has exactly one child */
  readonly arrows: readonly (readonly [string, string])[];
  /** two-headed arrows that hold F together, none of them spare; those inside F' connect F' */
  readonly bidirected: readonly (readonly [string, string])[];
}

/** The forests of two c-components of which the outer consists of ancestors of the inner. */
export function hedgeOf(graph: Admg, outer: Names, inner: Names): Hedge {
  const [large, small] = [subgraph(graph, outer), subgraph(graph, inner)];
  const roots = new Set(small.nodes.filter((name) => small.children.get(name)!.size === 0));
  const placed = new Set(roots);
  const arrows: (readonly [string, string])[] = [];
  // first the inner forest, so that its nodes have their child inside it
  for (const part of [small, large]) {
    for (const node of placed) {
      for (const parent of part.parents.get(node)!) {
        if (placed.has(parent)) continue;
        placed.add(parent);
        arrows.push([parent, node]);
      }
    }
  }
  return { outer, inner, roots, arrows, bidirected: spanningTree(small, large) };
}

/** A tree of two-headed arrows over the outer component that contains a tree over the inner one. */
function spanningTree(inner: Admg, outer: Admg): readonly (readonly [string, string])[] {
  const reached = new Set(inner.nodes.slice(0, 1));
  const tree: (readonly [string, string])[] = [];
  for (const part of [inner, outer]) {
    for (const node of reached) {
      for (const sibling of part.siblings.get(node)!) {
        if (reached.has(sibling)) continue;
        reached.add(sibling);
        tree.push([node, sibling]);
      }
    }
  }
  return tree;
}
