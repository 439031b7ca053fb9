/**
 * Acyclic directed mixed graphs: `X -> Y` for a direct cause, `X <-> Y` for an unobserved common cause. Here are the graph,
 * the surgery on it, and ancestors and c-components; separation is in `separation.ts`.
 */
import type { CausalModel } from "../causal/model.ts";

export type Names = ReadonlySet<string>;

export interface Admg {
  /** the observed nodes, parents first */
  readonly nodes: readonly string[];
  readonly parents: ReadonlyMap<string, Names>;
  readonly children: ReadonlyMap<string, Names>;
  /** the other ends of two-headed arrows */
  readonly siblings: ReadonlyMap<string, Names>;
}

export const noNames: Names = new Set();

export const union = (a: Names, b: Iterable<string>): Names => new Set([...a, ...b]);
export const minus = (a: Iterable<string>, b: Names): Names => new Set([...a].filter((name) => !b.has(name)));
export const meet = (a: Iterable<string>, b: Names): Names => new Set([...a].filter((name) => b.has(name)));
export const sameNames = (a: Names, b: Names): boolean => a.size === b.size && [...a].every((name) => b.has(name));

/** A graph from its arrows, with the latent nodes projected out; nodes are given with parents first. */
export function admgOf({
  nodes,
  bidirected,
}: {
  readonly nodes: readonly { readonly name: string; readonly parents: readonly string[]; readonly latent: boolean }[];
  readonly bidirected: readonly (readonly [string, string])[];
}): Admg {
  const empty = () => new Map(nodes.map(({ name }) => [name, new Set<string>()]));
  const [parents, children, siblings] = [empty(), empty(), empty()];
  for (const node of nodes) {
    for (const parent of node.parents) {
      parents.get(node.name)!.add(parent);
      children.get(parent)!.add(node.name);
    }
  }
  for (const [a, b] of bidirected) {
    siblings.get(a)!.add(b);
    siblings.get(b)!.add(a);
  }
  for (const { name, latent } of nodes) if (latent) projectOut(name, parents, children, siblings);
  return { nodes: nodes.filter(({ latent }) => !latent).map(({ name }) => name), parents, children, siblings };
}

type Edges = Map<string, Set<string>>;

/**
 * The latent projection of one node (Verma and Pearl 1990, Equivalence and synthesis of causal models): paths through it
 * without a collider there become arrows between its neighbours.
 */
function projectOut(latent: string, parents: Edges, children: Edges, siblings: Edges): void {
  const below = [...children.get(latent)!];
  for (const child of below) {
    for (const parent of parents.get(latent)!) {
      parents.get(child)!.add(parent);
      children.get(parent)!.add(child);
    }
    for (const other of [...below, ...siblings.get(latent)!]) {
      if (other === child) continue;
      siblings.get(child)!.add(other);
      siblings.get(other)!.add(child);
    }
  }
  for (const [edges, back] of [
    [parents, children],
    [children, parents],
    [siblings, siblings],
  ] as const) {
    for (const other of edges.get(latent)!) back.get(other)!.delete(latent);
    edges.delete(latent);
  }
}

/** The graph over what is observed of a model: latent and noise nodes are projected out. */
export function graphOfModel(model: CausalModel): Admg {
  if (model.drawn !== undefined) return admgOf(model.drawn);
  const nodes = model.nodes.map(({ name, parents, role }) => ({
    name,
    parents,
    latent: role === "latent" || role === "noise",
  }));
  return admgOf({ nodes, bidirected: [] });
}

function restrict(edges: ReadonlyMap<string, Names>, kept: Names): ReadonlyMap<string, Names> {
  return new Map([...kept].map((name) => [name, meet(edges.get(name)!, kept)]));
}

/** The nodes of the set with all arrows between them. */
export function subgraph(graph: Admg, kept: Names): Admg {
  return {
    nodes: graph.nodes.filter((name) => kept.has(name)),
    parents: restrict(graph.parents, kept),
    children: restrict(graph.children, kept),
    siblings: restrict(graph.siblings, kept),
  };
}

/** The graph without some of its arrows. */
export function withoutArrows(
  graph: Admg,
  cut: {
    readonly directed: (from: string, to: string) => boolean;
    readonly bidirected?: (a: string, b: string) => boolean;
  },
): Admg {
  const filtered = (edges: ReadonlyMap<string, Names>, keep: (from: string, to: string) => boolean) =>
    new Map([...edges].map(([from, ends]) => [from, new Set([...ends].filter((to) => keep(from, to)))]));
  const { bidirected } = cut;
  return {
    nodes: graph.nodes,
    parents: filtered(graph.parents, (to, from) => !cut.directed(from, to)),
    children: filtered(graph.children, (from, to) => !cut.directed(from, to)),
    siblings: bidirected === undefined ? graph.siblings : filtered(graph.siblings, (a, b) => !bidirected(a, b)),
  };
}

/** Pearl's G with a bar over `set`: no arrows into it, two-headed ones included. */
export function withoutIncoming(graph: Admg, set: Names): Admg {
  return withoutArrows(graph, {
    directed: (_, to) => set.has(to),
    bidirected: (a, b) => set.has(a) || set.has(b),
  });
}

/** Pearl's G with a bar under `set`: no arrows out of it. */
export function withoutOutgoing(graph: Admg, set: Names): Admg {
  return withoutArrows(graph, { directed: (from) => set.has(from) });
}

function closure(edges: ReadonlyMap<string, Names>, start: Iterable<string>): Names {
  const reached = new Set(start);
  // a Set visits what is added while it is walked
  for (const name of reached) for (const next of edges.get(name)!) reached.add(next);
  return reached;
}

/** The given nodes and everything upstream of them. */
export const ancestors = (graph: Admg, names: Iterable<string>): Names => closure(graph.parents, names);

/** The given nodes and everything downstream of them. */
export const descendants = (graph: Admg, names: Iterable<string>): Names => closure(graph.children, names);

/** The c-component of a node: what two-headed arrows connect it with. */
export const componentOf = (graph: Admg, name: string): Names => closure(graph.siblings, [name]);

/** All c-components (districts), in the order of their first nodes. */
export function components(graph: Admg): readonly Names[] {
  const found: Names[] = [];
  const placed = new Set<string>();
  for (const name of graph.nodes) {
    if (placed.has(name)) continue;
    const component = componentOf(graph, name);
    for (const member of component) placed.add(member);
    found.push(component);
  }
  return found;
}
