/**
 * The program under simplification: nodes are added through `emit`, which rewrites, folds constants and shares equal nodes
 * before it appends. What may be rewritten into what is in the files beside this one.
 */
import { applyKernel } from "#runtime/executors/reference/evaluate";
import type { OpAttributes, OpName } from "#runtime/program/ops";
import type { ConstantNode, Node, OpNode, Origin } from "#runtime/program/program";
import { type Shape, sizeOf, type Tensor } from "#runtime/tensor";
import { inferShape } from "../shape.ts";

/** An operation that is about to be appended. */
export interface Candidate<K extends OpName> {
  readonly attrs: OpAttributes[K];
  readonly inputs: readonly number[];
  readonly shape: Shape;
}

/** An equal node that is cheaper, or null. Rules must shrink the program or move towards one normal form. */
export type Rewrite<K extends OpName> = (r: Rewriter, candidate: Candidate<K>) => number | null;

export type Rewrites = { readonly [K in OpName]?: readonly Rewrite<K>[] };

export interface Rewriter {
  readonly nodes: readonly Node[];
  /** origin of the nodes that are appended next */
  origin: Origin | null;
  /** how often an operation was replaced by something else than itself */
  readonly changes: number;
  shape(id: number): Shape;
  /** The node, if it is this operation. */
  is<K extends OpName>(id: number, op: K): Extract<OpNode, { op: K }> | null;
  /** The number that every element of a node is known to be, or null. */
  uniform(id: number): number | null;
  scalar(value: number): number;
  /** Appends a node as it is. Inputs are never shared. */
  add(node: Node): number;
  emit<K extends OpName>(op: K, attrs: OpAttributes[K], ...inputs: readonly number[]): number;
  /** The node, repeated to a shape where it does not have it. */
  fit(id: number, shape: Shape): number;
}

/** Results with more elements than this are folded only where they are no larger than what they are made of. */
const foldLimit = 1024;

/** Constants up to this size are compared by value. */
const comparedSize = 64;

export function createRewriter(rewrites: Rewrites): Rewriter {
  const nodes: Node[] = [];
  const known = new Map<string, number>();
  const uniforms = new Map<number, number | null>();

  let changes = 0;

  function share(key: string, make: () => Node): number {
    const found = known.get(key);
    if (found !== undefined) {
      changes++;
      return found;
    }
    known.set(key, nodes.length);
    return nodes.push(make()) - 1;
  }

  function constant(node: ConstantNode): number {
    if (node.data.length > comparedSize) return nodes.push(node) - 1;
    const values = [...node.data].map((value) => (Object.is(value, -0) ? "-0" : value));
    return share(`constant [${node.shape}] ${values}`, () => node);
  }

  function fold(node: OpNode): number | null {
    const operands: Tensor[] = [];
    for (const input of node.inputs) {
      const operand = nodes[input]!;
      if (operand.op !== "constant") return null;
      operands.push(operand);
    }
    const given = operands.reduce((total, operand) => total + operand.data.length, 0);
    if (sizeOf(node.shape) > Math.max(foldLimit, given)) return null;
    const { shape, data } = applyKernel(node, operands);
    return constant({ op: "constant", shape, data, origin: node.origin });
  }

  const r: Rewriter = {
    nodes,
    origin: null,
    get changes() {
      return changes;
    },
    shape: (id) => nodes[id]!.shape,
    is<K extends OpName>(id: number, op: K) {
      const node = nodes[id]!;
      return node.op === op ? (node as Extract<OpNode, { op: K }>) : null;
    },
    uniform(id) {
      const found = uniforms.get(id);
      if (found !== undefined) return found;
      const node = nodes[id]!;
      let value: number | null = null;
      if (node.op === "constant") value = node.data.every((x) => x === node.data[0]) ? node.data[0]! : null;
      else if (node.op === "broadcastTo" || node.op === "reshape") value = r.uniform(node.inputs[0]!);
      uniforms.set(id, value);
      return value;
    },
    scalar: (value) => constant({ op: "constant", shape: [], data: Float32Array.of(value), origin: null }),
    add: (node) => (node.op === "constant" ? constant(node) : nodes.push(node) - 1),
    emit(op, attrs, ...inputs) {
      const shape = inferShape(
        op,
        attrs,
        inputs.map((input) => nodes[input]!.shape),
        r.origin,
      );
      const node = { op, attrs, inputs, shape, origin: r.origin } as unknown as OpNode;
      const folded = fold(node);
      if (folded !== null) {
        changes++;
        return folded;
      }
      for (const rewrite of rewrites[op] ?? []) {
        const better = rewrite(r, { attrs, inputs, shape });
        if (better === null) continue;
        changes++;
        return better;
      }
      return share(`${op} ${JSON.stringify(attrs)} ${inputs}`, () => node);
    },
    fit: (id, shape) => r.emit("broadcastTo", { shape }, id),
  };
  return r;
}
