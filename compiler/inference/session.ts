/** What the parts of one query share: the context of the question, conditioned models and draws. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Source } from "#lang/source";
import type { Condition, QueryExpr } from "#lang/syntax/ast";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";
import type { Planned } from "../plan/query-plan.ts";
import type { Answer } from "./answer.ts";
import { applyConditions, type Conditioned } from "./conditions.ts";
import { calibrated, raked } from "./soft.ts";
import { diagnoseImpossible, impossibleEvidence } from "./impossible.ts";
import type { Draws } from "./sample.ts";
import { drawGiven } from "./sampling.ts";
import type { SharedMarginals } from "./shared.ts";

export interface QueryContext {
  readonly vocabulary: Words;
  /** draws for what cannot be exact */
  readonly samples: number;
  readonly seed: number;
  /** answers of earlier queries by name */
  readonly previous?: ReadonlyMap<string, Answer>;
  /** conditions that hold for every part of the query, as set in an interactive session */
  readonly extraGiven?: readonly Condition[];
  /** entries of the largest table that exact inference may walk */
  readonly limit?: number;
  /** posteriors that were computed for several queries together */
  readonly shared?: SharedMarginals;
  /** to show a query as it was written */
  readonly sources?: ReadonlyMap<string, Source>;
}

export interface Failure {
  readonly diagnostics: readonly Diagnostic[];
}

/** A value on the way to an answer. */
export interface Part {
  readonly value: Answer["value"];
  /** the nodes whose states a table goes by, from outside */
  readonly axes?: readonly string[];
  readonly rung: 1 | 2 | 3;
  /** present where the value is an interval, or one for each state */
  readonly bounds?: { readonly outer: boolean };
  /** absent where the value is exact */
  readonly sampled?: { readonly stderr: number; readonly ess: number; readonly sampler?: "resample-move" };
  readonly warnings: readonly Diagnostic[];
}

/** Below this many effective draws a number would be noise. */
const smallestEss = 30;

export interface Session extends QueryContext {
  readonly model: CausalModel;
  readonly limit: number;
  /** a fresh seed for each sampled part of a query, so that their errors are independent */
  nextSeed(): string;
}

/** The model under the conditions of a part of the query, or why there is none. */
export function condition(given: readonly Condition[], session: Session): Conditioned | Failure {
  const { model, vocabulary, extraGiven = [], limit } = session;
  const conditioned = applyConditions(model, [...extraGiven, ...given], vocabulary);
  if ("diagnostics" in conditioned) return conditioned;
  const guilty = impossibleEvidence(conditioned.model, vocabulary, limit);
  if (guilty !== null) return { diagnostics: [diagnoseImpossible(conditioned.model, guilty, conditioned.spans)] };
  const options = { words: vocabulary, limit, samples: session.samples, seed: `${session.seed}/soft` };
  return calibrated(conditioned, options);
}

/** Enough draws for an estimate, or the diagnostic that there are too few (C453). */
export function drawFor(planned: Planned, query: QueryExpr, session: Session): Draws | Failure {
  const { vocabulary: words, samples, limit } = session;
  const sampled = drawGiven(planned.model, samples, { words, limit, seed: session.nextSeed() });
  if ("diagnostics" in sampled) return sampled;
  const draws = raked(sampled.draws, planned.model.evidence);
  if (draws.ess >= smallestEss) return draws;
  return { diagnostics: [diagnose("C453", query.span, { ess: draws.ess, samples })] };
}

/** How sure a number from the draws is, and which sampler made them where it is not likelihood weighting. */
export function sampledBy(draws: Draws, stderr: number): NonNullable<Part["sampled"]> {
  return { stderr, ess: draws.ess, ...(draws.batch === 1 ? {} : { sampler: "resample-move" }) };
}
