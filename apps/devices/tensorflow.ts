/** Finding TensorFlow.js and its backends at run time: optional packages, what they need from the process, how they end. */
import { createRequire } from "node:module";
import type { Executor } from "#runtime/executor";
import { createTfjsExecutor } from "#runtime/executors/tfjs";
import { RuntimeFault } from "#runtime/fault";
import { breathe } from "./machine.ts";

type Tfjs = Parameters<typeof createTfjsExecutor>[0]["tf"];

/** Native TensorFlow: `@tensorflow/tfjs-node` or `@tensorflow/tfjs-node-gpu`. */
export async function openNative(device: "tfjs-node" | "tfjs-node-gpu"): Promise<Executor> {
  restoreUtilities();
  const tf = await load<Tfjs>(`@tensorflow/${device}`, device);
  await tf.setBackend("tensorflow");
  return createTfjsExecutor({ name: device, tf, breathe });
}

/** A backend that is a package of its own beside `@tensorflow/tfjs-core`. */
export async function openBackend(backend: "cpu" | "wasm" | "webgpu"): Promise<Executor> {
  const device = `tfjs-${backend}`;
  const { stop, adapter } = backend === "webgpu" ? await startDawn(device) : { stop: () => {}, adapter: undefined };
  try {
    const tf = await load<Tfjs>("@tensorflow/tfjs-core", device);
    tf.enableProdMode(); // without advice to install another backend
    await load(`@tensorflow/tfjs-backend-${backend}`, device);
    if (!(await tf.setBackend(backend)))
      throw new RuntimeFault("device", `the ${backend} backend did not start`, elsewhere);
    const dispose = () => {
      if (backend === "webgpu") tf.removeBackend(backend);
      stop();
    };
    return createTfjsExecutor({ name: device, tf, breathe, dispose, ...(adapter === undefined ? {} : { adapter }) });
  } catch (error) {
    stop();
    throw error;
  }
}

const elsewhere = "choose another device (causal doctor lists them), for example cpu";

interface Gpu {
  requestAdapter(): Promise<{ readonly info: { readonly vendor: string; readonly description: string } } | null>;
}

/** Dawn as `navigator.gpu`, where TensorFlow.js looks for WebGPU; `stop` undoes it. */
async function startDawn(device: string): Promise<{ readonly stop: () => void; readonly adapter: string }> {
  const { gpu, globals } = await openDawn(device);
  const adapter = await adapterOf(gpu);
  if (adapter === null) {
    const advice = "install a GPU driver with Vulkan, or choose another device";
    throw new RuntimeFault("device", "WebGPU finds no adapter", advice);
  }
  Object.assign(globalThis, globals);
  const scope = globalThis as { navigator?: object };
  scope.navigator ??= {};
  const { navigator } = scope;
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  return { adapter, stop: () => void Reflect.deleteProperty(navigator, "gpu") };
}

/** The GPU that Dawn takes: "nvidia NVIDIA H100"; null where it finds none or is not installed. */
export async function dawnAdapter(): Promise<string | null> {
  try {
    return await adapterOf((await openDawn("tfjs-webgpu")).gpu);
  } catch (error) {
    if (error instanceof RuntimeFault) return null;
    throw error;
  }
}

async function openDawn(device: string): Promise<{ readonly gpu: Gpu; readonly globals: object }> {
  const { create, globals } = await load<{ create: (options: string[]) => Gpu; globals: object }>("webgpu", device);
  return { gpu: create([]), globals };
}

async function adapterOf(gpu: Gpu): Promise<string | null> {
  const adapter = await gpu.requestAdapter();
  return adapter?.info?.vendor === undefined ? null : `${adapter.info.vendor} ${adapter.info.description}`;
}

/** Removed in Node 23; the native packages still call them. */
function restoreUtilities(): void {
  const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

/** Rejects with RuntimeFault "device", which says how to install what is missing. */
async function load<Module>(name: string, device: string): Promise<Module> {
  try {
    const module = await import(name);
    // a CommonJS package has its exports on `default` as well, and some only there
    return module.default !== undefined && !("setBackend" in module) && "setBackend" in module.default
      ? module.default
      : module;
  } catch (error) {
    const message = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    const missing = (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    throw new RuntimeFault(
      "device",
      missing ? `${name} is not installed` : `${name} does not load: ${message}`,
      missing ? installing(device) : elsewhere,
    );
  }
}

function installing(device: string): string {
  const command = `npm install ${packagesOf(device).join(" ")}`;
  return device.startsWith("tfjs-node")
    ? `${command} (with TensorFlow 2.9 of 2022; docs/how-to/native-tensorflow.md builds it with a newer one)`
    : command;
}

/** The optional packages of a TensorFlow.js device. */
export function packagesOf(device: string): readonly string[] {
  switch (device) {
    case "tfjs-webgpu":
      return ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-webgpu", "webgpu"];
    case "tfjs-wasm":
      return ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"];
    case "tfjs-cpu":
      return ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"];
    default:
      return [`@tensorflow/${device}`];
  }
}
