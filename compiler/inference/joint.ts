/** Joint distributions of a few discrete nodes as tables, and how far two of them are apart. */
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";
import { prune } from "../transforms/prune.ts";
import { evidenceWeights, posterior } from "./exact.ts";
import { tabulate } from "./tabulate.ts";

/**
 * P(nodes | evidence of the model), exactly: one entry a combination of states, the last node fastest. For nodes whose
 * ancestors are all discrete and fitted; anything else is an internal error.
 */
export function jointTable(model: CausalModel, nodes: readonly string[], words: Words): Float64Array {
  const pruned = prune(model, nodes);
  const { variables } = tabulate(pruned, words);
  const missing = pruned.nodes.find((node) => !variables.has(node.name));
  if (missing !== undefined) throw new Error(`internal: ${missing.name} has no table`);
  const { table } = posterior(variables, evidenceWeights(pruned.evidence, variables), nodes);
  const total = table.reduce((sum, entry) => sum + entry, 0);
  return table.map((entry) => entry / total);
}

/** Half the sum of absolute differences: 0 for equal distributions, 1 for disjoint ones. */
export function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  if (p.length !== q.length) throw new Error(`internal: distributions over ${p.length} and ${q.length} states`);
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
  return sum / 2;
}
