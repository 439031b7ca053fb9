/** Nodes and their values as events, interventions and subscripts name them: `X = a`, `N = 3`, `B = true`. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Expr, Identifier } from "../syntax/ast.ts";
import { describeConstant, evaluateNumber } from "./check-constant.ts";
import { type CheckContext, declaredHere, reportUnknown } from "./check-context.ts";
import { namesIn, variablesIn } from "./check-expression.ts";
import { type DiscreteType, isDiscrete, reportUnknownState, stateIndex } from "./check-states.ts";
import { constantsOf, type ModelView } from "./model-scope.ts";
import type { NodeType } from "./type.ts";

/** The type of a node that is neither unknown nor an image; null otherwise, which is reported. */
export function resolveNode(context: CheckContext, model: ModelView, name: Identifier, verb: string): NodeType | null {
  const view = model.node(name.text);
  if (view === null) {
    reportUnknown(context, `node of \`${model.name}\``, name, model.nodeNames());
    return null;
  }
  if (view.role !== "image") return view.type;
  const related = declaredHere(context, name.text, name.span);
  context.report(diagnose("C511", name.span, { name: name.text, verb }, { related }));
  return null;
}

/** Whether the value of a node of this type is computed from nodes; a bare name that is a state is that state. */
export function readsNodes(model: ModelView, type: NodeType, expr: Expr): boolean {
  if (isSpelled(type, expr)) return false;
  return variablesIn(expr).length > 0 || namesIn(expr).some((name) => model.node(name) !== null);
}

/** Whether the expression is the spelling of a state of the type. */
export function isSpelled(type: NodeType, expr: Expr): boolean {
  if (!isDiscrete(type)) return false;
  if (expr.kind === "number" || expr.kind === "boolean") return stateIndex(type, String(expr.value)) !== null;
  return expr.kind === "name" && stateIndex(type, expr.name.text) !== null;
}

/** Whether the expression is a constant that the node can have. */
export function checkValue(context: CheckContext, model: ModelView, node: string, type: NodeType, expr: Expr): boolean {
  if (expr.kind === "missing") return false;
  if (!isDiscrete(type)) return isNumber(context, model, expr);
  const spelling = spellingOf(model, type, expr);
  if (spelling !== null) {
    if (stateIndex(type, spelling) !== null) return true;
    reportUnknownState(context, node, type, spelling, expr.span);
    return false;
  }
  if (type.kind === "int") {
    const value = evaluateNumber(context, expr, constantsOf(model));
    if (value === undefined) return false;
    if (stateIndex(type, String(value)) !== null) return true;
    reportUnknownState(context, node, type, String(value), expr.span);
    return false;
  }
  const found = expr.kind === "string" ? describeConstant(expr.value) : "an expression";
  context.report(diagnose("C211", expr.span, { expected: `a state of \`${node}\``, found }));
  return false;
}

/** The state that the expression spells: a name, true, false, a number, or a parameter with such a value. */
function spellingOf(model: ModelView, type: DiscreteType, expr: Expr): string | null {
  if (expr.kind === "number" || expr.kind === "boolean") return String(expr.value);
  if (expr.kind !== "name") return null;
  const { text } = expr.name;
  if (stateIndex(type, text) !== null) return text;
  const param = model.param(text, expr.span);
  if (param !== null) return param.value === undefined ? null : String(param.value);
  return model.node(text) === null ? text : null;
}

export function isNumber(context: CheckContext, model: ModelView, expr: Expr): boolean {
  return evaluateNumber(context, expr, constantsOf(model)) !== undefined;
}
