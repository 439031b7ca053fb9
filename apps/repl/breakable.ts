/** Ctrl-C for work that never gives way: a long exact query computes in the thread that would have to hear of it. */
import { createContext, runInContext } from "node:vm";
import { RuntimeFault } from "#runtime/fault";

/**
 * Does the work, and throws a RuntimeFault "interrupted" where Ctrl-C breaks it off. A terminal that reads single keys makes no
 * signal of Ctrl-C: `input` is set to do so meanwhile.
 */
export function breakable<T>(work: () => T, input: NodeJS.ReadableStream): T {
  const terminal = "isRaw" in input && input.isRaw === true ? (input as NodeJS.ReadStream) : null;
  terminal?.setRawMode(false);
  try {
    // Node watches for the signal in a thread of its own, and ends what a script has called
    return runInContext("work()", createContext({ work }), { breakOnSigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    throw new RuntimeFault("interrupted", "stopped", "the session is as it was");
  } finally {
    terminal?.setRawMode(true);
  }
}
