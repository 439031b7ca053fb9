/**
 * The generator of `wgan_gp`: a network for each learned node, fed with its own noise and its parents. Nodes that do not
 * wait for each other and have networks of one shape run as one stack. Tabulating it is `controller-tables.ts`.
 */
import type { Builder, Value } from "#compiler/tensor/build";
import { softmax } from "#compiler/tensor/compose";
import type { Feed, StateEntry } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import { type LabelNode, type LabelProblem, type LearnedNode, parentWidth } from "./labels.ts";
import { numbersOr } from "./settings.ts";
import { type Stack, stack } from "./stacked.ts";

export interface ControllerSettings {
  /** size of the noise of each node */
  readonly noise: number;
  /** hidden layers of every network; null: those of the node's mechanism */
  readonly hidden: readonly number[] | null;
  /**
   * `joint`: one critic of all labels, against which a node reads what its parents' networks put out; `families`: a critic
   * for each node and its parents, which both see the parents as they are in the data
   */
  readonly critic: "joint" | "families";
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

/** Networks of one shape that run together: of one level of the graph where they read each other. */
export interface Block {
  /** its place in the order of drawing */
  readonly place: number;
  readonly nodes: readonly LearnedNode[];
  readonly hidden: readonly number[];
  /** width of the encoded parents: the largest; the others are filled up with zeros */
  readonly parents: number;
  readonly outputs: number;
}

export const uniformNoise: Feed = { kind: "uniform", low: -1, high: 1 };

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
    feeds[`noise/${block.place}`] = uniformNoise;
    const networks = stackOf(b, block, settings, generatorScope);
    for (const [name, value] of networks.parameters) parameters.set(name, value);
    state.push(...networks.state);
    const parents = block.parents === 0 ? null : gatherParents(b, block, drawn.nodes, b.concat(drawn.values, 1));
    const out = networks.apply(parents === null ? noise : b.concat([noise, parents], 2));
    const labels = statesFrom(b, block, out);
    drawn.nodes.push(...block.nodes);
    drawn.values.push(b.reshape(b.transpose(labels, [1, 0, 2]), [batch, count * block.outputs]));
  }
  const labels = inOrder(b, problem, drawn.nodes, b.concat(drawn.values, 1));
  return { labels, parameters, state, feeds };
}

/** Logits [nodes, n, outputs] of a block as columns in [0, 1]. */
export function statesFrom(b: Builder, { outputs }: Block, logits: Value): Value {
  return outputs === 1 ? b.sigmoid(logits) : softmax(b, logits);
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

/** The blocks in an order in which parents come first where that matters. */
export function blocksOf(problem: LabelProblem, settings: ControllerSettings): readonly Block[] {
  const level = new Map<string, number>();
  const blocks = new Map<string, LearnedNode[]>();
  for (const node of problem.learned) {
    const above = settings.critic === "joint" ? node.parents.map(({ name }) => (level.get(name) ?? -1) + 1) : [];
    const own = Math.max(0, ...above);
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

/** The networks of a block; their state is named `${scope}/${place}/...`. */
export function stackOf(
  b: Builder,
  { place, nodes, parents, hidden, outputs }: Block,
  { noise }: ControllerSettings,
  scope: string,
): Stack {
  return stack(b, `${scope}/${place}`, { count: nodes.length, widths: [noise + parents, ...hidden, outputs] });
}
