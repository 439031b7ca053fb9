/** Events as expressions: what `X > 3` says of one node, `2 * X + Y > 3` says of several. */
import { cover } from "../source.ts";
import type { Event, Expr, RelationalOperator } from "./ast.ts";

/** `left = right` and its like as an expression. */
export function comparison(left: Expr, operator: RelationalOperator, right: Expr): Expr {
  const span = cover(left.span, right.span);
  return { kind: "binary", operator: operator === "=" ? "==" : operator, left, right, span };
}

/** The variable of an event, as an expression. */
export function variableAsExpr({ variable }: Event): Expr {
  const { name, actions, span } = variable;
  return actions.length === 0 ? { kind: "name", name, span } : { kind: "counterfactual", variable, span };
}
