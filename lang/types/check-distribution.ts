/** Distributions as mechanisms and as noise: `Normal(X, 1)`, `Categorical({a: 0.2, b: 0.8})`. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { CallExpr, Expr } from "../syntax/ast.ts";
import { evaluateNumber } from "./check-constant.ts";
import { type CheckContext, watch } from "./check-context.ts";
import { type ExpressionScope, requireType } from "./check-expression.ts";
import { type Callee, type MatchedArgument, matchArguments } from "./check-match.ts";
import { evaluateProbabilities, isDiscrete, matchStates } from "./check-states.ts";
import {
  type MechanismResult,
  type NodeUnderCheck,
  type ParentUse,
  reportMismatch,
  reportUntyped,
} from "./mechanism.ts";
import { constantsOf, expressionsOf, type ModelView } from "./model-scope.ts";
import type { DistributionSignature, Parameter } from "./signature.ts";
import type { NodeType } from "./type.ts";

/**
 * Checks a call of a distribution; its parents are the nodes that its arguments read, in the order of the text. The
 * result has one expression for each parameter; the weights of states are a list in the order of the states.
 */
export function checkDistributionCall(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  signature: DistributionSignature,
  call: CallExpr,
): MechanismResult {
  const callee: Callee = { name: signature.name, span: call.callee.span, word: "argument" };
  const matched = matchArguments(context, callee, signature.parameters, call.args);
  const type = typeOfDistribution(context, node, signature, call);
  const parents: ParentUse[] = [];
  const args: Expr[] = [];
  let ok = matched !== null && type !== null;
  for (const parameter of signature.parameters) {
    const given = matched?.find((argument) => argument.parameter === parameter);
    if (given === undefined) {
      if (typeof parameter.default === "number") {
        args.push({ kind: "number", value: parameter.default, span: call.span });
      }
      continue;
    }
    const checked = checkParameter(context, model, node, type, signature, given, parents);
    if (checked === null) ok = false;
    else args.push(checked);
  }
  return { type, parents, mechanism: ok ? { kind: "distribution", name: signature.name, args } : null };
}

/** The type that the node has by this distribution, or null where they do not fit. */
function typeOfDistribution(
  context: CheckContext,
  node: NodeUnderCheck,
  signature: DistributionSignature,
  call: CallExpr,
): NodeType | null {
  const { support, name } = signature;
  const { declared, untyped } = node;
  if (untyped) {
    if (support === "real") return { kind: "real", size: null };
    if (support === "bool") return { kind: "bool" };
    reportUntyped(context, node, name);
    return null;
  }
  if (declared === null) return null;
  const fit = support === "states" ? isDiscrete(declared) : declared.kind === support;
  if (fit) return declared;
  const found = { real: "real numbers", bool: "true or false", int: "integers", states: "states" }[support];
  reportMismatch(context, node, declared, name, found, call.callee.span);
  return null;
}

/** One argument: an expression over the parents, which it adds; what is constant is checked against its range now. */
function checkParameter(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  type: NodeType | null,
  signature: DistributionSignature,
  { parameter, value }: MatchedArgument,
  parents: ParentUse[],
): Expr | null {
  let constant = true;
  const watched = watch(context);
  const scope = expressionsOf(
    model,
    (name, span) => {
      constant = false;
      if (!parents.some((parent) => parent.name === name)) parents.push({ name, span });
    },
    (parent, span) => watched.report(diagnose("C306", span, { node: node.name, parent })),
  );
  if (signature.support === "states") {
    const weights = checkWeights(watched, node, type, value, scope);
    if (weights !== null && watched.sound() && constant) {
      const row = `the distribution of \`${node.name}\``;
      evaluateProbabilities(watched, weights, constantsOf(model), row, value.span);
    }
    return weights === null || !watched.sound() ? null : { kind: "list", items: weights, span: value.span };
  }
  requireType(watched, value, scope, "number");
  if (watched.sound() && constant && value.kind !== "missing")
    checkRange(watched, model, signature.name, parameter, value);
  return watched.sound() ? value : null;
}

/** The weights of the states in their order; null where they are not a complete map. */
function checkWeights(
  context: CheckContext,
  node: NodeUnderCheck,
  type: NodeType | null,
  value: Expr,
  scope: ExpressionScope,
): readonly Expr[] | null {
  if (type === null || !isDiscrete(type) || value.kind === "missing") return null;
  if (value.kind !== "map") {
    const expected = "a probability for each state, {a: 0.2, b: 0.8}";
    context.report(
      diagnose("C211", value.span, {
        expected,
        found: value.kind === "list" ? "a list without names" : "an expression",
      }),
    );
    return null;
  }
  const weights = matchStates(context, node.name, type, value.entries, value.span);
  for (const weight of weights ?? []) requireType(context, weight, scope, "number");
  return weights;
}

function checkRange(
  context: CheckContext,
  model: ModelView,
  distribution: string,
  parameter: Parameter,
  expr: Expr,
): void {
  const value = evaluateNumber(context, expr, constantsOf(model));
  const [low, high] = parameter.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (value === undefined || (value >= low && value <= high)) return;
  const what = `\`${parameter.name}\` of \`${distribution}\``;
  context.report(diagnose("C215", expr.span, { what, value, low, high }));
}
