/**
 * How a question will be answered, before any table is made: what of the model matters, exactly or by sampling, in which
 * order and at what cost. Running a plan is `inference/answer.ts`.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import type { Expr } from "#lang/syntax/ast";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";
import { evidenceWeights, predictCost } from "../inference/exact.ts";
import { planMixture } from "../inference/gaussian/answer.ts";
import type { Mixture } from "../inference/gaussian/parts.ts";
import { type FiniteVariable, tabulate } from "../inference/tabulate.ts";
import { prune } from "../transforms/prune.ts";

/** Entries of the largest table that exact inference walks by default: about a second of work. */
export const defaultLimit = 2 ** 26;

/** Serialisable. */
export interface QueryPlan {
  readonly model: string;
  readonly method: "exact" | "sampled";
  /** why it is not exact by tables alone; empty where it is */
  readonly reason: string;
  readonly targets: readonly string[];
  /** nodes that matter, in topological order */
  readonly relevant: readonly string[];
  /** in which order they are summed out; empty where the answer is sampled */
  readonly order: readonly string[];
  /** entries of the largest table and of all tables together; null where nothing was predicted */
  readonly cost: { readonly largest: number; readonly total: number } | null;
}

export interface Planned {
  readonly plan: QueryPlan;
  /** the pruned model */
  readonly model: CausalModel;
  /** all relevant nodes when the plan is exact by tables, else those that are finite */
  readonly variables: ReadonlyMap<string, FiniteVariable>;
  /** present when the plan is exact, but not by tables alone: the model is linear-Gaussian given its discrete nodes */
  readonly mixture?: Mixture;
  readonly warnings: readonly Diagnostic[];
}

/** Learned mechanisms without tables, and images, have no probabilities to compute with. */
function unanswerable(model: CausalModel): Diagnostic[] {
  return model.nodes.flatMap((node) => {
    if (node.type.kind === "image") return [diagnose("C511", node.span, { name: node.name, verb: "read by a query" })];
    if (node.mechanism.kind !== "learned") return [];
    return [diagnose("C601", node.span, { name: node.name, model: model.name })];
  });
}

/**
 * Plans the joint distribution of `targets` given the evidence of the model.
 * @param options.value the expression over the targets whose mean is wanted; absent where events are asked for
 * @param keep the targets whose joint table is wanted, where the others only have events on them
 * @param span of the query, for the warning that it is too large to be exact
 */
export function planQuery(
  model: CausalModel,
  targets: readonly string[],
  keep: readonly string[],
  options: { readonly words: Words; readonly limit: number; readonly span: Span; readonly value?: Expr },
): Planned | { readonly diagnostics: readonly Diagnostic[] } {
  const { words, limit, span, value = null } = options;
  const pruned = prune(model, targets);
  const problems = unanswerable(pruned);
  if (problems.length > 0) return { diagnostics: problems };
  const { variables, diagnostics } = tabulate(pruned, words);
  if (diagnostics.length > 0) return { diagnostics };
  const base = { model: model.name, targets, relevant: pruned.nodes.map((node) => node.name) };
  const tooLarge = (cost: { readonly largest: number; readonly total: number }): Planned => {
    const reason = `an exact answer needs a table of ${cost.largest} entries`;
    const warning = diagnose("C701", span, { entries: cost.largest, limit });
    const plan: QueryPlan = { ...base, method: "sampled", reason, order: [], cost };
    return { plan, model: pruned, variables, warnings: [warning] };
  };
  const infinite = pruned.nodes.find((node) => !variables.has(node.name));
  if (infinite !== undefined) {
    const found = planMixture(pruned, new Set(variables.keys()), { targets, value }, words);
    if ("reason" in found) {
      const plan: QueryPlan = { ...base, method: "sampled", reason: found.reason, order: [], cost: null };
      return { plan, model: pruned, variables, warnings: [] };
    }
    const { mixture, cost } = found;
    if (cost.largest > limit) return tooLarge(cost);
    const plan: QueryPlan = { ...base, method: "exact", reason: "linear-Gaussian", order: [], cost };
    return { plan, model: pruned, variables, mixture, warnings: [] };
  }
  const elimination = predictCost(variables, evidenceWeights(pruned.evidence, variables), keep);
  const cost = { largest: elimination.largest, total: elimination.total };
  if (cost.largest > limit) return tooLarge(cost);
  const order = elimination.order.map((id) => pruned.nodes[id]!.name);
  return { plan: { ...base, method: "exact", reason: "", order, cost }, model: pruned, variables, warnings: [] };
}

/** For `causal show plan`. */
export function printQueryPlan(plan: QueryPlan): string {
  const lines = [
    `model ${plan.model}: ${plan.method}${plan.reason === "" ? "" : ` (${plan.reason})`}`,
    `  targets   ${plan.targets.join(", ")}`,
    `  relevant  ${plan.relevant.join(", ")}`,
    ...(plan.order.length > 0 ? [`  sum out   ${plan.order.join(", ")}`] : []),
    ...(plan.cost === null
      ? []
      : [`  cost      largest table ${plan.cost.largest}, all tables ${plan.cost.total} entries`]),
  ];
  return `${lines.join("\n")}\n`;
}
