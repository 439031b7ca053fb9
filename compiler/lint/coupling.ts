/** C562: a question of the third rung about nodes whose tables leave open how their rows hang together. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic, Fix } from "#lang/diagnostics/diagnostic";
import type { QueryExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { expandEffect } from "../counterfactual/effects.ts";
import { imagine, isCounterfactual } from "../counterfactual/imagine.ts";
import { type CausalModel, nodeOf } from "../causal/model.ts";
import type { LintContext } from "./context.ts";
import { declaredAt, type Question } from "./question.ts";

export function withoutCoupling(question: Question, context: LintContext): readonly Diagnostic[] {
  const { asked, model, imagined, span } = question;
  if (!imagined) return [];
  if (asked.kind === "draw" || asked.kind === "predicate") return [];
  const query: QueryExpr = asked.kind === "effect" ? expandEffect(asked, model) : asked;
  const names = [...new Set(openNodes(query, model, context))];
  if (names.length === 0) return [];
  const related = names.map((name) => declaredAt(model, name, "no coupling"));
  const fix = names.length === 1 ? declareCoupling(model, names[0]!, context) : null;
  return [diagnose("C562", span, { names }, { related, fix })];
}

/** Discrete nodes with several copies among the worlds of the query, and no equation or coupling that joins them. */
function openNodes(query: QueryExpr, model: CausalModel, context: LintContext): readonly string[] {
  if (query.kind === "query-binary") {
    return [...openNodes(query.left, model, context), ...openNodes(query.right, model, context)];
  }
  if ((query.kind !== "probability" && query.kind !== "expectation") || !isCounterfactual(query)) return [];
  const { words: vocabulary, limit } = context;
  const session = { vocabulary, samples: 0, seed: 0, model, limit, nextSeed: () => "" };
  const imagined = imagine(query, session);
  if ("diagnostics" in imagined) return [];
  return [...imagined.worlds.copies].flatMap(([name, copies]) => {
    const node = nodeOf(model, name);
    const { kind } = node.mechanism;
    const open = (kind === "table" || kind === "distribution") && statesOf(node.type) !== null;
    return copies.length > 1 && open && node.coupling === undefined ? [name] : [];
  });
}

/** Behind the mechanism as it is written, unless that has settings already. */
function declareCoupling(model: CausalModel, name: string, { program }: LintContext): Fix | null {
  for (const file of program.files) {
    for (const statement of file.statements) {
      if (statement.kind !== "model" || statement.name.text !== model.name) continue;
      for (const member of statement.members) {
        if ((member.kind !== "sample" && member.kind !== "latent") || member.name.text !== name) continue;
        const { mechanism } = member;
        if (mechanism === null || mechanism.settings !== null) return null;
        const span = { ...mechanism.span, start: mechanism.span.end };
        const title = `declare a coupling of \`${name}\``;
        return { title, span, replacement: " { coupling = monotone }", judgement: true };
      }
    }
  }
  return null;
}
