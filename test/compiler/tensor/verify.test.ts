/** The verifier: a good program passes, and each way to break it is found. */
import { expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { verify } from "#compiler/tensor/verify";
import type { Node, Program } from "#runtime/program/program";

function good(): Program {
  const b = createBuilder("p");
  const x = b.input("x", [2, 3]);
  b.output("y", b.sum(b.mul(x, b.constant(2)), [1]));
  return b.build();
}

/** The program with one node changed. Nodes: 0 input, 1 constant, 2 mul, 3 sum. */
function broken(id: number, change: object): Program {
  const program = good();
  return { ...program, nodes: program.nodes.map((node, i) => (i === id ? ({ ...node, ...change } as Node) : node)) };
}

test("a well-formed program passes", () => {
  expect(() => verify(good())).not.toThrow();
});

test.each([
  ["an operand that comes later", broken(2, { inputs: [0, 3] }), "node 2 reads node 3"],
  ["an operand that is not there", broken(2, { inputs: [0, -1] }), "node 2 reads node -1"],
  [
    "a shape that is not the inferred one",
    broken(2, { shape: [3, 2] }),
    "node 2, a mul, has shape [3, 2] instead of [2, 3]",
  ],
  ["a missing operand", broken(2, { inputs: [0] }), "it takes 2 operands"],
  ["bad attributes", broken(3, { attrs: { axes: [2], keepdims: false } }), "axes must be sorted"],
  ["a constant that does not fill its shape", broken(1, { data: new Float32Array(2) }), "node 1 has 2 values"],
  ["a dimension that is no size", broken(0, { shape: [2, 0.5] }), "not a positive integer"],
  ["two inputs of one name", broken(1, { op: "input", name: "x" }), "two inputs are named x"],
  ["an output that is not there", { ...good(), outputs: [{ name: "y", node: 9 }] }, "output y is node 9"],
  [
    "two outputs of one name",
    { ...good(), outputs: [...good().outputs, ...good().outputs] },
    "two outputs are named y",
  ],
] as const)("finds %s", (_, program, message) => {
  expect(() => verify(program)).toThrow(message);
  expect(() => verify(program)).toThrow(/^internal: /);
});
