/** Which engine computes: the one that is named, or for `auto` the fastest that this machine has. The engines are in `devices/`. */
import { existsSync } from "node:fs";
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { type Engine, type EngineName, engineNames, engines } from "./devices/engines.ts";
import { throughput } from "./devices/throughput.ts";

export type DeviceName = "auto" | EngineName;
export const deviceNames: readonly DeviceName[] = ["auto", ...engineNames];

export function isDeviceName(text: string): text is DeviceName {
  return (deviceNames as readonly string[]).includes(text);
}

/** Throws RuntimeFault("device"), with what to install or which other device to take. */
export async function openExecutor(device: DeviceName): Promise<Executor> {
  return device === "auto" ? chooseEngine() : engines[device].open();
}

/** GPUs that come without a package of their own; others are taken when they are asked for by name. */
const candidates = ["cuda", "webgpu"] as const satisfies readonly EngineName[];
const probeSeconds = 0.4;

/**
 * The processor, unless a GPU is there that is faster at a convolution: a GPU may be a slow one, or a program that plays
 * one. Every engine but the one that is taken is closed again.
 */
async function chooseEngine(): Promise<Executor> {
  let best: Executor = await engines.cpu.open();
  if (!mayHaveGpu()) return best;
  let speed = await speedOf(best);
  for (const name of candidates) {
    const other = await tryOpen(engines[name]);
    if (other instanceof RuntimeFault) continue;
    const otherSpeed = await speedOf(other);
    await (otherSpeed > speed ? best : other).close();
    if (otherSpeed > speed) [best, speed] = [other, otherSpeed];
  }
  return best;
}

/** Looking for a GPU takes a second and, on Linux, messages of libraries; where there is no device file it would find none. */
function mayHaveGpu(): boolean {
  if (process.platform !== "linux" || process.env.VK_DRIVER_FILES !== undefined) return true;
  return ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"].some((device) => existsSync(device));
}

/** 0 for an engine that opens and then fails. */
async function speedOf(executor: Executor): Promise<number> {
  try {
    return await throughput(executor, probeSeconds);
  } catch (error) {
    if (error instanceof RuntimeFault) return 0;
    throw error;
  }
}

export async function tryOpen(engine: Engine): Promise<Executor | RuntimeFault> {
  try {
    return await engine.open();
  } catch (error) {
    if (error instanceof RuntimeFault) return error;
    throw error;
  }
}

/** An executor that is opened when it is first asked for, and closed once. */
export function lazyExecutor(device: DeviceName): { get: () => Promise<Executor>; close: () => Promise<void> } {
  let opened: Promise<Executor> | null = null;
  return {
    get() {
      opened ??= openExecutor(device);
      return opened;
    },
    async close() {
      if (opened !== null) await (await opened).close();
      opened = null;
    },
  };
}
