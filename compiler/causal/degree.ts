/** How an expression depends on nodes: as a polynomial of which degree in them. Nothing is evaluated here. */
import type { Expr } from "#lang/syntax/ast";

/** Whether it is written as a whole number that is not negative, as the exponent of a polynomial is. */
export const isPower = (expr: Expr): expr is Extract<Expr, { kind: "number" }> =>
  expr.kind === "number" && Number.isInteger(expr.value) && expr.value >= 0;

/**
 * The degree of the expression as a polynomial in the `unknown` nodes, whose coefficients may be anything in the others;
 * infinite where it is none.
 */
export function degreeOf(expr: Expr, unknown: (name: string) => boolean): number {
  const degree = (part: Expr) => degreeOf(part, unknown);
  const onlyConstant = (parts: readonly Expr[]) =>
    parts.every((part) => degree(part) === 0) ? 0 : Number.POSITIVE_INFINITY;
  switch (expr.kind) {
    case "name":
      return Number(unknown(expr.name.text));
    case "number":
    case "boolean":
    case "string":
    case "missing":
      return 0;
    case "unary":
      return expr.operator === "-" ? degree(expr.operand) : onlyConstant([expr.operand]);
    case "binary":
      switch (expr.operator) {
        case "+":
        case "-":
          return Math.max(degree(expr.left), degree(expr.right));
        case "*":
          return degree(expr.left) + degree(expr.right);
        case "/":
          return degree(expr.left) + onlyConstant([expr.right]);
        case "^":
          if (isPower(expr.right) && expr.right.value > 0) return degree(expr.left) * expr.right.value;
          return onlyConstant([expr.left, expr.right]);
        default:
          return onlyConstant([expr.left, expr.right]);
      }
    case "if":
      return onlyConstant([expr.test]) + Math.max(degree(expr.then), degree(expr.else));
    case "call":
      return onlyConstant(expr.args.map((arg) => arg.value));
    case "pipe":
      return onlyConstant([expr.left, expr.right]);
    case "list":
      return onlyConstant(expr.items);
    case "map":
      return onlyConstant(expr.entries.map((entry) => entry.value));
    case "counterfactual":
      return Number.POSITIVE_INFINITY;
  }
}
