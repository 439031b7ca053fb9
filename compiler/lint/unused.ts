/** C563: nodes that nothing which a file asks depends on. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { ancestorsOf } from "../causal/graph.ts";
import type { LintContext } from "./context.ts";
import { mentioned, type Question } from "./question.ts";

/** One finding a model, about models of the root file that are asked anything there. */
export function unusedNodes(questions: readonly Question[], { program, models }: LintContext): readonly Diagnostic[] {
  // tests alone may look at a part of a model that others import
  const { queries, draws, identifies } = program;
  const askedModels = new Set([...queries, ...draws, ...identifies].map(({ model }) => model));
  const root = program.files.at(-1)?.source;
  return [...models.values()].flatMap((model): readonly Diagnostic[] => {
    const declared = program.models.get(model.name);
    const own = questions.filter((question) => question.model.name === model.name);
    if (declared?.span.source !== root || !askedModels.has(model.name) || model.drawn !== undefined) return [];
    const trained = program.trains.filter((train) => train.model === model.name).map((train) => train.part);
    const learned = model.nodes.filter((node) => {
      const isImage = node.type.kind === "image";
      return node.mechanism.kind === "learned" && trained.includes(isImage ? node.name : "labels");
    });
    const asked = new Set([...own.flatMap((question) => [...mentioned(question)]), ...learned.map(({ name }) => name)]);
    const used = ancestorsOf(model, asked);
    const unused = model.nodes.filter((node) => !used.has(node.name)).toSorted((a, b) => a.span.start - b.span.start);
    const [first, ...rest] = unused;
    if (first === undefined) return [];
    const related = rest.slice(0, 8).map(({ span }) => ({ span, label: "unused as well" }));
    return [diagnose("C563", first.span, { names: unused.map(({ name }) => name), model: model.name }, { related })];
  });
}
