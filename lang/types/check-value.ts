/** Checks one constant against the kind, range and choices of its parameter. Networks and data are elsewhere. */
import { diagnose } from "../diagnostics/catalogue.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Span } from "../source.ts";
import type { Expr } from "../syntax/ast.ts";
import { type ConstantScope, describeConstant, evaluateConstant } from "./check-constant.ts";
import type { CheckContext } from "./check-context.ts";
import type { Constant, Parameter } from "./signature.ts";

/**
 * The value of an argument that is a number, a truth value, a text or a list, checked against the kind, range and
 * choices of its parameter; undefined where it is wrong (reported) or not known. `what` names it: "`rate` of `adam`".
 */
export function checkValue(
  context: CheckContext,
  what: string,
  parameter: Parameter,
  expr: Expr,
  scope: ConstantScope,
): Constant | undefined {
  // a word among the choices may stand without quotes
  if (parameter.kind === "string" && expr.kind === "name" && parameter.choices !== undefined) {
    return checkChoice(context, what, parameter, expr.name.text, expr.span);
  }
  const value = evaluateConstant(context, expr, scope);
  if (value === undefined) return undefined;
  const expected = problemOf(parameter.kind, value);
  if (expected !== null) {
    context.report(diagnose("C214", expr.span, { what, expected, found: describeConstant(value) }));
    return undefined;
  }
  if (typeof value === "string") return checkChoice(context, what, parameter, value, expr.span);
  const [low, high] = parameter.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const number of Array.isArray(value) ? value : [value]) {
    if (typeof number === "number" && (number < low || number > high)) {
      context.report(diagnose("C215", expr.span, { what, value: number, low, high }));
      return undefined;
    }
  }
  return value;
}

function checkChoice(
  context: CheckContext,
  what: string,
  parameter: Parameter,
  value: string,
  span: Span,
): string | undefined {
  const { choices } = parameter;
  if (choices === undefined || choices.includes(value)) return value;
  context.report(diagnose("C216", span, { what, value, choices, suggestion: closest(value, choices) }));
  return undefined;
}

/** What a value of that kind must be, when this one is not. */
function problemOf(kind: Parameter["kind"], value: Constant): string | null {
  switch (kind) {
    case "int":
      return Number.isInteger(value) ? null : "an integer";
    case "number":
      return typeof value === "number" ? null : "a number";
    case "probability":
      return typeof value === "number" && value >= 0 && value <= 1 ? null : "a probability between 0 and 1";
    case "boolean":
      return typeof value === "boolean" ? null : "true or false";
    case "string":
      return typeof value === "string" ? null : "a text in quotes";
    case "ints":
      return Array.isArray(value) && value.every(Number.isInteger) ? null : "a list of integers, for example [32, 32]";
    case "expression":
    case "network":
    case "data":
      return null;
  }
}
