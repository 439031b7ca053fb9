/** How far an expression of conditions is from being true or false, so that a sampler can walk towards rare ones. */
import type { Expr } from "#lang/syntax/ast";
import { compileExpression, type RowFunction, type Scope } from "../../causal/evaluate.ts";

const opposite = { "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

/**
 * 0 where the expression has the wanted truth value, else positive: the gap between the two sides of a comparison, the
 * sum of the gaps of what must all hold, the smallest one of what may.
 */
export function compileDistance(expr: Expr, wanted: boolean, scope: Scope): RowFunction {
  if (expr.kind === "unary" && expr.operator === "not") return compileDistance(expr.operand, !wanted, scope);
  if (expr.kind === "binary" && (expr.operator === "and" || expr.operator === "or")) {
    const [left, right] = [expr.left, expr.right].map((part) => compileDistance(part, wanted, scope)) as [
      RowFunction,
      RowFunction,
    ];
    const all = (expr.operator === "and") === wanted;
    return all ? (row) => left(row) + right(row) : (row) => Math.min(left(row), right(row));
  }
  const holds = compileExpression(expr, scope);
  const isWanted: RowFunction = (row) => Number((holds(row) !== 0) === wanted);
  if (expr.kind !== "binary" || !(expr.operator in opposite)) return (row) => 1 - isWanted(row);
  const operator = expr.operator as keyof typeof opposite;
  const actual = wanted ? operator : opposite[operator];
  const [left, right] = [compileExpression(expr.left, scope), compileExpression(expr.right, scope)];
  const sign = actual === "<" || actual === "<=" ? 1 : -1;
  // a strict comparison of equal sides is not met, by the smallest distance that there is
  return (row) => (isWanted(row) === 1 ? 0 : Math.max(sign * (left(row) - right(row)), Number.MIN_VALUE));
}
