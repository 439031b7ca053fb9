/** How a node comes about: finds out which kind of mechanism is written and has it checked. */
import type { Coupling } from "../checked.ts";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { CptMechanism, Expr, MechanismExpr, Settings } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown, reportUnsupported } from "./check-context.ts";
import { checkCpt } from "./check-cpt.ts";
import { checkDistributionCall } from "./check-distribution.ts";
import { checkLearned } from "./check-learned.ts";
import { isDiscrete } from "./check-states.ts";
import {
  discreteParents,
  failed,
  type MechanismResult,
  type NodeUnderCheck,
  reportMismatch,
  reportUntyped,
  resolveParents,
} from "./mechanism.ts";
import { constantsOf, type ModelView } from "./model-scope.ts";

/** Checks the mechanism behind `~` of a sample, latent or image node. */
export function checkMechanism(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  mechanism: MechanismExpr,
): MechanismResult {
  const { coupling, rest } = splitCoupling(context, node, mechanism.settings);
  const result = checkFamily(context, model, node, mechanism, rest);
  return coupling === null ? result : { ...result, coupling };
}

const couplings: readonly Coupling[] = ["monotone", "gumbel", "independent"];

/** `{ coupling = monotone }` of a discrete node, and the settings beside it. */
function splitCoupling(
  context: CheckContext,
  node: NodeUnderCheck,
  settings: Settings | null,
): { readonly coupling: Coupling | null; readonly rest: Settings | null } {
  const discrete = node.declared !== null && isDiscrete(node.declared);
  const entry = discrete ? settings?.entries.find((candidate) => candidate.name.text === "coupling") : undefined;
  if (settings === null || entry === undefined) return { coupling: null, rest: settings };
  const rest = { ...settings, entries: settings.entries.filter((candidate) => candidate !== entry) };
  const word = entry.value.kind === "name" ? entry.value.name.text : null;
  const coupling = couplings.find((known) => known === word) ?? null;
  if (coupling === null && entry.value.kind !== "missing") {
    context.report(diagnose("C506", entry.value.span, { name: node.name, found: word ?? "this" }));
  }
  return { coupling, rest };
}

function checkFamily(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  mechanism: MechanismExpr,
  settings: Settings | null,
): MechanismResult {
  if (mechanism.kind === "cpt") {
    refuseSettings(context, settings, "this setting of a table");
    return checkTable(context, model, node, mechanism);
  }
  const { call } = mechanism;
  const { distributions, mechanisms } = context.signatures;
  const distribution = distributions.get(call.callee.text);
  if (distribution !== undefined) {
    refuseSettings(context, settings, "this setting of a distribution");
    return checkDistributionCall(context, model, node, distribution, call);
  }
  const learned = mechanisms.get(call.callee.text);
  if (learned !== undefined) return checkLearned(context, model, node, learned, call, settings);
  reportUnknown(context, "mechanism", call.callee, ["cpt", ...distributions.keys(), ...mechanisms.keys()]);
  return failed(node);
}

function refuseSettings(context: CheckContext, settings: Settings | null, what: string): void {
  for (const { span } of settings?.entries ?? []) reportUnsupported(context, span, what);
}

function checkTable(context: CheckContext, model: ModelView, node: NodeUnderCheck, cpt: CptMechanism): MechanismResult {
  const parents = resolveParents(context, model, node, cpt.parents);
  const { declared } = node;
  if (declared === null) {
    reportUntyped(context, node, "cpt");
    return failed(node, parents);
  }
  if (!isDiscrete(declared)) {
    const word = { ...cpt.span, end: Math.min(cpt.span.end, cpt.span.start + "cpt".length) };
    reportMismatch(context, node, declared, "cpt", "states", word);
    return failed(node, parents);
  }
  const typed = discreteParents(context, model, node, parents, "cpt");
  if (typed === null || typed.length < cpt.parents.length) return failed(node, parents);
  const probabilities = checkCpt(context, node.name, declared, typed, cpt, constantsOf(model));
  return {
    type: declared,
    parents,
    mechanism: probabilities === null ? null : { kind: "table", probabilities },
  };
}

/** The distribution of `noise`, which may read no nodes: noise is exogenous. */
export function checkNoise(context: CheckContext, model: ModelView, node: NodeUnderCheck, expr: Expr): MechanismResult {
  if (expr.kind === "missing") return failed(node);
  const { distributions } = context.signatures;
  if (expr.kind !== "call") {
    context.report(diagnose("C226", expr.span, { what: "this expression", where: "the place of a distribution" }));
    return failed(node);
  }
  const signature = distributions.get(expr.callee.text);
  if (signature === undefined) {
    reportUnknown(context, "distribution", expr.callee, distributions.keys());
    return failed(node);
  }
  const result = checkDistributionCall(context, model, node, signature, expr);
  for (const { name: parent, span } of result.parents) {
    context.report(diagnose("C305", span, { noise: node.name, parent }));
  }
  return result.parents.length === 0 ? result : { ...result, parents: [], mechanism: null };
}
