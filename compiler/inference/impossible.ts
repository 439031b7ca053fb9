/** Finds evidence that cannot be, and the smallest part of it that is to blame. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import type { Words } from "../causal/evaluate.ts";
import { ancestorsOf } from "../causal/graph.ts";
import { type CausalModel, type Evidence, nodeOf } from "../causal/model.ts";
import { printEvidence } from "../causal/print.ts";
import { isMixturePossible } from "./gaussian/answer.ts";
import { evidenceWeights, isPossible, predictCost } from "./exact.ts";
import { tabulate } from "./tabulate.ts";

/** Where each piece of evidence was written. */
export type EvidenceSpans = ReadonlyMap<Evidence, Span>;

/**
 * Whether the evidence can be, as far as the finite part of the model tells, or all of it where it is linear-Gaussian; true when
 * that is too much work to tell.
 */
function possible(model: CausalModel, evidence: readonly Evidence[], words: Words, limit: number): boolean {
  const relevant = ancestorsOf(
    model,
    evidence.map((piece) => piece.node),
  );
  const part = { ...model, nodes: model.nodes.filter((node) => relevant.has(node.name)), evidence };
  const { variables } = tabulate(part, words);
  const weights = evidenceWeights(evidence, variables);
  if (predictCost(variables, weights, []).largest > limit) return true;
  if (!isPossible(variables, weights)) return false;
  const finite = new Set(variables.keys());
  return finite.size === part.nodes.length || isMixturePossible(part, finite, words, limit);
}

/**
 * An irreducible part of the evidence that has probability zero, found by leaving out piece after piece; null when all
 * of it is possible.
 */
export function impossibleEvidence(model: CausalModel, words: Words, limit: number): readonly Evidence[] | null {
  let guilty = model.evidence;
  if (guilty.length === 0 || possible(model, guilty, words, limit)) return null;
  for (const piece of model.evidence) {
    const rest = guilty.filter((other) => other !== piece);
    if (!possible(model, rest, words, limit)) guilty = rest;
  }
  return guilty;
}

/** The diagnostic for evidence that cannot be. */
export function diagnoseImpossible(model: CausalModel, guilty: readonly Evidence[], spans: EvidenceSpans): Diagnostic {
  const places = guilty.map((piece) => spans.get(piece) ?? nodeOf(model, piece.node).span);
  const evidence = guilty.map((piece) => printEvidence(nodeOf(model, piece.node), piece));
  const related = places.slice(1).map((span) => ({ span, label: "together with this" }));
  return diagnose("C450", places[0]!, { evidence }, { related });
}
