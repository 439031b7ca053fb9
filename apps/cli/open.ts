/** Opening what a command was given: a `.causal` file or a run directory. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { closest } from "#lang/diagnostics/suggest";
import { bestMeans, type CheckpointChoice, checkpointText } from "../api/checkpoints.ts";
import { deviceNames, isDeviceName, type LazyExecutor, lazyExecutor } from "../devices.ts";
import { engineNames, engines } from "../devices/engines.ts";
import { stoppable } from "../devices/stoppable.ts";
import { openProject } from "../api/project.ts";
import { defaultWorld, openRun, type Run, runOfProject } from "../api/run.ts";
import type { World } from "../api/world.ts";
import { type Invocation, type Io, type Option, stringFlag, UsageError } from "./command.ts";

export const deviceOption: Option = {
  type: "string",
  value: "DEVICE",
  help: `where to compute: ${deviceNames.join(", ")} (default auto)`,
};
export const modelOption: Option = {
  type: "string",
  value: "NAME",
  help: "the model, where the program has several (default: the last one)",
};
export const dataOption: Option = {
  type: "string",
  multiple: true,
  value: "NAME=PATH",
  help: "read the data set NAME from PATH",
};

export const checkpointOption: Option = {
  type: "string",
  value: "best|last|STEP",
  help: `which checkpoint of a run (default last). best is ${bestMeans}`,
};

/** What `--checkpoint` says. */
export function checkpointChoice(invocation: Invocation): CheckpointChoice {
  const text = stringFlag(invocation, "checkpoint") ?? "last";
  if (text === "best" || text === "last") return text;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--checkpoint takes best, last or a step, not "${text}"`);
  return Number(text);
}

/** Says which checkpoints were taken, where they were asked for. */
export function tellCheckpoints({ checkpoints }: Run, invocation: Invocation, io: Io): void {
  if (invocation.flags.checkpoint === undefined) return;
  for (const { stage, checkpoint } of checkpoints) io.err(`${checkpointText(stage, checkpoint)}\n`);
}

/** The engine of `--device`, opened when it is first needed. `io`, where given, is told which one it is, and Ctrl-C stops it. */
export function executorOf(invocation: Invocation, io?: Io): LazyExecutor {
  const device = stringFlag(invocation, "device") ?? "auto";
  if (!isDeviceName(device))
    throw new UsageError(`--device takes one of ${deviceNames.join(", ")}, not ${meant(device)}`);
  return lazyExecutor(device, (engine) => {
    if (io === undefined) return engine;
    io.err(`computing on ${engine.description}\n`);
    return stoppable(engine, io.signal);
  });
}

/** A device that there is not, with those that may be meant: GPUs for "gpu", "tfjs-wasm" for "wasm", "cpu" for "cpuu". */
function meant(text: string): string {
  const lower = text.toLowerCase();
  const within = engineNames.filter((name) => (lower === "gpu" ? engines[name].gpu : name.includes(lower)));
  const names = within.length > 0 && lower !== "" ? within : [closest(text, deviceNames) ?? []].flat();
  return `"${text}"${names.length === 0 ? "" : `; did you mean ${names.join(" or ")}?`}`;
}

/** Throws RuntimeFault for a missing path and ProgramError for a program with errors. */
export function openFileOrRun(path: string, executor: LazyExecutor, invocation: Invocation, io: Io): Run {
  const choice = checkpointChoice(invocation);
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  if (!isDirectory) {
    if (invocation.flags.checkpoint !== undefined) throw new UsageError(`--checkpoint is of a run; ${path} is none`);
    return runOfProject(openProject(path), executor.get);
  }
  const run = openRun(path, executor.get, choice);
  tellCheckpoints(run, invocation, io);
  return run;
}

export function worldOf(run: Run, invocation: Invocation): World {
  const name = stringFlag(invocation, "model");
  if (name === undefined) return defaultWorld(run);
  const world = run.worlds.get(name);
  if (world === undefined) {
    throw new UsageError(`the program has no model "${name}"; it has ${[...run.worlds.keys()].join(", ")}`);
  }
  return world;
}

/** What `--data NAME=PATH` says, by name; throws a UsageError. `names` are the data sets of the program. */
export function dataPaths(items: readonly string[], names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    items.map((item) => {
      const at = item.indexOf("=");
      if (at <= 0) throw new UsageError(`--data takes NAME=PATH, not "${item}"`);
      const name = item.slice(0, at);
      if (!names.includes(name)) {
        throw new UsageError(
          `--data ${name}: the program has no data of that name; it has ${names.join(", ") || "none"}`,
        );
      }
      // what stands on the command line starts where the command was called, not where the program lies
      return [name, resolve(item.slice(at + 1))];
    }),
  );
}
