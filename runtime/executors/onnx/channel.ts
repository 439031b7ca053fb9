/**
 * The line to a worker thread: one numbered reply for each request, and a fault for every request that a dead worker
 * leaves open. What requests mean is in `worker.ts`.
 */
import { Worker } from "node:worker_threads";
import type { Tensors } from "../../executor.ts";
import { RuntimeFault } from "../../fault.ts";
import type { Posted, Reply, Request, WorkerOptions } from "./protocol.ts";

export interface Channel {
  /** Posts a request; `transfer` buffers move instead of being copied. Rejects with a RuntimeFault. */
  ask(request: Request, transfer?: readonly ArrayBuffer[]): Promise<readonly Tensors[]>;
  /** Ends the worker after the requests already posted. May be called twice. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(results: readonly Tensors[]): void;
  reject(fault: RuntimeFault): void;
}

/** Starts the worker and waits until it has loaded ONNX Runtime. */
export async function openChannel(options: WorkerOptions): Promise<Channel> {
  const worker = startWorker(options);
  const waiting = new Map<number, Waiting>();
  let posted = 0;
  let ended: RuntimeFault | null = null;

  // An idle worker must not keep the process alive, one with work to do must.
  const expect = (id: number): Promise<readonly Tensors[]> => {
    worker.ref();
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  const settle = (id: number, act: (request: Waiting) => void): void => {
    const request = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (request !== undefined) act(request);
  };
  const end = (fault: RuntimeFault): void => {
    ended ??= fault;
    for (const id of [...waiting.keys()]) settle(id, (request) => request.reject(fault));
  };

  worker.on("message", (reply: Reply) => {
    settle(reply.id, (request) => {
      if ("failure" in reply) request.reject(faultOf(reply.failure, options));
      else request.resolve(reply.results);
    });
  });
  worker.on("error", (error: Error) => end(faultOf(error.message, options)));
  worker.on("exit", (code) => end(deviceFault(`the ONNX Runtime worker ended with code ${code}`)));

  const ask = (request: Request, transfer: readonly ArrayBuffer[] = []): Promise<readonly Tensors[]> => {
    // What a dead or closed worker held is gone already; closing it again must not hide the first error.
    if (ended !== null) return request.kind === "close" ? Promise.resolve([]) : Promise.reject(ended);
    const id = ++posted;
    worker.postMessage({ id, request } satisfies Posted, transfer);
    return expect(id);
  };
  await expect(0);
  return {
    ask,
    async close() {
      if (ended !== null) return;
      const exit = new Promise((resolve) => worker.once("exit", resolve));
      const done = ask({ kind: "end" });
      ended = deviceFault("the executor is closed");
      await done;
      worker.ref();
      await exit;
    },
  };
}

/** From sources the worker registers a loader for TypeScript first, which is a dependency of development only. */
function startWorker(options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./worker.js", import.meta.url), { workerData: options });
  }
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const file = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
  const code = `import(${loader}).then(({ register }) => register()).then(() => import(${file}))`;
  return new Worker(code, { eval: true, workerData: options });
}

function faultOf(message: string, { provider }: WorkerOptions): RuntimeFault {
  if (/bad_alloc|allocat|out of memory/i.test(message)) {
    return new RuntimeFault("memory", `not enough memory: ${message}`, "use a smaller batch or a narrower network");
  }
  if (provider === "cuda" && /shared object|providers_cuda|CUDA|cuDNN/i.test(message)) {
    const advice = "put CUDA 12 and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH), or choose another device";
    return new RuntimeFault("device", `CUDA does not start: ${message.split("\n")[0]}`, advice);
  }
  if (/Cannot find (module|package)|dlopen|shared object|ERR_DLOPEN/i.test(message)) {
    const advice = "install causal-lang again, or choose another device (causal doctor lists them)";
    return new RuntimeFault("device", `ONNX Runtime could not be loaded: ${message}`, advice);
  }
  if (/WebGPU adapter/.test(message)) {
    const advice = "install a GPU driver with Vulkan, or choose another device (causal doctor lists them)";
    return new RuntimeFault("device", "WebGPU finds no adapter", advice);
  }
  return deviceFault(`ONNX Runtime failed: ${message}`);
}

function deviceFault(message: string): RuntimeFault {
  return new RuntimeFault("device", message, "choose another device (causal doctor lists them), for example reference");
}
