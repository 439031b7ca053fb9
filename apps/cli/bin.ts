#!/usr/bin/env node
/** The `causal` executable: hands the arguments, the streams and Ctrl-C of this process to `main`. */
import * as nodeModule from "node:module";
import { exitCodes, type Io } from "./command.ts";

// from Node 22.1 on, compiled code is kept from one call to the next; it must be asked for before anything large is loaded
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
const { main } = await import("./main.ts");

function terminalIo(signal: AbortSignal): Io {
  return {
    input: process.stdin,
    inputIsTerminal: process.stdin.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    colour: process.stderr.isTTY === true && process.env.NO_COLOR === undefined,
    columns: process.stderr.columns ?? 80,
    signal,
  };
}

/** The first Ctrl-C asks the command to stop in good order; the second one ends the process. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // the reader of a pipe went away (`causal show ... | head`)
  if (error.code === "EPIPE") process.exit(exitCodes.well);
  throw error;
});
process.stderr.on("error", () => undefined); // nobody reads the progress any more: the work goes on

process.exitCode = await main(process.argv.slice(2), terminalIo(interruptSignal()));
