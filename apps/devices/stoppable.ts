/** An engine that stops working when it is told to: for work that leaves nothing behind, as drawing and measuring do. */
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";

/**
 * The same executor, whose sessions refuse to run anything more once the signal is aborted: with a RuntimeFault "interrupted".
 * What is under way comes to its end. A training is stopped by its loop instead, which saves a checkpoint.
 */
export function stoppable<E extends Executor>(executor: E, signal: AbortSignal): E {
  return {
    ...executor,
    async open(programs, state) {
      requireGoOn(signal);
      const session = await executor.open(programs, state);
      return {
        ...session,
        async run(calls) {
          requireGoOn(signal);
          return session.run(calls);
        },
      };
    },
  };
}

/** Throws a RuntimeFault "interrupted" once the signal is aborted. */
export function requireGoOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted();
}

export function interrupted(): RuntimeFault {
  return new RuntimeFault("interrupted", "stopped", "start it again when you like");
}
