/**
 * The step programs of `causalgan`: `joint` updates all four networks from one batch of generated images, `generator`
 * the generator alone. Which constants they get is decided in `causalgan.ts`.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import { gradient, vectorJacobian } from "#compiler/tensor/gradient";
import type { NetworkLowering, TrainingTarget } from "#compiler/vocabulary";
import type { NetworkReference } from "#lang/types/signature";
import { discriminatorLoss, type GeneratorLoss, generatorLoss } from "../losses/adversarial.ts";
import { labelLoss, swappedLabelLoss } from "../losses/cross-entropy.ts";
import { type AdamSettings, adam, type OptimizerStep, updatesMade } from "../optimizers/adam.ts";
import type { LabelSpace } from "../losses/label-space.ts";
import { appendAverage } from "./average.ts";
import { averageScope, generatorScope, type ImageProblem } from "./image.ts";
import { beginStep, type StepChoices, type StepProgram } from "./image-step.ts";
import { parametersOf, requireShape } from "./lowered.ts";

/** The order of the arguments of a cross entropy of generated images, and what it compares with. */
export type LabelTerm =
  /** labels as targets: a proper scoring rule */
  | "proper"
  /** soft labels as targets */
  | "soft"
  /** what the network says as the target, soft labels as the prediction */
  | "swapped";

export interface Choices extends StepChoices {
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
  const step = beginStep(target, problem, choices, name);
  const { builder: b, state, call, natural, labels, features, generator } = step;
  const { batch } = choices;
  const update = (
    scope: string,
    parameters: ReadonlyMap<string, Value>,
    gradients: readonly Value[],
  ): OptimizerStep => {
    const rate = choices.rates[scope] ?? choices.adam.rate;
    const updated = adam(b, scope, parameters, gradients, { ...choices.adam, rate });
    state.push(...updated.state);
    for (const [entry, value] of updated.updates) b.output(entry, value);
    return updated;
  };
  const trained = (network: NetworkLowering) => parametersOf(b, network);

  // what the three judges say of generated images
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
  const updated = update(generatorScope, parameters, vectorJacobian(b, fake, slope, [...parameters.values()]));
  const gLoss = b.sub(b.add(adversarial, b.mul(labelerFake, choices.labelerWeight)), b.mul(antilabeler, weight));
  if (name === "joint") {
    b.output("g_loss", gLoss);
    b.output("antilabeler_weight", weight);
  }
  for (const [entry, value] of generator.updates) b.output(entry, value);
  if (choices.average > 0) {
    const scopes = { from: generatorScope, to: averageScope };
    const latest = new Map([...generator.updates, ...updated.updates]);
    state.push(...appendAverage(b, generator.state, scopes, latest, counter, choices.average));
  }
  return step;
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
