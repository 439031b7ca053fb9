#!/usr/bin/env node
/** The `causal` executable: hands the arguments, the streams and Ctrl-C of this process to `main`. */
import * as nodeModule from "node:module";
import { exitCodes, type Io } from "./command.ts";

// from Node 22.1 on, compiled code is kept from one call to the next; it must be asked for before anything large is loaded
(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.();
const { main } = await import("./main.ts");

function terminalIo(): Io {
  let interrupted: AbortSignal | null = null;
  return {
    input: process.stdin,
    inputIsTerminal: process.stdin.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    colour: process.stderr.isTTY === true && process.env.NO_COLOR === undefined,
    columns: process.stderr.columns ?? 80,
    get signal() {
      interrupted ??= interruptSignal();
      return interrupted;
    },
  };
}

/** milliseconds after Ctrl-C before someone who waits is told what for */
const patience = 1000;

/** The first Ctrl-C asks the command to stop in good order; the second one ends the process. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const letGo = () => {
    for (const name of signals) process.off(name, stop);
  };
  const stop = (name: NodeJS.Signals) => {
    // pressed twice while the process computed and heard nothing: both come now
    if (controller.signal.aborted) {
      letGo();
      process.kill(process.pid, name);
    }
    controller.abort();
    // without a listener it is the system that ends the process, even one that computes
    setImmediate(letGo);
    const wait = () => process.stderr.write("stopping after what is under way; Ctrl-C again ends at once\n");
    setTimeout(wait, patience).unref();
  };
  for (const name of signals) process.on(name, stop);
  return controller.signal;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // the reader of a pipe went away (`causal show ... | head`)
  if (error.code === "EPIPE") process.exit(exitCodes.well);
  throw error;
});
process.stderr.on("error", () => undefined); // nobody reads the progress any more: the work goes on

process.exitCode = await main(process.argv.slice(2), terminalIo());
