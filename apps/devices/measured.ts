/**
 * What was measured on this machine, kept in one small file of the user's cache folder: the engine that `auto` takes and the
 * fastest ways to write convolutions. Measurements of another processor, thread count or version are not read.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Choices } from "#runtime/executors/onnx/convolution";
import { RuntimeFault } from "#runtime/fault";
import { packageVersion } from "../files/package-root.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { type EngineName, engineNames } from "./engines.ts";
import { gpuTraces, processor, versionOf } from "./machine.ts";

export interface Measured {
  /** what `auto` took when it last measured; null where it did not */
  readonly auto: EngineName | null;
  /** by `causal doctor --tune` */
  readonly choices: Choices;
}

const nothing: Measured = { auto: null, choices: {} };

/** `XDG_CACHE_HOME` where it is set, else what the system calls a cache folder. */
export function measuredPath(environment: NodeJS.ProcessEnv = process.env): string {
  const folder =
    environment.XDG_CACHE_HOME ||
    (process.platform === "win32" && environment.LOCALAPPDATA) ||
    join(homedir(), process.platform === "darwin" ? "Library/Caches" : ".cache");
  return join(folder, "causal-lang", "measured.json");
}

function machine(): string {
  return [`causal-lang ${packageVersion()}`, `onnxruntime-node ${versionOf("onnxruntime-node")}`, processor].join(", ");
}

const gpus = (): string => gpuTraces().join(", ");

/** Nothing where there is no file, where it is broken, and where it is about another machine. */
export function readMeasured(path: string = measuredPath()): Measured {
  try {
    const stored = JSON.parse(readFileSync(path, "utf8"));
    if (stored.machine !== machine()) return nothing;
    // with other GPUs than then, the choice may be another one
    const auto = engineNames.find((name) => name === stored.auto && stored.gpus === gpus()) ?? null;
    const pairs = Object.entries(stored.choices as object).filter((pair): pair is [string, string] => {
      return typeof pair[1] === "string";
    });
    return { auto, choices: Object.fromEntries(pairs) };
  } catch {
    return nothing;
  }
}

/** Keeps these beside what is known already. Rejects with a RuntimeFault "bad-file" or "no-space" where it cannot be written. */
export async function saveMeasured(news: Partial<Measured>, path: string = measuredPath()): Promise<void> {
  const known = readMeasured(path);
  const stored = {
    machine: machine(),
    gpus: gpus(),
    auto: news.auto ?? known.auto,
    choices: { ...known.choices, ...news.choices },
  };
  try {
    await writeFileAtomic(path, `${JSON.stringify(stored, null, 1)}\n`);
  } catch (error) {
    if (!(error instanceof RuntimeFault)) throw error;
    throw new RuntimeFault(error.code, error.message, "set XDG_CACHE_HOME to a folder that you may write to");
  }
}
