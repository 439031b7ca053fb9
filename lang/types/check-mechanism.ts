/** How a node comes about: finds out which kind of mechanism is written and has it checked. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { CptMechanism, Expr, MechanismExpr } from "../syntax/ast.ts";
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
  if (mechanism.kind === "cpt") return checkTable(context, model, node, mechanism);
  const { call, settings } = mechanism;
  const { distributions, mechanisms } = context.signatures;
  const distribution = distributions.get(call.callee.text);
  if (distribution !== undefined) {
    if (settings !== null && settings.entries.length > 0) {
      reportUnsupported(context, settings.span, "a setting of a distribution");
    }
    return checkDistributionCall(context, model, node, distribution, call);
  }
  const learned = mechanisms.get(call.callee.text);
  if (learned !== undefined) return checkLearned(context, model, node, learned, call, settings);
  reportUnknown(context, "mechanism", call.callee, ["cpt", ...distributions.keys(), ...mechanisms.keys()]);
  return failed(node);
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
