/** Interventions: the mechanism of a node is replaced by one without parents, and nothing else changes. */
import type { CausalModel, Mechanism } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";

/** A mechanism without parents, for stochastic interventions; distribution arguments may read parameters only. */
export type RootMechanism = Extract<Mechanism, { kind: "table" | "distribution" }>;

export type Intervention =
  /** do(X = v): the index of the state of a discrete node, else the number */
  | { readonly kind: "set"; readonly node: string; readonly value: number }
  /** do(X ~ D) */
  | { readonly kind: "draw"; readonly node: string; readonly mechanism: RootMechanism };

/**
 * The mutilated model M_x of Pearl (Causality, definition 7.1.2): cuts exactly the edges into the intervened nodes.
 * Evidence stays, and is then about the mutilated model. Of two interventions on one node the last holds.
 */
export function intervene(model: CausalModel, actions: readonly Intervention[]): CausalModel {
  const byNode = new Map(actions.map((action) => [action.node, action]));
  for (const name of byNode.keys()) {
    if (!model.nodes.some((node) => node.name === name)) throw new Error(`internal: do() on unknown node ${name}`);
  }
  const nodes = model.nodes.map((node) => {
    const action = byNode.get(node.name);
    if (action === undefined) return node;
    const mechanism: Mechanism = action.kind === "set" ? { kind: "fixed", value: action.value } : action.mechanism;
    return { ...node, parents: [], mechanism };
  });
  const result = { ...model, nodes };
  verifyModel(result);
  return result;
}
