/** C560: a condition on something that the intervention causes, with the counterfactual that may have been meant. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic, Fix } from "#lang/diagnostics/diagnostic";
import type { Action, Condition, Event, ProbabilityExpr } from "#lang/syntax/ast";
import { descendantsOf } from "../causal/graph.ts";
import { printExpression, printQuery } from "../causal/print-expression.ts";
import { intervene } from "../transforms/do.ts";
import { type Question, setNodes } from "./question.ts";

export function conditionOnDescendant(question: Question): readonly Diagnostic[] {
  const { model, seen, imagined, asked } = question;
  const set = setNodes(question);
  if (set.size === 0 || imagined || seen.length === 0) return [];
  const cut = intervene(
    model,
    [...set].map((node) => ({ kind: "set", node, value: 0 })),
  );
  return seen.flatMap((event) => {
    const name = event.variable.name.text;
    if (set.has(name)) return [];
    const cause = [...set].find((other) => descendantsOf(cut, [other]).has(name));
    if (cause === undefined) return [];
    const action = question.done.find(({ target }) => target.text === cause);
    const place = action?.span ?? (asked.kind === "effect" ? asked.treatment.span : event.span);
    const related = [{ span: place, label: `\`${cause}\` is set here` }];
    const value = action?.value ? printExpression(action.value) : "...";
    const fix = asked.kind === "probability" ? subscripted(asked, question) : null;
    return [diagnose("C560", event.span, { name, set: cause, value }, { related, fix })];
  });
}

/** `P(Y | do(X = a), Z)` as `P(Y[X = a] | Z)`; null where what is done is no plain value. */
function subscripted(asked: ProbabilityExpr, { done, seen, span }: Question): Fix | null {
  if (done.some(({ operator, value }) => operator !== "=" || value === null)) return null;
  const actions: readonly Action[] = done;
  const events = asked.events.flatMap((event): Event[] =>
    event.kind === "claim" ? [] : [{ ...event, variable: { ...event.variable, actions } }],
  );
  // what is computed from several nodes would need the subscript at each of them
  if (events.length < asked.events.length) return null;
  const given: readonly Condition[] = seen;
  const replacement = printQuery({ ...asked, events, given });
  return { title: "ask about those who were seen as things are", span, replacement, judgement: true };
}
