/**
 * Expressions that are polynomials in continuous nodes, as affine forms and sums of their products, and the means of such
 * products. An expression over discrete nodes only is a constant here, by configuration.
 */
import type { Expr } from "#lang/syntax/ast";
import { degreeOf, isPower } from "../../causal/degree.ts";
import { compileExpression, type Scope } from "../../causal/evaluate.ts";
import { addScaled, type Affine, constantForm, covariance, scale } from "./affine.ts";

/** The forms of the continuous nodes by name, in one configuration of the discrete ones. */
export type Forms = Pick<ReadonlyMap<string, Affine>, "get">;

/** A sum of products; the product of nothing is 1. */
export type Polynomial = readonly { readonly coefficient: number; readonly factors: readonly Affine[] }[];

/** A product of more factors has too many pairings to be worth it. */
export const largestDegree = 8;

/** The expression, of degree 0 or 1, as an affine form by row of the discrete columns. */
export function compileAffine(
  expr: Expr,
  scope: Scope,
  unknown: (name: string) => boolean,
): (row: number, forms: Forms) => Affine {
  if (degreeOf(expr, unknown) === 0) {
    const value = compileExpression(expr, scope);
    return (row) => constantForm(value(row));
  }
  const compile = (part: Expr) => compileAffine(part, scope, unknown);
  switch (expr.kind) {
    case "name":
      return (_, forms) => forms.get(expr.name.text)!;
    case "unary": {
      const operand = compile(expr.operand);
      return (row, forms) => scale(operand(row, forms), -1);
    }
    case "binary": {
      const [left, right] = [compile(expr.left), compile(expr.right)];
      switch (expr.operator) {
        case "+":
          return (row, forms) => addScaled(left(row, forms), right(row, forms));
        case "-":
          return (row, forms) => addScaled(left(row, forms), right(row, forms), -1);
        case "*":
          return degreeOf(expr.left, unknown) === 0
            ? (row, forms) => scale(right(row, forms), left(row, forms).constant)
            : (row, forms) => scale(left(row, forms), right(row, forms).constant);
        case "/":
          return (row, forms) => scale(left(row, forms), 1 / right(row, forms).constant);
        case "^":
          return left;
        default:
          throw new Error(`internal: ${expr.operator} is not affine`);
      }
    }
    case "if": {
      const test = compileExpression(expr.test, scope);
      const [yes, no] = [compile(expr.then), compile(expr.else)];
      return (row, forms) => (test(row) === 0 ? no(row, forms) : yes(row, forms));
    }
    default:
      throw new Error(`internal: a ${expr.kind} is not affine`);
  }
}

const timesScalar = (polynomial: Polynomial, factor: number): Polynomial =>
  polynomial.map(({ coefficient, factors }) => ({ coefficient: coefficient * factor, factors }));

const product = (a: Polynomial, b: Polynomial): Polynomial =>
  a.flatMap((left) =>
    b.map((right) => ({
      coefficient: left.coefficient * right.coefficient,
      factors: [...left.factors, ...right.factors],
    })),
  );

/** The expression, of finite degree, as a sum of products of affine forms by row. */
export function compilePolynomial(
  expr: Expr,
  scope: Scope,
  unknown: (name: string) => boolean,
): (row: number, forms: Forms) => Polynomial {
  if (degreeOf(expr, unknown) <= 1) {
    const form = compileAffine(expr, scope, unknown);
    return (row, forms) => [{ coefficient: 1, factors: [form(row, forms)] }];
  }
  const compile = (part: Expr) => compilePolynomial(part, scope, unknown);
  switch (expr.kind) {
    case "unary": {
      const operand = compile(expr.operand);
      return (row, forms) => timesScalar(operand(row, forms), -1);
    }
    case "binary": {
      if (expr.operator === "^" && isPower(expr.right)) {
        const [base, power] = [compile(expr.left), expr.right.value];
        return (row, forms) => {
          const factor = base(row, forms);
          return Array.from({ length: power }, () => factor).reduce(product);
        };
      }
      const [left, right] = [compile(expr.left), compile(expr.right)];
      switch (expr.operator) {
        case "+":
          return (row, forms) => [...left(row, forms), ...right(row, forms)];
        case "-":
          return (row, forms) => [...left(row, forms), ...timesScalar(right(row, forms), -1)];
        case "*":
          return (row, forms) => product(left(row, forms), right(row, forms));
        case "/": {
          const divisor = compileExpression(expr.right, scope);
          return (row, forms) => timesScalar(left(row, forms), 1 / divisor(row));
        }
        default:
          throw new Error(`internal: ${expr.operator} is not a polynomial`);
      }
    }
    case "if": {
      const test = compileExpression(expr.test, scope);
      const [yes, no] = [compile(expr.then), compile(expr.else)];
      return (row, forms) => (test(row) === 0 ? no(row, forms) : yes(row, forms));
    }
    default:
      throw new Error(`internal: a ${expr.kind} is not a polynomial`);
  }
}

/** E[product of normal forms] by Isserlis' theorem (1918): the first one's mean, or its pairing with each other one. */
export function meanOfProduct(factors: readonly Affine[]): number {
  const [first, ...rest] = factors;
  if (first === undefined) return 1;
  let mean = first.constant === 0 ? 0 : first.constant * meanOfProduct(rest);
  rest.forEach((other, i) => {
    const shared = covariance(first, other);
    if (shared !== 0) mean += shared * meanOfProduct(rest.toSpliced(i, 1));
  });
  return mean;
}

/** E of a polynomial in normal forms. */
export function meanOfPolynomial(polynomial: Polynomial): number {
  return polynomial.reduce((sum, { coefficient, factors }) => sum + coefficient * meanOfProduct(factors), 0);
}
