/** One call of `causal`: finds the command, parses its flags, and turns what is thrown into text and an exit code. */
import { parseArgs } from "node:util";
import { closest } from "#lang/diagnostics/suggest";
import { packageVersion } from "../files/package-root.ts";
import { type Command, exitCodes, type Io, parseArgsOptions, UsageError } from "./command.ts";
import { allCommands, commandNames, findCommand } from "./commands/index.ts";
import { commandHelp, overview } from "./help.ts";
import { report } from "./report.ts";

export async function main(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    const asked = rest[0] === undefined ? null : await findCommand(rest[0]);
    io.out(asked === null ? overview(await allCommands(), packageVersion()) : commandHelp(asked));
    return name === undefined ? exitCodes.commandLine : exitCodes.well;
  }
  if (name === "--version" || name === "-v" || name === "version") {
    io.out(`${packageVersion()}\n`);
    return exitCodes.well;
  }
  const command = await findCommand(name);
  if (command === null) {
    const suggestion = closest(name, commandNames);
    io.err(`causal: there is no command "${name}"${suggestion === null ? "" : `; did you mean "${suggestion}"?`}\n`);
    io.err("causal --help lists the commands\n");
    return exitCodes.commandLine;
  }
  try {
    return await runCommand(command, rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) return report(error, rest.includes("--json"), io);
    io.err(`causal ${command.name}: ${error.message}\n`);
    io.err(`usage: ${`causal ${command.name} ${command.usage}`.trimEnd()}\n`);
    return exitCodes.commandLine;
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
