/**
 * Program -> ONNX graph: the graph under construction, its names, and which values are inputs and outputs. How each
 * operation is written is in `rows.ts`, how bytes are written in `encode.ts`, many calls as one graph in `loop.ts`.
 */
import type { OpNode, Program } from "../../program/program.ts";
import type { Shape } from "../../tensor.ts";
import type { Attribute, OnnxConstant, OnnxGraph, OnnxNode } from "./encode.ts";
import { inputName, outputName } from "./names.ts";
import { planSteps } from "./peephole.ts";
import type { Choices } from "./convolution.ts";
import type { Provider } from "./protocol.ts";
import { type Row, rows } from "./rows.ts";

/** What will run the graph: the fastest way to write an operation may depend on it. */
export interface Target {
  readonly provider: Provider;
  /** how convolutions are best written on this machine, where that has been measured */
  readonly choices: Choices;
}

/** What a row may do to the graph under construction. Values are ONNX names. */
export interface GraphBuilder extends Target {
  /** Appends a node and gives the name of its only output. */
  add(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** an int64 vector, as ONNX wants axes, shapes and bounds */
  ints(values: readonly number[]): string;
  /** a float32 scalar */
  number(value: number): string;
  /** the float32 value of a program node */
  float(node: number): string;
  /** the boolean value of a program node: the comparison itself where it is one, else a cast */
  condition(node: number): string;
  shape(node: number): Shape;
}

/** Nodes and constants to which programs are written. */
export interface Page {
  readonly nodes: OnnxNode[];
  readonly constants: Map<string, OnnxConstant>;
}

/** Writes a program as an ONNX graph; all values are float32 at its boundary. */
export function lowerProgram(program: Program, target: Target = { provider: "cpu", choices: {} }): OnnxGraph {
  const page: Page = { nodes: [], constants: new Map() };
  const values = writeProgram(page, program, target, "", inputName);
  const outputs = program.outputs.map(({ name, node }, i) => {
    // A copy, because an output may be an input or a constant, and one value may have several output names.
    page.nodes.push({ op: "Identity", inputs: [values[i]!], outputs: [outputName(name)], attributes: {} });
    return { name: outputName(name), shape: program.nodes[node]!.shape };
  });
  const inputs = program.nodes.flatMap((node) =>
    node.op === "input" ? [{ name: inputName(node.name), shape: node.shape }] : [],
  );
  return { name: program.name, nodes: page.nodes, constants: [...page.constants.values()], inputs, outputs };
}

/**
 * Appends the nodes of a program, whose constants get `prefix` before their names and whose inputs are the values that
 * `input` names.
 * @returns the value of each output, which may be an input or a constant
 */
export function writeProgram(
  { nodes, constants }: Page,
  program: Program,
  target: Target,
  prefix: string,
  input: (name: string) => string,
): readonly string[] {
  const floats: string[] = [];
  const conditions: string[] = [];

  const constant = (name: string, shape: Shape, data: Float32Array | BigInt64Array): string => {
    if (!constants.has(name)) constants.set(name, { name, shape, data });
    return name;
  };
  const graph: GraphBuilder = {
    ...target,
    add(op, inputs, attributes = {}) {
      const output = `v${nodes.length}`;
      nodes.push({ op, inputs, outputs: [output], attributes });
      return output;
    },
    ints: (values) => constant(`ints/${values.join(",")}`, [values.length], BigInt64Array.from(values, BigInt)),
    number: (value) => constant(`number/${value}`, [], Float32Array.of(value)),
    float(index) {
      const node = program.nodes[index]!;
      if (node.op === "constant") floats[index] ??= constant(`${prefix}constant/${index}`, node.shape, node.data);
      if (node.op === "input") floats[index] ??= input(node.name);
      floats[index] ??= graph.add("Cast", [conditions[index]!], { to: 1 });
      return floats[index]!;
    },
    condition(index) {
      conditions[index] ??= graph.add("Cast", [graph.float(index)], { to: 9 });
      return conditions[index]!;
    },
    shape: (index) => program.nodes[index]!.shape,
  };

  for (const [index, step] of planSteps(program).entries()) {
    if (step === null) continue;
    // The table is keyed by the operation, so the row fits the node; the compiler cannot follow that correlation.
    const value = (rows[step.node.op] as Row<OpNode>)(graph, step.node, step.inputs);
    const values =
      step.node.op === "greater" || step.node.op === "less" || step.node.op === "equal" ? conditions : floats;
    values[index] = value;
  }
  return program.outputs.map(({ node }) => graph.float(node));
}
