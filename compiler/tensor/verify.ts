/** Checks that a program is well formed. Passes are ours, so what it finds is our mistake and not the user's. */
import type { OpName } from "#runtime/program/ops";
import type { Node, Program } from "#runtime/program/program";
import { sameShape, sizeOf } from "#runtime/tensor";
import { badDimensions, inferShape } from "./shape.ts";

/**
 * @throws an internal error at the first operand that is not an earlier node, shape that is not the inferred one, wrong
 * number of operands, constant that does not fill its shape, or name that is used twice.
 */
export function verify(program: Program): void {
  const fail = (what: string): never => {
    throw new Error(`internal: program ${program.name} is malformed: ${what}`);
  };
  const inputs = new Set<string>();
  program.nodes.forEach((node, id) => {
    const bad = badDimensions(node.shape);
    if (bad !== null) fail(`node ${id}: ${bad}`);
    if (node.op === "input") {
      if (inputs.has(node.name)) fail(`two inputs are named ${node.name}`);
      inputs.add(node.name);
    } else if (node.op === "constant") {
      if (node.data.length !== sizeOf(node.shape)) fail(`node ${id} has ${node.data.length} values`);
    } else {
      for (const input of node.inputs) {
        if (!Number.isInteger(input) || input < 0 || input >= id) fail(`node ${id} reads node ${input}`);
      }
      const shape = inferred(program.nodes, node);
      if (!sameShape(shape, node.shape)) {
        fail(`node ${id}, a ${node.op}, has shape [${node.shape.join(", ")}] instead of [${shape.join(", ")}]`);
      }
    }
  });
  const outputs = new Set<string>();
  for (const { name, node } of program.outputs) {
    if (outputs.has(name)) fail(`two outputs are named ${name}`);
    outputs.add(name);
    if (program.nodes[node] === undefined) fail(`output ${name} is node ${node}`);
  }
}

function inferred(nodes: readonly Node[], node: Exclude<Node, { op: "input" | "constant" }>) {
  const shapes = node.inputs.map((input) => nodes[input]!.shape);
  return inferShape<OpName>(node.op, node.attrs, shapes, node.origin);
}
