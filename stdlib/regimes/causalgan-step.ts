/**
 * The step programs of `causalgan`: `joint` updates all four networks from one batch of generated images, `generator`
 * the generator alone. Which constants they get is decided in `causalgan.ts`.
 */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { gradient, vectorJacobian } from "#compiler/tensor/gradient";
import type { NetworkLowering, TrainingTarget } from "#compiler/vocabulary";
import type { NetworkReference } from "#lang/types/signature";
import type { Feed, StateEntry } from "#runtime/program/plan";
import { discriminatorLoss, type GeneratorLoss, generatorLoss } from "../losses/adversarial.ts";
import { labelLoss, swappedLabelLoss } from "../losses/cross-entropy.ts";
import { type AdamSettings, adam, type OptimizerStep, updatesMade } from "../optimizers/adam.ts";
import type { LabelSpace } from "../losses/label-space.ts";
import { appendAverage } from "./average.ts";
import { averageScope, generatorScope, type ImageProblem } from "./image.ts";
import type { DrawChoices } from "./image-draw.ts";
import { labelFeatures } from "./label-input.ts";
import { parametersOf, requireShape } from "./lowered.ts";

/** The order of the arguments of a cross entropy of generated images, and what it compares with. */
export type LabelTerm =
  /** labels as targets: a proper scoring rule */
  | "proper"
  /** soft labels as targets */
  | "soft"
  /** what the network says as the target, soft labels as the prediction */
  | "swapped";

export interface Choices extends DrawChoices {
  readonly adversarial: GeneratorLoss;
  /** of the labeler in the generator's loss */
  readonly labelTerm: LabelTerm;
  /** of the anti-labeler, in its own loss and, negated, the generator's */
  readonly antilabelTerm: LabelTerm;
  readonly discriminator: NetworkReference;
  readonly labeler: NetworkReference;
  /** what both labelers say */
  readonly space: LabelSpace;
  readonly steps: number;
  readonly generatorSteps: number;
  readonly labelerWeight: number;
  readonly antilabelerWeight: number;
  readonly antilabelerDecay: number;
  readonly balance: number;
  /** share of the generated batch whose labels are drawn under do() */
  readonly interventions: number;
  /** label losses are summed over the labels, as -log P(labels | image) is; the release takes their mean */
  readonly summed: boolean;
  readonly adam: AdamSettings;
  /** step sizes of single networks, instead of Adam's */
  readonly rates: Readonly<Record<string, number>>;
}

/** The scalars that a step gives back, in the order in which they are shown. */
export const metrics = [
  "d_loss",
  "g_loss",
  "adversarial",
  "labeler_real",
  "labeler_fake",
  "antilabeler",
  "antilabeler_weight",
] as const;

/** State of all networks and optimizers that the program uses, and its feeds. */
export interface StepProgram {
  readonly builder: Builder;
  readonly state: readonly StateEntry[];
  readonly feeds: Readonly<Record<string, Feed>>;
}

/**
 * Every network runs once on each batch of images that it sees. All updates are made at once from the values before the
 * step. Real and generated images are normalised apart. Networks that a loss does not train get no filter gradients of
 * it; the anti-labeler's backward pass serves its own update and, negated, the generator's.
 */
export function stepProgram(
  target: TrainingTarget,
  problem: ImageProblem,
  choices: Choices,
  name: "joint" | "generator",
): StepProgram {
  const b = createBuilder(name);
  const { batch } = choices;
  const intervened = Math.min(batch - 1, Math.round(choices.interventions * batch));
  const natural = batch - intervened;
  const state: StateEntry[] = [];
  const feeds: Record<string, Feed> = {
    z: { kind: "uniform", low: -1, high: 1 },
    "fake/labels": { kind: "batch", source: "model", column: "labels" },
    "intervened/labels": { kind: "batch", source: "interventions", column: "labels" },
    "real/labels": { kind: "batch", source: "data", column: "labels" },
    "real/image": { kind: "batch", source: "data", column: "image" },
  };
  const call = (reference: NetworkReference, scope: string, ...inputs: readonly Value[]): NetworkLowering => {
    const lowered = target.network(b, reference, inputs, { scope, mode: "train" });
    state.push(...lowered.state);
    Object.assign(feeds, lowered.feeds);
    return lowered;
  };
  const update = (
    scope: string,
    parameters: ReadonlyMap<string, Value>,
    gradients: readonly Value[],
  ): OptimizerStep => {
    const rate = choices.rates[scope] ?? choices.adam.rate;
    const step = adam(b, scope, parameters, gradients, { ...choices.adam, rate });
    state.push(...step.state);
    for (const [entry, value] of step.updates) b.output(entry, value);
    return step;
  };
  const trained = (network: NetworkLowering) => parametersOf(b, network);

  // generated images and what the three judges say of them
  const observational = b.input("fake/labels", [natural, problem.width]);
  const labels =
    intervened === 0
      ? observational
      : b.concat([observational, b.input("intervened/labels", [intervened, problem.width])], 0);
  const features = labelFeatures(b, problem, labels, choices.labelInput, "label_noise", choices.labelValues);
  Object.assign(feeds, features.feeds);
  const generator = call(choices.generator, generatorScope, b.input("z", [batch, choices.noise]), features.input);
  const fake = generator.output;
  const judged = call(choices.discriminator, "discriminator", fake);
  const labeled = call(choices.labeler, "labeler", fake);
  const guessed = call(choices.labeler, "antilabeler", fake);
  const { space } = choices;
  requireShape(judged, [1], choices.discriminator, "discriminator", "one logit");
  requireShape(labeled, [space.width], choices.labeler, "labeler", "a number for each label column or combination");

  const perLabel = choices.summed ? 1 : 1 / space.groups.length;
  const mismatch = (logits: Value, term: LabelTerm): Value => {
    const wanted = space.encode(b, term === "proper" ? labels : features.soft);
    const loss = term === "swapped" ? swappedLabelLoss : labelLoss;
    return b.mul(b.mean(loss(b, space.groups, logits, wanted)), perLabel);
  };
  const adversarial = generatorLoss(b, choices.adversarial, judged.output);
  const labelerFake = mismatch(labeled.output, choices.labelTerm);
  const antilabeler = mismatch(guessed.output, choices.antilabelTerm);

  // the updates of the judges
  const antilabelerParameters = name === "joint" ? trained(guessed) : new Map<string, Value>();
  const ofAntilabeler = gradient(b, antilabeler, [fake, ...antilabelerParameters.values()]);
  if (name === "joint") {
    const image = b.input("real/image", [batch, ...problem.shape]);
    const realLabels = b.input("real/labels", [batch, problem.width]);
    // no real image can show an intervention that the data never saw: the discriminator would learn to reject it
    const rejected = b.slice(judged.output, [0, 0], [natural, 1]);
    const dLoss = discriminatorLoss(b, call(choices.discriminator, "discriminator", image).output, rejected);
    const read = call(choices.labeler, "labeler", image).output;
    const labelerReal = b.mul(b.mean(labelLoss(b, space.groups, read, space.encode(b, realLabels))), perLabel);
    const updateBy = (scope: string, network: NetworkLowering, loss: Value) => {
      const parameters = trained(network);
      update(scope, parameters, gradient(b, loss, [...parameters.values()]));
    };
    updateBy("discriminator", judged, dLoss);
    updateBy("labeler", labeled, labelerReal);
    update("antilabeler", antilabelerParameters, ofAntilabeler.slice(1));
    b.output("d_loss", dLoss);
    b.output("adversarial", adversarial);
    b.output("labeler_real", labelerReal);
    b.output("labeler_fake", labelerFake);
    b.output("antilabeler", antilabeler);
  }

  // the update of the generator, through the images
  const counter = updatesMade(b, generatorScope);
  const weight = antilabelerWeight(b, choices, counter);
  const [pull] = gradient(b, b.add(adversarial, b.mul(labelerFake, choices.labelerWeight)), [fake]);
  const parameters = trained(generator);
  const slope = b.sub(pull!, b.mul(ofAntilabeler[0]!, weight));
  const step = update(generatorScope, parameters, vectorJacobian(b, fake, slope, [...parameters.values()]));
  const gLoss = b.sub(b.add(adversarial, b.mul(labelerFake, choices.labelerWeight)), b.mul(antilabeler, weight));
  if (name === "joint") {
    b.output("g_loss", gLoss);
    b.output("antilabeler_weight", weight);
  }
  for (const [entry, value] of generator.updates) b.output(entry, value);
  if (choices.average > 0) {
    const scopes = { from: generatorScope, to: averageScope };
    const latest = new Map([...generator.updates, ...step.updates]);
    state.push(...appendAverage(b, generator.state, scopes, latest, counter, choices.average));
  }
  return { builder: b, state, feeds };
}

/** w exp(-t / decay), t counting pairs of generator updates as the release does. */
function antilabelerWeight(
  b: Builder,
  { antilabelerWeight: weight, antilabelerDecay: decay }: Choices,
  updates: Value,
) {
  if (decay === 0) return b.constant(weight);
  return b.mul(b.exp(b.mul(b.floor(b.mul(updates, 0.5)), -1 / decay)), weight);
}
