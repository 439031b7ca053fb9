/**
 * The regime `causalbegan`: a generator of images given labels against an autoencoder, helped by a labeler, with three
 * weights that keep the losses in proportion (Kocaoglu et al. 2018, section 5.3). The step is in `causalbegan-step.ts`.
 */
import type { Regime } from "#compiler/vocabulary";
import type { Constants, Parameter } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import { type LabelDistance, labelDistances } from "../losses/label-distance.ts";
import { assemble, metricsOf } from "./assemble.ts";
import { type Choices, metrics, stepProgram } from "./causalbegan-step.ts";
import { generatorOf, type ImageProblem, imageProblem, libraryNetwork, widthOf } from "./image.ts";
import { drawPlan } from "./image-draw.ts";
import { imageSettings } from "./image-settings.ts";
import type { LabelInput, LabelValues } from "./label-input.ts";
import { commonSettings, flagOr, networkOr, numberOr, wordOr } from "./settings.ts";

/** What `paper = true` changes; all other constants are the release's (causal_began at commit 9d52b52) in either case. */
interface Defaults {
  readonly labelInput: LabelInput;
  readonly average: number;
  readonly balance: number;
  readonly interventions: number;
}

const released: Defaults = { labelInput: "plain", average: 0, balance: 0, interventions: 0 };

/** Labels that are seen often enough, generated labels under do(), and an average that draws. */
const corrected: Defaults = { labelInput: "sign", average: 0.999, balance: 0.5, interventions: 0.25 };

const settings: readonly Parameter[] = [
  ...commonSettings,
  {
    name: "paper",
    kind: "boolean",
    default: false,
    doc: "what the released code does, for the settings below that say what that is",
  },
  { name: "steps", kind: "int", default: 250_000, range: [1, 1e9], doc: "updates of each network" },
  { name: "batch", kind: "int", default: 16, range: [2, 1e6], doc: "images in a batch" },
  { name: "rate", kind: "number", default: 8e-5, range: [0, 10], doc: "step size of Adam, for all networks" },
  { name: "beta1", kind: "number", default: 0.9, range: [0, 1], doc: "Adam's decay of gradients" },
  { name: "beta2", kind: "number", default: 0.999, range: [0, 1], doc: "Adam's decay of squared gradients" },
  {
    name: "halve",
    kind: "int",
    default: 100_000,
    range: [0, 1e9],
    doc: "updates after which the rate is halved, again and again; 0: never",
  },
  {
    name: "gamma",
    kind: "number",
    default: 0.5,
    range: [0, 1],
    doc: "wanted ratio of the autoencoder's loss of generated images to that of real ones: low for sharp images, high for diverse ones",
  },
  {
    name: "gamma_label",
    kind: "number",
    default: 0.5,
    range: [0, 1],
    doc: "wanted ratio of the labeler's loss of generated images to that of real ones",
  },
  {
    name: "zeta",
    kind: "number",
    default: 0.5,
    range: [0, 1],
    doc: "how much of the image's margin the labels' margin may take up before the generator stops minding labels",
  },
  {
    name: "lambda_k",
    kind: "number",
    default: 1e-3,
    range: [0, 1e3],
    doc: "how fast the weight k of generated images in the discriminator's loss follows its margin",
  },
  {
    name: "lambda_l",
    kind: "number",
    default: 8e-5,
    range: [0, 1e3],
    doc: "how fast the weight l of generated labels in the labeler's loss follows",
  },
  {
    name: "lambda_z",
    kind: "number",
    default: 1e-2,
    range: [0, 1e3],
    doc: "how fast the weight z of labels in the generator's loss follows",
  },
  {
    name: "third_margin",
    kind: "boolean",
    default: true,
    doc: "false: the generator's label loss has the weight 1 throughout (`no_third_margin` of the paper)",
  },
  {
    name: "label_loss",
    kind: "string",
    default: "square",
    choices: labelDistances,
    doc: "how far what the labeler says is from the labels: squared or absolute difference of probabilities, or cross entropy",
  },
  {
    name: "separate_labeler",
    kind: "boolean",
    default: true,
    doc: "false: the first numbers of the discriminator's code are the labels' logits",
  },
  ...imageSettings({ labelInput: "plain", average: 0.999, balance: 0.5, interventions: 0.25 }),
  {
    name: "encoder",
    kind: "network",
    default: null,
    doc: "from an image to its code; by default BEGAN's, as wide as the generator",
  },
  {
    name: "decoder",
    kind: "network",
    default: null,
    reads: "vector",
    doc: "from a code to an image; by default BEGAN's",
  },
  {
    name: "labeler",
    kind: "network",
    default: null,
    doc: "from an image to one logit for each label column (`units`); by default BEGAN's encoder",
  },
];

export const causalbegan: Regime = {
  name: "causalbegan",
  target: "image",
  doc: "CausalBEGAN: draws images given labels, against an autoencoder and a labeler whose losses are kept in proportion.",
  settings,

  plan(target, given) {
    const problem = imageProblem(target);
    const choices = choose(problem, given);
    const joint = stepProgram(target, problem, choices);
    const draw = drawPlan(target, problem, choices);
    return assemble(target, {
      regime: "causalbegan",
      batch: choices.batch,
      order: "shuffled",
      balance: choices.balance,
      steps: choices.steps,
      cycle: [{ program: "joint", times: 1 }],
      state: joint.state,
      programs: { joint: joint.builder, draw: draw.builder },
      feeds: joint.feeds,
      metrics: metricsOf("joint", metrics, "convergence"),
      tables: null,
      draw: draw.plan,
      predict: null,
    });
  },
};

function choose(problem: ImageProblem, given: Constants): Choices {
  const paper = flagOr(given, "paper", false);
  const base = paper ? released : corrected;
  const labelLoss = wordOr(given, "label_loss", "square") as LabelDistance;
  const generator = generatorOf(problem);
  const width = widthOf(generator);
  const [channels] = problem.shape;
  const number = (name: string): number => numberOr(given, name, defaultOf(name));
  const labeler = libraryNetwork(problem, "began_encoder", { ...width, units: problem.width });
  return {
    generator,
    encoder: networkOr(given, "encoder", libraryNetwork(problem, "began_encoder", width)),
    decoder: networkOr(given, "decoder", libraryNetwork(problem, "began_decoder", { ...width, channels: channels! })),
    labeler: separate(given) ? networkOr(given, "labeler", labeler) : null,
    noise: numberOr(problem.settings, "noise", 64),
    batch: number("batch"),
    steps: number("steps"),
    labelInput: wordOr(given, "label_input", base.labelInput) as LabelInput,
    labelValues: wordOr(given, "label_values", "logits") as LabelValues,
    labelLoss,
    swapped: paper && labelLoss === "cross_entropy",
    margins: {
      gamma: number("gamma"),
      gammaLabel: number("gamma_label"),
      zeta: number("zeta"),
      lambdaK: number("lambda_k"),
      lambdaL: number("lambda_l"),
      lambdaZ: number("lambda_z"),
      third: flagOr(given, "third_margin", true),
    },
    average: numberOr(given, "average", base.average),
    batchStatistics: false,
    balance: numberOr(given, "balance", base.balance),
    interventions: problem.groups.some(({ kind }) => kind !== "real")
      ? numberOr(given, "interventions", base.interventions)
      : 0,
    adam: { rate: number("rate"), beta1: number("beta1"), beta2: number("beta2"), epsilon: 1e-8 },
    halve: number("halve"),
  };
}

/** Of a setting whose default is a number; the checker has filled it in, a caller in TypeScript may leave it out. */
function defaultOf(name: string): number {
  return settings.find((parameter) => parameter.name === name)!.default as number;
}

/** Whether the labeler is a network of its own; both at once is a contradiction. */
function separate(given: Constants): boolean {
  const apart = flagOr(given, "separate_labeler", true);
  if (apart || given.labeler == null) return apart;
  throw new RuntimeFault(
    "bad-data",
    "`separate_labeler = false` makes the discriminator read the labels, and a `labeler` is given as well",
    "leave one of them out",
  );
}
