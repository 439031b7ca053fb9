/** Effects: `ATE(Y; X: a -> b | Z = z)` and its relatives. What they mean is the business of the compiler. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Condition, EffectExpr, Event, EventExpr, Identifier, Label } from "../syntax/ast.ts";
import { printQuery } from "../syntax/print-expression.ts";
import { checkVariable } from "./check-action.ts";
import type { CheckContext } from "./check-context.ts";
import { checkConditions, checkEvent, checkRung, type EventType } from "./check-events.ts";
import { readsNodes } from "./check-setting.ts";
import { reportLack } from "./check-lack.ts";
import { isDiscrete, resolveState } from "./check-states.ts";
import type { ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

const aboutInterventions: ReadonlySet<string> = new Set(["ATE", "CATE", "CDE"]);
const aboutEvents: ReadonlySet<string> = new Set(["PN", "PS", "PNS"]);

/** Checks an effect, which is a number; null where its outcome or treatment is wrong (reported). */
export function checkEffect(context: CheckContext, model: ModelView, expr: EffectExpr): EventType | null {
  if (reportLack(context, model, expr.span)) return null;
  const { effect, outcome, treatment, from, to, given } = expr;
  const about = outcomeOf(context, model, effect, outcome);
  const outcomeOk = about !== null && checkOutcome(context, model, effect, about);
  const variable = { name: treatment, actions: [], span: treatment.span };
  const type = checkVariable(context, model, variable, "the treatment");
  if (type !== null) for (const label of [from, to]) checkLevel(context, treatment, type, label);
  const tables = checkConditions(context, model, given, true);
  if (about !== null) checkGiven(context, expr, about);
  if (!outcomeOk || type === null) return null;
  return tables.length > 0 ? { kind: "distribution", name: printQuery(expr) } : { kind: "number" };
}

/** The outcome as an event of one node, which the effect can look at in several worlds; null where it is of several. */
function outcomeOf(context: CheckContext, model: ModelView, effect: string, outcome: EventExpr): Event | null {
  if (outcome.kind === "event") {
    const type = model.node(outcome.variable.name.text)?.type ?? null;
    const { test } = outcome;
    if (type === null || test?.kind !== "compare" || !readsNodes(model, type, test.value)) return outcome;
  }
  context.report(diagnose("C515", outcome.span, { effect }));
  return null;
}

/** An event, or for averages a node with a mean. */
function checkOutcome(context: CheckContext, model: ModelView, effect: string, outcome: Event): boolean {
  if (outcome.test !== null) return checkEvent(context, model, outcome, "asked") !== null;
  const type = checkVariable(context, model, outcome.variable, "asked about");
  if (type === null) return false;
  const hasMean = type.kind === "int" || type.kind === "real";
  if (type.kind === "bool" || (hasMean && !aboutEvents.has(effect))) return true;
  const name = outcome.variable.name.text;
  context.report(diagnose("C504", outcome.span, { effect, name, type: printType(type) }));
  return false;
}

function checkLevel(context: CheckContext, { text: name }: Identifier, type: NodeType, label: Label): void {
  if (isDiscrete(type)) resolveState(context, name, type, label);
  else if (label.text !== "" && !Number.isFinite(Number(label.text))) {
    context.report(diagnose("C211", label.span, { expected: "a number", found: `\`${label.text}\`` }));
  }
}

function checkGiven(context: CheckContext, expr: EffectExpr, outcome: Event): void {
  const { effect, treatment, given } = expr;
  const does = given.flatMap((condition) => (condition.kind === "do" ? condition.actions : []));
  const place = { ...expr.span, end: expr.span.start + effect.length };
  const name = outcome.variable.name.text;
  if (effect === "CDE" && does.length === 0) {
    const example = `CDE(${name}; ${treatment.text}: ... | do(M = ...))`;
    context.report(diagnose("C505", place, { effect, need: "what is held fixed", example }));
  }
  if (effect === "CATE" && !given.some((condition) => condition.kind !== "do")) {
    const example = `CATE(${name}; ${treatment.text}: ... | Z = ...)`;
    context.report(diagnose("C505", place, { effect, need: "a condition", example }));
  }
  const twice = does.find(({ target }) => target.text === treatment.text && target.text !== "");
  if (twice !== undefined) {
    const related = [{ span: treatment.span, label: "the effect sets it" }];
    context.report(diagnose("C501", twice.span, { name: treatment.text }, { related }));
  }
  if (aboutInterventions.has(effect)) checkRung(context, [outcome.variable], [...given, done(expr)]);
  else checkRung(context, [{ ...outcome.variable, actions: [setting(expr)] }], given);
}

// the interventions that the effect itself consists of
const setting = ({ treatment, to }: EffectExpr) =>
  ({ kind: "action", target: treatment, operator: "=", value: null, span: to.span }) as const;
const done = (expr: EffectExpr): Condition => ({ kind: "do", actions: [setting(expr)], span: expr.treatment.span });
