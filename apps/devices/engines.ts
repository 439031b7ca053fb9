/** The engines a user may have, as a table: how each is opened and what brings it. Choosing among them is `../devices.ts`. */
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import type { Choices } from "#runtime/executors/onnx/convolution";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { RuntimeFault } from "#runtime/fault";
import { breathe, cudaLibrary, memory, processor, threads, versionOf } from "./machine.ts";
import { openBackend, openNative, packagesOf } from "./tensorflow.ts";

export interface Engine {
  readonly summary: string;
  readonly product: string;
  /** npm packages that it needs; the first gives the version that is shown */
  readonly packages: readonly string[];
  /** whether it computes on a graphics processor */
  readonly gpu: boolean;
  /**
   * Rejects with RuntimeFault "device" where this machine does not have it. `choices` say how convolutions are written,
   * where an engine has a choice.
   */
  open(choices: Choices): Promise<Executor>;
}

const onnx = (provider: "cpu" | "webgpu" | "cuda", summary: string): Engine => ({
  summary,
  product: "ONNX Runtime",
  packages: ["onnxruntime-node"],
  gpu: provider !== "cpu",
  open: (choices) => createOnnxExecutor({ provider, threads, choices }),
});

export const engines = {
  cpu: onnx("cpu", "ONNX Runtime on the processor"),
  webgpu: onnx("webgpu", "ONNX Runtime on a GPU through WebGPU (Vulkan, Metal or Direct3D 12)"),
  cuda: { ...onnx("cuda", "ONNX Runtime on an NVIDIA GPU (CUDA 12)"), open: openCuda },
  "tfjs-node-gpu": {
    summary: "TensorFlow.js with native TensorFlow on an NVIDIA GPU",
    product: "TensorFlow.js",
    packages: packagesOf("tfjs-node-gpu"),
    gpu: true,
    open: () => openNative("tfjs-node-gpu"),
  },
  "tfjs-node": {
    summary: "TensorFlow.js with native TensorFlow on the processor",
    product: "TensorFlow.js",
    packages: packagesOf("tfjs-node"),
    gpu: false,
    open: () => openNative("tfjs-node"),
  },
  "tfjs-webgpu": {
    summary: "TensorFlow.js on a GPU through WebGPU (Dawn)",
    product: "TensorFlow.js",
    packages: packagesOf("tfjs-webgpu"),
    gpu: true,
    open: () => openBackend("webgpu"),
  },
  "tfjs-wasm": {
    summary: "TensorFlow.js in WebAssembly",
    product: "TensorFlow.js",
    packages: packagesOf("tfjs-wasm"),
    gpu: false,
    open: () => openBackend("wasm"),
  },
  "tfjs-cpu": {
    summary: "TensorFlow.js in plain JavaScript: slow, for tests",
    product: "TensorFlow.js",
    packages: packagesOf("tfjs-cpu"),
    gpu: false,
    open: () => openBackend("cpu"),
  },
  reference: {
    summary: "plain TypeScript: slow, for tests",
    product: "plain TypeScript",
    packages: [],
    gpu: false,
    open: async () => createReferenceExecutor({ breathe }),
  },
} as const satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as readonly EngineName[];

export interface OpenedEngine extends Executor {
  readonly device: EngineName;
  readonly description: string;
}

/** Rejects with RuntimeFault "device" where this machine does not have it. */
export async function openEngine(device: EngineName, choices: Choices = {}): Promise<OpenedEngine> {
  const engine: Engine = engines[device];
  const executor = await engine.open(choices);
  const version = versionOf(engine.packages[0]);
  const product = version === null ? engine.product : `${engine.product} ${version}`;
  const description = `${device}: ${product}, ${executor.adapter ?? (engine.gpu ? "a GPU" : processor)}`;
  return { ...executor, device, description, ...(engine.gpu ? {} : { memory: memory() }) };
}

/** The engine, or why it is not there. */
export async function tryOpen(device: EngineName, choices: Choices = {}): Promise<OpenedEngine | RuntimeFault> {
  try {
    return await openEngine(device, choices);
  } catch (error) {
    if (error instanceof RuntimeFault) return error;
    throw error;
  }
}

/** Looking for the provider first keeps the loader of ONNX Runtime quiet. */
async function openCuda(choices: Choices): Promise<Executor> {
  if (cudaLibrary() !== null) return onnx("cuda", "").open(choices);
  throw new RuntimeFault(
    "device",
    "the CUDA provider of ONNX Runtime is not installed",
    "with CUDA 12 and cuDNN 9: npm install onnxruntime-node --onnxruntime-node-install=cuda12",
  );
}
