/**
 * Small rewrites before lowering that save a pass over memory on a cpu. They only change which earlier nodes an
 * operation reads, or merge two operations that ONNX has as one. How operations are written is in `lower.ts`.
 */
import type { OpNode, Program } from "../../program/program.ts";
import { type Shape, sameShape } from "../../tensor.ts";

/** An operation to be written: what it computes and the nodes it reads. */
export interface Step {
  readonly node: OpNode;
  /** indices into the program's nodes; a convolution may have a third one, its bias */
  readonly inputs: readonly number[];
}

/** The steps that the outputs need, by node index; null for inputs, constants and nodes that nothing needs. */
export function planSteps(program: Program): readonly (Step | null)[] {
  const uses = countUses(program);
  const steps = program.nodes.map((node): Step | null => {
    if (node.op === "input" || node.op === "constant") return null;
    const inputs = broadcasting.has(node.op) ? readUnexpanded(program, node) : node.inputs;
    return node.op === "add" ? (addIntoConv(program, inputs, uses) ?? { node, inputs }) : { node, inputs };
  });
  return dropUnused(program, steps);
}

const broadcasting: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "greater",
  "less",
  "equal",
  "where",
]);

/** Elementwise operations broadcast by themselves: an explicit expansion of an operand is skipped where it may be. */
function readUnexpanded(program: Program, node: OpNode): readonly number[] {
  const inputs = [...node.inputs];
  for (const [position, index] of inputs.entries()) {
    const operand = program.nodes[index]!;
    if (operand.op !== "broadcastTo") continue;
    const source = operand.inputs[0]!;
    const shapes = inputs.map((input, at) => program.nodes[at === position ? source : input]!.shape);
    if (sameShape(broadcastShape(shapes), node.shape)) inputs[position] = source;
  }
  return inputs;
}

/** conv(x, w) + b becomes one convolution with a bias, where b has one number per channel and nothing else reads conv. */
function addIntoConv(program: Program, inputs: readonly number[], uses: readonly number[]): Step | null {
  for (const [convIndex, bias] of [inputs, [...inputs].reverse()] as [number, number][]) {
    const conv = program.nodes[convIndex]!;
    if (conv.op !== "conv" || uses[convIndex] !== 1) continue;
    if (isPerChannel(program.nodes[bias]!.shape, conv.shape[1]!)) {
      return { node: conv, inputs: [...conv.inputs, bias] };
    }
  }
  return null;
}

function isPerChannel(shape: Shape, channels: number): boolean {
  const full = [...new Array<number>(Math.max(0, 4 - shape.length)).fill(1), ...shape];
  return sameShape(full, [1, channels, 1, 1]);
}

/** The NumPy broadcast of shapes that are known to agree. */
function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const aligned = shapes.map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
  return Array.from({ length: rank }, (_, axis) => Math.max(...aligned.map((shape) => shape[axis]!)));
}

function countUses(program: Program): readonly number[] {
  const uses = new Array<number>(program.nodes.length).fill(0);
  for (const node of program.nodes) {
    if (node.op === "input" || node.op === "constant") continue;
    for (const input of node.inputs) uses[input]!++;
  }
  for (const output of program.outputs) uses[output.node]!++;
  return uses;
}

function dropUnused(program: Program, steps: readonly (Step | null)[]): readonly (Step | null)[] {
  const needed = new Set(program.outputs.map((output) => output.node));
  for (let index = steps.length - 1; index >= 0; index--) {
    if (needed.has(index)) for (const input of steps[index]?.inputs ?? []) needed.add(input);
  }
  return steps.map((step, index) => (needed.has(index) ? step : null));
}
