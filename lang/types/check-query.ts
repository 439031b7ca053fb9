/** Queries, draws and assertions about a model: what they ask must exist and must be one number where one is needed. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Assertion, DrawStatement, ExpectationExpr, ProbabilityExpr, QueryExpr } from "../syntax/ast.ts";
import { printQuery } from "../syntax/print-expression.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import { checkEffect } from "./check-effect.ts";
import { checkSubscripts, checkVariable } from "./check-action.ts";
import { checkConditions, checkEvent, checkRung, type EventType, variablesOf } from "./check-events.ts";
import { describeValueType, type ExpressionScope, typeOfExpression, variablesIn } from "./check-expression.ts";
import { checkPredicate } from "./check-identify.ts";
import { reportLack } from "./check-lack.ts";
import { expressionsOf, type ModelView } from "./model-scope.ts";

/** The queries that a query may name. */
export interface QueryNames {
  /** those before it, with what they ask; null where that is not known because of an error */
  readonly earlier: ReadonlyMap<string, EventType | null>;
  /** those behind it */
  readonly later: ReadonlySet<string>;
}

export const noQueries: QueryNames = { earlier: new Map(), later: new Set() };

/** What the query asks; null where something is wrong, which is reported. */
export function checkQuery(
  context: CheckContext,
  model: ModelView,
  names: QueryNames,
  expr: QueryExpr,
): EventType | null {
  switch (expr.kind) {
    case "number":
      return { kind: "number" };
    case "missing":
      return null;
    case "probability":
      return checkProbability(context, model, expr);
    case "expectation":
      return checkExpectation(context, model, expr);
    case "effect":
      return checkEffect(context, model, expr);
    case "predicate":
      checkPredicate(context, model, expr);
      return { kind: "truth" };
    case "name": {
      const { text, span } = expr.name;
      const earlier = names.earlier.get(text);
      if (earlier !== undefined) return earlier;
      if (names.later.has(text)) context.report(diagnose("C207", span, { name: text }));
      else if (model.node(text) !== null) {
        const suggestion = `P(${text})`;
        const fix = { title: `ask for \`${suggestion}\``, span, replacement: suggestion };
        context.report(diagnose("C201", span, { what: "query", name: text, suggestion }, { fix }));
      } else reportUnknown(context, "query", expr.name, names.earlier.keys());
      return null;
    }
    case "query-unary":
      requireNumber(context, model, names, expr.operand);
      return { kind: "number" };
    case "query-binary":
      requireNumber(context, model, names, expr.left);
      requireNumber(context, model, names, expr.right);
      return { kind: "number" };
  }
}

/** Reports a table (C514) or a truth value (C211) where one number is needed. */
function requireNumber(context: CheckContext, model: ModelView, names: QueryNames, expr: QueryExpr): void {
  const type = checkQuery(context, model, names, expr);
  if (type?.kind === "distribution") context.report(diagnose("C514", expr.span, { name: type.name }));
  if (type?.kind === "truth") {
    context.report(diagnose("C211", expr.span, { expected: "a number", found: "a truth value" }));
  }
}

function checkProbability(context: CheckContext, model: ModelView, expr: ProbabilityExpr): EventType | null {
  if (reportLack(context, model, expr.span)) return null;
  const types = expr.events.map((event) => checkEvent(context, model, event, "asked"));
  const tables = checkConditions(context, model, expr.given, true);
  checkRung(context, variablesOf(expr.events), expr.given);
  if (types.includes(null)) return null;
  const whole = tables.length > 0 || types.some((type) => type?.kind === "distribution");
  return whole ? { kind: "distribution", name: printQuery(expr) } : { kind: "number" };
}

function checkExpectation(context: CheckContext, model: ModelView, expr: ExpectationExpr): EventType | null {
  if (reportLack(context, model, expr.span)) return null;
  const scope: ExpressionScope = {
    ...expressionsOf(
      model,
      () => {},
      (name, span) => context.report(diagnose("C511", span, { name, verb: "averaged" })),
    ),
    imagined: (variable) => checkVariable(context, model, variable, "averaged"),
  };
  const type = typeOfExpression(context, expr.value, scope);
  if (type?.kind === "labels") {
    const found = describeValueType(type);
    context.report(diagnose("C211", expr.value.span, { expected: "a number", found }));
  }
  const tables = checkConditions(context, model, expr.given, true);
  checkRung(context, variablesIn(expr.value), expr.given);
  return tables.length > 0 ? { kind: "distribution", name: printQuery(expr) } : { kind: "number" };
}

/** `left op right +- tolerance`: both sides are numbers. */
export function checkAssertion(
  context: CheckContext,
  model: ModelView,
  names: QueryNames,
  { left, operator, right, tolerance, span }: Assertion,
): void {
  const predicate = left.kind === "predicate";
  if (predicate) checkPredicate(context, model, left);
  else requireNumber(context, model, names, left);
  if (operator === null && !predicate && left.kind !== "missing") {
    context.report(
      diagnose("C211", span, { expected: "a comparison such as `P(X) == 0.5 +- 0.01`", found: "no operator" }),
    );
  }
  if (predicate && right !== null && right.kind !== "boolean") {
    const found = "something else";
    context.report(diagnose("C211", right.span, { expected: "`true` or `false`", found }));
  } else if (predicate && operator !== null && operator !== "==" && operator !== "!=") {
    context.report(diagnose("C211", span, { expected: "`==` or `!=`", found: `\`${operator}\`` }));
  } else if (right?.kind === "boolean") {
    if (!predicate) context.report(diagnose("C211", right.span, { expected: "a number", found: `\`${right.value}\`` }));
  } else if (right !== null) requireNumber(context, model, names, right);
  if (tolerance !== null && !(tolerance.value >= 0)) {
    const what = "the tolerance of an assertion";
    context.report(
      diagnose("C215", tolerance.span, { what, value: tolerance.value, low: 0, high: Number.POSITIVE_INFINITY }),
    );
  }
}

/** `draw 16 Face | do(Mustache = true) seed 7`: any nodes can be drawn, images among them. */
export function checkDraw(context: CheckContext, model: ModelView, draw: DrawStatement): void {
  const { count, variables, seed } = draw;
  if (reportLack(context, model, draw.span)) return;
  // the parser asks for whole numbers
  if (count.value <= 0) {
    context.report(diagnose("C613", count.span, { what: "the number of draws", value: count.value }));
  }
  if (seed !== null && (seed.value < 0 || seed.value > Number.MAX_SAFE_INTEGER)) {
    context.report(
      diagnose("C215", seed.span, { what: "a seed", value: seed.value, low: 0, high: Number.MAX_SAFE_INTEGER }),
    );
  }
  for (const { name, actions } of variables) {
    if (model.node(name.text) === null) reportUnknown(context, `node of \`${model.name}\``, name, model.nodeNames());
    checkSubscripts(context, model, actions);
  }
  checkConditions(context, model, draw.given);
  checkRung(context, variables, draw.given);
}
