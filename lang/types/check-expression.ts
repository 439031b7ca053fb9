/** Types of expressions over the nodes of a model: equations, arguments of distributions, what E[...] averages. */
import { diagnose } from "../diagnostics/catalogue.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Span } from "../source.ts";
import type {
  BinaryExpr,
  CallExpr,
  CounterfactualExpr,
  CounterfactualVariable,
  Expr,
  IfExpr,
  NameExpr,
} from "../syntax/ast.ts";
import { type CheckContext, declaredHere, reportUnknown } from "./check-context.ts";
import type { Constant } from "./signature.ts";
import type { NodeType } from "./type.ts";

/** What an expression computes. Integers are numbers; a bool counts as 0 or 1 where a number is needed. */
export type ValueType =
  | { readonly kind: "number" }
  | { readonly kind: "bool" }
  | { readonly kind: "labels"; readonly labels: readonly string[] };

/** What a name of the model is to an expression; a type or value that is null or undefined was reported as wrong. */
export type ExpressionName =
  | { readonly kind: "node"; readonly type: NodeType | null }
  | { readonly kind: "param"; readonly value: Constant | undefined };

export interface ExpressionScope {
  /** null: there is no such name */
  lookup(name: string, span: Span): ExpressionName | null;
  /** for suggestions */
  names(): Iterable<string>;
  /** told of each node that is read, in the order of the text */
  read(node: string, span: Span): void;
  /** told of each image that is named, which no expression can read; reports it */
  refuseImage(image: string, span: Span): void;
  /** the type of `Y[X = x]` where counterfactual variables may stand; null where it is wrong (reported) */
  imagined?(variable: CounterfactualVariable): NodeType | null;
}

/** The states that a bare name may be, because it is compared with or assigned to something that has them. */
interface ExpectedStates {
  readonly labels: readonly string[];
  /** who has these states, for messages */
  readonly owner: string;
}

/** The type of an expression; null where something is wrong (reported) or not known because of an earlier error. */
export function typeOfExpression(
  context: CheckContext,
  expr: Expr,
  scope: ExpressionScope,
  expected: ExpectedStates | null = null,
): ValueType | null {
  switch (expr.kind) {
    case "number": {
      const state = String(expr.value);
      return expected?.labels.includes(state) ? { kind: "labels", labels: expected.labels } : { kind: "number" };
    }
    case "boolean":
      return expected?.labels.includes(String(expr.value))
        ? { kind: "labels", labels: expected.labels }
        : { kind: "bool" };
    case "name":
      return typeOfName(context, expr, scope, expected);
    case "unary": {
      const wanted = expr.operator === "-" ? "number" : "bool";
      requireType(context, expr.operand, scope, wanted);
      return { kind: wanted };
    }
    case "binary":
      return typeOfBinary(context, expr, scope);
    case "if":
      return typeOfIf(context, expr, scope, expected);
    case "call":
      return typeOfCall(context, expr, scope);
    case "counterfactual":
      return typeOfImagined(context, expr, scope);
    case "missing":
      return null;
    case "string":
      return refuse(context, expr.span, "a text");
    case "list":
      return refuse(context, expr.span, "a list");
    case "map":
      return refuse(context, expr.span, "a distribution");
    case "pipe":
      return refuse(context, expr.span, "a pipe");
  }
}

/** Reports C211 unless the expression is of that kind; a bool is accepted as a number. */
export function requireType(
  context: CheckContext,
  expr: Expr,
  scope: ExpressionScope,
  wanted: "number" | "bool",
): void {
  const type = typeOfExpression(context, expr, scope);
  if (type === null || type.kind === wanted || (wanted === "number" && type.kind === "bool")) return;
  const expected = wanted === "number" ? "a number" : "true or false";
  context.report(diagnose("C211", expr.span, { expected, found: describeValueType(type) }));
}

export function describeValueType(type: ValueType): string {
  switch (type.kind) {
    case "number":
      return "a number";
    case "bool":
      return "a truth value";
    case "labels":
      return `one of {${type.labels.join(", ")}}`;
  }
}

/** What a node is to an expression that reads it; null for images, which no expression can read. */
export function valueTypeOf(type: NodeType): ValueType | null {
  switch (type.kind) {
    case "bool":
      return { kind: "bool" };
    case "labels":
      return { kind: "labels", labels: type.labels };
    case "int":
    case "real":
      return { kind: "number" };
    case "image":
      return null;
  }
}

/** Whether an expression of that type can be the value of such a node; integers are checked when they are computed. */
export function agrees(declared: NodeType, found: ValueType): boolean {
  switch (declared.kind) {
    case "bool":
      return found.kind === "bool";
    case "labels":
      return found.kind === "labels" && sameLabels(declared.labels, found.labels);
    case "int":
    case "real":
      return found.kind !== "labels";
    case "image":
      return false;
  }
}

function typeOfName(
  context: CheckContext,
  expr: NameExpr,
  scope: ExpressionScope,
  expected: ExpectedStates | null,
): ValueType | null {
  const { text } = expr.name;
  if (expected?.labels.includes(text)) return { kind: "labels", labels: expected.labels };
  const found = scope.lookup(text, expr.span);
  if (found === null) {
    if (text === "") return null;
    const names = [...scope.names()];
    if (expected !== null && closest(text, names) === null) {
      const { owner: node, labels: states } = expected;
      const related = declaredHere(context, node, expr.span);
      const suggestion = closest(text, states);
      context.report(diagnose("C203", expr.span, { node, state: text, states, suggestion }, { related }));
    } else {
      reportUnknown(context, "node or parameter", expr.name, names);
    }
    return null;
  }
  if (found.kind === "param") {
    if (found.value === undefined) return null;
    return { kind: typeof found.value === "boolean" ? "bool" : "number" };
  }
  if (found.type?.kind === "image") {
    scope.refuseImage(text, expr.span);
    return null;
  }
  scope.read(text, expr.span);
  return found.type === null ? null : valueTypeOf(found.type);
}

function typeOfImagined(context: CheckContext, expr: CounterfactualExpr, scope: ExpressionScope): ValueType | null {
  if (scope.imagined === undefined) return refuse(context, expr.span, "a counterfactual variable (`Y[X = x]`)");
  const type = scope.imagined(expr.variable);
  return type === null ? null : valueTypeOf(type);
}

function typeOfBinary(context: CheckContext, expr: BinaryExpr, scope: ExpressionScope): ValueType | null {
  switch (expr.operator) {
    case "and":
    case "or":
      requireType(context, expr.left, scope, "bool");
      requireType(context, expr.right, scope, "bool");
      return { kind: "bool" };
    case "==":
    case "!=":
      checkEquality(context, expr, scope);
      return { kind: "bool" };
    case "<":
    case "<=":
    case ">":
    case ">=":
      requireType(context, expr.left, scope, "number");
      requireType(context, expr.right, scope, "number");
      return { kind: "bool" };
    case "+":
    case "-":
    case "*":
    case "/":
    case "^":
      requireType(context, expr.left, scope, "number");
      requireType(context, expr.right, scope, "number");
      return { kind: "number" };
  }
}

/** The side that has states decides what a bare name on the other side may be. */
function checkEquality(context: CheckContext, expr: BinaryExpr, scope: ExpressionScope): void {
  const isNode = (side: Expr) =>
    side.kind === "counterfactual" || (side.kind === "name" && scope.lookup(side.name.text, side.span) !== null);
  const swap = !isNode(expr.left) && isNode(expr.right);
  const [first, second] = swap ? [expr.right, expr.left] : [expr.left, expr.right];
  const a = typeOfExpression(context, first, scope);
  const named = first.kind === "counterfactual" ? first.variable : first;
  const owner = "name" in named ? named.name.text : "the other side";
  const b = typeOfExpression(context, second, scope, a?.kind === "labels" ? { labels: a.labels, owner } : null);
  if (a === null || b === null || comparable(a, b)) return;
  const [left, right] = swap ? [b, a] : [a, b];
  context.report(diagnose("C212", expr.span, { left: describeValueType(left), right: describeValueType(right) }));
}

function comparable(a: ValueType, b: ValueType): boolean {
  if (a.kind === "labels" && b.kind === "labels") return sameLabels(a.labels, b.labels);
  return a.kind !== "labels" && b.kind !== "labels";
}

/** States are compared by their index, so that the order matters too. */
export function sameLabels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label, i) => label === b[i]);
}

function typeOfIf(
  context: CheckContext,
  expr: IfExpr,
  scope: ExpressionScope,
  expected: ExpectedStates | null,
): ValueType | null {
  requireType(context, expr.test, scope, "bool");
  const then = typeOfExpression(context, expr.then, scope, expected);
  const otherwise = typeOfExpression(context, expr.else, scope, expected);
  if (then === null || otherwise === null) return null;
  if (!comparable(then, otherwise)) {
    const found = describeValueType(otherwise);
    context.report(
      diagnose("C211", expr.else.span, { expected: `${describeValueType(then)} as in the first branch`, found }),
    );
    return null;
  }
  return then.kind === otherwise.kind ? then : { kind: "number" };
}

function typeOfCall(context: CheckContext, expr: CallExpr, scope: ExpressionScope): ValueType | null {
  const { functions, distributions } = context.signatures;
  const signature = functions.get(expr.callee.text);
  for (const arg of expr.args) {
    if (arg.name !== null)
      context.report(diagnose("C226", arg.span, { what: "a named argument", where: "a function" }));
    requireType(context, arg.value, scope, "number");
  }
  if (signature === undefined) {
    if (distributions.has(expr.callee.text)) {
      const where = "an expression; draw it as a node of its own (`noise U ~ ...`) and use the node";
      context.report(diagnose("C226", expr.span, { what: "a distribution", where }));
    } else {
      reportUnknown(context, "function", expr.callee, functions.keys());
    }
    return null;
  }
  if (expr.args.length !== signature.arity) {
    const { name: callee, arity } = signature;
    context.report(diagnose("C218", expr.span, { callee, expected: arity, found: expr.args.length }));
  }
  return { kind: "number" };
}

function refuse(context: CheckContext, span: Span, what: string): null {
  context.report(diagnose("C226", span, { what, where: "an expression" }));
  return null;
}

/** All names in an expression as they are written: nodes, parameters and states alike. */
export function namesIn(expr: Expr): readonly string[] {
  switch (expr.kind) {
    case "name":
      return [expr.name.text];
    case "unary":
      return namesIn(expr.operand);
    case "binary":
      return [expr.left, expr.right].flatMap(namesIn);
    case "if":
      return [expr.test, expr.then, expr.else].flatMap(namesIn);
    case "call":
      return expr.args.flatMap((arg) => namesIn(arg.value));
    case "pipe":
      return [expr.left, expr.right].flatMap(namesIn);
    case "list":
      return expr.items.flatMap(namesIn);
    case "map":
      return expr.entries.flatMap((entry) => namesIn(entry.value));
    case "number":
    case "boolean":
    case "string":
    case "counterfactual":
    case "missing":
      return [];
  }
}

/** The counterfactual variables that an expression reads, in the order of the text. */
export function variablesIn(expr: Expr): readonly CounterfactualVariable[] {
  switch (expr.kind) {
    case "counterfactual":
      return [expr.variable];
    case "unary":
      return variablesIn(expr.operand);
    case "binary":
      return [expr.left, expr.right].flatMap(variablesIn);
    case "if":
      return [expr.test, expr.then, expr.else].flatMap(variablesIn);
    case "call":
      return expr.args.flatMap((arg) => variablesIn(arg.value));
    default:
      return [];
  }
}
