/**
 * What sets a node, in do() and in the subscripts of counterfactual variables: a value, a distribution, or a policy that
 * reads other nodes. That a policy reads no effect of what it sets is checked where the graph is known to the causal model.
 */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Action, CounterfactualVariable, Expr, Identifier } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import { checkDistributionCall } from "./check-distribution.ts";
import { agrees, describeValueType, type ExpressionScope, requireType, typeOfExpression } from "./check-expression.ts";
import { checkValue, isSpelled, resolveNode } from "./check-setting.ts";
import { evaluateProbabilities, isDiscrete, matchStates, stateIndex } from "./check-states.ts";
import { constantsOf, expressionsOf, type ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

/** What the expressions of an action may read beside nodes: variables of other worlds, inside subscripts. */
type Imagined = ExpressionScope["imagined"];

type CheckOne = (context: CheckContext, model: ModelView, action: Action) => void;

/**
 * The type of `Y` or `Y[X = x]`, with the subscripts checked: each sets a node to a constant, to the value that a node
 * with the same states has in some world (`M = M[X = 0]`), by a policy or by a distribution. Null where the variable
 * itself is wrong, which is reported.
 */
export function checkVariable(
  context: CheckContext,
  model: ModelView,
  variable: CounterfactualVariable,
  verb: string,
): NodeType | null {
  const type = resolveNode(context, model, variable.name, verb);
  checkSubscripts(context, model, variable.actions);
  return type;
}

export function checkSubscripts(context: CheckContext, model: ModelView, actions: readonly Action[]): void {
  checkActions(context, model, actions, checkSubscript);
}

/** Checks each action; a node may be set by one of them only (C501). */
export function checkActions(
  context: CheckContext,
  model: ModelView,
  actions: readonly Action[],
  check: CheckOne,
  set: Map<string, Action> = new Map(),
): void {
  for (const action of actions) {
    const name = action.target.text;
    const earlier = set.get(name);
    if (earlier === undefined) {
      set.set(name, action);
      check(context, model, action);
    } else if (name !== "") {
      const related = [{ span: earlier.span, label: "first set here" }];
      context.report(diagnose("C501", action.span, { name }, { related }));
    }
  }
}

/** An action of do() with a value. */
export function checkAction(context: CheckContext, model: ModelView, action: Action): void {
  const type = resolveNode(context, model, action.target, "set by do()");
  if (type === null) return;
  if (action.operator === "=" && action.value !== null) {
    const { target, value } = action;
    if (!reportPolicy(context, model, action, type, value)) checkValue(context, model, target.text, type, value);
  } else checkMechanism(context, model, action, type, undefined);
}

/** `do(X = Z)` for a node Z is meant as a policy. */
function reportPolicy(context: CheckContext, model: ModelView, action: Action, type: NodeType, value: Expr): boolean {
  if (value.kind !== "name" || isSpelled(type, value) || model.node(value.name.text) === null) return false;
  const [name, source] = [action.target.text, value.name.text];
  const at = { ...action.span, start: action.target.span.end, end: value.span.start };
  const fix = { title: "write `:=`", span: at, replacement: " := " };
  context.report(diagnose("C507", value.span, { name, source }, { fix }));
  return true;
}

function checkSubscript(context: CheckContext, model: ModelView, action: Action): void {
  const { target, operator, value } = action;
  const type = resolveNode(context, model, target, "set");
  if (type === null) return;
  if (operator !== "=" || value === null) {
    checkMechanism(context, model, action, type, (variable) => checkVariable(context, model, variable, "read"));
    return;
  }
  const source = variableOf(model, type, value);
  if (source === null) {
    checkValue(context, model, target.text, type, value);
    return;
  }
  const given = checkVariable(context, model, source, "read");
  if (given !== null && printType(given) !== printType(type)) {
    const args = { name: target.text, type: printType(type), source: source.name.text, found: printType(given) };
    context.report(diagnose("C503", value.span, args));
  }
}

/** The variable that a subscript takes its value from, or null where the value is a constant. */
function variableOf(model: ModelView, type: NodeType, value: Expr): CounterfactualVariable | null {
  if (value.kind === "counterfactual") return value.variable;
  if (value.kind !== "name" || model.node(value.name.text) === null) return null;
  const isState = isDiscrete(type) && stateIndex(type, value.name.text) !== null;
  return isState ? null : { name: value.name, actions: [], span: value.span };
}

/** `X := expression` or `X ~ distribution`. */
function checkMechanism(
  context: CheckContext,
  model: ModelView,
  { target, operator, value, span }: Action,
  type: NodeType,
  imagined: Imagined,
): void {
  if (operator === null || value === null) context.report(diagnose("C510", span, { name: target.text }));
  else if (operator === ":=") checkPolicy(context, model, target, type, value, imagined);
  else checkDraw(context, model, target, type, value, imagined);
}

function scopeOf(
  context: CheckContext,
  model: ModelView,
  node: string,
  imagined: Imagined,
  read: () => void = () => {},
): ExpressionScope {
  const refuseImage: ExpressionScope["refuseImage"] = (parent, span) =>
    context.report(diagnose("C306", span, { node, parent }));
  const scope = expressionsOf(model, read, refuseImage);
  return imagined === undefined ? scope : { ...scope, imagined };
}

/** A policy computes a value of the node. */
function checkPolicy(
  context: CheckContext,
  model: ModelView,
  { text: name }: Identifier,
  type: NodeType,
  value: Expr,
  imagined: Imagined,
): void {
  if (isSpelled(type, value)) return;
  const expected = type.kind === "labels" ? { labels: type.labels, owner: name } : null;
  const found = typeOfExpression(context, value, scopeOf(context, model, name, imagined), expected);
  if (found === null || agrees(type, found)) return;
  const args = { name, declared: printType(type), found: describeValueType(found), source: "the policy" };
  context.report(diagnose("C222", value.span, args));
}

/** The distribution of a stochastic intervention, which may depend on other nodes; `if` chooses between several. */
function checkDraw(
  context: CheckContext,
  model: ModelView,
  target: Identifier,
  type: NodeType,
  value: Expr,
  imagined: Imagined,
): void {
  const { text: name, span: nameSpan } = target;
  if (value.kind === "call") {
    const { distributions } = context.signatures;
    const signature = distributions.get(value.callee.text);
    if (signature === undefined) {
      reportUnknown(context, "distribution", value.callee, distributions.keys());
      return;
    }
    const node = { name, nameSpan, role: "sample", declared: type, untyped: false } as const;
    checkDistributionCall(context, model, node, signature, value);
  } else if (value.kind === "if") {
    requireType(context, value.test, scopeOf(context, model, name, imagined), "bool");
    for (const branch of [value.then, value.else]) checkDraw(context, model, target, type, branch, imagined);
    const families = isDiscrete(type) ? [] : [...new Set(familiesIn(value))];
    if (families.length > 1) context.report(diagnose("C508", value.span, { name, families }));
  } else if (isDiscrete(type) && value.kind === "map") {
    const weights = matchStates(context, name, type, value.entries, value.span) ?? [];
    let constant = weights.length > 0;
    const scope = scopeOf(context, model, name, imagined, () => {
      constant = false;
    });
    const quiet = { ...context, report: () => {} };
    for (const weight of weights) requireType(quiet, weight, scope, "number");
    if (constant) evaluateProbabilities(context, weights, constantsOf(model), `\`do(${name} ~ ...)\``, value.span);
    else for (const weight of weights) requireType(context, weight, scope, "number");
  } else if (value.kind !== "missing") {
    const found = value.kind === "map" ? "probabilities of states" : "an expression";
    const example = isDiscrete(type) ? "`{a: 0.5, b: 0.5}`" : "`Normal(0, 1)`";
    context.report(diagnose("C211", value.span, { expected: `a distribution such as ${example}`, found }));
  }
}

/** The families that the branches draw from. */
function familiesIn(value: Expr): readonly string[] {
  if (value.kind === "if") return [value.then, value.else].flatMap(familiesIn);
  return value.kind === "call" ? [value.callee.text] : [];
}
