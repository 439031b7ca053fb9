/**
 * Program -> ONNX graph: the graph under construction, its names, and which values are inputs and outputs. How each
 * operation is written is in `rows.ts`, how bytes are written in `encode.ts`, many calls as one graph in `loop.ts`.
 */
import type { OpNode, Program } from "../../program/program.ts";
import type { Shape } from "../../tensor.ts";
import { reorder, unblocked } from "./blocked.ts";
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
  /** channels in a block of the layout that the engine's convolutions like best (`blocked.ts`); 0 where it has none */
  readonly block: number;
}

export const plainCpu: Target = { provider: "cpu", choices: {}, block: 0 };

/** A value of a map whose channels are in blocks. */
export interface Blocked {
  readonly blocked: string;
}

/** What a row may do to the graph under construction. Values are ONNX names. */
export interface GraphBuilder extends Target {
  /** A node with one output, whose name it gives; the same node is not appended twice. */
  add(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>, domain?: string): string;
  /** an int64 vector, as ONNX wants axes, shapes and bounds */
  ints(values: readonly number[]): string;
  /** a float32 scalar */
  number(value: number): string;
  /** the float32 value of a program node */
  float(node: number): string;
  /** the boolean value of a program node: the comparison itself where it is one, else a cast */
  condition(node: number): string;
  /** the float32 value of a program node with its channels in blocks */
  blocked(node: number): string;
  shape(node: number): Shape;
}

const comparisons: ReadonlySet<string> = new Set(["greater", "less", "equal"]);

/** Nodes and constants to which programs are written. */
export interface Page {
  readonly nodes: OnnxNode[];
  readonly constants: Map<string, OnnxConstant>;
}

/** Writes a program as an ONNX graph; all values are float32 at its boundary. */
export function lowerProgram(program: Program, target: Target = plainCpu): OnnxGraph {
  const page: Page = { nodes: [], constants: new Map() };
  const values = writeProgram(page, program, target, "", inputName);
  const made = new Set(page.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies = program.outputs.flatMap(({ name }, i): OnnxNode[] => {
    const value = values[i]!;
    if (made.has(value) && !renamed.has(value)) {
      renamed.set(value, outputName(name));
      return [];
    }
    // an input, a constant, or a value with several names
    return [{ op: "Identity", inputs: [value], outputs: [outputName(name)], attributes: {} }];
  });
  const nameOf = (value: string) => renamed.get(value) ?? value;
  const nodes = [...page.nodes, ...copies].map((node) => {
    return { ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) };
  });
  const inputs = program.nodes.flatMap((node) =>
    node.op === "input" ? [{ name: inputName(node.name), shape: node.shape }] : [],
  );
  const outputs = program.outputs.map(({ name, node }) => {
    return { name: outputName(name), shape: program.nodes[node]!.shape };
  });
  return { name: program.name, nodes, constants: [...page.constants.values()], inputs, outputs };
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
  const blocks: string[] = [];
  const known = new Map<string, string>();

  const constant = (name: string, shape: Shape, data: Float32Array | BigInt64Array): string => {
    if (!constants.has(name)) constants.set(name, { name, shape, data });
    return name;
  };
  const graph: GraphBuilder = {
    ...target,
    add(op, inputs, attributes = {}, domain) {
      const key = JSON.stringify([op, inputs, attributes, domain]);
      const found = known.get(key);
      if (found !== undefined) return found;
      const output = `v${nodes.length}`;
      nodes.push({ op, inputs, outputs: [output], attributes, ...(domain === undefined ? {} : { domain }) });
      known.set(key, output);
      return output;
    },
    ints: (values) => constant(`ints/${values.join(",")}`, [values.length], BigInt64Array.from(values, BigInt)),
    number: (value) => constant(`number/${value}`, [], Float32Array.of(value)),
    float(index) {
      const node = program.nodes[index]!;
      if (node.op === "constant") floats[index] ??= constant(`${prefix}constant/${index}`, node.shape, node.data);
      if (node.op === "input") floats[index] ??= input(node.name);
      if (blocks[index] !== undefined) floats[index] ??= unblocked(graph, blocks[index], node.shape[1]!);
      floats[index] ??= graph.add("Cast", [conditions[index]!], { to: 1 });
      return floats[index]!;
    },
    blocked(index) {
      blocks[index] ??= reorder(graph, graph.float(index));
      return blocks[index]!;
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
    if (typeof value !== "string") blocks[index] = value.blocked;
    else if (comparisons.has(step.node.op)) conditions[index] = value;
    else floats[index] = value;
  }
  return program.outputs.map(({ node }) => graph.float(node));
}
