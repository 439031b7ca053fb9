/** The engines a user may have, as a table: how each is opened and what brings it. Choosing among them is `../devices.ts`. */
import { availableParallelism } from "node:os";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { createReferenceExecutor } from "#runtime/executors/reference";
import { RuntimeFault } from "#runtime/fault";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openBackend, openNative, packagesOf } from "./tensorflow.ts";

export interface Engine {
  readonly summary: string;
  /** npm packages that it needs; the first gives the version that is shown */
  readonly packages: readonly string[];
  /** whether it computes on a graphics processor */
  readonly gpu: boolean;
  /** Rejects with RuntimeFault "device" where this machine does not have it. */
  open(): Promise<Executor>;
}

const onnx = (provider: "cpu" | "webgpu" | "cuda", summary: string): Engine => ({
  summary,
  packages: ["onnxruntime-node"],
  gpu: provider !== "cpu",
  open: () => createOnnxExecutor({ provider, threads: availableParallelism() }),
});

export const engines = {
  cpu: onnx("cpu", "ONNX Runtime on the processor"),
  webgpu: onnx("webgpu", "ONNX Runtime on a GPU through WebGPU (Vulkan, Metal or Direct3D 12)"),
  cuda: { ...onnx("cuda", "ONNX Runtime on an NVIDIA GPU (CUDA 12)"), open: openCuda },
  "tfjs-node-gpu": {
    summary: "TensorFlow.js with native TensorFlow on an NVIDIA GPU",
    packages: packagesOf("tfjs-node-gpu"),
    gpu: true,
    open: () => openNative("tfjs-node-gpu"),
  },
  "tfjs-node": {
    summary: "TensorFlow.js with native TensorFlow on the processor",
    packages: packagesOf("tfjs-node"),
    gpu: false,
    open: () => openNative("tfjs-node"),
  },
  "tfjs-webgpu": {
    summary: "TensorFlow.js on a GPU through WebGPU (Dawn)",
    packages: packagesOf("tfjs-webgpu"),
    gpu: true,
    open: () => openBackend("webgpu"),
  },
  "tfjs-wasm": {
    summary: "TensorFlow.js in WebAssembly",
    packages: packagesOf("tfjs-wasm"),
    gpu: false,
    open: () => openBackend("wasm"),
  },
  "tfjs-cpu": {
    summary: "TensorFlow.js in plain JavaScript: slow, for tests",
    packages: packagesOf("tfjs-cpu"),
    gpu: false,
    open: () => openBackend("cpu"),
  },
  reference: {
    summary: "plain TypeScript: slow, for tests",
    packages: [],
    gpu: false,
    open: async () => createReferenceExecutor(),
  },
} as const satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as readonly EngineName[];

/** The provider is a library that onnxruntime-node downloads on demand; looking for it first keeps its loader quiet. */
async function openCuda(): Promise<Executor> {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  const folder = join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
  const library = process.platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
  if (existsSync(join(folder, library))) return onnx("cuda", "").open();
  throw new RuntimeFault(
    "device",
    "the CUDA provider of ONNX Runtime is not installed",
    "with CUDA 12 and cuDNN 9: npm install onnxruntime-node --onnxruntime-node-install=cuda12",
  );
}
