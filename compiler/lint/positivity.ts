/** C480: an intervention on a value that never occurs in a stratum of what confounds it. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import type { Condition, Expr, Label } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { evaluateConstant, printValue, toStored } from "../causal/evaluate.ts";
import { ancestorsOf, descendantsOf } from "../causal/graph.ts";
import { type CausalModel, type CausalNode, nodeOf } from "../causal/model.ts";
import { applyConditions } from "../inference/conditions.ts";
import { evidenceWeights, posterior, predictCost } from "../inference/exact.ts";
import { tabulate } from "../inference/tabulate.ts";
import { prune } from "../transforms/prune.ts";
import type { LintContext } from "./context.ts";
import { declaredAt, type Question } from "./question.ts";

/** A value that the question sets, and where. */
export interface SetValue {
  readonly node: CausalNode;
  readonly value: number;
  readonly span: Span;
}

/** Entries of the largest table that a lint may walk: it must not cost what an answer costs. */
const cheap = 2 ** 16;

export function positivity(question: Question, context: LintContext): readonly Diagnostic[] {
  const { imagined, asked } = question;
  if (imagined || asked.kind === "draw") return [];
  return setValues(question, context).flatMap((set) => missingStratum(question, set, context) ?? []);
}

/** The plain values that do() or a comparison of two levels sets. */
export function setValues({ asked, done, model }: Question, { words }: LintContext): readonly SetValue[] {
  const read = (name: string, value: Expr, span: Span): readonly SetValue[] => {
    const node = nodeOf(model, name);
    if (value.kind === "counterfactual" || value.kind === "map" || value.kind === "call") return [];
    if (value.kind === "name" && (statesOf(node.type)?.includes(value.name.text) ?? false) === false) return [];
    const natural = evaluateConstant(value, model, words, node.type);
    const stored = toStored(node.type, natural);
    return Number.isFinite(stored) ? [{ node, value: stored, span }] : [];
  };
  const levels = asked.kind === "effect" ? [asked.from, asked.to] : [];
  return [
    ...done.flatMap(({ target, operator, value, span }) =>
      operator === "=" && value !== null ? read(target.text, value, span) : [],
    ),
    ...levels.flatMap((label) =>
      read((asked as { treatment: { text: string } }).treatment.text, exprOf(label), label.span),
    ),
  ];
}

function exprOf({ text, span }: Label): Expr {
  if (text === "true" || text === "false") return { kind: "boolean", value: text === "true", span };
  if (text !== "" && Number.isFinite(Number(text))) return { kind: "number", value: Number(text), span };
  return { kind: "name", name: { kind: "identifier", text, span }, span };
}

/** The common causes of the treatment and the outcomes among the parents of the treatment. */
function confounders(model: CausalModel, treatment: CausalNode, outcomes: readonly string[]): readonly string[] {
  const cut = { ...model, nodes: model.nodes.map((node) => without(node, treatment.name)) };
  const causes = ancestorsOf(cut, outcomes);
  return treatment.parents.filter((parent) => causes.has(parent));
}

const without = (node: CausalNode, parent: string): CausalNode => ({
  ...node,
  parents: node.parents.filter((other) => other !== parent),
});

function missingStratum(question: Question, set: SetValue, context: LintContext): readonly Diagnostic[] | null {
  const { model, outcomes, seen } = question;
  const { node, value, span } = set;
  const states = statesOf(node.type);
  const { kind } = node.mechanism;
  // an equation fixes its value: it has no probability of another one in any stratum
  if (states === null || (kind !== "table" && kind !== "distribution")) return null;
  if (!outcomes.some((outcome) => outcome !== node.name && descendantsOf(model, [node.name]).has(outcome))) return null;
  if (node.mechanism.kind === "table") {
    const { probabilities } = node.mechanism;
    if (!probabilities.some((entry, i) => entry === 0 && i % states.length === value)) return null;
  }
  const downstream = descendantsOf(model, [node.name]);
  const before: readonly Condition[] = seen.filter((event) => !downstream.has(event.variable.name.text));
  const conditioned = applyConditions(model, before, context.words);
  if ("diagnostics" in conditioned) return null;
  const strata = confounders(model, node, outcomes).filter((name) => name !== node.name);
  const keep = [...strata, node.name];
  const pruned = prune(conditioned.model, keep);
  const { variables, diagnostics } = tabulate(pruned, context.words);
  if (diagnostics.length > 0 || pruned.nodes.some((other) => !variables.has(other.name))) return null;
  const weights = evidenceWeights(pruned.evidence, variables);
  if (predictCost(variables, weights, keep).largest > cheap) return null;
  const { table } = posterior(variables, weights, keep);
  const size = states.length;
  for (let stratum = 0; stratum * size < table.length; stratum++) {
    let mass = 0;
    for (let state = 0; state < size; state++) mass += table[stratum * size + state]!;
    if (!(mass > 0) || table[stratum * size + value]! > 0) continue;
    const where = describe(model, strata, stratum, (name) => variables.get(name)!.domain);
    const conditions = before.length > 0 && where === "" ? "the conditions hold" : where;
    const args = { set: node.name, value: printValue(node.type, value), where: conditions };
    return [diagnose("C480", span, args, { related: [declaredAt(model, node.name, "how it comes about")] })];
  }
  return null;
}

/** "`Size = large` and `Age = old`" */
function describe(
  model: CausalModel,
  names: readonly string[],
  stratum: number,
  domainOf: (name: string) => Float64Array,
): string {
  let rest = stratum;
  const parts = names.toReversed().map((name) => {
    const domain = domainOf(name);
    const value = printValue(nodeOf(model, name).type, domain[rest % domain.length]!);
    rest = Math.floor(rest / domain.length);
    return `\`${name} = ${value}\``;
  });
  return parts.toReversed().join(" and ");
}
