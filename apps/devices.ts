/** Which executors this machine has, and the one that is used: the only place besides executors that names engines. */
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { RuntimeFault } from "#runtime/fault";

export const deviceNames = ["auto", "cpu", "reference"] as const;
export type DeviceName = (typeof deviceNames)[number];

export function isDeviceName(text: string): text is DeviceName {
  return (deviceNames as readonly string[]).includes(text);
}

/** `auto` takes the fastest that is there: ONNX Runtime on the CPU. Throws RuntimeFault("device"). */
export async function openExecutor(device: DeviceName): Promise<Executor> {
  return device === "reference" ? createReferenceExecutor() : createOnnxExecutor({ threads: availableParallelism() });
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

export interface DeviceReport {
  readonly name: string;
  readonly version: string | null;
  readonly found: boolean;
  readonly detail: string;
  /** what `auto` would take */
  readonly chosen: boolean;
}

const require = createRequire(import.meta.url);

/** The version of an installed package, or null. */
function installedVersion(name: string): string | null {
  try {
    return require(`${name}/package.json`).version;
  } catch {
    return null;
  }
}

/** Tries every engine for real: opens it, and closes it again. */
export async function probeDevices(): Promise<readonly DeviceReport[]> {
  const onnx = await tryOpen();
  const tensorflow = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"].map((name) => {
    const version = installedVersion(name);
    const detail = version === null ? "not installed (optional)" : "installed, but this version has no executor for it";
    return { name: name.slice("@tensorflow/".length), version, found: false, detail, chosen: false };
  });
  return [
    {
      name: "cpu",
      version: installedVersion("onnxruntime-node"),
      found: onnx === null,
      detail: onnx ?? `ONNX Runtime on ${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown processor"}`,
      chosen: onnx === null,
    },
    {
      name: "reference",
      version: null,
      found: true,
      detail: "plain TypeScript, for tests: slow",
      chosen: onnx !== null,
    },
    ...tensorflow,
  ];
}

async function tryOpen(): Promise<string | null> {
  try {
    await (await createOnnxExecutor()).close();
    return null;
  } catch (error) {
    if (error instanceof RuntimeFault) return `${error.message} (${error.advice})`;
    throw error;
  }
}
