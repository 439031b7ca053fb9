#!/usr/bin/env node
/** The `causal` executable: finds the command, parses its flags, and turns what is thrown into text and an exit code. */
import { parseArgs } from "node:util";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import { closest } from "#lang/diagnostics/suggest";
import { RuntimeFault } from "#runtime/fault";
import { packageVersion } from "../files/package-root.ts";
import { ProgramError } from "../api/errors.ts";
import { type Command, exitCodes, type Io, parseArgsOptions, UsageError } from "./command.ts";
import { commands } from "./commands/index.ts";
import { commandHelp, overview } from "./help.ts";

export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const asked = commands.find((command) => command.name === rest[0]);
    io.out(asked === undefined ? overview(commands, packageVersion()) : commandHelp(asked));
    return name === undefined ? exitCodes.commandLine : exitCodes.well;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    io.out(`${packageVersion()}\n`);
    return exitCodes.well;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const suggestion = closest(
      name,
      commands.map((candidate) => candidate.name),
    );
    io.err(`causal: there is no command "${name}"${suggestion === null ? "" : `; did you mean "${suggestion}"?`}\n`);
    io.err("causal --help lists the commands\n");
    return exitCodes.commandLine;
  }
  try {
    return await runCommand(command, rest, io);
  } catch (error) {
    return report(error, command, rest.includes("--json"), io);
  }
}

async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...parseArgsOptions(command.options), help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split(". To specify")[0]! : String(error));
  }
  if (parsed.values.help === true) {
    io.out(commandHelp(command));
    return exitCodes.well;
  }
  const flags = parsed.values as Record<string, string | boolean | readonly string[] | undefined>;
  return command.run({ positionals: parsed.positionals, flags }, io);
}

function report(error: unknown, command: Command, json: boolean, io: Io): number {
  if (error instanceof UsageError) {
    io.err(`causal ${command.name}: ${error.message}\n`);
    io.err(`usage: causal ${command.name} ${command.usage}\n`);
    return exitCodes.commandLine;
  }
  if (error instanceof ProgramError) {
    if (json) {
      const diagnostics = error.diagnostics.map((diagnostic) => toJson(diagnostic, error.sources));
      io.err(`${JSON.stringify({ diagnostics })}\n`);
    } else io.err(renderDiagnostics(error.diagnostics, error.sources, { colour: io.colour }));
    return exitCodes.program;
  }
  if (error instanceof RuntimeFault) {
    if (json)
      io.err(`${JSON.stringify({ fault: { code: error.code, message: error.message, advice: error.advice } })}\n`);
    else io.err(`fault[${error.code}]: ${error.message}\n  ${error.advice}\n`);
    return exitCodes.fault;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`${text.includes("internal:") ? "" : "internal: "}${text}\nThis is a mistake of causal-lang, not yours.\n`);
  return exitCodes.fault;
}

function terminalIo(signal: AbortSignal): Io {
  return {
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

process.exitCode = await main(process.argv.slice(2), terminalIo(interruptSignal()));
