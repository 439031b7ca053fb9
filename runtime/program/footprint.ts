/** How much memory a program takes at least, whoever runs it. When values may be let go is the business of executors. */
import { sizeOf } from "../tensor.ts";
import type { Program } from "./program.ts";

const bytesPerNumber = 4;

/**
 * Bytes of the values that exist at the same time, at the worst moment. A lower bound: an elementwise operation is taken to
 * write over an operand that nothing reads any more, and one that only changes a shape to cost nothing.
 */
export function leastMemory({ nodes, outputs }: Program): number {
  const last = new Array<number>(nodes.length).fill(-1);
  for (const [id, node] of nodes.entries()) {
    if (node.op !== "input" && node.op !== "constant") for (const input of node.inputs) last[input] = id;
  }
  for (const { node } of outputs) last[node] = nodes.length;
  let live = 0;
  let most = 0;
  for (const [id, node] of nodes.entries()) {
    if (node.op !== "input" && node.op !== "constant") {
      for (const input of new Set(node.inputs)) if (last[input] === id) live -= bytesOf(nodes[input]!);
    }
    if (last[id] !== -1) live += bytesOf(node);
    most = Math.max(most, live);
  }
  return most;
}

const free: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcastTo", "slice"]);

const bytesOf = ({ op, shape }: Program["nodes"][number]): number =>
  free.has(op) ? 0 : bytesPerNumber * sizeOf(shape);
