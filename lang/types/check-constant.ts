/** Evaluates what must be known while compiling: sizes, probabilities, settings. Expressions over nodes are elsewhere. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { BinaryExpr, BinaryOperator, CallExpr, Expr } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import type { Constant } from "./signature.ts";

/** A name in a constant. `value` is undefined where it is not known: not given yet, or wrong and reported already. */
export type ConstantName =
  | { readonly kind: "constant"; readonly value: Constant | undefined }
  /** the name of something that is no constant, e.g. "a node" */
  | { readonly kind: "other"; readonly what: string };

export interface ConstantScope {
  /** null: there is no such name */
  lookup(name: string, span: Span): ConstantName | null;
  /** for suggestions */
  names(): Iterable<string>;
  /** how a name is called in messages, e.g. "parameter" */
  readonly what: string;
}

export const emptyScope: ConstantScope = { lookup: () => null, names: () => [], what: "constant" };

/**
 * The value of a constant expression, or undefined where it is not known or wrong; what is wrong is reported. Numbers
 * are always finite.
 */
export function evaluateConstant(context: CheckContext, expr: Expr, scope: ConstantScope): Constant | undefined {
  switch (expr.kind) {
    case "number":
    case "boolean":
    case "string":
      return expr.value;
    case "name": {
      const found = scope.lookup(expr.name.text, expr.span);
      if (found === null) {
        reportUnknown(context, scope.what, expr.name, scope.names());
        return undefined;
      }
      if (found.kind === "constant") return found.value;
      context.report(diagnose("C213", expr.span, { name: expr.name.text, what: found.what }));
      return undefined;
    }
    case "unary": {
      if (expr.operator === "-") {
        const operand = evaluateNumber(context, expr.operand, scope);
        return operand === undefined ? undefined : -operand;
      }
      const operand = evaluateBoolean(context, expr.operand, scope);
      return operand === undefined ? undefined : !operand;
    }
    case "binary":
      return evaluateBinary(context, expr, scope);
    case "if": {
      const test = evaluateBoolean(context, expr.test, scope);
      return test === undefined ? undefined : evaluateConstant(context, test ? expr.then : expr.else, scope);
    }
    case "list": {
      const items = expr.items.map((item) => evaluateConstant(context, item, scope));
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case "call":
      return evaluateCall(context, expr, scope);
    case "pipe":
      return refuse(context, expr.span, "a pipe");
    case "map":
      return refuse(context, expr.span, "a distribution");
    case "counterfactual":
      return refuse(context, expr.span, "a counterfactual variable");
    case "missing":
      return undefined;
  }
}

/** A constant that must be a number. */
export function evaluateNumber(context: CheckContext, expr: Expr, scope: ConstantScope): number | undefined {
  const value = evaluateConstant(context, expr, scope);
  if (value === undefined || typeof value === "number") return value;
  context.report(diagnose("C211", expr.span, { expected: "a number", found: describeConstant(value) }));
  return undefined;
}

/** A constant that must be true or false. */
export function evaluateBoolean(context: CheckContext, expr: Expr, scope: ConstantScope): boolean | undefined {
  const value = evaluateConstant(context, expr, scope);
  if (value === undefined || typeof value === "boolean") return value;
  context.report(diagnose("C211", expr.span, { expected: "true or false", found: describeConstant(value) }));
  return undefined;
}

const arithmetic: Partial<Record<BinaryOperator, (a: number, b: number) => number | boolean>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function evaluateBinary(context: CheckContext, expr: BinaryExpr, scope: ConstantScope): Constant | undefined {
  const { operator } = expr;
  if (operator === "and" || operator === "or") {
    const left = evaluateBoolean(context, expr.left, scope);
    const right = evaluateBoolean(context, expr.right, scope);
    if (left === undefined || right === undefined) return undefined;
    return operator === "and" ? left && right : left || right;
  }
  const apply = arithmetic[operator];
  if (apply === undefined) {
    const left = evaluateConstant(context, expr.left, scope);
    const right = evaluateConstant(context, expr.right, scope);
    if (left === undefined || right === undefined) return undefined;
    return (JSON.stringify(left) === JSON.stringify(right)) === (operator === "==");
  }
  const left = evaluateNumber(context, expr.left, scope);
  const right = evaluateNumber(context, expr.right, scope);
  if (left === undefined || right === undefined) return undefined;
  const value = apply(left, right);
  if (typeof value === "boolean" || Number.isFinite(value)) return value;
  const reason = operator === "/" && right === 0 ? "a division by zero" : `${left} ${operator} ${right} is not finite`;
  context.report(diagnose("C221", expr.span, { reason }));
  return undefined;
}

/** Functions of numbers may be used in constants where the vocabulary says how to compute them. */
function evaluateCall(context: CheckContext, expr: CallExpr, scope: ConstantScope): Constant | undefined {
  const signature = context.signatures.functions.get(expr.callee.text);
  if (signature === undefined) {
    reportUnknown(context, "function", expr.callee, context.signatures.functions.keys());
    return undefined;
  }
  const args = expr.args.map((arg) => evaluateNumber(context, arg.value, scope));
  if (args.length !== signature.arity) {
    context.report(
      diagnose("C218", expr.span, { callee: signature.name, expected: signature.arity, found: args.length }),
    );
    return undefined;
  }
  if (signature.apply === undefined) return refuse(context, expr.span, `\`${signature.name}\``);
  if (!args.every((arg) => arg !== undefined)) return undefined;
  const value = signature.apply(...args);
  if (Number.isFinite(value)) return value;
  context.report(diagnose("C221", expr.span, { reason: `${signature.name}(${args.join(", ")}) is not finite` }));
  return undefined;
}

function refuse(context: CheckContext, span: Span, what: string): undefined {
  context.report(diagnose("C226", span, { what, where: "a constant" }));
  return undefined;
}

/** "the number 3", "a list", ... for messages. */
export function describeConstant(value: Constant): string {
  switch (typeof value) {
    case "number":
      return `the number ${value}`;
    case "boolean":
      return `\`${value}\``;
    case "string":
      return `the text "${value}"`;
    default:
      return "kind" in value ? "a network" : `the list ${JSON.stringify(value)}`;
  }
}
