/** C701, before anything is asked: a question whose exact answer does not fit. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { EventExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { applyConditions } from "../inference/conditions.ts";
import { eliminationOrder } from "../inference/order.ts";
import { pinnedValue, prune } from "../transforms/prune.ts";
import type { LintContext } from "./context.ts";
import type { Question } from "./question.ts";

/** Only what has states by its type is counted; what has not makes the answer sampled anyway. */
export function predictedCost(question: Question, { words, limit }: LintContext): readonly Diagnostic[] {
  const { asked, model, outcomes, imagined, span } = question;
  if (imagined || (asked.kind !== "probability" && asked.kind !== "expectation")) return [];
  const sizes = model.nodes.map((node) => statesOf(node.type)?.length ?? 1);
  if (sizes.reduce((product, size) => product * size, 1) <= limit) return [];
  const conditioned = applyConditions(model, asked.given, words);
  if ("diagnostics" in conditioned) return [];
  const { nodes, evidence } = prune(conditioned.model, outcomes);
  if (nodes.some((node) => statesOf(node.type) === null || node.mechanism.kind === "learned")) return [];
  const ids = new Map(nodes.map((node, i) => [node.name, i]));
  const pinned = new Set(evidence.flatMap((piece) => (pinnedValue(piece) === null ? [] : [piece.node])));
  const scopes = nodes.map((node) =>
    [...node.parents, node.name].filter((name) => !pinned.has(name)).map((name) => ids.get(name)!),
  );
  const free = asked.kind === "expectation" ? outcomes : asked.events.flatMap(bareName);
  const keep = new Set(free.filter((name) => !pinned.has(name)).map((name) => ids.get(name)!));
  const { largest } = eliminationOrder(scopes, keep, (id) => statesOf(nodes[id]!.type)!.length);
  return largest > limit ? [diagnose("C701", span, { entries: largest, limit })] : [];
}

const bareName = (event: EventExpr) =>
  event.kind === "event" && event.test === null ? [event.variable.name.text] : [];
