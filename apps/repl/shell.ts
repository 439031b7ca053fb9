/**
 * The loop of an interactive session: reads lines, hands them to the session, shows what comes of them. On a terminal with
 * prompt, history and completion; on a pipe it is a script whose answers go to standard output.
 */
import { createInterface, type Interface } from "node:readline";
import { withSolver } from "#compiler/counterfactual/linear-program";
import { renderDiagnostics } from "#lang/diagnostics/render";
import { exitCodes, type Io, UsageError } from "../cli/command.ts";
import { report } from "../cli/report.ts";
import { breakable } from "./breakable.ts";
import { complete } from "./complete.ts";
import { evaluate, isIncomplete, piecesOf } from "./evaluate.ts";
import { appendHistory, historyLength, readHistory } from "./history.ts";
import { perform } from "./perform.ts";
import { type Output, promptOf, type Session } from "./session.ts";

export interface ShellOptions {
  readonly io: Io;
  /** where the prompt is drawn; null where no person sits before it */
  readonly terminal: NodeJS.WritableStream | null;
  /** the file of earlier lines; null keeps none */
  readonly history: string | null;
}

const continuation = "... ";

/** Runs until `quit` or the end of the input; resolves to the exit code: 1 where a line of a script failed. */
export async function runShell(first: Session, { io, terminal, history }: ShellOptions): Promise<number> {
  let session = first;
  let buffer = "";
  let failed = false;
  let stopped = false;
  let running: AbortController | null = null;
  const lines = openLines(io, terminal, history, (line) => complete(line, session, buffer));
  if (terminal !== null) {
    lines.onInterrupt(() => {
      if (running !== null) running.abort();
      else if (buffer !== "" || lines.typed() !== "") io.err("\n");
      else io.err("\n(Ctrl-D or quit leaves)\n");
      if (running !== null) return;
      buffer = "";
      lines.clear();
      lines.prompt(promptOf(session));
    });
  }

  /** Whether to go on. */
  const runText = async (text: string): Promise<boolean> => {
    for (const piece of piecesOf(text)) {
      running = new AbortController();
      const signal = AbortSignal.any([running.signal, io.signal]);
      try {
        const step = await withSolver(() => breakable(() => evaluate(session, piece), io.input));
        session = step.session;
        for (const output of step.outputs) show(output, io, terminal !== null);
        if (step.failed) failed = true;
        if (step.request?.kind === "quit") return false;
        if (step.request !== null) session = await perform(session, step.request, { ...io, signal });
        if (signal.aborted) failed = true;
      } catch (error) {
        failed = true;
        session = { ...session, lines: session.lines + 1 };
        if (error instanceof UsageError) io.err(`${error.message}\n`);
        // a person goes on after Ctrl-C, a script ends
        else if (report(error, false, io) === exitCodes.interrupted && terminal === null) stopped = true;
      } finally {
        running = null;
      }
      if (failed && text !== piece) break;
      if (stopped || io.signal.aborted) break;
    }
    return !stopped && !io.signal.aborted;
  };

  lines.prompt(promptOf(session));
  for (let line = await lines.next(); line !== null; line = await lines.next()) {
    if (history !== null) appendHistory(history, line);
    buffer += `${line}\n`;
    if (isIncomplete(buffer)) {
      lines.prompt(continuation);
      continue;
    }
    const text = buffer.trimEnd();
    buffer = "";
    if (!(await runText(text))) break;
    lines.prompt(promptOf(session));
  }
  if (buffer.trim() !== "") await runText(buffer);
  lines.close();
  if (terminal !== null) io.err("\n");
  if (stopped || io.signal.aborted) return exitCodes.interrupted;
  return failed && terminal === null ? exitCodes.program : exitCodes.well;
}

function show(output: Output, io: Io, toPerson: boolean): void {
  switch (output.kind) {
    case "text":
      io.out(`${output.text}\n`);
      break;
    case "note":
      if (toPerson) io.out(`${output.text}\n`);
      break;
    case "warnings":
      io.err(renderDiagnostics(output.diagnostics, output.sources, { colour: io.colour }));
      break;
  }
}

interface Lines {
  /** null at the end of the input */
  next(): Promise<string | null>;
  prompt(text: string): void;
  /** what is typed and not entered yet */
  typed(): string;
  clear(): void;
  onInterrupt(handler: () => void): void;
  close(): void;
}

/** Lines are kept until they are asked for: a script is read faster than it runs. */
function openLines(
  io: Io,
  terminal: NodeJS.WritableStream | null,
  history: string | null,
  completer: (line: string) => [string[], string],
): Lines {
  const reader: Interface = createInterface({
    input: io.input,
    ...(terminal === null ? {} : { output: terminal }),
    terminal: terminal !== null,
    ...(terminal === null || history === null ? {} : { history: readHistory(history) }),
    historySize: historyLength,
    removeHistoryDuplicates: true,
    completer,
  });
  const waiting: string[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  reader.on("line", (line) => {
    waiting.push(line);
    wake();
  });
  reader.on("close", () => {
    ended = true;
    wake();
  });
  return {
    async next() {
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return waiting.shift() ?? null;
    },
    prompt(text) {
      if (terminal === null || ended) return;
      reader.setPrompt(text);
      reader.prompt();
    },
    typed: () => reader.line,
    clear() {
      // a key press, for readline has no call that drops what is typed
      reader.write(null, { ctrl: true, name: "e" });
      reader.write(null, { ctrl: true, name: "u" });
    },
    onInterrupt: (handler) => void reader.on("SIGINT", handler),
    close: () => reader.close(),
  };
}
