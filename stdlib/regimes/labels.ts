/**
 * The learned discrete nodes of a model as a trainer of labels sees them: which columns hold them and their parents, and
 * the configurations of their parents. The encoding itself is `labelLayout` of the compiler.
 */
import { learnedLabels } from "#compiler/causal/graph";
import { type CausalModel, type CausalNode, nodeOf } from "#compiler/causal/model";
import { labelLayout } from "#compiler/lower/encoding";
import type { Builder } from "#compiler/tensor/build";
import type { Constants } from "#lang/types/signature";
import { statesOf } from "#lang/types/type";
import { RuntimeFault } from "#runtime/fault";
import { type Tensor, tensor } from "#runtime/tensor";

/** A discrete node and its columns: one for a bool (1 is true), else one for each state. */
export interface LabelNode {
  readonly name: string;
  readonly states: number;
  readonly columns: { readonly start: number; readonly size: number };
}

export interface LearnedNode extends LabelNode {
  readonly parents: readonly LabelNode[];
  /** configurations of the parents; the last parent is fastest */
  readonly rows: number;
  /** of its mechanism */
  readonly settings: Constants;
}

export interface LabelProblem {
  /** number of label columns */
  readonly width: number;
  /** those to be learned and those that they read, in the order of their columns */
  readonly nodes: readonly LabelNode[];
  /** those to be learned, parents first */
  readonly learned: readonly LearnedNode[];
  /** those with a single state: nothing has to be learned of them, but their tables are asked for */
  readonly certain: readonly LearnedNode[];
}

/** More probabilities than this in the table of one node are taken for a mistake: 64 MB. */
const largestTable = 2 ** 24;

/** Throws a `memory` fault when the table of a node would be too large to be made. */
export function labelProblem(model: CausalModel): LabelProblem {
  const discrete = learnedLabels(model);
  const layout = labelLayout(discrete);
  const nodes = discrete.map((node, i): LabelNode => {
    const { offset, width } = layout.entries[i]!;
    return { name: node.name, states: statesOf(node.type)!.length, columns: { start: offset, size: width } };
  });
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const unknown = discrete.flatMap((node): readonly LearnedNode[] => {
    if (node.mechanism.kind !== "learned") return [];
    const parents = node.parents.map((parent) => byName.get(parent) ?? continuous(nodeOf(model, parent), node));
    const rows = parents.reduce((product, parent) => product * parent.states, 1);
    const own = byName.get(node.name)!;
    if (rows * own.states > largestTable) throw tooLarge(node, rows * own.states);
    return [{ ...own, parents, rows, settings: node.mechanism.settings }];
  });
  return {
    width: layout.width,
    nodes,
    learned: unknown.filter((node) => node.states > 1),
    certain: unknown.filter((node) => node.states === 1),
  };
}

function continuous(parent: CausalNode, child: CausalNode): never {
  throw new Error(`internal: the learned node ${child.name} has the continuous parent ${parent.name}`);
}

function tooLarge(node: CausalNode, size: number): RuntimeFault {
  return new RuntimeFault(
    "memory",
    `P(${node.name} | ${node.parents.join(", ")}) has ${size} probabilities, more than ${largestTable}`,
    `give \`${node.name}\` fewer parents, or parents with fewer states`,
  );
}

/** The tables of nodes with a single state as outputs of the program that makes tables. */
export function outputCertain(b: Builder, { certain }: LabelProblem): void {
  for (const { name, rows } of certain) b.output(name, b.constant(tensor([rows, 1], new Float32Array(rows).fill(1))));
}

/** The state indices of the parents in a row of the table of a node. */
export function configuration(node: LearnedNode, row: number): number[] {
  const states = new Array<number>(node.parents.length);
  let rest = row;
  for (let i = node.parents.length - 1; i >= 0; i--) {
    const { states: count } = node.parents[i]!;
    states[i] = rest % count;
    rest = Math.floor(rest / count);
  }
  return states;
}

/** Number of columns that encode the parents of a node. */
export function parentWidth(node: LearnedNode): number {
  return node.parents.reduce((sum, parent) => sum + parent.columns.size, 0);
}

/** All configurations of the parents, encoded like labels: [rows, width], `width` at least that of the parents. */
export function configurations(node: LearnedNode, width: number): Float32Array {
  const data = new Float32Array(node.rows * width);
  for (let row = 0; row < node.rows; row++) {
    let offset = row * width;
    configuration(node, row).forEach((state, i) => {
      const { size } = node.parents[i]!.columns;
      if (size === 1) data[offset] = state;
      else data[offset + state] = 1;
      offset += size;
    });
  }
  return data;
}

/** labels [batch, problem.width] times this [nodes, problem.width, width] are the encoded parents of each node. */
export function parentSelector(problem: LabelProblem, nodes: readonly LearnedNode[], width: number): Tensor {
  return selector(
    problem.width,
    nodes.map((node) => node.parents),
    width,
  );
}

/** labels [batch, problem.width] times this [nodes, problem.width, size] are the columns of each node itself. */
export function nodeSelector(problem: LabelProblem, nodes: readonly LabelNode[], size: number): Tensor {
  return selector(
    problem.width,
    nodes.map((node) => [node]),
    size,
  );
}

function selector(from: number, wanted: readonly (readonly LabelNode[])[], to: number): Tensor {
  const data = new Float32Array(wanted.length * from * to);
  wanted.forEach((nodes, i) => {
    let target = 0;
    for (const { columns } of nodes) {
      for (let k = 0; k < columns.size; k++) data[(i * from + columns.start + k) * to + target++] = 1;
    }
  });
  return tensor([wanted.length, from, to], data);
}

/** labels [batch, problem.width] times this [problem.width, nodes] are the rows of the nodes' tables. */
export function rowStrides(problem: LabelProblem, nodes: readonly LearnedNode[]): Tensor {
  const data = new Float32Array(problem.width * nodes.length);
  nodes.forEach((node, i) => {
    let stride = node.rows;
    for (const { states, columns } of node.parents) {
      stride /= states;
      if (columns.size === 1) data[columns.start * nodes.length + i] = stride;
      else
        for (let state = 0; state < states; state++) data[(columns.start + state) * nodes.length + i] = state * stride;
    }
  });
  return tensor([problem.width, nodes.length], data);
}
