/** The graph of a model: an order with parents first, its cycles, and whether a `graph` block says the same. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { GraphMember, Identifier } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import type { NodeRole } from "./model-scope.ts";

/** A node with the parents of its mechanism, in the order of the text. */
export interface GraphNode {
  readonly name: string;
  readonly nameSpan: Span;
  readonly role: NodeRole;
  readonly parents: readonly string[];
  /** false where there is no mechanism or it is wrong, so that its parents may be more or others */
  readonly complete: boolean;
}

export interface Ordering {
  /** names, parents first, else in the order of the text; nodes on or behind cycles are left out */
  readonly order: readonly string[];
  /** each as a closed walk along the arrows: A -> B -> A */
  readonly cycles: readonly (readonly string[])[];
}

/** Kahn 1962, always taking the first node in the text whose parents are all placed. */
export function orderNodes(nodes: readonly Pick<GraphNode, "name" | "parents">[]): Ordering {
  const known = new Set(nodes.map((node) => node.name));
  const parentsOf = nodes.map(({ parents }) => new Set(parents.filter((parent) => known.has(parent))));
  const children = new Map<string, number[]>([...known].map((name) => [name, []]));
  for (const [i, parents] of parentsOf.entries()) for (const parent of parents) children.get(parent)!.push(i);
  const missing = parentsOf.map((parents) => parents.size);
  const ready = createHeap();
  for (const [i, count] of missing.entries()) if (count === 0) ready.push(i);
  const order: string[] = [];
  const placed = new Set<number>();
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    placed.add(next);
    order.push(nodes[next]!.name);
    for (const child of children.get(nodes[next]!.name)!) if (--missing[child]! === 0) ready.push(child);
  }
  const waiting = nodes.flatMap(({ name }, i) => (placed.has(i) ? [] : [{ name, parents: [...parentsOf[i]!] }]));
  return { order, cycles: findCycles(new Map(waiting.map(({ name, parents }) => [name, parents]))) };
}

/** The smallest number first; a binary heap. */
function createHeap() {
  const heap: number[] = [];
  return {
    push(item: number): void {
      let at = heap.push(item) - 1;
      for (let up = (at - 1) >> 1; at > 0 && heap[up]! > item; up = (at - 1) >> 1) {
        heap[at] = heap[up]!;
        at = up;
      }
      heap[at] = item;
    },
    pop(): number | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return first;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
        if (child >= heap.length || heap[child]! >= last) break;
        heap[at] = heap[child]!;
        at = child;
      }
      heap[at] = last;
      return first;
    },
  };
}

/** Disjoint cycles, one after the other, until the rest has none. */
function findCycles(parentsOf: Map<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  for (const start of [...parentsOf.keys()]) {
    const walk: string[] = [];
    let at: string | undefined = start;
    while (at !== undefined && !walk.includes(at)) {
      walk.push(at);
      at = parentsOf.get(at)?.find((parent) => parentsOf.has(parent));
    }
    if (at === undefined) {
      // everything on this walk only hangs off cycles that have been taken out
      for (const name of walk) parentsOf.delete(name);
      continue;
    }
    const cycle = walk.slice(walk.indexOf(at));
    for (const name of cycle) parentsOf.delete(name);
    cycles.push([...cycle, at].reverse());
  }
  return cycles;
}

/** Reports each cycle at its first node in the text (C301). */
export function reportCycles(context: CheckContext, nodes: readonly GraphNode[], cycles: Ordering["cycles"]): void {
  for (const walk of cycles) {
    const members = nodes.filter((node) => walk.includes(node.name));
    const [first, ...others] = members;
    if (first === undefined) continue;
    const from = walk.indexOf(first.name);
    const open = walk.slice(0, -1);
    const cycle = [...open.slice(from), ...open.slice(0, from), first.name];
    const related = others.map((node) => ({ span: node.nameSpan, label: "on the cycle too" }));
    context.report(diagnose("C301", first.nameSpan, { cycle }, { related }));
  }
}

/** The arrows of `graph` blocks, as they are drawn. */
export interface DrawnArrows {
  readonly directed: readonly { readonly from: Identifier; readonly to: Identifier }[];
  readonly bidirected: readonly { readonly from: Identifier; readonly to: Identifier }[];
}

export function arrowsOf(graphs: readonly GraphMember[]): DrawnArrows {
  const directed: DrawnArrows["directed"][number][] = [];
  const bidirected: DrawnArrows["bidirected"][number][] = [];
  for (const chain of graphs.flatMap((graph) => graph.chains)) {
    for (const [i, kind] of chain.arrows.entries()) {
      const [left, right] = [chain.sets[i] ?? [], chain.sets[i + 1] ?? []];
      const [causes, effects] = kind === "<-" ? [right, left] : [left, right];
      const arrows = causes.flatMap((from) => effects.map((to) => ({ from, to })));
      (kind === "<->" ? bidirected : directed).push(...arrows);
    }
  }
  return { directed, bidirected };
}

/** Why the graph is all that is known of a model, as a clause; null where every node has a mechanism. */
export function lackOf(bare: Identifier | null, { bidirected }: DrawnArrows): string | null {
  if (bare !== null) return `\`${bare.text}\` has no mechanism`;
  const [first] = bidirected;
  return first === undefined ? null : `\`${first.from.text} <-> ${first.to.text}\` stands for an unknown common cause`;
}

/** Compares the arrows of `graph` blocks with the parents of the mechanisms (C302, C303). */
export function checkGraphMembers(
  context: CheckContext,
  nodes: readonly GraphNode[],
  graphs: readonly GraphMember[],
): void {
  if (graphs.length === 0) return;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const drawn = new Set<string>();
  let lost = false;

  const arrow = (from: Identifier, to: Identifier): void => {
    const target = byName.get(to.text);
    if (target === undefined || !byName.has(from.text)) return;
    drawn.add(`${from.text}\n${to.text}`);
    if (!target.complete || target.parents.includes(from.text)) return;
    context.report(
      diagnose(
        "C302",
        from.span,
        { from: from.text, to: to.text },
        { related: [{ span: target.nameSpan, label: `the mechanism of \`${to.text}\`` }] },
      ),
    );
  };

  for (const chain of graphs.flatMap((graph) => graph.chains)) {
    for (const identifier of chain.sets.flat()) {
      if (byName.has(identifier.text)) continue;
      lost = true;
      reportUnknown(context, "node", identifier, byName.keys());
    }
  }
  const { directed, bidirected } = arrowsOf(graphs);
  for (const { from, to } of directed) arrow(from, to);
  for (const { from, to } of bidirected) {
    if (from.text !== "" && from.text === to.text) context.report(diagnose("C309", to.span, { node: to.text }));
  }

  // a misspelt name in the graph may be the arrow that seems to be missing; `graph { X <-> Y }` alone only adds to the arrows
  if (lost || (directed.length === 0 && bidirected.length > 0)) return;
  for (const { name, nameSpan, parents, complete } of nodes) {
    if (!complete) continue;
    const missing = parents.filter(
      (parent) => byName.has(parent) && byName.get(parent)?.role !== "noise" && !drawn.has(`${parent}\n${name}`),
    );
    if (missing.length > 0) context.report(diagnose("C303", nameSpan, { node: name, parents: missing }));
  }
}
