/**
 * The regime `causalgan`: a generator of images given labels against a discriminator, helped by a labeler of real images
 * and an anti-labeler of its own (Kocaoglu et al. 2018, section 5.2). The step programs are in `causalgan-step.ts`.
 */
import type { Regime } from "#compiler/vocabulary";
import type { Constants, Parameter } from "#lang/types/signature";
import type { CycleEntry } from "#runtime/program/plan";
import { jointLabels, separateLabels } from "../losses/label-space.ts";
import { assemble, metricsOf } from "./assemble.ts";
import { type Choices, metrics, stepProgram } from "./causalgan-step.ts";
import { generatorOf, generatorScope, type ImageProblem, imageProblem, libraryNetwork, widthOf } from "./image.ts";
import { drawPlan } from "./image-draw.ts";
import { imageSettings } from "./image-settings.ts";
import type { LabelValues } from "./label-input.ts";
import { commonSettings, flagOr, networkOr, numberOr, optional, wordOr } from "./settings.ts";

/** `loss` of the program: the generator's adversarial term, and whether cross entropies have the release's order. */
const losses = [
  { adversarial: "ratio", swapped: true },
  { adversarial: "nonsaturating", swapped: true },
  { adversarial: "minimax", swapped: true },
  { adversarial: "ratio", swapped: false },
  { adversarial: "nonsaturating", swapped: false },
  { adversarial: "minimax", swapped: false },
] as const;

interface Defaults {
  readonly loss: number;
  readonly steps: number;
  readonly generatorSteps: number;
  readonly labelerWeight: number;
  readonly antilabelerWeight: number;
  /** 0: none */
  readonly antilabelerDecay: number;
  readonly labelInput: Choices["labelInput"];
  readonly average: number;
  readonly balance: number;
  readonly interventions: number;
}

/** What the theory says: proper cross entropies of constant weight, one update of everything a step. */
const consistent: Defaults = {
  loss: 4,
  steps: 20_000,
  generatorSteps: 0,
  labelerWeight: 1,
  antilabelerWeight: 1,
  antilabelerDecay: 0,
  labelInput: "sign",
  average: 0.999,
  balance: 0.5,
  interventions: 0.25,
};

/** What the released code does (commit 9d52b52): a step is three of its counters, which make six generator updates. */
const released: Defaults = {
  loss: 1,
  steps: 33_334,
  generatorSteps: 5,
  labelerWeight: 1,
  antilabelerWeight: 1,
  antilabelerDecay: 3000,
  labelInput: "released",
  average: 0,
  balance: 0,
  interventions: 0,
};

const settings: readonly Parameter[] = [
  ...commonSettings,
  {
    name: "paper",
    kind: "boolean",
    default: false,
    doc: "the released code's losses, schedule, label noise and networks",
  },
  optional(
    "steps",
    "int",
    [1, 1e9],
    "steps of one update of each network; in the paper's variant of six of the generator",
  ),
  { name: "batch", kind: "int", default: 64, range: [2, 1e6], doc: "images in a batch" },
  { name: "rate", kind: "number", default: 2e-4, range: [0, 10], doc: "step size of Adam, for all networks" },
  ...["generator", "discriminator", "labeler"].map((network) =>
    optional(
      `${network}.rate`,
      "number",
      [0, 10],
      `step size for the ${network}${network === "labeler" ? " and the anti-labeler" : ""} alone (\`rate\`)`,
    ),
  ),
  { name: "beta1", kind: "number", default: 0.5, range: [0, 1], doc: "Adam's decay of gradients" },
  { name: "beta2", kind: "number", default: 0.999, range: [0, 1], doc: "Adam's decay of squared gradients" },
  optional(
    "loss",
    "int",
    [0, 5],
    "the generator's adversarial term: log((1 - D) / D) for 0 and 3, -log D for 1 and 4, log(1 - D) for 2 and 5; 0 to 2 " +
      "swap the arguments of the label terms as the release does (4 by default, paper: 1)",
  ),
  optional("labeler_weight", "number", [0, 1e6], "weight of the labeler's cross entropy in the generator's loss (1)"),
  optional("antilabeler_weight", "number", [0, 1e6], "weight of the anti-labeler's, which is subtracted (1)"),
  optional(
    "antilabeler_decay",
    "number",
    [0, 1e9],
    "pairs of generator updates after which the anti-labeler's weight has fallen to 1/e; 0: constant (0, paper: 3000)",
  ),
  optional("generator_steps", "int", [0, 1000], "updates of the generator alone in each step (0, paper: 5)"),
  ...imageSettings({ labelInput: "released", average: 0.999, balance: 0.5, interventions: 0.25 }),
  {
    name: "joint_labeler",
    kind: "boolean",
    default: false,
    doc:
      "both labelers read all labels together, with an output for each combination of states: the paper's guarantee for " +
      "labels that are not functions of the image; false: label by label",
  },
  {
    name: "statistics",
    kind: "string",
    default: null,
    choices: ["stored", "batch"],
    doc: "what batch normalisation uses when drawing; with those of the batch a picture depends on what is drawn beside it (stored, paper: batch)",
  },
  { name: "discriminator", kind: "network", default: null, doc: "from an image to one logit; by default a DCGAN's" },
  {
    name: "labeler",
    kind: "network",
    default: null,
    doc: "from an image to one logit for each label column (`units`), or each combination; the anti-labeler has the same shape",
  },
];

export const causalgan: Regime = {
  name: "causalgan",
  target: "image",
  doc: "CausalGAN: draws images given labels, and keeps to labels that no training image has together.",
  settings,

  plan(target, given) {
    const problem = imageProblem(target);
    const choices = choose(problem, given);
    const joint = stepProgram(target, problem, choices, "joint");
    const alone = choices.generatorSteps > 0 ? stepProgram(target, problem, choices, "generator") : null;

    const draw = drawPlan(target, problem, choices);
    return assemble(target, {
      regime: "causalgan",
      batch: choices.batch,
      order: "shuffled",
      balance: choices.balance,
      steps: choices.steps,
      cycle: cycleOf(choices.generatorSteps),
      state: joint.state,
      programs: { joint: joint.builder, ...(alone === null ? {} : { generator: alone.builder }), draw: draw.builder },
      feeds: joint.feeds,
      // how well the labeler reads from drawn pictures the labels that they were drawn for
      metrics: metricsOf("joint", metrics, "labeler_fake"),
      tables: null,
      draw: draw.plan,
      predict: null,
    });
  },
};

/** The release begins its round of three counters with one generator update, then updates all, then the generator. */
function cycleOf(generatorSteps: number): readonly CycleEntry[] {
  return [
    { program: "generator", times: Math.min(1, generatorSteps) },
    { program: "joint", times: 1 },
    { program: "generator", times: Math.max(0, generatorSteps - 1) },
  ].filter(({ times }) => times > 0);
}

/** The step size of a group of settings, for the networks that it is about; none where the group does not set it. */
function ratesOf(given: Constants, group: string, scopes: readonly string[]): Readonly<Record<string, number>> {
  const rate = given[`${group}.rate`];
  return typeof rate === "number" ? Object.fromEntries(scopes.map((scope) => [scope, rate])) : {};
}

function choose(problem: ImageProblem, given: Constants): Choices {
  const paper = flagOr(given, "paper", false);
  const base = paper ? released : consistent;
  const generator = generatorOf(problem);
  const width = widthOf(generator);
  const { adversarial, swapped } = losses[numberOr(given, "loss", base.loss)]!;
  const space = flagOr(given, "joint_labeler", false) ? jointLabels(problem.groups) : separateLabels(problem.groups);
  return {
    adversarial,
    labelTerm: swapped ? "swapped" : paper ? "soft" : "proper",
    // the release swaps this one whatever `loss` is
    antilabelTerm: swapped || paper ? "swapped" : "proper",
    space,
    generator,
    discriminator: networkOr(
      given,
      "discriminator",
      libraryNetwork(problem, "dcgan_discriminator", width, paper ? "_minibatch" : ""),
    ),
    labeler: networkOr(given, "labeler", libraryNetwork(problem, "dcgan_labeler", { ...width, units: space.width })),
    noise: numberOr(problem.settings, "noise", 100),
    batch: numberOr(given, "batch", 64),
    steps: numberOr(given, "steps", base.steps),
    generatorSteps: numberOr(given, "generator_steps", base.generatorSteps),
    labelerWeight: numberOr(given, "labeler_weight", base.labelerWeight),
    antilabelerWeight: numberOr(given, "antilabeler_weight", base.antilabelerWeight),
    antilabelerDecay: numberOr(given, "antilabeler_decay", base.antilabelerDecay),
    labelInput: wordOr(given, "label_input", base.labelInput) as Choices["labelInput"],
    labelValues: wordOr(given, "label_values", "logits") as LabelValues,
    batchStatistics: wordOr(given, "statistics", paper ? "batch" : "stored") === "batch",
    average: numberOr(given, "average", base.average),
    balance: numberOr(given, "balance", base.balance),
    // do() sets states: there is nothing to set where all labels are real numbers
    interventions: problem.groups.some(({ kind }) => kind !== "real")
      ? numberOr(given, "interventions", base.interventions)
      : 0,
    summed: !paper,
    rates: {
      ...ratesOf(given, "generator", [generatorScope]),
      ...ratesOf(given, "discriminator", ["discriminator"]),
      ...ratesOf(given, "labeler", ["labeler", "antilabeler"]),
    },
    adam: {
      rate: numberOr(given, "rate", 2e-4),
      beta1: numberOr(given, "beta1", 0.5),
      beta2: numberOr(given, "beta2", 0.999),
      epsilon: 1e-8,
    },
  };
}
