/**
 * The step program of `causalbegan`: one update of the discriminator with its labeler, one of the generator, and one of
 * the three weights that balance them. Which constants it gets is decided in `causalbegan.ts`.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import { gradient, vectorJacobian } from "#compiler/tensor/gradient";
import type { NetworkLowering, TrainingTarget } from "#compiler/vocabulary";
import type { NetworkReference } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import { adjusted, control, reconstructionLoss } from "../losses/autoencoder.ts";
import { swappedLabelLoss } from "../losses/cross-entropy.ts";
import { type LabelDistance, labelDistance } from "../losses/label-distance.ts";
import { type AdamSettings, adam, updatesMade } from "../optimizers/adam.ts";
import { halving } from "../optimizers/schedule.ts";
import { appendAverage } from "./average.ts";
import { averageScope, generatorScope, type ImageProblem } from "./image.ts";
import { beginStep, type StepChoices, type StepProgram } from "./image-step.ts";
import { sureLabels } from "./label-input.ts";
import { parametersOf, requireShape } from "./lowered.ts";

/** The three control loops: the wanted ratios of losses, and how fast the weights follow. */
export interface Margins {
  readonly gamma: number;
  readonly gammaLabel: number;
  readonly zeta: number;
  readonly lambdaK: number;
  readonly lambdaL: number;
  readonly lambdaZ: number;
  /** false: the generator always sees the whole label loss */
  readonly third: boolean;
}

export interface Choices extends StepChoices {
  readonly encoder: NetworkReference;
  readonly decoder: NetworkReference;
  /** null: the first numbers of the encoder's code are the labels' logits */
  readonly labeler: NetworkReference | null;
  readonly steps: number;
  readonly labelLoss: LabelDistance;
  /** the generator's cross entropy has the arguments in the release's order */
  readonly swapped: boolean;
  readonly margins: Margins;
  readonly balance: number;
  readonly adam: AdamSettings & { readonly rate: number };
  /** updates after which the rate is halved, again and again; 0: never */
  readonly halve: number;
}

/** The scalars that a step gives back, in the order in which they are shown. */
export const metrics = [
  "image_real",
  "image_fake",
  "label_real",
  "label_fake",
  "d_loss",
  "g_loss",
  "k",
  "l",
  "z",
  "margin_k",
  "margin_l",
  "margin_z",
  "convergence",
  "convergence_all",
] as const;

/** What the discriminator and the labeler make of images. */
interface Judgement {
  readonly image: Value;
  /** the labels that are wanted of it */
  readonly wanted: Value;
  /** what the labeler says */
  readonly read: Value;
  readonly reconstruction: Value;
  readonly labels: Value;
}

/**
 * All updates are made at once from the values before the step. Images under do() pull the generator and nothing else: no real
 * image can show what the data never saw, so the discriminator is not to learn to reject it, and the margins compare like with
 * like. A loss on generated images is differentiated once, for the generator and, with another factor, for its judges.
 */
export function stepProgram(target: TrainingTarget, problem: ImageProblem, choices: Choices): StepProgram {
  const step = beginStep(target, problem, choices, "joint");
  const { builder: b, state, call, natural, generator } = step;
  const { batch, margins } = choices;
  const { groups } = problem;
  const updates = new Map<string, Value>();
  const parameters = { image: new Map<string, Value>(), labels: new Map<string, Value>() };
  const judge = (image: Value, wanted: Value): Judgement => {
    const encoder = call(choices.encoder, "encoder", image);
    const decoder = call(choices.decoder, "decoder", encoder.output);
    const labeler = choices.labeler === null ? null : call(choices.labeler, "labeler", image);
    requireShape(decoder, problem.shape, choices.decoder, "decoder", "the image");
    if (labeler !== null)
      requireShape(labeler, [problem.width], choices.labeler!, "labeler", "a number for each label column");
    else requireCode(encoder, problem, choices.encoder);
    for (const network of [encoder, decoder]) {
      for (const [name, value] of parametersOf(b, network)) parameters.image.set(name, value);
    }
    for (const [name, value] of parametersOf(b, labeler ?? encoder)) parameters.labels.set(name, value);
    const read = labeler?.output ?? b.slice(encoder.output, [0, 0], [image.shape[0]!, problem.width]);
    return {
      image,
      wanted,
      read,
      reconstruction: reconstructionLoss(b, image, decoder.output),
      labels: labelDistance(b, choices.labelLoss, groups, read, wanted),
    };
  };

  // images of labels as they come, those of labels under do(), and real ones
  const part = (from: number, to: number) =>
    b.slice(generator.output, [from, 0, 0, 0], [to, ...generator.output.shape.slice(1)]);
  const fake = judge(part(0, natural), step.observational);
  const done = step.intervened === null ? null : judge(part(natural, batch), step.intervened);
  const real = judge(b.input("real/image", [batch, ...problem.shape]), b.input("real/labels", [batch, problem.width]));
  /** what the generator is told about its labels */
  const told = ({ read, wanted, labels: distance }: Judgement): Value =>
    choices.swapped
      ? b.mul(b.mean(swappedLabelLoss(b, groups, read, sureLabels(b, problem, wanted))), 1 / groups.length)
      : distance;

  // the three weights and what moves them
  const weights = { k: control(b, "margin/k"), l: control(b, "margin/l"), z: control(b, "margin/z") };
  const [k, l] = [weights.k.now, weights.l.now];
  const z = margins.third ? weights.z.now : b.constant(1);
  const marginK = b.sub(b.mul(real.reconstruction, margins.gamma), fake.reconstruction);
  const marginL = b.sub(b.mul(real.labels, margins.gammaLabel), fake.labels);
  const marginZ = b.sub(b.mul(b.relu(marginK), margins.zeta), b.relu(marginL));
  const moved = {
    k: adjusted(b, k, margins.lambdaK, marginK),
    l: adjusted(b, l, margins.lambdaL, marginL),
    z: adjusted(b, weights.z.now, margins.lambdaZ, marginZ),
  };
  state.push(...Object.values(weights).map((weight) => weight.state));

  // the discriminator and its labeler
  const trained = new Map([...parameters.image, ...parameters.labels]);
  const ofReal = gradient(b, b.add(real.reconstruction, real.labels), [...trained.values()]);
  const [imagePull, ...ofImage] = gradient(b, fake.reconstruction, [fake.image, ...parameters.image.values()]);
  const [labelPush, ...ofLabels] = gradient(b, fake.labels, [fake.image, ...parameters.labels.values()]);
  const slopes = new Map([...trained.keys()].map((name, i) => [name, ofReal[i]!]));
  const weaken = (names: Iterable<string>, by: Value, gradients: readonly Value[]) => {
    [...names].forEach((name, i) => void slopes.set(name, b.sub(slopes.get(name)!, b.mul(gradients[i]!, by))));
  };
  weaken(parameters.image.keys(), k, ofImage);
  weaken(parameters.labels.keys(), l, ofLabels);
  const dLoss = b.sub(
    b.add(real.reconstruction, real.labels),
    b.add(b.mul(fake.reconstruction, k), b.mul(fake.labels, l)),
  );

  // the generator, through the images
  const labelPull = choices.swapped ? gradient(b, told(fake), [fake.image])[0]! : labelPush!;
  const share = natural / batch;
  const loss = (judged: Judgement) => b.add(judged.reconstruction, b.mul(told(judged), z));
  const ofNatural = b.mul(b.add(imagePull!, b.mul(labelPull, z)), share);
  const ofDone = done === null ? [] : [b.mul(gradient(b, loss(done), [done.image])[0]!, 1 - share)];
  const pull = b.concat([ofNatural, ...ofDone], 0);
  const gLoss = done === null ? loss(fake) : b.add(b.mul(loss(fake), share), b.mul(loss(done), 1 - share));
  const own = parametersOf(b, generator);
  const ofGenerator = vectorJacobian(b, generator.output, pull, [...own.values()]);

  const optimizer = { ...choices.adam, rate: rateOf(b, choices) };
  for (const [scope, values, gradients] of [
    ["discriminator", trained, [...trained.keys()].map((name) => slopes.get(name)!)],
    [generatorScope, own, ofGenerator],
  ] as const) {
    const updated = adam(b, scope, values, gradients, optimizer);
    state.push(...updated.state);
    for (const [name, value] of updated.updates) updates.set(name, value);
  }
  for (const [name, value] of generator.updates) updates.set(name, value);
  if (choices.average > 0) {
    const scopes = { from: generatorScope, to: averageScope };
    const counter = updatesMade(b, generatorScope);
    state.push(...appendAverage(b, generator.state, scopes, updates, counter, choices.average));
  }
  for (const [name, value] of updates) b.output(name, value);
  for (const key of ["k", "l", "z"] as const) b.output(weights[key].state.name, moved[key]);

  const convergence = b.add(real.reconstruction, b.abs(marginK));
  const results: Readonly<Record<(typeof metrics)[number], Value>> = {
    image_real: real.reconstruction,
    image_fake: fake.reconstruction,
    label_real: real.labels,
    label_fake: fake.labels,
    d_loss: dLoss,
    g_loss: gLoss,
    ...moved,
    margin_k: marginK,
    margin_l: marginL,
    margin_z: marginZ,
    convergence,
    convergence_all: b.add(b.add(convergence, real.labels), b.add(b.abs(marginL), b.abs(marginZ))),
  };
  for (const name of metrics) b.output(name, results[name]);
  return step;
}

/** A code that the labels are read off must be long enough. */
function requireCode({ output }: NetworkLowering, { width }: ImageProblem, { name }: NetworkReference): void {
  const [, units] = output.shape;
  if (output.shape.length === 2 && units! >= width) return;
  throw new RuntimeFault(
    "bad-data",
    `the labels are read off the code of the encoder \`${name}\`, which has fewer numbers than the ${width} label columns`,
    "give the encoder more `units`, or leave out `separate_labeler = false`",
  );
}

function rateOf(b: Builder, { adam: { rate }, halve }: Choices): AdamSettings["rate"] {
  return halve === 0 ? rate : (updates) => halving(b, rate, updates, halve);
}
