/** The options of the suites that measure engines, read and checked. */
import { type EngineName, engineNames } from "#apps/devices/engines";
import { parseArgs } from "node:util";
import type { Clock } from "./peer.ts";

export interface Options {
  /** words, of which the name of a workload has one; none: all workloads */
  readonly only: readonly string[];
  readonly engines: readonly EngineName[];
  readonly rounds: number;
  readonly threads: number;
  /** seconds for a cell of a table, after which an engine is given up or measured less often */
  readonly patience: number;
  readonly clock: Clock;
  /** the tables that are made */
  readonly parts: readonly string[];
}

/** A command line that cannot be run; its message is for the user. */
export class OptionError extends Error {}

/** Throws an OptionError. `parts` are those of the suite; without `--parts`, all of them. */
export function readOptions(
  args: readonly string[],
  parts: readonly string[],
  engines: readonly EngineName[],
): Options {
  const texts = parse(args);
  const words = (name: string) =>
    (texts[name] ?? "")
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
  const among = <T extends string>(name: string, known: readonly T[], usual: readonly T[]): readonly T[] => {
    const given = words(name);
    const strange = given.filter((word) => !(known as readonly string[]).includes(word));
    if (strange.length > 0)
      throw new OptionError(`--${name}: there is no ${strange.join(", ")}; there are ${known.join(", ")}`);
    return given.length === 0 ? usual : (given as T[]);
  };
  const number = (name: string, usual: number): number => {
    const text = texts[name];
    if (text === undefined) return usual;
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new OptionError(`--${name} takes a whole number from 1, not "${text}"`);
    return Number(text);
  };
  return {
    only: words("only").map((word) => word.toLowerCase()),
    engines: among("engines", engineNames, engines),
    rounds: number("rounds", 5),
    threads: number("threads", 2),
    patience: number("patience", 60),
    clock: clockOf(texts.clock ?? "wall"),
    parts: among("parts", parts, parts),
  };
}

function clockOf(text: string): Clock {
  if (text === "wall" || text === "cpu") return text;
  throw new OptionError(`--clock is wall or cpu, not "${text}"`);
}

function parse(args: readonly string[]): Readonly<Record<string, string | undefined>> {
  const text = { type: "string" } as const;
  const options = { only: text, engines: text, rounds: text, threads: text, patience: text, clock: text, parts: text };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new OptionError(
      `${(error as Error).message}; the options are ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(", ")}`,
    );
  }
}

/** Those of the workloads whose name has one of the words. Throws an OptionError where none has. */
export function chosen<T>(
  workloads: Readonly<Record<string, T>>,
  { only }: Pick<Options, "only">,
): readonly (readonly [string, T])[] {
  const all = Object.entries(workloads);
  const found = all.filter(([name]) => only.length === 0 || only.some((word) => name.toLowerCase().includes(word)));
  if (found.length > 0) return found;
  throw new OptionError(
    `--only: no workload has ${only.join(" or ")} in its name; there are\n  ${all.map(([name]) => name).join("\n  ")}`,
  );
}
