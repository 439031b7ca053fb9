/** Models that are a graph only: what asks them for numbers is told so. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { CheckContext } from "./check-context.ts";
import type { ModelView } from "./model-scope.ts";

/** Reports that a model is a graph only, where numbers are asked for (C530); whether it is. */
export function reportLack(context: CheckContext, model: ModelView, span: Span): boolean {
  if (model.lacks === null) return false;
  const names = model.nodeNames().filter((name) => model.node(name)?.role === "sample");
  const example = names.length < 2 ? "P(Y | do(X))" : `P(${names.at(-1)} | do(${names.at(-2)}))`;
  context.report(diagnose("C530", span, { model: model.name, lacks: model.lacks, example }));
  return true;
}
