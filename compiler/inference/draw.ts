/**
 * Samples of the nodes of a model under conditions, always from their joint distribution. Images are not drawn here:
 * they are rendered from the columns of their parents.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Condition } from "#lang/syntax/ast";
import { createStream } from "#runtime/random";
import type { Words } from "../causal/evaluate.ts";
import { ancestorsOf, descendantsOf } from "../causal/graph.ts";
import { type CausalModel, nodeOf } from "../causal/model.ts";
import { defaultLimit } from "../plan/query-plan.ts";
import { applyConditions } from "./conditions.ts";
import { diagnoseImpossible, impossibleEvidence } from "./impossible.ts";
import { resample } from "./resample.ts";
import { type Couple, type Draws, drawWeighted, prepareSampling } from "./sample.ts";
import { drawGiven } from "./sampling.ts";
import { calibrated, raked } from "./soft.ts";

export interface DrawOptions {
  readonly vocabulary: Words;
  readonly seed: number;
  /** the nodes that are wanted, all by default; of an image its parents */
  readonly targets?: readonly string[];
  /** weighted draws to choose from where the evidence needs weights; at least four a sample by default */
  readonly samples?: number;
  readonly limit?: number;
  /** where nodes are copies of each other in several worlds */
  readonly couple?: Couple;
}

export interface Samples {
  /** stored values by node: the index of the state, or the number */
  readonly columns: Readonly<Record<string, Float64Array>>;
  /** `exact`: independent draws; `sampled`: chosen from weighted draws */
  readonly method: "exact" | "sampled";
  /** of the weighted draws */
  readonly ess?: number;
}

const smallestEss = 30;
const smallestPool = 20_000;
/** Draws to weigh soft evidence by, where that is not exact. */
const softPool = 100_000;

/** The part of the model that the targets and the evidence come from, without images. */
function withoutImages(model: CausalModel, targets: readonly string[] | undefined): CausalModel {
  const images = model.nodes.filter((node) => node.type.kind === "image").map((node) => node.name);
  const excluded = descendantsOf(model, images);
  const wanted = (targets ?? model.nodes.map((node) => node.name)).flatMap((name) =>
    excluded.has(name) ? nodeOf(model, name).parents : [name],
  );
  const needed = ancestorsOf(model, [...wanted, ...model.evidence.map((piece) => piece.node)]);
  return { ...model, nodes: model.nodes.filter((node) => needed.has(node.name) && !excluded.has(node.name)) };
}

/** The columns of the nodes; what was added for claims and policies is no part of the program. */
function asRecord(model: CausalModel, draws: Draws, rows: Int32Array | null): Readonly<Record<string, Float64Array>> {
  const added = new Set(
    model.nodes.filter((node) => node.claim || node.naturalOf !== undefined).map(({ name }) => name),
  );
  const columns = [...draws.columns].filter(([name]) => !added.has(name));
  return Object.fromEntries(
    columns.map(([name, column]) => [name, rows === null ? column : Float64Array.from(rows, (row) => column[row]!)]),
  );
}

/**
 * `count` draws of all nodes but images from their joint distribution after do() and observe(). The finite part is
 * drawn exactly; evidence on the rest is met by resampling weighted draws. The same seed gives the same columns.
 */
export function drawSamples(
  model: CausalModel,
  given: readonly Condition[],
  count: number,
  options: DrawOptions,
): Samples | { readonly diagnostics: readonly Diagnostic[] } {
  const { vocabulary: words, seed, limit = defaultLimit } = options;
  const applied = applyConditions(model, given, words);
  if ("diagnostics" in applied) return applied;
  const guilty = impossibleEvidence(applied.model, words, limit);
  if (guilty !== null) return { diagnostics: [diagnoseImpossible(applied.model, guilty, applied.spans)] };
  const conditioned = calibrated(applied, { words, limit, samples: softPool, seed: `${seed}/soft` });
  if ("diagnostics" in conditioned) return conditioned;
  const relevant = withoutImages(conditioned.model, options.targets);
  const unfitted = relevant.nodes.filter((node) => node.mechanism.kind === "learned");
  if (unfitted.length > 0) {
    return { diagnostics: unfitted.map(({ name, span }) => diagnose("C601", span, { name, model: model.name })) };
  }
  const sampling = { words, seed, limit, ...(options.couple === undefined ? {} : { couple: options.couple }) };
  const prepared = prepareSampling(relevant, sampling);
  if ("diagnostics" in prepared) return prepared;
  const plain = drawWeighted(relevant, prepared, count, sampling);
  if ("diagnostics" in plain) return plain;
  if (plain.draws.weights === null) return { columns: asRecord(relevant, plain.draws, null), method: "exact" };

  const pool = Math.max(options.samples ?? smallestPool, 4 * count);
  const weighted = drawGiven(relevant, pool, sampling);
  if ("diagnostics" in weighted) return weighted;
  const draws = raked(weighted.draws, relevant.evidence);
  const { weights, ess } = draws;
  if (weights === null || ess < smallestEss) {
    const span = conditioned.spans.values().next().value ?? relevant.nodes[0]!.span;
    return { diagnostics: [diagnose("C453", span, { ess, samples: pool })] };
  }
  const rows = resample(weights, count, createStream(seed, "resample"));
  return { columns: asRecord(relevant, draws, rows), method: "sampled", ess };
}
