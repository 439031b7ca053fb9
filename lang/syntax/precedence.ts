/** Which operator binds tighter: from a row of operands and signs to a tree. */
import type { IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { cover, type Span } from "../source.ts";
import type { BinaryOperator, Expr, MissingExpr } from "./ast.ts";
import { after, type Building, tokenSpan } from "./cst.ts";
import * as t from "./tokens.ts";

type Operator = BinaryOperator | "|>";

const operators: ReadonlyMap<t.TokenType, Operator> = new Map<t.TokenType, Operator>([
  [t.Pipe, "|>"],
  [t.Or, "or"],
  [t.LongOr, "or"],
  [t.And, "and"],
  [t.LongAnd, "and"],
  [t.Equal, "=="],
  [t.NotEqual, "!="],
  [t.Less, "<"],
  [t.LessOrEqual, "<="],
  [t.Greater, ">"],
  [t.GreaterOrEqual, ">="],
  [t.Plus, "+"],
  [t.Minus, "-"],
  [t.Times, "*"],
  [t.Divide, "/"],
  [t.Power, "^"],
]);

/** How tightly each operator binds. The printer of source text needs it to know where brackets are due. */
export const precedence = {
  "|>": 1,
  or: 2,
  and: 3,
  not: 4,
  "==": 5,
  "!=": 5,
  "<": 5,
  "<=": 5,
  ">": 5,
  ">=": 5,
  "+": 6,
  "-": 6,
  "*": 7,
  "/": 7,
  negate: 8,
  "^": 9,
} as const satisfies Readonly<Record<Operator | "not" | "negate", number>>;

/** What has been read of a row. */
interface Reading {
  readonly row: readonly (IToken | Expr)[];
  next: number;
  readonly at: Span;
}

const isExpr = (item: IToken | Expr): item is Expr => "kind" in item;

export function missing(at: Span): MissingExpr {
  return { kind: "missing", span: at };
}

/**
 * The tree of a row of prefix signs, operands and binary signs. All operators group to the left but `^`, which groups
 * to the right; comparisons do not chain. Where an operand is lacking (after recovery) stands a missing one, at `at`.
 */
export function arrange(b: Building, row: readonly (IToken | Expr)[], at: Span): Expr {
  return climb(b, { row, next: 0, at }, 0);
}

/** Precedence climbing: reads operands joined by operators that bind at least as tightly as `least`. */
function climb(b: Building, reading: Reading, least: number): Expr {
  let left = prefixed(b, reading);
  let compared = false;
  for (;;) {
    const sign = reading.row[reading.next];
    if (sign === undefined || isExpr(sign)) return left;
    const operator = operators.get(sign.tokenType);
    if (operator === undefined || precedence[operator] < least) return left;
    reading.next++;
    if (precedence[operator] === precedence["=="]) {
      if (compared) b.report(diagnose("C116", tokenSpan(b, sign), {}));
      compared = true;
    }
    const right = climb(b, reading, operator === "^" ? precedence["^"] : precedence[operator] + 1);
    const span = cover(left.span, right.span);
    left = operator === "|>" ? pipe(b, left, right, span) : { kind: "binary", operator, left, right, span };
  }
}

function prefixed(b: Building, reading: Reading): Expr {
  const item = reading.row[reading.next];
  if (item === undefined) return missing(reading.at);
  if (isExpr(item)) {
    reading.next++;
    return item;
  }
  const isNot = item.tokenType === t.Not || item.tokenType === t.Bang;
  // an operator where an operand should be: recovery left a hole there, which is reported
  if (!isNot && item.tokenType !== t.Minus) return missing({ ...tokenSpan(b, item), end: item.startOffset });
  reading.next++;
  const operand = climb(b, reading, isNot ? precedence.not : precedence.negate);
  return { kind: "unary", operator: isNot ? "not" : "-", operand, span: cover(tokenSpan(b, item), operand.span) };
}

function pipe(b: Building, left: Expr, right: Expr, span: Span): Expr {
  if (right.kind === "call") return { kind: "pipe", left, right, span };
  if (right.kind === "name") {
    return { kind: "pipe", left, right: { kind: "call", callee: right.name, args: [], span: right.span }, span };
  }
  if (right.kind === "missing") {
    const hole = after(right.span);
    const callee = { kind: "identifier", text: "", span: hole } as const;
    return { kind: "pipe", left, right: { kind: "call", callee, args: [], span: hole }, span };
  }
  b.report(diagnose("C117", right.span, {}));
  return left;
}
