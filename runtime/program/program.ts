/**
 * A tensor program: a straight line of operations in static single assignment, as serialisable data. Building,
 * differentiating and simplifying programs is the compiler's business; running them is an executor's.
 */
import type { OpAttributes, OpName } from "./ops.ts";
import type { Shape } from "../tensor.ts";

/** Half-open range of UTF-16 offsets in a source, from which a node came; null for nodes the compiler made up. */
export interface Origin {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

export interface NodeBase {
  readonly shape: Shape;
  readonly origin: Origin | null;
}

/** A value fed on each run, or held by the session when its name is an entry of the session's state. */
export interface InputNode extends NodeBase {
  readonly op: "input";
  readonly name: string;
}

export interface ConstantNode extends NodeBase {
  readonly op: "constant";
  readonly data: Float32Array;
}

export type OpNode = {
  [K in OpName]: NodeBase & {
    readonly op: K;
    readonly attrs: OpAttributes[K];
    /** indices of earlier nodes */
    readonly inputs: readonly number[];
  };
}[OpName];

export type Node = InputNode | ConstantNode | OpNode;

export interface Output {
  /** Equal to the name of a state entry: the entry's new value. Else: a result of the run. */
  readonly name: string;
  readonly node: number;
}

/** Nodes in topological order; the index of a node in `nodes` is its identity. */
export interface Program {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly outputs: readonly Output[];
}

export function inputsOf(program: Program): readonly InputNode[] {
  return program.nodes.filter((node): node is InputNode => node.op === "input");
}
