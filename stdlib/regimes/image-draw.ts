/** The program that is left of a training of images: it draws pictures from labels and noise. */
import { type Builder, createBuilder } from "#compiler/tensor/build";
import type { TrainingTarget } from "#compiler/vocabulary";
import type { NetworkReference } from "#lang/types/signature";
import type { ForwardPlan } from "#runtime/program/plan";
import { averageScope, generatorScope, type ImageProblem } from "./image.ts";
import { type LabelInput, type LabelValues, labelFeatures } from "./label-input.ts";

export interface DrawChoices {
  readonly generator: NetworkReference;
  readonly noise: number;
  readonly batch: number;
  readonly labelInput: LabelInput;
  readonly labelValues: LabelValues;
  /** decay of the average that draws; 0: the generator itself does */
  readonly average: number;
  /** normalise with the statistics of the batch that is drawn instead of the stored ones */
  readonly batchStatistics: boolean;
}

/** Pixels are cut off at -1 and 1, which is no change for a generator that ends in `tanh`. */
export function drawPlan(
  target: TrainingTarget,
  problem: ImageProblem,
  choices: DrawChoices,
): { readonly builder: Builder; readonly plan: ForwardPlan } {
  const b = createBuilder("draw");
  const labels = b.input("labels", [choices.batch, problem.width]);
  const z = b.input("z", [choices.batch, choices.noise]);
  const features = labelFeatures(b, problem, labels, choices.labelInput, "label_noise", choices.labelValues);
  const drawn = target.network(b, choices.generator, [z, features.input], {
    scope: choices.average > 0 ? averageScope : generatorScope,
    mode: choices.batchStatistics ? "train" : "draw",
  });
  b.output("image", b.clip(drawn.output, -1, 1));
  const feeds = { z: { kind: "uniform", low: -1, high: 1 }, ...features.feeds, ...drawn.feeds } as const;
  return { builder: b, plan: { program: "draw", feeds, repeat: 1 } };
}
