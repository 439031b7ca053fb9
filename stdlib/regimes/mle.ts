/** The regime `mle`: maximum likelihood of the networks of discrete nodes, all nodes in one program. */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { crossEntropyWithLogits, oneMinus, softmax } from "#compiler/tensor/compose";
import { gradient } from "#compiler/tensor/gradient";
import type { Regime } from "#compiler/vocabulary";
import type { StateEntry } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import { adam } from "../optimizers/adam.ts";
import { cosineDecay } from "../optimizers/schedule.ts";
import { assemble } from "./assemble.ts";
import { appendCounts, countName } from "./cpt.ts";
import {
  configurations,
  type LabelProblem,
  type LearnedNode,
  labelProblem,
  nodeSelector,
  outputCertain,
  parentSelector,
  parentWidth,
} from "./labels.ts";
import { commonSettings, numberOr, numbersOr, optional } from "./settings.ts";
import { type Stack, stack } from "./stacked.ts";

/** Nodes whose networks have one shape and run together. */
interface Group {
  readonly scope: string;
  readonly nodes: readonly LearnedNode[];
  readonly hidden: readonly number[];
  /** width of the encoded parents, the largest of the nodes; the others are filled up with zeros; at least 1 */
  readonly inputs: number;
  /** 1 for bools, else the number of states */
  readonly outputs: number;
}

export const mle: Regime = {
  name: "mle",
  target: "labels",
  standard: true,
  doc: "Maximum likelihood of the networks P(node | parents): the sum of their cross entropies is minimised by Adam.",
  settings: [
    ...commonSettings,
    optional("steps", "int", [1, 1e9], "steps; the default suits tables (150) or single rows (5000)"),
    optional("batch", "int", [1, 1e6], "rows read at a time; 1000 by default"),
    {
      name: "rate",
      kind: "number",
      default: 0.02,
      range: [0, 10],
      doc: "step size of Adam, which falls to 0 along a cosine",
    },
  ],

  /**
   * Where every table has fewer rows than the data, the first pass over the data counts configurations, which are
   * sufficient statistics, and the networks are fitted to the counts: full-batch gradients of the whole data at the price of
   * one small batch. Else the networks are fitted to batches of rows.
   */
  plan(target, settings) {
    const problem = labelProblem(target.model);
    const batch = Math.max(1, Math.min(numberOr(settings, "batch", 1000), target.rows));
    const rate = numberOr(settings, "rate", 0.02);
    const counted = problem.learned.every((node) => node.rows <= target.rows);
    const groups = groupsOf(problem.learned);

    const fit = createBuilder("fit");
    const stacks = groups.map((group) => stackOf(fit, group));
    const passes = Math.ceil(target.rows / batch);
    const steps = Math.max(numberOr(settings, "steps", counted ? 150 : 5000), counted ? 2 * passes : 1);
    const fitsPerStep = counted ? 20 : 1;
    const examples = counted
      ? groups.map((group) => countedExamples(fit, group))
      : batchExamples(fit, problem, groups, batch);
    const losses = groups.map((group, i) =>
      crossEntropy(fit, group, stacks[i]!.apply(examples[i]!.parents), examples[i]!.targets),
    );
    const loss = losses.reduce((sum, part) => fit.add(sum, part));
    const parameters = new Map(stacks.flatMap(({ parameters }) => [...parameters]));
    const update = adam(fit, "fit", parameters, gradient(fit, loss, [...parameters.values()]), {
      rate: (updates) => cosineDecay(fit, rate, updates, steps * fitsPerStep),
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    });
    for (const [name, value] of update.updates) fit.output(name, value);
    fit.output("loss", loss);

    const count = createBuilder("count");
    const counts = counted ? countFirstPass(count, problem, batch, passes) : [];
    return assemble(target, {
      regime: "mle",
      batch,
      order: counted ? "sequential" : "shuffled",
      balance: 0,
      steps,
      cycle: [...(counted ? [{ program: "count", times: 1 }] : []), { program: "fit", times: fitsPerStep }],
      state: [...stacks.flatMap(({ state }) => state), ...update.state, ...counts],
      programs: { ...(counted ? { count } : {}), fit, tables: tablesProgram(problem, groups) },
      feeds: {
        labels: { kind: "batch", source: "data", column: "labels" },
        weight: { kind: "batch", source: "data", column: "weight" },
      },
      metrics: [{ program: "fit", output: "loss", label: "loss" }],
      tables: { program: "tables", feeds: {}, repeat: 1 },
      draw: null,
      predict: null,
    });
  },
};

function groupsOf(nodes: readonly LearnedNode[]): readonly Group[] {
  const groups = new Map<string, LearnedNode[]>();
  for (const node of nodes) {
    const key = `${node.columns.size}:${hiddenOf(node).join(",")}`;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()].map((members, i) => ({
    scope: `networks${i}`,
    nodes: members,
    hidden: hiddenOf(members[0]!),
    inputs: Math.max(1, ...members.map(parentWidth)),
    outputs: members[0]!.columns.size,
  }));
}

function hiddenOf(node: LearnedNode): readonly number[] {
  return numbersOr(node.settings, "hidden", [32, 32]);
}

function stackOf(b: Builder, { scope, nodes, inputs, hidden, outputs }: Group): Stack {
  return stack(b, scope, { count: nodes.length, widths: [inputs, ...hidden, outputs] });
}

/** Examples of the networks of a group: encoded parents, and the share of the data in each state with these parents. */
interface Examples {
  /** [nodes, n, inputs] */
  readonly parents: Value;
  /** [nodes, n, states], at least two states; sums to one over a node */
  readonly targets: Value;
}

/** All configurations of the parents, weighted by how often they occur. */
function countedExamples(b: Builder, group: Group): Examples {
  const rows = Math.max(...group.nodes.map((node) => node.rows));
  const counts = group.nodes.map((node) => {
    const count = b.input(countName(node), [node.rows, node.states]);
    const share = b.div(count, b.maximum(b.sum(count), 1));
    return b.reshape(b.pad(share, [0, 0], [rows - node.rows, 0]), [1, rows, node.states]);
  });
  return { parents: allConfigurations(b, group), targets: b.concat(counts, 0) };
}

/** [nodes, rows, inputs]; nodes with fewer rows than the largest are filled up with zeros. */
function allConfigurations(b: Builder, { nodes, inputs }: Group): Value {
  const rows = Math.max(...nodes.map((node) => node.rows));
  const data = new Float32Array(nodes.length * rows * inputs);
  nodes.forEach((node, i) => void data.set(configurations(node, inputs), i * rows * inputs));
  return b.constant(tensor([nodes.length, rows, inputs], data));
}

/** Rows of the data: labels [batch, width] and weight [batch]. */
function batchExamples(
  b: Builder,
  problem: LabelProblem,
  groups: readonly Group[],
  batch: number,
): readonly Examples[] {
  const labels = b.input("labels", [batch, problem.width]);
  const weight = b.reshape(b.input("weight", [batch]), [1, batch, 1]);
  const share = b.div(weight, b.maximum(b.sum(weight), 1));
  return groups.map(({ nodes, inputs, outputs }) => {
    const own = b.matmul(labels, b.constant(nodeSelector(problem, nodes, outputs)));
    return {
      parents: b.matmul(labels, b.constant(parentSelector(problem, nodes, inputs))),
      targets: b.mul(outputs === 1 ? b.concat([oneMinus(b, own), own], 2) : own, share),
    };
  });
}

/** Sum over nodes of -sum targets log P(state | parents); logits [nodes, n, outputs], targets [nodes, n, states]. */
function crossEntropy(b: Builder, { outputs }: Group, logits: Value, targets: Value): Value {
  if (outputs > 1) return b.sum(crossEntropyWithLogits(b, logits, targets));
  const [nodes, n] = targets.shape as [number, number, number];
  const isTrue = b.slice(targets, [0, 0, 1], [nodes, n, 2]);
  return b.sum(b.sub(b.mul(b.sum(targets, [2], true), b.softplus(logits)), b.mul(isTrue, logits)));
}

/** Counts each batch of the first pass and nothing after it. */
function countFirstPass(b: Builder, problem: LabelProblem, batch: number, passes: number): readonly StateEntry[] {
  const name = "count/batches";
  const batches = b.input(name, []);
  b.output(name, b.add(batches, 1));
  const weight = b.mul(b.input("weight", [batch]), b.less(batches, passes));
  const counts = appendCounts(b, problem, b.input("labels", [batch, problem.width]), weight);
  return [{ name, shape: [], role: "counter", init: { kind: "constant", value: 0 } }, ...counts];
}

function tablesProgram(problem: LabelProblem, groups: readonly Group[]): Builder {
  const b = createBuilder("tables");
  outputCertain(b, problem);
  for (const group of groups) {
    const logits = stackOf(b, group).apply(allConfigurations(b, group));
    const isTrue = b.sigmoid(logits);
    const all = group.outputs === 1 ? b.concat([oneMinus(b, isTrue), isTrue], 2) : softmax(b, logits);
    group.nodes.forEach((node, i) => {
      const own = b.slice(all, [i, 0, 0], [i + 1, node.rows, node.states]);
      b.output(node.name, b.reshape(own, [node.rows, node.states]));
    });
  }
  return b;
}
