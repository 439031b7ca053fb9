/** Events and interventions: `X = a`, `X < 3`, `X in {a, b}`, `do(X = a)`, `do(X ~ {a: 0.5, b: 0.5})`. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Action, Condition, CounterfactualVariable, Event, EventTest, Expr, Identifier } from "../syntax/ast.ts";
import { describeConstant, evaluateNumber } from "./check-constant.ts";
import { type CheckContext, declaredHere, reportUnknown, reportUnsupported } from "./check-context.ts";
import { checkDistributionCall } from "./check-distribution.ts";
import { checkDistribution, type DiscreteType, isDiscrete, reportUnknownState, stateIndex } from "./check-states.ts";
import { reportLack } from "./check-lack.ts";
import { constantsOf, type ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

/** What an event asks: one probability, or a whole distribution. Null: an error was reported. */
export type EventType = { readonly kind: "number" } | { readonly kind: "distribution"; readonly name: string };

/** The type of a node that is neither unknown nor an image; null otherwise, which is reported. */
function resolveNode(context: CheckContext, model: ModelView, name: Identifier, verb: string): NodeType | null {
  const view = model.node(name.text);
  if (view === null) {
    reportUnknown(context, `node of \`${model.name}\``, name, model.nodeNames());
    return null;
  }
  if (view.role !== "image") return view.type;
  const related = declaredHere(context, name.text, name.span);
  context.report(diagnose("C511", name.span, { name: name.text, verb }, { related }));
  return null;
}

/** Reports `Y[X = x]` where only the factual world can be asked. */
export function isPlain(context: CheckContext, variable: CounterfactualVariable): boolean {
  if (variable.actions.length === 0) return true;
  reportUnsupported(context, variable.span, "drawing a counterfactual variable (`Y[X = x]`)");
  return false;
}

/**
 * The type of `Y` or `Y[X = x]`, with the subscripts checked: each sets a node to a constant, or to the value that a node
 * with the same states has in some world (`M = M[X = 0]`). Null where the variable itself is wrong, which is reported.
 */
export function checkVariable(
  context: CheckContext,
  model: ModelView,
  variable: CounterfactualVariable,
  verb: string,
): NodeType | null {
  const type = resolveNode(context, model, variable.name, verb);
  checkActions(context, model, variable.actions, checkSubscript);
  return type;
}

function checkSubscript(context: CheckContext, model: ModelView, action: Action): void {
  const { target, operator, value } = action;
  const type = resolveNode(context, model, target, "set");
  if (type === null) return;
  if (operator === null || value === null) {
    context.report(diagnose("C510", action.span, { name: target.text }));
    return;
  }
  if (operator !== "=") {
    reportUnsupported(context, action.span, `\`${operator}\` in the subscript of a counterfactual variable`);
    return;
  }
  const source = variableOf(model, type, value);
  if (source === null) {
    checkValue(context, model, target.text, type, value);
    return;
  }
  const given = checkVariable(context, model, source, "read");
  if (given !== null && printType(given) !== printType(type)) {
    const args = { name: target.text, type: printType(type), source: source.name.text, found: printType(given) };
    context.report(diagnose("C503", value.span, args));
  }
}

/** The variable that a subscript takes its value from, or null where the value is a constant. */
function variableOf(model: ModelView, type: NodeType, value: Expr): CounterfactualVariable | null {
  if (value.kind === "counterfactual") return value.variable;
  if (value.kind !== "name" || model.node(value.name.text) === null) return null;
  const isState = isDiscrete(type) && stateIndex(type, value.name.text) !== null;
  return isState ? null : { name: value.name, actions: [], span: value.span };
}

/** Checks each action; a node may be set by one of them only (C501). */
function checkActions(
  context: CheckContext,
  model: ModelView,
  actions: readonly Action[],
  check: (context: CheckContext, model: ModelView, action: Action) => void,
  set: Map<string, Action> = new Map(),
): void {
  for (const action of actions) {
    const name = action.target.text;
    const earlier = set.get(name);
    if (earlier === undefined) {
      set.set(name, action);
      check(context, model, action);
    } else if (name !== "") {
      const related = [{ span: earlier.span, label: "first set here" }];
      context.report(diagnose("C501", action.span, { name }, { related }));
    }
  }
}

/** Checks an event behind `P(` (`asked`) or behind the bar (`observed`). */
export function checkEvent(
  context: CheckContext,
  model: ModelView,
  event: Event,
  place: "asked" | "observed",
): EventType | null {
  const { variable, test } = event;
  const type = checkVariable(context, model, variable, place === "asked" ? "asked about" : "observed");
  if (type === null) return null;
  const name = variable.name.text;
  if (test !== null) return checkTest(context, model, variable.name, type, test, place) ? { kind: "number" } : null;
  if (type.kind === "bool") return { kind: "number" };
  if (place === "observed") {
    reportUnsupported(context, event.span, `a condition on every value of \`${name}\` at once (\`| ${name}\`)`);
    return null;
  }
  if (isDiscrete(type)) return { kind: "distribution", name };
  const related = declaredHere(context, name, event.span);
  context.report(diagnose("C417", event.span, { name }, { related }));
  return null;
}

function checkTest(
  context: CheckContext,
  model: ModelView,
  name: Identifier,
  type: NodeType,
  test: EventTest,
  place: "asked" | "observed",
): boolean {
  switch (test.kind) {
    case "soft":
      reportUnsupported(context, test.weights.span, "soft evidence (`X ~ {...}`)");
      return false;
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
      const equality = operator === "=" || operator === "==" || operator === "!=";
      if (!equality && (type.kind === "bool" || type.kind === "labels")) {
        context.report(
          diagnose(
            "C513",
            name.span,
            { name: name.text, operator, type: printType(type) },
            { related: declaredHere(context, name.text, name.span) },
          ),
        );
        return false;
      }
      if (!equality) return isNumber(context, model, value);
      // an equation may have finitely many values although they are real numbers
      const continuous = !isDiscrete(type) && model.node(name.text)?.role !== "let";
      if (continuous && place === "asked") {
        const related = declaredHere(context, name.text, name.span);
        context.report(diagnose("C418", name.span, { name: name.text }, { related }));
        return false;
      }
      return checkValue(context, model, name.text, type, value);
    }
  }
}

/** Whether the expression is a constant that the node can have. */
export function checkValue(context: CheckContext, model: ModelView, node: string, type: NodeType, expr: Expr): boolean {
  if (expr.kind === "missing") return false;
  if (!isDiscrete(type)) return isNumber(context, model, expr);
  const spelling = spellingOf(model, type, expr);
  if (spelling !== null) {
    if (stateIndex(type, spelling) !== null) return true;
    reportUnknownState(context, node, type, spelling, expr.span);
    return false;
  }
  if (expr.kind === "name" && model.node(expr.name.text) !== null) {
    reportUnsupported(context, expr.span, "an event that compares two nodes");
    return false;
  }
  if (type.kind === "int") {
    const value = evaluateNumber(context, expr, constantsOf(model));
    if (value === undefined) return false;
    if (stateIndex(type, String(value)) !== null) return true;
    reportUnknownState(context, node, type, String(value), expr.span);
    return false;
  }
  const found = expr.kind === "string" ? describeConstant(expr.value) : "an expression";
  context.report(diagnose("C211", expr.span, { expected: `a state of \`${node}\``, found }));
  return false;
}

/** The state that the expression spells: a name, true, false, a number, or a parameter with such a value. */
function spellingOf(model: ModelView, type: DiscreteType, expr: Expr): string | null {
  if (expr.kind === "number" || expr.kind === "boolean") return String(expr.value);
  if (expr.kind !== "name") return null;
  const { text } = expr.name;
  if (stateIndex(type, text) !== null) return text;
  const param = model.param(text, expr.span);
  if (param !== null) return param.value === undefined ? null : String(param.value);
  return model.node(text) === null ? text : null;
}

function isNumber(context: CheckContext, model: ModelView, expr: Expr): boolean {
  return evaluateNumber(context, expr, constantsOf(model)) !== undefined;
}

/** Checks all that stands behind the bar; a node may be set by one intervention only (C501). */
export function checkConditions(context: CheckContext, model: ModelView, conditions: readonly Condition[]): void {
  const [first] = conditions;
  if (first !== undefined && reportLack(context, model, first.span)) return;
  const set = new Map<string, Action>();
  for (const condition of conditions) {
    switch (condition.kind) {
      case "event":
        checkEvent(context, model, condition, "observed");
        break;
      case "observe":
        for (const event of condition.events) checkEvent(context, model, event, "observed");
        break;
      case "do":
        checkActions(context, model, condition.actions, checkAction, set);
        break;
    }
  }
}

/** Reports interventions beside counterfactual variables (C502): one query is on one rung. */
export function checkRung(
  context: CheckContext,
  variables: readonly CounterfactualVariable[],
  conditions: readonly Condition[],
): void {
  const observed = conditions.flatMap((condition) => {
    if (condition.kind === "do") return [];
    return (condition.kind === "observe" ? condition.events : [condition]).map((event) => event.variable);
  });
  const imagined = [...variables, ...observed].find((variable) => variable.actions.length > 0);
  const done = conditions.find((condition) => condition.kind === "do");
  if (imagined === undefined || done === undefined) return;
  const related = [{ span: imagined.span, label: "a counterfactual variable" }];
  context.report(diagnose("C502", done.span, { name: imagined.name.text }, { related }));
}

function checkAction(context: CheckContext, model: ModelView, action: Action): void {
  const { target, operator, value } = action;
  const name = target.text;
  const type = resolveNode(context, model, target, "set by do()");
  if (type === null) return;
  if (operator === ":=") {
    reportUnsupported(context, action.span, "a policy (`do(X := ...)`)");
  } else if (operator === null || value === null) {
    context.report(diagnose("C510", action.span, { name }));
  } else if (operator === "=") {
    checkValue(context, model, name, type, value);
  } else {
    checkDraw(context, model, target, type, value);
  }
}

/** The distribution of a stochastic intervention, which may not depend on other nodes. */
function checkDraw(context: CheckContext, model: ModelView, target: Identifier, type: NodeType, value: Expr): void {
  const { text: name, span: nameSpan } = target;
  if (value.kind === "call") {
    const { distributions } = context.signatures;
    const signature = distributions.get(value.callee.text);
    if (signature === undefined) {
      reportUnknown(context, "distribution", value.callee, distributions.keys());
      return;
    }
    const node = { name, nameSpan, role: "sample", declared: type, untyped: false } as const;
    for (const parent of checkDistributionCall(context, model, node, signature, value).parents) {
      context.report(diagnose("C213", parent.span, { name: parent.name, what: `a node of \`${model.name}\`` }));
    }
  } else if (isDiscrete(type) && value.kind === "map") {
    checkDistribution(context, name, type, value, constantsOf(model), `\`do(${name} ~ ...)\``);
  } else if (value.kind !== "missing") {
    const found = value.kind === "map" ? "probabilities of states" : "an expression";
    const example = isDiscrete(type) ? "`{a: 0.5, b: 0.5}`" : "`Normal(0, 1)`";
    context.report(diagnose("C211", value.span, { expected: `a distribution such as ${example}`, found }));
  }
}
