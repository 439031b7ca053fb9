/**
 * Program -> ONNX graph: the graph under construction, its names, and which values are inputs and outputs. How each
 * operation is written is in `rows.ts`, how bytes are written in `encode.ts`.
 */
import type { OpNode, Program } from "../../program/program.ts";
import type { Shape } from "../../tensor.ts";
import type { Attribute, OnnxConstant, OnnxGraph, OnnxNode } from "./encode.ts";
import { inputName, outputName } from "./names.ts";
import { planSteps } from "./peephole.ts";
import type { Provider } from "./protocol.ts";
import { type Row, rows } from "./rows.ts";

/** What a row may do to the graph under construction. Values are ONNX names. */
export interface GraphBuilder {
  /** what will run the graph: the fastest way to write an operation may depend on it */
  readonly provider: Provider;
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

/** Writes a program as an ONNX graph; all values are float32 at its boundary. */
export function lowerProgram(program: Program, provider: Provider = "cpu"): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const constants = new Map<string, OnnxConstant>();
  const floats: string[] = [];
  const conditions: string[] = [];

  const constant = (name: string, shape: Shape, data: Float32Array | BigInt64Array): string => {
    if (!constants.has(name)) constants.set(name, { name, shape, data });
    return name;
  };
  const graph: GraphBuilder = {
    provider,
    add(op, inputs, attributes = {}) {
      const output = `v${nodes.length}`;
      nodes.push({ op, inputs, output, attributes });
      return output;
    },
    ints: (values) => constant(`ints/${values.join(",")}`, [values.length], BigInt64Array.from(values, BigInt)),
    number: (value) => constant(`number/${value}`, [], Float32Array.of(value)),
    float(index) {
      const node = program.nodes[index]!;
      if (node.op === "constant") floats[index] ??= constant(`constant/${index}`, node.shape, node.data);
      if (node.op === "input") floats[index] ??= inputName(node.name);
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
  const outputs = program.outputs.map(({ name, node }) => {
    // A copy, because an output may be an input or a constant, and one value may have several output names.
    nodes.push({ op: "Identity", inputs: [graph.float(node)], output: outputName(name), attributes: {} });
    return { name: outputName(name), shape: graph.shape(node) };
  });
  const inputs = program.nodes.flatMap((node) =>
    node.op === "input" ? [{ name: inputName(node.name), shape: node.shape }] : [],
  );
  return { name: program.name, nodes, constants: [...constants.values()], inputs, outputs };
}
