/**
 * The regime `wgan_gp`: the causal controller of CausalGAN (Kocaoglu et al. 2018, section 5.1), a generator with one
 * network for each learned node against a Wasserstein critic of all labels. The generator is in `controller.ts`.
 */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import type { Regime } from "#compiler/vocabulary";
import type { Constants } from "#lang/types/signature";
import { type AdamSettings, adam, type OptimizerStep, updatesMade } from "../optimizers/adam.ts";
import { linearDecay } from "../optimizers/schedule.ts";
import { assemble } from "./assemble.ts";
import { appendAverage } from "./average.ts";
import { averageScope, generatorScope } from "./controller.ts";
import { controllerTables } from "./controller-tables.ts";
import { familyGame, type GameSettings, jointGame } from "./games.ts";
import { labelProblem } from "./labels.ts";
import { commonSettings, flagOr, numberOr, numbersOr, optional, wordOr } from "./settings.ts";
import type { Stack } from "./stacked.ts";

interface Choices extends GameSettings {
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** critic updates before the joint update of a step */
  readonly criticSteps: number;
  readonly penalty: number;
  /** part of the steps after which the rate falls in a straight line to zero; 1: never */
  readonly hold: number;
  /** decay of the moving average of the generator that is tabulated; 0: none */
  readonly average: number;
}

/** The constants of the release (causal_controller at commit 9d52b52): five layers of 10 and 15, 20 + 1 critic updates. */
const released: Choices = {
  batch: 16,
  steps: 20_000,
  rate: 8e-5,
  beta1: 0.9,
  beta2: 0.999,
  criticSteps: 20,
  criticHidden: [15, 15, 15, 15, 15],
  penalty: 0.1,
  critic: "joint",
  slope: 1,
  hold: 1,
  average: 0,
  noise: 10,
  hidden: [10, 10, 10, 10, 10],
};

/** One critic of all labels with constants that reach the published distances in half a minute. */
const joint: Choices = {
  ...released,
  batch: 256,
  steps: 6000,
  rate: 3e-3,
  beta1: 0.5,
  beta2: 0.9,
  criticSteps: 5,
  criticHidden: [64, 64],
  hold: 0.3,
  average: 0.995,
  hidden: null,
};

/** A critic for each node: reaches the tables of counting within a hundredth or two. */
const families: Choices = {
  ...joint,
  critic: "families",
  slope: 0,
  steps: 5000,
  rate: 2e-3,
  average: 0.998,
  criticHidden: [32],
  noise: 4,
};

export const wganGp: Regime = {
  name: "wgan_gp",
  target: "labels",
  doc: "The causal controller of CausalGAN: per-node networks trained as a Wasserstein GAN with gradient penalty.",
  settings: [
    ...commonSettings,
    {
      name: "paper",
      kind: "boolean",
      default: false,
      doc: "the constants of the released code for all settings not given",
    },
    optional("steps", "int", [1, 1e9], "steps: each `critic_steps` critic updates, then one of both (paper: 20000)"),
    optional("batch", "int", [1, 1e6], "examples in a batch (paper: 16)"),
    optional("rate", "number", [0, 10], "step size of Adam (paper: 8e-5)"),
    optional("beta1", "number", [0, 1], "Adam's decay of gradients (paper: 0.9)"),
    optional("beta2", "number", [0, 1], "Adam's decay of squared gradients (paper: 0.999)"),
    optional("critic_steps", "int", [0, 1000], "critic updates before each joint one (paper: 20)"),
    optional("penalty", "number", [0, 1e6], "lambda, the weight of the gradient penalty (paper: 0.1)"),
    optional(
      "slope",
      "number",
      [0, 1e6],
      "slope of the critic at which the penalty is zero (1; 0 for families, whose critics then come to rest)",
    ),
    optional("noise", "int", [1, 1000], "size of the noise of each node, uniform in [-1, 1] (paper: 10)"),
    {
      name: "hidden",
      kind: "ints",
      default: null,
      doc: "hidden layers of the network of each node (paper: five of 10); else those of the node's mechanism",
    },
    {
      name: "critic",
      kind: "string",
      default: null,
      choices: ["joint", "families"],
      doc:
        "joint: one critic of all labels, as in the paper; under a graph that lacks edges it bends P(node | parents) to " +
        "imitate their effect. families: a critic for each node given its parents, which leaves each mechanism to itself " +
        "(families, paper: joint)",
    },
    { name: "critic_hidden", kind: "ints", default: null, doc: "hidden layers of the critic (paper: five of 15)" },
    optional("hold", "number", [0, 1], "part of the steps after which the rate falls to 0 (paper: 1, it never does)"),
    optional(
      "average",
      "number",
      [0, 0.999999],
      "decay of the moving average of the generator that is tabulated; 0: none",
    ),
  ],

  plan(target, settings) {
    const problem = labelProblem(target.model);
    const choices = choose(settings);
    const { batch, steps, criticSteps } = choices;
    const updatesPerStep = criticSteps + 1;

    const program = (name: "critic" | "joint") => {
      const b = createBuilder(name);
      const real = b.input("labels", [batch, problem.width]);
      const game = (choices.critic === "joint" ? jointGame : familyGame)(b, problem, real, choices);
      const { generator, critic, wasserstein, penalty } = game;
      const loss = b.add(wasserstein, b.mul(penalty, choices.penalty));
      const state = [...update(b, "critic", critic, loss, adamSettings(b, choices, updatesPerStep)).state];
      if (name === "joint") {
        const step = update(b, generatorScope, generator, game.generatorLoss, adamSettings(b, choices, 1));
        state.push(...step.state);
        if (choices.average > 0) {
          const scopes = { from: generatorScope, to: averageScope };
          const made = updatesMade(b, generatorScope);
          state.push(...appendAverage(b, generator.state, scopes, step.updates, made, choices.average));
        }
        b.output("generator_loss", game.generatorLoss);
        b.output("distance", b.neg(wasserstein));
        b.output("penalty", penalty);
      }
      return { b, state: [...critic.state, ...generator.state, ...state], feeds: game.feeds };
    };

    const joint = program("joint");
    const critic = criticSteps > 0 ? program("critic") : null;
    const tables = controllerTables(problem, choices, choices.average > 0 ? averageScope : generatorScope);
    return assemble(target, {
      regime: "wgan_gp",
      batch,
      order: "shuffled",
      balance: 0,
      steps,
      cycle: [...(critic === null ? [] : [{ program: "critic", times: criticSteps }]), { program: "joint", times: 1 }],
      state: joint.state,
      programs: { ...(critic === null ? {} : { critic: critic.b }), joint: joint.b, tables: tables.builder },
      feeds: {
        labels: { kind: "batch", source: "data", column: "labels" },
        ...joint.feeds,
      },
      metrics: [
        { program: "joint", output: "distance", label: "distance" },
        { program: "joint", output: "penalty", label: "penalty" },
        { program: "joint", output: "generator_loss", label: "generator" },
      ],
      tables: { program: "tables", feeds: tables.feeds, repeat: tables.repeat },
      draw: null,
      predict: null,
    });
  },
};

function choose(settings: Constants): Choices {
  const critic = wordOr(settings, "critic", "families");
  const base = flagOr(settings, "paper", false) ? released : critic === "joint" ? joint : families;
  return {
    batch: numberOr(settings, "batch", base.batch),
    steps: numberOr(settings, "steps", base.steps),
    rate: numberOr(settings, "rate", base.rate),
    beta1: numberOr(settings, "beta1", base.beta1),
    beta2: numberOr(settings, "beta2", base.beta2),
    criticSteps: numberOr(settings, "critic_steps", base.criticSteps),
    critic: wordOr(settings, "critic", base.critic) as Choices["critic"],
    criticHidden: numbersOr(settings, "critic_hidden", base.criticHidden),
    slope: numberOr(settings, "slope", base.slope),
    penalty: numberOr(settings, "penalty", base.penalty),
    hold: numberOr(settings, "hold", base.hold),
    average: numberOr(settings, "average", base.average),
    noise: numberOr(settings, "noise", base.noise),
    hidden: settings.hidden == null ? base.hidden : numbersOr(settings, "hidden", []),
  };
}

function adamSettings(b: Builder, choices: Choices, updatesPerStep: number): AdamSettings {
  const { rate, beta1, beta2, hold } = choices;
  const total = choices.steps * updatesPerStep;
  const scheduled = (updates: Value) => linearDecay(b, rate, updates, hold * total, total);
  return { rate: hold < 1 ? scheduled : rate, beta1, beta2, epsilon: 1e-8 };
}

/** Appends the update of one player. */
function update(
  b: Builder,
  scope: string,
  { parameters }: Pick<Stack, "parameters">,
  loss: Value,
  settings: AdamSettings,
): OptimizerStep {
  const step = adam(b, scope, parameters, gradient(b, loss, [...parameters.values()]), settings);
  for (const [name, value] of step.updates) b.output(name, value);
  return step;
}
