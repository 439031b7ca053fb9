/** Evaluates programs node by node with the reference kernels. State and sessions are in `../reference.ts`. */
import type { Tensors } from "../../executor.ts";
import type { OpAttributes, OpName, OpTable } from "../../program/ops.ts";
import type { InputNode, OpNode, Program } from "../../program/program.ts";
import { sameShape, sizeOf, type Tensor, tensor } from "../../tensor.ts";
import { isLong, lastUses } from "../in-thread.ts";
import { contraction } from "./contraction.ts";
import { elementwise } from "./elementwise.ts";
import type { Buffer, Kernel, Kernels, Numbers } from "./kernel.ts";
import { structure } from "./structure.ts";

const kernels: Kernels<OpName> = { ...elementwise, ...structure, ...contraction };

/** Applies one operation of the node's shape to float32 operands. */
export function applyKernel(node: OpNode, inputs: readonly Tensor[]): Tensor {
  const out = tensor(node.shape, new Float32Array(sizeOf(node.shape)));
  kernelOf(node.op)(node.attrs, inputs, out);
  return out;
}

/** The table maps each operation to the kernel of its own attributes; callers read both from one node. */
function kernelOf(op: OpName): Kernel<OpName> {
  return (kernels as OpTable<unknown>)[op] as (
    attrs: OpAttributes[OpName],
    inputs: readonly Buffer[],
    out: Buffer,
  ) => void;
}

/**
 * Runs a program on float32 inputs. Every input that is read must be there, by name and with its shape; others are ignored. The
 * results are fresh arrays.
 */
export function evaluate(program: Program, inputs: Tensors): Tensors {
  return toTheEnd(evaluateInSteps(program, inputs));
}

/** As `evaluate`, but pauses after each convolution: one may take a second. */
export function* evaluateInSteps(program: Program, inputs: Tensors): Generator<void, Tensors> {
  const results = yield* interpret(
    program,
    (node) => given(program, node, inputs[node.name]?.data, inputs[node.name]?.shape),
    (size) => new Float32Array(size),
  );
  return Object.fromEntries(results.map(([name, { shape, data }]) => [name, tensor(shape, new Float32Array(data))]));
}

function toTheEnd<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/**
 * Runs a program in float64, on the data of its inputs by name: what a test compares derivatives with. Constants of the
 * program are float32 all the same.
 */
export function evaluate64(
  program: Program,
  inputs: Readonly<Record<string, readonly number[] | Numbers>>,
): Readonly<Record<string, Float64Array>> {
  const steps = interpret(
    program,
    (node) => {
      const values = inputs[node.name];
      return given(program, node, values && Float64Array.from(values), node.shape);
    },
    (size) => new Float64Array(size),
  );
  const results = toTheEnd(steps);
  return Object.fromEntries(results.map(([name, { data }]) => [name, new Float64Array(data)]));
}

function given(
  program: Program,
  node: InputNode,
  data: Numbers | undefined,
  shape: readonly number[] | undefined,
): Numbers {
  if (data === undefined || shape === undefined) {
    throw new Error(`internal: program ${program.name} is run without its input ${node.name}`);
  }
  if (!sameShape(shape, node.shape) || data.length !== sizeOf(node.shape)) {
    const [wanted, got] = [node.shape, shape].map((dims) => `[${dims.join(", ")}]`);
    throw new Error(`internal: input ${node.name} of program ${program.name} has shape ${wanted}, not ${got}`);
  }
  return data;
}

/** Runs the nodes in order, with a pause after each convolution; what no later node reads is let go at once. */
function* interpret(
  program: Program,
  feed: (node: InputNode) => Numbers,
  allocate: (size: number) => Numbers,
): Generator<void, readonly (readonly [name: string, Buffer])[]> {
  const values: (Buffer | undefined)[] = new Array(program.nodes.length);
  const lastUse = lastUses(program);
  const operand = (id: number): Buffer => {
    const value = values[id];
    if (value === undefined)
      throw new Error(`internal: program ${program.name} reads node ${id} before it is computed`);
    return value;
  };
  for (const [id, node] of program.nodes.entries()) {
    if (lastUse[id] === -1) continue;
    if (node.op === "input") {
      values[id] = { shape: node.shape, data: feed(node) };
    } else if (node.op === "constant") {
      values[id] = { shape: node.shape, data: node.data };
    } else {
      const out = { shape: node.shape, data: allocate(sizeOf(node.shape)) };
      kernelOf(node.op)(node.attrs, node.inputs.map(operand), out);
      values[id] = out;
      for (const input of node.inputs) if (lastUse[input] === id) values[input] = undefined;
      if (isLong(node)) yield;
    }
  }
  return program.outputs.map(({ name, node }) => [name, operand(node)] as const);
}
