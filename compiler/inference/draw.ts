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
import { type Draws, drawWeighted, prepareSampling } from "./sample.ts";
import { drawGiven } from "./sampling.ts";

export interface DrawOptions {
  readonly vocabulary: Words;
  readonly seed: number;
  /** the nodes that are wanted, all by default; of an image its parents */
  readonly targets?: readonly string[];
  /** weighted draws to choose from where the evidence needs weights; at least four a sample by default */
  readonly samples?: number;
  readonly limit?: number;
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

const asRecord = (draws: Draws, rows: Int32Array | null) =>
  Object.fromEntries(
    [...draws.columns].map(([name, column]) => [
      name,
      rows === null ? column : Float64Array.from(rows, (row) => column[row]!),
    ]),
  );

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
  const conditioned = applyConditions(model, given, words);
  if ("diagnostics" in conditioned) return conditioned;
  const guilty = impossibleEvidence(conditioned.model, words, limit);
  if (guilty !== null) return { diagnostics: [diagnoseImpossible(conditioned.model, guilty, conditioned.spans)] };
  const relevant = withoutImages(conditioned.model, options.targets);
  const unfitted = relevant.nodes.filter((node) => node.mechanism.kind === "learned");
  if (unfitted.length > 0) {
    return { diagnostics: unfitted.map(({ name, span }) => diagnose("C601", span, { name, model: model.name })) };
  }
  const prepared = prepareSampling(relevant, words);
  if ("diagnostics" in prepared) return prepared;
  const plain = drawWeighted(relevant, prepared, count, { words, seed, limit });
  if ("diagnostics" in plain) return plain;
  if (plain.draws.weights === null) return { columns: asRecord(plain.draws, null), method: "exact" };

  const pool = Math.max(options.samples ?? smallestPool, 4 * count);
  const weighted = drawGiven(relevant, pool, { words, seed, limit });
  if ("diagnostics" in weighted) return weighted;
  const { weights, ess } = weighted.draws;
  if (weights === null || ess < smallestEss) {
    const span = conditioned.spans.values().next().value ?? relevant.nodes[0]!.span;
    return { diagnostics: [diagnose("C453", span, { ess, samples: pool })] };
  }
  return {
    columns: asRecord(weighted.draws, resample(weights, count, createStream(seed, "resample"))),
    method: "sampled",
    ess,
  };
}
