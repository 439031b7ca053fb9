/**
 * Expressions over families: arithmetic and functions go element by element, `sum(X)` and its like join the elements.
 * What comes out are plain expressions over single nodes, with the spans of the text.
 */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { BinaryOperator, CallExpr, Expr, Identifier, IfExpr } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "../types/check-context.ts";
import type { Selection } from "./families.ts";

/** One expression, or one for each element. */
export type Spread =
  | { readonly kind: "one"; readonly value: Expr }
  | { readonly kind: "many"; readonly index: readonly (readonly string[])[]; readonly values: readonly Expr[] };

export interface SpreadScope {
  readonly context: CheckContext;
  /** the value of the index of a plate; null: the name is no index */
  place(name: string): Expr | null;
  /** null: not a family; a name with an index comes back with its index evaluated; "none": wrong, which is reported */
  elements(name: Identifier): Selection | Identifier | "none" | null;
  /** the truth of a test that depends on indices of plates and parameters alone; null: on something else */
  decided(test: Expr): boolean | null;
}

const one = (value: Expr): Spread => ({ kind: "one", value });

/** The name as an expression. */
export function named(text: string, { span }: Pick<Identifier, "span">): Expr {
  return { kind: "name", name: { kind: "identifier", text, span }, span };
}

export function spread(expr: Expr, scope: SpreadScope): Spread {
  const inside = (part: Expr) => spread(part, scope);
  switch (expr.kind) {
    case "name":
      return spreadName(expr.name, expr, scope);
    case "unary":
      return together(scope, expr, [inside(expr.operand)], ([operand]) => ({ ...expr, operand: operand! }));
    case "binary":
      return together(scope, expr, [inside(expr.left), inside(expr.right)], ([left, right]) => {
        return { ...expr, left: left!, right: right! };
      });
    case "if":
      return spreadIf(expr, scope);
    case "call":
      return spreadCall(expr, scope);
    case "list": {
      const values = expr.items.map((item) => single(item, scope));
      return { kind: "many", index: values.map((_, i) => [String(i + 1)]), values };
    }
    case "map":
      return one({
        ...expr,
        entries: expr.entries.map((entry) => ({ ...entry, value: single(entry.value, scope) })),
      });
    case "number":
    case "boolean":
    case "string":
    case "pipe":
    case "counterfactual":
    case "missing":
      return one(expr);
  }
}

/** The expression where there must be one; several are reported (C225), a list is left to who reads it. */
export function single(expr: Expr, scope: SpreadScope): Expr {
  const found = spread(expr, scope);
  if (found.kind === "one") return found.value;
  if (expr.kind === "list") return { ...expr, items: found.values };
  const name = expr.kind === "name" ? expr.name.text : null;
  scope.context.report(diagnose("C225", expr.span, { name, count: found.values.length }));
  return { kind: "missing", span: expr.span };
}

function spreadName(name: Identifier, expr: Expr, scope: SpreadScope): Spread {
  const place = name.element === undefined ? scope.place(name.text) : null;
  if (place !== null) return one({ ...place, span: expr.span });
  const found = scope.elements(name);
  if (found === null) return one(expr);
  if (found === "none") return one({ kind: "missing", span: expr.span });
  if (found.kind === "identifier") return one({ kind: "name", name: found, span: expr.span });
  if (found.kind === "one") return one(named(found.name, expr));
  return {
    kind: "many",
    index: found.elements.map(({ index }) => index),
    values: found.elements.map((element) => named(element.name, expr)),
  };
}

/** Element by element; what is one is repeated. Different numbers are reported (C228). */
function together(
  { context }: SpreadScope,
  expr: Expr,
  parts: readonly Spread[],
  join: (values: readonly Expr[]) => Expr,
): Spread {
  const many = parts.filter((part) => part.kind === "many");
  const [first] = many;
  if (first === undefined) return one(join(parts.map((part) => (part.kind === "one" ? part.value : part.values[0]!))));
  const other = many.find((part) => part.values.length !== first.values.length);
  if (other !== undefined) {
    const found = [first.values.length, other.values.length];
    context.report(diagnose("C228", expr.span, { left: found[0]!, right: found[1]! }));
    return one({ kind: "missing", span: expr.span });
  }
  const at = (i: number) => parts.map((part) => (part.kind === "one" ? part.value : part.values[i]!));
  return { kind: "many", index: first.index, values: first.values.map((_, i) => join(at(i))) };
}

/** Where the test is decided the other branch is not looked at: it may name an element that does not exist. */
function spreadIf(expr: IfExpr, scope: SpreadScope): Spread {
  const decided = scope.decided(expr.test);
  if (decided !== null) return spread(decided ? expr.then : expr.else, scope);
  const parts = [expr.test, expr.then, expr.else].map((part) => spread(part, scope));
  return together(scope, expr, parts, ([test, then, otherwise]) => {
    // biome-ignore lint/suspicious/noThenProperty: the branch of an expression; nothing awaits it
    return { ...expr, test: test!, then: then!, else: otherwise! };
  });
}

type Join = (values: readonly Expr[], expr: CallExpr) => Expr;

/** Words that make one value of several. */
const joins: Readonly<Record<string, Join>> = {
  sum: (values, expr) => fold("+", values, expr, 0),
  count: (values, expr) => fold("+", values, expr, 0),
  mean: (values, expr) => {
    const count: Expr = { kind: "number", value: values.length, span: expr.span };
    return { kind: "binary", operator: "/", left: fold("+", values, expr, 0), right: count, span: expr.span };
  },
  any: (values, expr) => fold("or", values, expr, false),
  all: (values, expr) => fold("and", values, expr, true),
  min: (values, expr) => nested(values, expr),
  max: (values, expr) => nested(values, expr),
};

/** The words that join the elements of a family. */
const joinWords: readonly string[] = [...Object.keys(joins), "dot"];

/** A balanced tree, so that a thousand elements make no expression a thousand levels deep. */
function fold(operator: BinaryOperator, values: readonly Expr[], { span }: Expr, empty: number | boolean): Expr {
  const [first] = values;
  if (first === undefined) {
    return typeof empty === "number" ? { kind: "number", value: empty, span } : { kind: "boolean", value: empty, span };
  }
  if (values.length === 1) return first;
  const half = Math.ceil(values.length / 2);
  const [left, right] = [values.slice(0, half), values.slice(half)].map((part) =>
    fold(operator, part, { kind: "missing", span }, empty),
  ) as [Expr, Expr];
  return { kind: "binary", operator, left, right, span };
}

function nested(values: readonly Expr[], expr: CallExpr): Expr {
  if (values.length < 2) return values[0] ?? { kind: "missing", span: expr.span };
  const half = Math.ceil(values.length / 2);
  const args = [values.slice(0, half), values.slice(half)].map((part) => nested(part, expr));
  return { ...expr, args: args.map((value) => ({ name: null, value, span: value.span })) };
}

function spreadCall(expr: CallExpr, scope: SpreadScope): Spread {
  const { functions } = scope.context.signatures;
  const word = expr.callee.text;
  const args = expr.args.map((arg) => spread(arg.value, scope));
  const values = args.map((arg) => (arg.kind === "one" ? [arg.value] : arg.values));
  const plain = expr.args.every((arg) => arg.name === null);
  // `max(a, b)` is a function of two numbers, `max(X)` the largest of a family
  const known = functions.has(word) && args.every((arg) => arg.kind === "one");
  const join = known || !plain || args.length === 0 ? undefined : joins[word];
  if (join !== undefined) return one(join(values.flat(), expr));
  if (word === "dot" && plain && args.length === 2 && !functions.has(word)) {
    const products = together(scope, expr, args, ([left, right]) => {
      return { kind: "binary", operator: "*", left: left!, right: right!, span: expr.span };
    });
    return one(products.kind === "one" ? products.value : fold("+", products.values, expr, 0));
  }
  const isKnown = functions.has(word) || scope.context.signatures.distributions.has(word);
  if (!isKnown && args.some((arg) => arg.kind === "many")) {
    reportUnknown(scope.context, "function", expr.callee, [...functions.keys(), ...joinWords]);
    return one({ kind: "missing", span: expr.span });
  }
  return together(scope, expr, args, (found) => {
    return { ...expr, args: expr.args.map((arg, i) => ({ ...arg, value: found[i]! })) };
  });
}
