/** C680: a question about learned mechanisms that no statement of the program trains. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { ancestorsOf } from "../causal/graph.ts";
import { intervene } from "../transforms/do.ts";
import type { LintContext } from "./context.ts";
import { declaredAt, type Question, setNodes } from "./question.ts";

export function neverTrained(question: Question, { program }: LintContext): readonly Diagnostic[] {
  const { model, outcomes, seen, asked, span } = question;
  if (asked.kind === "predicate" || model.drawn !== undefined) return [];
  const trained = new Set(program.trains.filter((train) => train.model === model.name).map((train) => train.part));
  const set = question.imagined ? [] : [...setNodes(question)];
  const cut = intervene(
    model,
    set.map((node) => ({ kind: "set", node, value: 0 })),
  );
  const needed = ancestorsOf(cut, [...outcomes, ...seen.map((event) => event.variable.name.text)]);
  const lacking = cut.nodes.filter((node) => {
    const part = node.type.kind === "image" ? node.name : "labels";
    return needed.has(node.name) && node.mechanism.kind === "learned" && !trained.has(part);
  });
  const first = lacking[0];
  if (first === undefined) return [];
  const names = lacking.map((node) => node.name);
  const part = first.type.kind === "image" ? first.name : "labels";
  const related = names.map((name) => declaredAt(model, name, "learned"));
  return [diagnose("C680", span, { names, model: model.name, part }, { related })];
}
