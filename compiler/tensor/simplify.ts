/**
 * The simplifier: dead code, common subexpressions, constant folding and algebra. Inputs, outputs and their names stay;
 * values stay equal up to rounding. The rewrites are in `simplify/`.
 */
import type { OpName } from "#runtime/program/ops";
import type { Node, Program } from "#runtime/program/program";
import { algebra } from "./simplify/algebra.ts";
import { createRewriter } from "./simplify/rewriter.ts";
import { structure } from "./simplify/structure.ts";

const rewrites = { ...algebra, ...structure };

/** Rewrites look at operands only, so one may open the way for another; in practice the second round finds nothing. */
const rounds = 8;

/**
 * An equal program with less work. Inputs that nothing reads are kept, since they are part of how the program is called.
 */
export function simplify(program: Program): Program {
  let current = withoutDeadCode(program);
  for (let round = 0; round < rounds; round++) {
    const next = rewritten(current);
    current = withoutDeadCode(next.program);
    if (next.changes === 0) break;
  }
  return current;
}

function rewritten(program: Program): { readonly program: Program; readonly changes: number } {
  const r = createRewriter(rewrites);
  const renamed: number[] = [];
  for (const node of program.nodes) {
    r.origin = node.origin;
    renamed.push(
      node.op === "input" || node.op === "constant"
        ? r.add(node)
        : r.emit<OpName>(node.op, node.attrs, ...node.inputs.map((input) => renamed[input]!)),
    );
  }
  const outputs = program.outputs.map(({ name, node }) => ({ name, node: renamed[node]! }));
  return { program: { name: program.name, nodes: [...r.nodes], outputs }, changes: r.changes };
}

/** Keeps the inputs and what the outputs are made of. */
function withoutDeadCode(program: Program): Program {
  const live = program.nodes.map((node) => node.op === "input");
  for (const { node } of program.outputs) live[node] = true;
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    const node = program.nodes[id]!;
    if (!live[id] || node.op === "input" || node.op === "constant") continue;
    for (const input of node.inputs) live[input] = true;
  }
  const renamed: number[] = [];
  const nodes: Node[] = [];
  program.nodes.forEach((node, id) => {
    renamed.push(nodes.length);
    if (!live[id]) return;
    const kept = node.op === "input" || node.op === "constant";
    nodes.push(kept ? node : ({ ...node, inputs: node.inputs.map((input) => renamed[input]!) } as Node));
  });
  return {
    name: program.name,
    nodes,
    outputs: program.outputs.map(({ name, node }) => ({ name, node: renamed[node]! })),
  };
}
