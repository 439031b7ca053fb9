/** C681: do() with a value that its node never has, in the model or in what it was trained on. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { statesOf } from "#lang/types/type";
import { evaluateConstant, nodesOf, printValue } from "../causal/evaluate.ts";
import { wordOf } from "../inference/distribution.ts";
import type { LintContext } from "./context.ts";
import { setValues, type SetValue } from "./positivity.ts";
import { declaredAt, type Question } from "./question.ts";

export function outsideSupport(question: Question, context: LintContext): readonly Diagnostic[] {
  const { model } = question;
  return setValues(question, context).flatMap((set) => {
    const range = neverTrained(question, set, context) ?? neverDrawn(question, set, context);
    if (range === null) return [];
    const value = printValue(set.node.type, set.value);
    const related = [declaredAt(model, set.node.name, "how it comes about")];
    return [diagnose("C681", set.span, { set: set.node.name, value, range }, { related })];
  });
}

function neverTrained({ model }: Question, { node, value }: SetValue, { trained }: LintContext): string | null {
  const counts = trained?.get(model.name)?.[node.name];
  const states = statesOf(node.type);
  if (counts === undefined || states === null || counts[value] !== 0) return null;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const seen = states.filter((_, state) => counts[state]! > 0);
  return `none of the ${rows} rows that it was trained on has that, only ${seen.map((state) => `\`${state}\``).join(", ")}`;
}

/** A continuous distribution whose arguments are constants has a support that can be told. */
function neverDrawn({ model }: Question, { node, value }: SetValue, { words }: LintContext): string | null {
  const { mechanism } = node;
  if (mechanism.kind !== "distribution" || statesOf(node.type) !== null) return null;
  if (mechanism.args.some((arg) => arg.kind === "map" || arg.kind === "list" || nodesOf(arg, model).length > 0))
    return null;
  const args = mechanism.args.map((arg) => evaluateConstant(arg, model, words, null));
  const word = wordOf(words, mechanism.name);
  if (word.logDensity(value, args) !== Number.NEGATIVE_INFINITY) return null;
  return `\`${mechanism.name}(${args.join(", ")})\` gives no such value`;
}
