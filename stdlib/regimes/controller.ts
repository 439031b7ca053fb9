/**
 * The generator of `wgan_gp`: a network for each learned node, fed with its own noise and with what its parents' networks
 * put out. Nodes that do not depend on each other and have networks of one shape run as one stack.
 */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { oneMinus, softmax } from "#compiler/tensor/compose";
import type { Feed, StateEntry } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import {
  configurations,
  type LabelNode,
  type LabelProblem,
  type LearnedNode,
  outputCertain,
  parentWidth,
} from "./labels.ts";
import { numbersOr } from "./settings.ts";
import { type Stack, stack } from "./stacked.ts";

export interface ControllerSettings {
  /** size of the noise of each node */
  readonly noise: number;
  /** hidden layers of every network; null: those of the node's mechanism */
  readonly hidden: readonly number[] | null;
}

export interface Controller {
  /** [batch, width], each column in [0, 1]: continuous, as the parents of the next level see them */
  readonly labels: Value;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly state: readonly StateEntry[];
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** Scopes of the trained generator and of its moving average. */
export const generatorScope = "generator";
export const averageScope = "average";

/** Networks of one level of the graph and of one shape. */
interface Block {
  /** its place in the order of drawing */
  readonly place: number;
  readonly nodes: readonly LearnedNode[];
  readonly hidden: readonly number[];
  /** width of the encoded parents: the largest; the others are filled up with zeros */
  readonly parents: number;
  readonly outputs: number;
}

const uniform: Feed = { kind: "uniform", low: -1, high: 1 };

/**
 * Appends the generator. Nodes that are not learned keep the values they have in `real` [batch, width], so that the
 * learned ones are fitted given the others.
 */
export function controller(b: Builder, problem: LabelProblem, real: Value, settings: ControllerSettings): Controller {
  const batch = real.shape[0]!;
  const columnsOf = (node: LabelNode): Value => {
    const { start, size } = node.columns;
    return b.slice(real, [0, start], [batch, start + size]);
  };
  const learned = new Set(problem.learned.map((node) => node.name));
  const given = problem.nodes.filter((node) => !learned.has(node.name));
  const drawn: { readonly nodes: LabelNode[]; readonly values: Value[] } = {
    nodes: [...given],
    values: given.map(columnsOf),
  };
  const parameters = new Map<string, Value>();
  const state: StateEntry[] = [];
  const feeds: Record<string, Feed> = {};

  for (const block of blocksOf(problem, settings)) {
    const count = block.nodes.length;
    const noise = b.input(`noise/${block.place}`, [count, batch, settings.noise]);
    feeds[`noise/${block.place}`] = uniform;
    const networks = stackOf(b, block, settings, generatorScope);
    for (const [name, value] of networks.parameters) parameters.set(name, value);
    state.push(...networks.state);
    const parents = block.parents === 0 ? null : gatherParents(b, block, drawn.nodes, b.concat(drawn.values, 1));
    const out = networks.apply(parents === null ? noise : b.concat([noise, parents], 2));
    const labels = block.outputs === 1 ? b.sigmoid(out) : softmax(b, out);
    drawn.nodes.push(...block.nodes);
    drawn.values.push(b.reshape(b.transpose(labels, [1, 0, 2]), [batch, count * block.outputs]));
  }
  const labels = inOrder(b, problem, drawn.nodes, b.concat(drawn.values, 1));
  return { labels, parameters, state, feeds };
}

/** [batch, drawn columns] -> [nodes of the block, batch, parents], by a constant matrix of zeros and ones. */
function gatherParents(b: Builder, { nodes, parents }: Block, drawn: readonly LabelNode[], labels: Value): Value {
  const offsets = offsetsOf(drawn);
  const width = labels.shape[1]!;
  const matrix = new Float32Array(nodes.length * width * parents);
  nodes.forEach((node, i) => {
    let target = 0;
    for (const { name, columns } of node.parents) {
      const start = offsets.get(name)!;
      for (let k = 0; k < columns.size; k++) matrix[(i * width + start + k) * parents + target++] = 1;
    }
  });
  return b.matmul(labels, b.constant(tensor([nodes.length, width, parents], matrix)));
}

/** Brings the columns from the order of drawing into that of the data. */
function inOrder(b: Builder, problem: LabelProblem, drawn: readonly LabelNode[], labels: Value): Value {
  if (drawn.every((node, i) => node.name === problem.nodes[i]!.name)) return labels;
  const offsets = offsetsOf(drawn);
  const matrix = new Float32Array(problem.width ** 2);
  for (const { name, columns } of problem.nodes) {
    for (let k = 0; k < columns.size; k++) matrix[(offsets.get(name)! + k) * problem.width + columns.start + k] = 1;
  }
  return b.matmul(labels, b.constant(tensor([problem.width, problem.width], matrix)));
}

/** Where the columns of each node begin when they stand in this order. */
function offsetsOf(nodes: readonly LabelNode[]): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>();
  let offset = 0;
  for (const { name, columns } of nodes) {
    offsets.set(name, offset);
    offset += columns.size;
  }
  return offsets;
}

/** The blocks in an order in which parents come first. */
function blocksOf(problem: LabelProblem, settings: ControllerSettings): readonly Block[] {
  const level = new Map<string, number>();
  const blocks = new Map<string, LearnedNode[]>();
  for (const node of problem.learned) {
    const own = Math.max(0, ...node.parents.map(({ name }) => (level.get(name) ?? -1) + 1));
    level.set(node.name, own);
    const key = `${String(own).padStart(9, "0")}:${node.columns.size}:${hiddenOf(node, settings).join(",")}`;
    blocks.set(key, [...(blocks.get(key) ?? []), node]);
  }
  return [...blocks.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, nodes], i) => ({
      place: i,
      nodes,
      hidden: hiddenOf(nodes[0]!, settings),
      parents: Math.max(...nodes.map(parentWidth)),
      outputs: nodes[0]!.columns.size,
    }));
}

function hiddenOf(node: LearnedNode, { hidden }: ControllerSettings): readonly number[] {
  return hidden ?? numbersOr(node.settings, "hidden", [32, 32]);
}

function stackOf(
  b: Builder,
  { place, nodes, parents, hidden, outputs }: Block,
  { noise }: ControllerSettings,
  scope: string,
): Stack {
  return stack(b, `${scope}/${place}`, { count: nodes.length, widths: [noise + parents, ...hidden, outputs] });
}

/** Draws of the noise in one run of `tables`, and runs: the standard error of a probability is at most 0.002. */
const draws = { perRun: 512, runs: 128 };

/**
 * The program that estimates P(node | parents) by running the networks on noise with the parents at their states and
 * rounding what comes out (threshold 1/2, or the largest of several). All configurations of a node share the noise.
 */
export function controllerTables(problem: LabelProblem, settings: ControllerSettings, scope: string) {
  const builder = createBuilder("tables");
  const b = builder;
  const feeds: Record<string, Feed> = {};
  for (const block of blocksOf(problem, settings)) {
    const { place, nodes, parents, outputs } = block;
    const count = nodes.length;
    const rows = Math.max(...nodes.map((node) => node.rows));
    const noise = b.input(`noise/${place}`, [count, 1, draws.perRun, settings.noise]);
    feeds[`noise/${place}`] = uniform;
    const repeated = b.broadcastTo(noise, [count, rows, draws.perRun, settings.noise]);
    const encoded = new Float32Array(count * rows * parents);
    nodes.forEach((node, i) => void encoded.set(configurations(node, parents), i * rows * parents));
    const states = b.constant(tensor([count, rows, 1, parents], encoded));
    const inputs =
      parents === 0 ? repeated : b.concat([repeated, b.broadcastTo(states, [count, rows, draws.perRun, parents])], 3);
    const flat = b.reshape(inputs, [count, rows * draws.perRun, settings.noise + parents]);
    const out = b.reshape(stackOf(b, block, settings, scope).apply(flat), [count, rows, draws.perRun, outputs]);
    const frequencies = outputs === 1 ? frequencyOfTrue(b, out) : frequencyOfStates(b, out);
    nodes.forEach((node, i) => {
      const own = b.slice(frequencies, [i, 0, 0], [i + 1, node.rows, node.states]);
      b.output(node.name, b.reshape(own, [node.rows, node.states]));
    });
  }
  outputCertain(b, problem);
  return { builder, feeds, repeat: draws.runs };
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
