/** Opening what a command was given: a `.causal` file or a run directory. */
import { existsSync, statSync } from "node:fs";
import { deviceNames, isDeviceName, lazyExecutor } from "../devices.ts";
import { openProject } from "../api/project.ts";
import { defaultWorld, openRun, type Run, runOfProject } from "../api/run.ts";
import type { World } from "../api/world.ts";
import { type Invocation, type Option, stringFlag, UsageError } from "./command.ts";

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

export function executorOf(invocation: Invocation): ReturnType<typeof lazyExecutor> {
  const device = stringFlag(invocation, "device") ?? "auto";
  if (!isDeviceName(device)) throw new UsageError(`--device takes one of ${deviceNames.join(", ")}, not "${device}"`);
  return lazyExecutor(device);
}

/** Throws RuntimeFault for a missing path and ProgramError for a program with errors. */
export function openFileOrRun(path: string, executor: ReturnType<typeof lazyExecutor>): Run {
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  return isDirectory ? openRun(path, executor.get) : runOfProject(openProject(path), executor.get);
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
