/** When a value of a program may be let go. Who lets go of it, and how, is each executor's business. */
import type { Program } from "../program/program.ts";

/** For each node the last node that reads it: infinite for outputs, -1 where nothing does. */
export function lastUses(program: Program): readonly number[] {
  const last = new Array<number>(program.nodes.length).fill(-1);
  for (const { node } of program.outputs) last[node] = Number.POSITIVE_INFINITY;
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    const node = program.nodes[id]!;
    if (node.op === "input" || node.op === "constant" || last[id] === -1) continue;
    for (const input of node.inputs) last[input] = Math.max(last[input]!, id);
  }
  return last;
}
