/** The two games of `wgan_gp`: who judges what. Their networks are appended here, their updates in `wgan-gp.ts`. */
import type { Builder, Value } from "#compiler/tensor/build";
import { square } from "#compiler/tensor/compose";
import type { Feed } from "#runtime/program/plan";
import { criticLoss, gradientPenalty, wassersteinGeneratorLoss } from "../losses/wasserstein.ts";
import {
  blocksOf,
  type ControllerSettings,
  controller,
  generatorScope,
  stackOf,
  statesFrom,
  uniformNoise,
} from "./controller.ts";
import { type LabelProblem, nodeSelector, parentSelector } from "./labels.ts";
import { type Stack, stack } from "./stacked.ts";

export interface GameSettings extends ControllerSettings {
  /** hidden layers of a critic */
  readonly criticHidden: readonly number[];
  /** where the penalty is zero: 1 for the critic of a Wasserstein distance */
  readonly slope: number;
}

type Player = Pick<Stack, "parameters" | "state">;

/** The scalars are means over the batch, and over the critics where there are several. */
export interface Game {
  readonly generator: Player;
  readonly critic: Player;
  /** the critic's loss without its penalty, which is not multiplied by lambda yet */
  readonly wasserstein: Value;
  readonly penalty: Value;
  readonly generatorLoss: Value;
  readonly feeds: Readonly<Record<string, Feed>>;
}

/**
 * Weight of the squared logits in the loss of a generator: a sigmoid that is far out passes no gradient on, and a state that
 * has become too rare would never come back. Small enough to move a probability by less than a thousandth.
 */
const restraint = 1e-6;

const mixture: Feed = { kind: "uniform", low: 0, high: 1 };

/** The paper's: one critic of all labels [batch, width]. */
export function jointGame(b: Builder, problem: LabelProblem, real: Value, settings: GameSettings): Game {
  const batch = real.shape[0]!;
  const generator = controller(b, problem, real, settings);
  const critic = stack(b, "critic", { count: 1, widths: [problem.width, ...settings.criticHidden, 1] });
  const scores = critic.apply(b.concat([real, generator.labels], 0));
  const ofReal = b.slice(scores, [0, 0], [batch, 1]);
  const ofFake = b.slice(scores, [batch, 0], [2 * batch, 1]);
  return {
    generator,
    critic,
    wasserstein: criticLoss(b, ofReal, ofFake),
    penalty: gradientPenalty(b, critic.apply, real, generator.labels, b.input("mix", [batch, 1]), settings.slope),
    generatorLoss: wassersteinGeneratorLoss(b, ofFake),
    feeds: { mix: mixture, ...generator.feeds },
  };
}

/**
 * A critic for each learned node, of [parents, node]: it compares the node in the data with the node that is generated
 * for the same parents, so that each mechanism is fitted by itself, as in maximum likelihood. The penalty is on the slope
 * in the node alone, since the parents agree.
 *
 * With slope 0 the best critic of a bool has the slope d / (2 lambda), d being the difference of P(true | parents) between
 * data and generator: the generator descends the squared differences and comes to rest, where a slope of 1 would push it
 * to and fro with the same force however small the difference.
 */
export function familyGame(b: Builder, problem: LabelProblem, labels: Value, settings: GameSettings): Game {
  const batch = labels.shape[0]!;
  const feeds: Record<string, Feed> = {};
  const blocks = blocksOf(problem, settings);
  const games = blocks.map((block): Game => {
    const { nodes, outputs, place } = block;
    const count = nodes.length;
    const width = Math.max(1, block.parents);
    const parents = b.matmul(labels, b.constant(parentSelector(problem, nodes, width)));
    const real = b.matmul(labels, b.constant(nodeSelector(problem, nodes, outputs)));
    const noise = b.input(`noise/${place}`, [count, batch, settings.noise]);
    const mix = b.input(`mix/${place}`, [count, batch, 1]);
    feeds[`noise/${place}`] = uniformNoise;
    feeds[`mix/${place}`] = mixture;
    const generator = stackOf(b, block, settings, generatorScope);
    const inputs = block.parents === 0 ? noise : b.concat([noise, parents], 2);
    const logits = generator.apply(inputs);
    const fake = statesFrom(b, block, logits);
    const critic = stack(b, `critic/${place}`, { count, widths: [width + outputs, ...settings.criticHidden, 1] });
    const judge = (node: Value) => critic.apply(b.concat([parents, node], 2));
    const twice = b.concat([parents, parents], 1);
    const scores = critic.apply(b.concat([twice, b.concat([real, fake], 1)], 2));
    const ofReal = b.slice(scores, [0, 0, 0], [count, batch, 1]);
    const ofFake = b.slice(scores, [0, batch, 0], [count, 2 * batch, 1]);
    return {
      generator,
      critic,
      wasserstein: criticLoss(b, ofReal, ofFake),
      penalty: gradientPenalty(b, judge, real, fake, mix, settings.slope),
      generatorLoss: b.add(wassersteinGeneratorLoss(b, ofFake), b.mul(b.mean(square(b, logits)), restraint)),
      feeds,
    };
  });
  const shares = blocks.map(({ nodes }) => nodes.length / problem.learned.length);
  const mean = (part: (game: Game) => Value): Value =>
    games.map((game, i) => b.mul(part(game), shares[i]!)).reduce((sum, value) => b.add(sum, value));
  const together = (player: (game: Game) => Player): Player => ({
    parameters: new Map(games.flatMap((game) => [...player(game).parameters])),
    state: games.flatMap((game) => player(game).state),
  });
  return {
    generator: together((game) => game.generator),
    critic: together((game) => game.critic),
    wasserstein: mean((game) => game.wasserstein),
    penalty: mean((game) => game.penalty),
    generatorLoss: mean((game) => game.generatorLoss),
    feeds,
  };
}
