/** Turns an expression around: the value of one node that it reads, from its own value and the other nodes. */
import type { CallExpr, Expr } from "#lang/syntax/ast";
import { degreeOf } from "./degree.ts";
import { compileExpression, type RowFunction, type Scope, type Words } from "./evaluate.ts";

/** The value of the node where the expression has the value `target`, and log |d value / d target|. */
export interface Preimage {
  readonly value: number;
  readonly logSlope: number;
}

/** Not a number where no value or more than one gives the target. */
export type Inverse = (row: number, target: number) => Preimage;

const none: Preimage = { value: Number.NaN, logSlope: Number.NaN };

/** `f(x)`, also written `x |> f`. */
function soleArgument(expr: Expr): { readonly call: CallExpr; readonly argument: Expr } | null {
  if (expr.kind === "call" && expr.args.length === 1) return { call: expr, argument: expr.args[0]!.value };
  if (expr.kind === "pipe" && expr.right.args.length === 0) return { call: expr.right, argument: expr.left };
  return null;
}

const isOddPower = (expr: Expr) => expr.kind === "number" && Number.isInteger(expr.value) && expr.value % 2 === 1;

/** Whether the expression is one to one in the node wherever it depends on it, as far as its form tells. */
export function isInvertible(expr: Expr, name: string, words: Words): boolean {
  const degree = (part: Expr) => degreeOf(part, (other) => other === name);
  const inside = (part: Expr) => isInvertible(part, name, words);
  if (degree(expr) === 1) return true;
  if (degree(expr) === 0) return false;
  switch (expr.kind) {
    case "unary":
      return expr.operator === "-" && inside(expr.operand);
    case "binary": {
      if (expr.operator === "^") return isOddPower(expr.right) && inside(expr.left);
      if (!["+", "-", "*", "/"].includes(expr.operator)) return false;
      return degree(expr.left) === 0 ? inside(expr.right) : degree(expr.right) === 0 && inside(expr.left);
    }
    case "if":
      return degree(expr.test) === 0 && [expr.then, expr.else].every((part) => degree(part) === 0 || inside(part));
    case "call":
    case "pipe": {
      const sole = soleArgument(expr);
      if (sole === null) return false;
      return words.functions.get(sole.call.callee.text)?.inverse !== undefined && inside(sole.argument);
    }
    default:
      return false;
  }
}

/** Applies one step of the way back, then the rest of it. */
const step = (rest: Inverse, back: (row: number, target: number) => Preimage): Inverse => {
  return (row, target) => {
    const first = back(row, target);
    if (Number.isNaN(first.value)) return none;
    const { value, logSlope } = rest(row, first.value);
    return { value, logSlope: logSlope + first.logSlope };
  };
};

/** By the values at 0 and 1 of the node. */
function invertLinear(expr: Expr, name: string, scope: Scope, rows: number): Inverse {
  const at = (value: number) => {
    const columns = new Map(scope.columns).set(name, new Float64Array(rows).fill(value));
    return compileExpression(expr, { ...scope, columns });
  };
  const [atZero, atOne] = [at(0), at(1)];
  return (row, target) => {
    const slope = atOne(row) - atZero(row);
    const value = (target - atZero(row)) / slope;
    return Number.isFinite(value) ? { value, logSlope: -Math.log(Math.abs(slope)) } : none;
  };
}

/** The way back from `left operator right` to the side that reads the node. */
function invertBinary(operator: string, other: RowFunction, onLeft: boolean, power: number): Inverse {
  switch (operator) {
    case "+":
      return (row, target) => ({ value: target - other(row), logSlope: 0 });
    case "-":
      return onLeft
        ? (row, target) => ({ value: target + other(row), logSlope: 0 })
        : (row, target) => ({ value: other(row) - target, logSlope: 0 });
    case "*":
      return (row, target) => ({ value: target / other(row), logSlope: -Math.log(Math.abs(other(row))) });
    case "/":
      return onLeft
        ? (row, target) => ({ value: target * other(row), logSlope: Math.log(Math.abs(other(row))) })
        : (row, target) => ({
            value: other(row) / target,
            logSlope: Math.log(Math.abs(other(row))) - 2 * Math.log(Math.abs(target)),
          });
    case "^":
      return (_, target) => ({
        value: Math.sign(target) * Math.abs(target) ** (1 / power),
        logSlope: (1 / power - 1) * Math.log(Math.abs(target)) - Math.log(Math.abs(power)),
      });
    default:
      throw new Error(`internal: ${operator} is not one to one`);
  }
}

/**
 * The inverse of an invertible expression.
 * @param rows how many rows the columns of the scope have; the node itself needs no column
 */
export function compileInverse(expr: Expr, name: string, scope: Scope, rows: number): Inverse {
  const degree = (part: Expr) => degreeOf(part, (other) => other === name);
  const inside = (part: Expr) => compileInverse(part, name, scope, rows);
  if (degree(expr) === 0) return () => none;
  if (degree(expr) === 1) return invertLinear(expr, name, scope, rows);
  switch (expr.kind) {
    case "unary":
      return step(inside(expr.operand), (_, target) => ({ value: -target, logSlope: 0 }));
    case "binary": {
      const onLeft = degree(expr.left) !== 0;
      const other = compileExpression(onLeft ? expr.right : expr.left, scope);
      const power = expr.operator === "^" && expr.right.kind === "number" ? expr.right.value : 1;
      return step(inside(onLeft ? expr.left : expr.right), invertBinary(expr.operator, other, onLeft, power));
    }
    case "if": {
      const test = compileExpression(expr.test, scope);
      const [yes, no] = [inside(expr.then), inside(expr.else)];
      return (row, target) => (test(row) === 0 ? no(row, target) : yes(row, target));
    }
    case "call":
    case "pipe": {
      const { call, argument } = soleArgument(expr)!;
      const inverse = scope.words.functions.get(call.callee.text)?.inverse;
      if (inverse === undefined) throw new Error(`internal: ${call.callee.text} has no inverse`);
      return step(inside(argument), (_, y) => ({ value: inverse.apply(y), logSlope: inverse.logSlope(y) }));
    }
    default:
      throw new Error(`internal: a ${expr.kind} has no inverse`);
  }
}
