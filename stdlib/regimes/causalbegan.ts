/**
 * The regime `causalbegan`: a generator of images given labels against an autoencoder, helped by a labeler, with three
 * weights that keep the losses in proportion (Kocaoglu et al. 2018, section 5.3). The step is in `causalbegan-step.ts`.
 */
import type { Regime } from "#compiler/vocabulary";
import type { Constants, Parameter } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import { type LabelDistance, labelDistances } from "../losses/label-distance.ts";
import { assemble } from "./assemble.ts";
import { type Choices, metrics, stepProgram } from "./causalbegan-step.ts";
import { generatorOf, type ImageProblem, imageProblem, libraryNetwork, widthOf } from "./image.ts";
import { drawPlan } from "./image-draw.ts";
import { imageSettings } from "./image-settings.ts";
import type { LabelInput, LabelValues } from "./label-input.ts";
import { commonSettings, flagOr, networkOr, numberOr, optional, wordOr } from "./settings.ts";

interface Defaults {
  readonly steps: number;
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly lambdaK: number;
  readonly lambdaL: number;
  readonly lambdaZ: number;
  /** 0: never */
  readonly halve: number;
  readonly labelInput: LabelInput;
  readonly average: number;
  readonly balance: number;
  readonly interventions: number;
}

/** What the released code does (causal_began at commit 9d52b52); its flag `beta1` is never read. */
const released: Defaults = {
  steps: 250_000,
  rate: 8e-5,
  beta1: 0.9,
  beta2: 0.999,
  lambdaK: 1e-3,
  lambdaL: 8e-5,
  lambdaZ: 1e-2,
  halve: 100_000,
  labelInput: "plain",
  average: 0,
  balance: 0,
  interventions: 0,
};

/** The published game with labels that are seen often enough, generated labels under do() and an average that draws. */
const corrected: Defaults = {
  ...released,
  labelInput: "sign",
  average: 0.999,
  balance: 0.5,
  interventions: 0.25,
};

const settings: readonly Parameter[] = [
  ...commonSettings,
  {
    name: "paper",
    kind: "boolean",
    default: false,
    doc: "the released code's constants and label input for all settings not given",
  },
  optional("steps", "int", [1, 1e9], "updates of each network (250000)"),
  { name: "batch", kind: "int", default: 16, range: [2, 1e6], doc: "images in a batch" },
  optional("rate", "number", [0, 10], "step size of Adam, for all networks (8e-5)"),
  optional("beta1", "number", [0, 1], "Adam's decay of gradients (0.9)"),
  optional("beta2", "number", [0, 1], "Adam's decay of squared gradients (0.999)"),
  optional("halve", "int", [0, 1e9], "updates after which the rate is halved, again and again; 0: never (100000)"),
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
  optional(
    "lambda_k",
    "number",
    [0, 1e3],
    "how fast the weight k of generated images in the discriminator follows (0.001)",
  ),
  optional("lambda_l", "number", [0, 1e3], "how fast the weight l of generated labels in the labeler follows (8e-5)"),
  optional("lambda_z", "number", [0, 1e3], "how fast the weight z of labels in the generator follows (0.01)"),
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
      metrics: metrics.map((output) => ({ program: "joint", output, label: output })),
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
  const labeler = libraryNetwork(problem, "began_encoder", { ...width, units: problem.width });
  return {
    generator,
    encoder: networkOr(given, "encoder", libraryNetwork(problem, "began_encoder", width)),
    decoder: networkOr(given, "decoder", libraryNetwork(problem, "began_decoder", { ...width, channels: channels! })),
    labeler: separate(given) ? networkOr(given, "labeler", labeler) : null,
    noise: numberOr(problem.settings, "noise", 64),
    batch: numberOr(given, "batch", 16),
    steps: numberOr(given, "steps", base.steps),
    labelInput: wordOr(given, "label_input", base.labelInput) as LabelInput,
    labelValues: wordOr(given, "label_values", "logits") as LabelValues,
    labelLoss,
    swapped: paper && labelLoss === "cross_entropy",
    margins: {
      gamma: numberOr(given, "gamma", 0.5),
      gammaLabel: numberOr(given, "gamma_label", 0.5),
      zeta: numberOr(given, "zeta", 0.5),
      lambdaK: numberOr(given, "lambda_k", base.lambdaK),
      lambdaL: numberOr(given, "lambda_l", base.lambdaL),
      lambdaZ: numberOr(given, "lambda_z", base.lambdaZ),
      third: flagOr(given, "third_margin", true),
    },
    average: numberOr(given, "average", base.average),
    batchStatistics: false,
    balance: numberOr(given, "balance", base.balance),
    interventions: problem.groups.some(({ kind }) => kind !== "real")
      ? numberOr(given, "interventions", base.interventions)
      : 0,
    adam: {
      rate: numberOr(given, "rate", base.rate),
      beta1: numberOr(given, "beta1", base.beta1),
      beta2: numberOr(given, "beta2", base.beta2),
      epsilon: 1e-8,
    },
    halve: numberOr(given, "halve", base.halve),
  };
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
