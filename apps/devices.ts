/**
 * Which engine computes: the one that is named, or for `auto` the fastest that this machine has. The engines are in
 * `devices/engines.ts`, what was measured on this machine before in `devices/measured.ts`.
 */
import { RuntimeFault } from "#runtime/fault";
import { type EngineName, engineNames, type OpenedEngine, openEngine, tryOpen } from "./devices/engines.ts";
import { gpuTraces } from "./devices/machine.ts";
import { type Measured, readMeasured, saveMeasured } from "./devices/measured.ts";
import { throughput } from "./devices/throughput.ts";

export type DeviceName = "auto" | EngineName;
export const deviceNames: readonly DeviceName[] = ["auto", ...engineNames];

export function isDeviceName(text: string): text is DeviceName {
  return (deviceNames as readonly string[]).includes(text);
}

/**
 * Opens an engine. With `anew`, `auto` forgets what it found before. Throws RuntimeFault("device"), with what to install or which
 * other device to take.
 */
export async function openExecutor(device: DeviceName, { anew = false } = {}): Promise<OpenedEngine> {
  const { auto, choices } = readMeasured();
  return device === "auto" ? chooseEngine({ auto: anew ? null : auto, choices }) : openEngine(device, choices);
}

/** GPUs that come without a package of their own; others are taken when they are asked for by name. */
const candidates = ["cuda", "webgpu"] as const satisfies readonly EngineName[];
const probeSeconds = 0.4;

/**
 * The processor, unless a GPU is there that is faster at a convolution: a GPU may be a slow one, or a program that plays
 * one. What was found is kept, and found anew where it does not open any more.
 */
async function chooseEngine({ auto, choices }: Measured): Promise<OpenedEngine> {
  if (gpuTraces().length === 0) return openEngine("cpu", choices);
  if (auto !== null) {
    const known = await tryOpen(auto, choices);
    if (!(known instanceof RuntimeFault)) return known;
  }
  const chosen = await fastest(choices);
  await saveMeasured({ auto: chosen.device }).catch(() => undefined); // a choice that cannot be kept is made again
  return chosen;
}

/** Every engine but the one that is taken is closed again. */
async function fastest(choices: Measured["choices"]): Promise<OpenedEngine> {
  let best = await openEngine("cpu", choices);
  let speed = await speedOf(best);
  for (const name of candidates) {
    const other = await tryOpen(name, choices);
    if (other instanceof RuntimeFault) continue;
    const otherSpeed = await speedOf(other);
    await (otherSpeed > speed ? best : other).close();
    if (otherSpeed > speed) [best, speed] = [other, otherSpeed];
  }
  return best;
}

/** 0 for an engine that opens and then fails. */
async function speedOf(executor: OpenedEngine): Promise<number> {
  try {
    return await throughput(executor, probeSeconds);
  } catch (error) {
    if (error instanceof RuntimeFault) return 0;
    throw error;
  }
}

export interface LazyExecutor {
  /** opens it the first time */
  get(): Promise<OpenedEngine>;
  close(): Promise<void>;
}

/** An engine that is opened when it is first asked for, and closed once; `prepare` sees it as it is opened. */
export function lazyExecutor(
  device: DeviceName,
  prepare: (engine: OpenedEngine) => OpenedEngine = (engine) => engine,
): LazyExecutor {
  let opening: Promise<OpenedEngine> | null = null;
  return {
    get() {
      opening ??= openExecutor(device).then(prepare);
      return opening;
    },
    async close() {
      // one that did not open has told so already, and is not there to be closed
      if (opening !== null) await (await opening.catch(() => null))?.close();
      opening = null;
    },
  };
}
