/**
 * Questions about the graph of a model: `identify P(Y | do(X))`, `identifiable(...)` and `independent(...)`. They need no
 * probabilities, so that they work where mechanisms are missing.
 */
import { diagnose } from "../diagnostics/catalogue.ts";
import type {
  Action,
  EventExpr,
  Identifier,
  IdentifyStatement,
  PredicateExpr,
  ProbabilityExpr,
} from "../syntax/ast.ts";
import { type CheckContext, reportUnknown } from "./check-context.ts";
import { checkValue, readsNodes } from "./check-setting.ts";
import { isDiscrete } from "./check-states.ts";
import type { ModelView, NodeView } from "./model-scope.ts";
import type { Span } from "../source.ts";

/** `identify P(Y | do(X), Z) [from data]`. */
export function checkIdentify(context: CheckContext, model: ModelView, { query, data }: IdentifyStatement): void {
  const names = checkEffect(context, model, query);
  if (data === null) return;
  if (!context.declarations.data.has(data.text)) {
    reportUnknown(context, "data", data, context.declarations.data.keys());
    return;
  }
  for (const name of names) {
    const type = model.node(name.text)?.type ?? null;
    if (type === null ? model.lacks !== null : !isDiscrete(type)) {
      context.report(diagnose("C533", name.span, { name: name.text }));
    }
  }
}

/** Outcomes, treatments and conditions: observed nodes, each once, with or without values. Those that are right. */
export function checkEffect(context: CheckContext, model: ModelView, query: ProbabilityExpr): readonly Identifier[] {
  const found = new Map<string, Identifier>();
  const take = (name: Identifier): NodeView | null => {
    const node = checkDistinct(context, model, name, found);
    if (node === null) return null;
    if (node.role !== "latent" && node.role !== "noise") return node;
    context.report(diagnose("C531", name.span, { name: name.text, role: node.role === "noise" ? "noise" : "latent" }));
    return null;
  };
  const refuse = (span: Span) => context.report(diagnose("C518", span, {}));
  const event = (asked: EventExpr) => {
    if (asked.kind === "claim" || asked.variable.actions.length > 0) {
      refuse(asked.span);
      return;
    }
    const { variable, test, span } = asked;
    const node = take(variable.name);
    if (test === null || node === null) return;
    const equality = test.kind === "compare" && (test.operator === "=" || test.operator === "==");
    if (!equality || (node.type !== null && readsNodes(model, node.type, test.value))) refuse(span);
    else if (node.type !== null) checkValue(context, model, variable.name.text, node.type, test.value);
  };
  const action = ({ target, operator, value, span }: Action) => {
    const node = take(target);
    if (operator === null || value === null || node === null) return;
    if (operator !== "=") {
      refuse(span);
    } else if (node.type !== null) checkValue(context, model, target.text, node.type, value);
  };
  for (const asked of query.events) event(asked);
  for (const condition of query.given) {
    if (condition.kind === "do") for (const one of condition.actions) action(one);
    else for (const one of condition.kind === "observe" ? condition.events : [condition]) event(one);
  }
  return [...found.values()];
}

/** Whether the predicate asks about nodes of the model, each once. */
export function checkPredicate(context: CheckContext, model: ModelView, predicate: PredicateExpr): void {
  if (predicate.query !== null) {
    checkEffect(context, model, predicate.query);
    return;
  }
  const found = new Map<string, Identifier>();
  for (const name of [...predicate.variables, ...predicate.given]) checkDistinct(context, model, name, found);
}

/** A node that this question has not named before, else null, which is reported. */
function checkDistinct(
  context: CheckContext,
  model: ModelView,
  name: Identifier,
  found: Map<string, Identifier>,
): NodeView | null {
  const node = model.node(name.text);
  if (node === null) {
    reportUnknown(context, `node of \`${model.name}\``, name, model.nodeNames());
    return null;
  }
  const earlier = found.get(name.text);
  if (earlier === undefined) {
    found.set(name.text, name);
    return node;
  }
  const related = [{ span: earlier.span, label: "named here first" }];
  context.report(diagnose("C532", name.span, { name: name.text }, { related }));
  return null;
}
