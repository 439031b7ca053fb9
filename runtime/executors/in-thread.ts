/**
 * What the executors have in common that compute in the thread of their caller: whose turn it is, where they let others of the
 * thread go on, and when a value may be let go.
 */
import type { Call, Tensors } from "../executor.ts";
import type { Node, Program } from "../program/program.ts";

/**
 * One thing after the other: a session may be asked for the next before the last is done. Each work begins when the one before
 * has ended, well or not.
 */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

/** The calls of one message one after the other; others of the thread get their turn after each. */
export async function runEach(
  calls: readonly Call[],
  run: (call: Call) => Promise<Tensors>,
  breathe: (() => Promise<void>) | undefined,
): Promise<readonly Tensors[]> {
  const results: Tensors[] = [];
  for (const call of calls) {
    results.push(await run(call));
    await breathe?.();
  }
  return results;
}

/** Whether an operation may take so long that others should get their turn after it. */
export function isLong({ op }: Node): boolean {
  return op === "conv" || op === "convTranspose" || op === "convFilterGrad";
}

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
