/** Interventions: the mechanism of a node is replaced by another one, and nothing else changes. */
import { renameMechanism } from "../causal/evaluate.ts";
import { ordered } from "../causal/graph.ts";
import type { CausalModel, CausalNode, Mechanism } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";
import type { Span } from "#lang/source";

/** The mechanism of a stochastic intervention (table, distribution) or of a policy (equation). */
export type NewMechanism = Extract<Mechanism, { kind: "table" | "distribution" | "equation" }>;

export type Intervention =
  /** do(X = v): the index of the state of a discrete node, else the number */
  | { readonly kind: "set"; readonly node: string; readonly value: number }
  /** do(X ~ D) and do(X := e). Among the parents, X itself stands for its natural value */
  | {
      readonly kind: "replace";
      readonly node: string;
      readonly mechanism: NewMechanism;
      readonly parents: readonly string[];
      /** where it was written, for what is found wrong with it later */
      readonly span: Span;
    };

/** What X would have been without the intervention on it, in the model after the others. */
export function naturalName(model: CausalModel, node: string): string {
  let name = `natural ${node}`;
  while (model.nodes.some((other) => other.name === name)) name = `${name}'`;
  return name;
}

/** The nodes after the interventions, not in order yet. */
function mutilated(model: CausalModel, actions: readonly Intervention[]): readonly CausalNode[] {
  const byNode = new Map(actions.map((action) => [action.node, action]));
  for (const name of byNode.keys()) {
    if (!model.nodes.some((node) => node.name === name)) throw new Error(`internal: do() on unknown node ${name}`);
  }
  return model.nodes.flatMap((node): CausalNode[] => {
    const action = byNode.get(node.name);
    if (action === undefined) return [node];
    if (action.kind === "set") return [{ ...node, parents: [], mechanism: { kind: "fixed", value: action.value } }];
    const { coupling: _, ...rest } = node;
    const natural = naturalName(model, node.name);
    const place = (name: string) => (name === node.name ? natural : name);
    const parents = action.parents.map(place);
    const mechanism = renameMechanism(action.mechanism, model, ({ name }) => place(name.text), node.type);
    const set: CausalNode = { ...rest, parents, mechanism, span: action.span, intervened: true };
    return parents.includes(natural) ? [{ ...node, name: natural, naturalOf: node.name }, set] : [set];
  });
}

/**
 * The mutilated model M_x of Pearl (Causality, definition 7.1.2): cuts the edges into the intervened nodes, and draws
 * those from what a policy reads. A node whose own natural value is read is split: the natural half keeps mechanism and
 * parents and feeds nothing but the policy. Evidence stays, and is then about the mutilated model. Of two interventions
 * on one node the last holds. The interventions must leave no cycle, see `cycleAfter`.
 */
export function intervene(model: CausalModel, actions: readonly Intervention[]): CausalModel {
  const order = ordered(mutilated(model, actions));
  if ("cycle" in order) throw new Error(`internal: do() makes a cycle: ${order.cycle.join(" -> ")}`);
  const result = { ...model, nodes: order.nodes };
  verifyModel(result);
  return result;
}

/** A cycle that the interventions would make: a policy reads what it influences. The first name is repeated at the end. */
export function cycleAfter(model: CausalModel, actions: readonly Intervention[]): readonly string[] | null {
  const order = ordered(mutilated(model, actions));
  return "cycle" in order ? order.cycle : null;
}
