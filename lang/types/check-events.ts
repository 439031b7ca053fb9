/** Events and conditions: `X = a`, `X < 3`, `X in {a, b}`, `2 * X > Y`, `| do(X = a), Z = b`. */
import { diagnose } from "../diagnostics/catalogue.ts";
import { comparison, variableAsExpr } from "../syntax/claims.ts";
import type {
  Action,
  Claim,
  Condition,
  CounterfactualVariable,
  Event,
  EventExpr,
  EventTest,
  Expr,
} from "../syntax/ast.ts";
import { checkAction, checkActions, checkVariable } from "./check-action.ts";
import { type CheckContext, declaredHere, watch } from "./check-context.ts";
import { describeValueType, namesIn, typeOfExpression, variablesIn } from "./check-expression.ts";
import { reportLack } from "./check-lack.ts";
import { checkValue, isNumber, readsNodes, resolveNode } from "./check-setting.ts";
import { checkDistribution, isDiscrete, reportUnknownState, stateIndex } from "./check-states.ts";
import { constantsOf, expressionsOf, type ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

/** What a query asks: a probability or a mean, whether something is so, or a table with a number for each state. */
export type EventType =
  | { readonly kind: "number" }
  | { readonly kind: "truth" }
  | {
      readonly kind: "distribution";
      /** what it is a distribution of, as a query */
      readonly name: string;
    };

type Place = "asked" | "observed";

/** The counterfactual variables of events, the factual ones among them. */
export function variablesOf(events: readonly EventExpr[]): readonly CounterfactualVariable[] {
  return events.flatMap((event) =>
    event.kind === "claim"
      ? variablesIn(event.value)
      : [event.variable, ...(event.test?.kind === "compare" ? variablesIn(event.test.value) : [])],
  );
}

/** Checks an event behind `P(` (`asked`) or behind the bar (`observed`). Null: an error was reported. */
export function checkEvent(context: CheckContext, model: ModelView, event: EventExpr, place: Place): EventType | null {
  if (event.kind === "claim") return checkClaim(context, model, event, place) ? { kind: "number" } : null;
  const { variable, test } = event;
  const type = checkVariable(context, model, variable, place === "asked" ? "asked about" : "observed");
  if (type === null) return null;
  const name = variable.name.text;
  if (test !== null) return checkTest(context, model, event, type, test, place) ? { kind: "number" } : null;
  if (type.kind === "bool") return { kind: "number" };
  // behind the bar it stands for each of its states in turn
  if (isDiscrete(type)) return { kind: "distribution", name: `P(${name})` };
  const related = declaredHere(context, name, event.span);
  context.report(diagnose(place === "asked" ? "C417" : "C550", event.span, { name }, { related }));
  return null;
}

function checkTest(
  context: CheckContext,
  model: ModelView,
  event: Event,
  type: NodeType,
  test: EventTest,
  place: Place,
): boolean {
  const { name, actions } = event.variable;
  switch (test.kind) {
    case "soft": {
      if (place === "asked") {
        context.report(diagnose("C512", event.span, { name: name.text }));
        return false;
      }
      if (!isDiscrete(type)) {
        const expected = "an event of a continuous node, such as `X > 0`";
        context.report(diagnose("C211", test.weights.span, { expected, found: "probabilities of states" }));
        return false;
      }
      const row = `the distribution of \`${name.text}\``;
      return checkDistribution(context, name.text, type, test.weights, constantsOf(model), row) !== null;
    }
    case "in": {
      if (!isDiscrete(type)) {
        const where = `an event of \`${name.text}\`, which is continuous`;
        context.report(diagnose("C226", name.span, { what: "`in {...}`", where }));
        return false;
      }
      let ok = true;
      for (const label of test.labels) {
        if (label.text === "" || stateIndex(type, label.text) !== null) continue;
        reportUnknownState(context, name.text, type, label.text, label.span);
        ok = false;
      }
      return ok;
    }
    case "compare": {
      const { operator, value } = test;
      if (readsNodes(model, type, value)) {
        const whole = comparison(variableAsExpr(event), operator, value);
        return checkClaim(context, model, { kind: "claim", value: whole, span: event.span }, place);
      }
      const equality = isEquality(operator);
      if (!equality && (type.kind === "bool" || type.kind === "labels")) {
        const args = { name: name.text, operator, type: printType(type) };
        context.report(diagnose("C513", name.span, args, { related: declaredHere(context, name.text, name.span) }));
        return false;
      }
      if (!equality) return isNumber(context, model, value);
      if (isContinuous(model, name.text) && actions.length === 0 && place === "asked") {
        const related = declaredHere(context, name.text, name.span);
        context.report(diagnose("C418", name.span, { name: name.text }, { related }));
        return false;
      }
      return checkValue(context, model, name.text, type, value);
    }
  }
}

const isEquality = (operator: string) => operator === "=" || operator === "==" || operator === "!=";

/** An equation may have finitely many values although they are real numbers. */
function isContinuous(model: ModelView, name: string): boolean {
  const view = model.node(name);
  return view?.type?.kind === "real" && view.role !== "let";
}

/** A claim must be true or false, and of what is continuous no equation. */
function checkClaim(context: CheckContext, model: ModelView, { value, span }: Claim, place: Place): boolean {
  if (value.kind === "missing") return false;
  const watched = watch(context);
  const verb = place === "asked" ? "asked about" : "observed";
  const scope = {
    ...expressionsOf(
      model,
      () => {},
      (name, at) => watched.report(diagnose("C511", at, { name, verb })),
    ),
    imagined: (variable: CounterfactualVariable) => checkVariable(watched, model, variable, verb),
  };
  const type = typeOfExpression(watched, value, scope);
  if (!watched.sound() || type === null) return false;
  if (type.kind !== "bool") {
    const expected = "an event, such as `X > 3`";
    context.report(diagnose("C211", span, { expected, found: describeValueType(type) }));
    return false;
  }
  const continuous = place === "asked" ? continuousIn(model, value) : null;
  if (continuous !== null) context.report(diagnose("C418", span, { name: continuous }));
  return continuous === null;
}

/** A continuous node in an equation that the claim is. */
function continuousIn(model: ModelView, value: Expr): string | null {
  if (value.kind !== "binary" || !isEquality(value.operator)) return null;
  const read = [value.left, value.right].filter((side) => variablesIn(side).length === 0);
  return read.flatMap(namesIn).find((name) => isContinuous(model, name)) ?? null;
}

/**
 * Checks all that stands behind the bar; a node may be set by one intervention only (C501). Nodes that stand for each
 * of their states in turn, `| X` and `do(X)`, make a table of the answer: they are returned where `tables` allows them.
 */
export function checkConditions(
  context: CheckContext,
  model: ModelView,
  conditions: readonly Condition[],
  tables = false,
): readonly string[] {
  const [first] = conditions;
  if (first !== undefined && reportLack(context, model, first.span)) return [];
  const set = new Map<string, Action>();
  const bare: string[] = [];
  const observe = (event: EventExpr) => {
    const type = checkEvent(context, model, event, "observed");
    if (type?.kind !== "distribution" || event.kind !== "event") return;
    const name = event.variable.name.text;
    if (tables) bare.push(name);
    else context.report(diagnose("C550", event.span, { name }));
  };
  const act = (inner: CheckContext, view: ModelView, action: Action) => {
    if (action.operator !== null || !tables) {
      checkAction(inner, view, action);
      return;
    }
    const { target, span } = action;
    const type = resolveNode(inner, view, target, "set by do()");
    if (type === null) return;
    if (isDiscrete(type)) bare.push(target.text);
    else inner.report(diagnose("C510", span, { name: target.text }));
  };
  for (const condition of conditions) {
    switch (condition.kind) {
      case "event":
      case "claim":
        observe(condition);
        break;
      case "observe":
        for (const event of condition.events) observe(event);
        break;
      case "do":
        checkActions(context, model, condition.actions, act, set);
        break;
    }
  }
  return bare;
}

/** Reports interventions beside counterfactual variables (C502): one query is on one rung. */
export function checkRung(
  context: CheckContext,
  variables: readonly CounterfactualVariable[],
  conditions: readonly Condition[],
): void {
  const observed = conditions.flatMap((condition) => {
    if (condition.kind === "do") return [];
    return variablesOf(condition.kind === "observe" ? condition.events : [condition]);
  });
  const imagined = [...variables, ...observed].find((variable) => variable.actions.length > 0);
  const done = conditions.find((condition) => condition.kind === "do");
  if (imagined === undefined || done === undefined) return;
  const related = [{ span: imagined.span, label: "a counterfactual variable" }];
  context.report(diagnose("C502", done.span, { name: imagined.name.text }, { related }));
}
