/** The help texts of the command line, made from the commands' own declarations. */
import type { Command, Option } from "./command.ts";

export function overview(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    `causal ${version}: a language, compiler and runtime for causal generative models`,
    "",
    "Usage: causal COMMAND ...",
    "",
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    "causal COMMAND --help tells more. First steps: causal demo",
    "",
  ].join("\n");
}

export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, help: { type: "boolean", help: "show this text" } as Option });
  const left = rows.map(([name, option]) => {
    const short = option.short === undefined ? "" : `-${option.short}, `;
    return `  ${short}--${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`;
  });
  const width = Math.max(...left.map((text) => text.length));
  return [
    `Usage: causal ${command.name} ${command.usage}`.trimEnd(),
    "",
    command.summary,
    ...(command.details === undefined ? [] : ["", command.details]),
    "",
    "Options:",
    ...rows.map(([, option], i) => `${left[i]!.padEnd(width)}  ${option.help}`),
    ...(command.examples.length === 0 ? [] : ["", "Examples:", ...command.examples.map((line) => `  ${line}`)]),
    "",
  ].join("\n");
}
