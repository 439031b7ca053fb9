/** Leaves out what cannot matter to a question: barren nodes, and nodes that the evidence separates from the targets. */
import { ancestorsOf, childrenOf, nodesByName } from "../causal/graph.ts";
import type { CausalModel, CausalNode, Evidence } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";

/** The value that a piece of evidence pins its node to, or null where it leaves a choice. */
export function pinnedValue(evidence: Evidence): number | null {
  if (evidence.kind === "value") return evidence.value;
  if (evidence.kind === "interval") return null;
  const possible = evidence.weights.flatMap((weight, state) => (weight > 0 ? [state] : []));
  return possible.length === 1 ? possible[0]! : null;
}

/** Nodes that evidence pins to one value. Other evidence acts like an observed child and separates nothing. */
function pinnedNodes(model: CausalModel): ReadonlyMap<string, number> {
  const pinned = new Map<string, number>();
  for (const evidence of model.evidence) {
    const value = pinnedValue(evidence);
    if (value !== null) pinned.set(evidence.node, value);
  }
  return pinned;
}

interface Requisite {
  /** nodes whose mechanism matters */
  readonly mechanisms: ReadonlySet<string>;
  /** nodes whose value or distribution matters */
  readonly visited: ReadonlySet<string>;
}

/**
 * Bayes-ball (Shachter 1998, Bayes-Ball: The Rational Pastime, figure 6): a ball starts at the targets as if from a
 * child; it passes through unseen nodes and bounces off observed ones.
 */
function requisite(model: CausalModel, targets: readonly string[]): Requisite {
  const nodes = nodesByName(model);
  const children = childrenOf(model);
  const pinned = pinnedNodes(model);
  const soft = new Set(model.evidence.map((evidence) => evidence.node).filter((name) => !pinned.has(name)));
  const visited = new Set<string>();
  const up = new Set<string>();
  const down = new Set<string>();
  const balls = targets.map((name) => ({ name, fromChild: true }));
  const goUp = (node: CausalNode) => {
    if (up.has(node.name)) return;
    up.add(node.name);
    for (const parent of node.parents) balls.push({ name: parent, fromChild: true });
  };
  const goDown = (node: CausalNode) => {
    if (down.has(node.name)) return;
    down.add(node.name);
    for (const child of children.get(node.name)!) balls.push({ name: child, fromChild: false });
  };
  for (let ball = balls.pop(); ball !== undefined; ball = balls.pop()) {
    const node = nodes.get(ball.name);
    if (node === undefined) throw new Error(`internal: no node ${ball.name}`);
    visited.add(node.name);
    if (pinned.has(node.name)) {
      if (!ball.fromChild) goUp(node);
    } else {
      if (ball.fromChild || soft.has(node.name)) goUp(node);
      goDown(node);
    }
  }
  return { mechanisms: up, visited };
}

/**
 * A model with the same distribution of the targets given the evidence. Observed nodes whose mechanism cannot matter
 * become roots that are fixed to what was seen. Evidence that cannot matter is dropped, so whoever must know that it
 * is possible at all has to look before.
 */
export function prune(model: CausalModel, targets: readonly string[]): CausalModel {
  const alive = ancestorsOf(model, [...targets, ...model.evidence.map((evidence) => evidence.node)]);
  const trimmed = { ...model, nodes: model.nodes.filter((node) => alive.has(node.name)) };
  const { mechanisms, visited } = requisite(trimmed, targets);
  const pinned = pinnedNodes(model);
  const nodes = trimmed.nodes.flatMap((node): CausalNode[] => {
    if (mechanisms.has(node.name)) return [node];
    const value = pinned.get(node.name);
    if (!visited.has(node.name) || value === undefined) return [];
    return [{ ...node, parents: [], mechanism: { kind: "fixed", value } }];
  });
  const kept = new Set(nodes.map((node) => node.name));
  const evidence = model.evidence.filter((piece) => kept.has(piece.node));
  const result = { ...model, nodes, evidence };
  verifyModel(result);
  return result;
}
