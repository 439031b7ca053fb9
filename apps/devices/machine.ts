/** What this machine is to an engine: its processor, threads and turns of this process, the versions that are installed. */
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";

/** Other work of this process gets its turn, Ctrl-C too: awaited by engines that compute in its main thread. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** threads inside one operation */
export const threads = availableParallelism();

/** e.g. "2 x AMD EPYC" */
export const processor = `${threads} x ${cpus()[0]?.model.trim() || "unknown processor"}`;

const require = createRequire(import.meta.url);

/** Bytes of memory that this process may use: those of the machine, or of the container that it is in. */
export function memory(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** The provider that onnxruntime-node downloads on demand; null where it is not installed. */
export function cudaLibrary(): string | null {
  if (versionOf("onnxruntime-node") === null) return null;
  const folder = join(
    dirname(require.resolve("onnxruntime-node")),
    "..",
    "bin/napi-v6",
    process.platform,
    process.arch,
  );
  const windows = process.platform === "win32";
  const path = join(folder, windows ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so");
  return existsSync(path) ? path : null;
}

/**
 * What tells that there may be a GPU, or another one than before: device files and what drivers are named (Linux), and the CUDA
 * provider. Looking for a GPU itself takes a second and, on Linux, messages of libraries.
 */
export function gpuTraces(): readonly string[] {
  const drivers = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  return [
    ...["/dev/dri", "/dev/nvidiactl", "/dev/dxg"].filter((file) => existsSync(file)),
    ...(drivers === undefined ? [] : [drivers]),
    ...(cudaLibrary() === null ? [] : ["CUDA provider"]),
    ...(process.platform === "linux" ? [] : [process.platform]),
  ];
}

/** The version of an installed package; null where there is none. */
export function versionOf(name: string | undefined): string | null {
  try {
    return name === undefined ? null : require(`${name}/package.json`).version;
  } catch {
    return null;
  }
}
