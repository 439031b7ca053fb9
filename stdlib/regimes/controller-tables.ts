/** Tabulates the generator of `wgan_gp`: estimates P(node | parents) by running its networks on noise and rounding. */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { oneMinus } from "#compiler/tensor/compose";
import type { Feed } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import { blocksOf, type ControllerSettings, stackOf, uniformNoise } from "./controller.ts";
import { configurations, type LabelProblem, outputCertain } from "./labels.ts";

/** Draws of the noise for each probability: its standard error is at most 0.002. */
const draws = 1 << 16;
/** Draws of one run at most, and rows of all tables times draws: what a run has to hold in memory. */
const mostInRun = 512;
const mostRows = 1 << 18;
/** Runs at most, however long the tables. */
const mostRuns = 4096;

/**
 * The program that estimates P(node | parents) by running the networks on noise with the parents at their states and
 * rounding what comes out (threshold 1/2, or the largest of several). All configurations of a node share the noise.
 */
export function controllerTables(problem: LabelProblem, settings: ControllerSettings, scope: string) {
  const b = createBuilder("tables");
  const feeds: Record<string, Feed> = {};
  const allRows = problem.learned.reduce((sum, node) => sum + node.rows, 0);
  const inRun = Math.max(1, Math.min(mostInRun, Math.floor(mostRows / allRows)));
  for (const block of blocksOf(problem, settings)) {
    const { place, nodes, parents, outputs } = block;
    const count = nodes.length;
    const rows = Math.max(...nodes.map((node) => node.rows));
    const noise = b.input(`noise/${place}`, [count, 1, inRun, settings.noise]);
    feeds[`noise/${place}`] = uniformNoise;
    const repeated = b.broadcastTo(noise, [count, rows, inRun, settings.noise]);
    const encoded = new Float32Array(count * rows * parents);
    nodes.forEach((node, i) => void encoded.set(configurations(node, parents), i * rows * parents));
    const states = b.constant(tensor([count, rows, 1, parents], encoded));
    const inputs =
      parents === 0 ? repeated : b.concat([repeated, b.broadcastTo(states, [count, rows, inRun, parents])], 3);
    const flat = b.reshape(inputs, [count, rows * inRun, settings.noise + parents]);
    const out = b.reshape(stackOf(b, block, settings, scope).apply(flat), [count, rows, inRun, outputs]);
    const frequencies = outputs === 1 ? frequencyOfTrue(b, out) : frequencyOfStates(b, out);
    nodes.forEach((node, i) => {
      const own = b.slice(frequencies, [i, 0, 0], [i + 1, node.rows, node.states]);
      b.output(node.name, b.reshape(own, [node.rows, node.states]));
    });
  }
  outputCertain(b, problem);
  return { builder: b, feeds, repeat: Math.min(mostRuns, Math.ceil(draws / inRun)) };
}

/** logits [nodes, rows, draws, 1] -> [nodes, rows, 2] */
function frequencyOfTrue(b: Builder, logits: Value): Value {
  const isTrue = b.mean(b.greater(logits, 0), [2]);
  return b.concat([oneMinus(b, isTrue), isTrue], 2);
}

/** logits [nodes, rows, draws, states] -> [nodes, rows, states]: how often each state has the largest logit */
function frequencyOfStates(b: Builder, logits: Value): Value {
  const largest = b.equal(logits, b.max(logits, [3], true));
  return b.mean(b.div(largest, b.sum(largest, [3], true)), [2]);
}
