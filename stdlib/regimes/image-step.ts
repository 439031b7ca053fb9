/**
 * What the step programs of CausalGAN and CausalBEGAN begin with: the feeds, networks that bring their state along, and a batch of
 * generated images, the last of which may have labels under do(). What the judges say of them is `causalgan-step.ts` and
 * `causalbegan-step.ts`.
 */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import type { NetworkLowering, TrainingTarget } from "#compiler/vocabulary";
import type { NetworkReference } from "#lang/types/signature";
import type { Feed, StateEntry } from "#runtime/program/plan";
import { generatorScope, type ImageProblem } from "./image.ts";
import type { DrawChoices } from "./image-draw.ts";
import { type LabelFeatures, labelFeatures } from "./label-input.ts";

/** State of all networks and optimizers that the program uses, and its feeds. */
export interface StepProgram {
  readonly builder: Builder;
  readonly state: readonly StateEntry[];
  readonly feeds: Readonly<Record<string, Feed>>;
}

export interface StepChoices extends DrawChoices {
  /** share of the generated batch whose labels are drawn under do() */
  readonly interventions: number;
}

export interface ImageStep extends StepProgram {
  /** grows with the networks that are called, and with what optimizers keep */
  readonly state: StateEntry[];
  /** a network in training; what it has is in the state, what it draws in the feeds */
  readonly call: (reference: NetworkReference, scope: string, ...inputs: readonly Value[]) => NetworkLowering;
  /** images of the batch whose labels come as they are */
  readonly natural: number;
  readonly observational: Value;
  /** labels under do(); null where there are none */
  readonly intervened: Value | null;
  /** [batch, width]: both, in this order */
  readonly labels: Value;
  readonly features: LabelFeatures;
  readonly generator: NetworkLowering;
}

export function beginStep(
  target: TrainingTarget,
  problem: ImageProblem,
  choices: StepChoices,
  name: string,
): ImageStep {
  const b = createBuilder(name);
  const { batch } = choices;
  const done = Math.min(batch - 1, Math.round(choices.interventions * batch));
  const natural = batch - done;
  const state: StateEntry[] = [];
  const feeds: Record<string, Feed> = {
    z: { kind: "uniform", low: -1, high: 1 },
    "fake/labels": { kind: "batch", source: "model", column: "labels" },
    "intervened/labels": { kind: "batch", source: "interventions", column: "labels" },
    "real/labels": { kind: "batch", source: "data", column: "labels" },
    "real/image": { kind: "batch", source: "data", column: "image" },
  };
  const call: ImageStep["call"] = (reference, scope, ...inputs) => {
    const lowered = target.network(b, reference, inputs, { scope, mode: "train" });
    state.push(...lowered.state);
    Object.assign(feeds, lowered.feeds);
    return lowered;
  };
  const observational = b.input("fake/labels", [natural, problem.width]);
  const intervened = done === 0 ? null : b.input("intervened/labels", [done, problem.width]);
  const labels = intervened === null ? observational : b.concat([observational, intervened], 0);
  const features = labelFeatures(b, problem, labels, choices.labelInput, "label_noise", choices.labelValues);
  Object.assign(feeds, features.feeds);
  const generator = call(choices.generator, generatorScope, b.input("z", [batch, choices.noise]), features.input);
  return { builder: b, state, feeds, call, natural, observational, intervened, labels, features, generator };
}
