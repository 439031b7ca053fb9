/** Splits nodes that have been seen: what reads such a node may read its value, which cuts the model into smaller parts. */
import type { CausalModel, CausalNode, Evidence } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";
import { pinnedValue } from "./prune.ts";

/** The name of the half that keeps the mechanism; no node of a program can be called so. */
export const seenName = (name: string) => `${name} (seen)`;

/**
 * A model with the same distribution given the evidence. Each node that `splits` and was seen at a value becomes two:
 * under its own name the value, for its children to read, and under another one its mechanism, with the evidence.
 * Further evidence on the node is about the value.
 */
export function splitSeen(model: CausalModel, splits: (node: CausalNode) => boolean): CausalModel {
  const first = new Map<string, Evidence>();
  for (const piece of model.evidence) {
    const value = pinnedValue(piece);
    if (value !== null && Number.isFinite(value) && !first.has(piece.node)) first.set(piece.node, piece);
  }
  const seen = new Set<Evidence>();
  const nodes = model.nodes.flatMap((node): CausalNode[] => {
    const piece = first.get(node.name);
    if (piece === undefined || node.mechanism.kind === "fixed" || !splits(node)) return [node];
    seen.add(piece);
    const value: CausalNode = { ...node, parents: [], mechanism: { kind: "fixed", value: pinnedValue(piece)! } };
    return [value, { ...node, name: seenName(node.name) }];
  });
  const evidence = model.evidence.map((piece) => (seen.has(piece) ? { ...piece, node: seenName(piece.node) } : piece));
  const result = { ...model, nodes, evidence };
  verifyModel(result);
  return result;
}
