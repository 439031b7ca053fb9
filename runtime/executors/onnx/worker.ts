/**
 * The worker thread of an ONNX executor: owns the ONNX Runtime sessions and the state tensors, and does what it is
 * asked in order. `session.run` of onnxruntime-node blocks its thread, which is why it does not run in the main one.
 */
import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import type { Call, Tensors } from "../../executor.ts";
import { type Tensor, sizeOf } from "../../tensor.ts";
import { inputName, outputName } from "./names.ts";
import type { Model, Posted, Reply, Request, WorkerOptions } from "./protocol.ts";

interface LoadedModel {
  readonly model: Model;
  readonly session: ort.InferenceSession;
}

interface OpenSession {
  readonly models: ReadonlyMap<string, LoadedModel>;
  readonly state: Map<string, ort.Tensor>;
  /**
   * Where the next value of a state entry is written; it changes places with the entry after each call, so that a
   * training step allocates nothing and never writes what it still reads.
   */
  readonly spare: Map<string, ort.Tensor>;
}

const port = parentPort!;
const options = workerData as WorkerOptions;
const sessions = new Map<number, OpenSession>();
let last: Promise<void> = Promise.resolve();

port.on("message", (posted: Posted) => {
  last = last.then(() => answer(posted));
});
port.postMessage({ id: 0, results: [] } satisfies Reply);

async function answer({ id, request }: Posted): Promise<void> {
  try {
    const results = await perform(request);
    const buffers = results.flatMap((tensors) => Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer));
    port.postMessage({ id, results } satisfies Reply, [...new Set(buffers)]);
  } catch (error) {
    port.postMessage({ id, failure: error instanceof Error ? error.message : String(error) } satisfies Reply);
  }
  if (request.kind === "end") port.close();
}

async function perform(request: Request): Promise<readonly Tensors[]> {
  switch (request.kind) {
    case "open":
      sessions.set(request.session, await open(request.models, request.state));
      return [];
    case "run": {
      const session = sessions.get(request.session)!;
      const results: Tensors[] = [];
      for (const call of request.calls) results.push(await run(session, call));
      return results;
    }
    case "read": {
      const { state } = sessions.get(request.session)!;
      return [Object.fromEntries(request.names.map((name) => [name, copyOf(state.get(name)!)]))];
    }
    case "write": {
      const { state } = sessions.get(request.session)!;
      for (const [name, value] of Object.entries(request.state)) state.set(name, toOrt(value));
      return [];
    }
    case "close":
      await close(request.session);
      return [];
    case "end":
      for (const session of [...sessions.keys()]) await close(session);
      return [];
  }
}

async function open(models: Readonly<Record<string, Model>>, state: Tensors): Promise<OpenSession> {
  const loaded = new Map<string, LoadedModel>();
  try {
    for (const [key, model] of Object.entries(models)) {
      const session = await ort.InferenceSession.create(model.bytes, {
        executionProviders: [options.provider],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        // Failures come back as errors; printing them too would litter standard error.
        logSeverityLevel: 4,
        extra: sessionConfiguration,
      });
      loaded.set(key, { model, session });
    }
  } catch (error) {
    for (const { session } of loaded.values()) await session.release();
    throw error;
  }
  const tensors = Object.entries(state).map(([name, value]): [string, ort.Tensor] => [name, toOrt(value)]);
  return { models: loaded, state: new Map(tensors), spare: new Map() };
}

/**
 * Threads that wait must not spin: where other work wants the cores (the main thread preparing batches, a second training)
 * a spinning thread holds back the one it waits for. Denormals are slow and mean nothing here.
 */
const sessionConfiguration = { session: { intra_op: { allow_spinning: "0" }, set_denormal_as_zero: "1" } };

async function run({ models, state, spare }: OpenSession, call: Call): Promise<Tensors> {
  const { model, session } = models.get(call.program)!;
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of model.inputs) feeds[inputName(name)] = state.get(name) ?? toOrt(call.inputs[name]!);
  const fetches: Record<string, ort.Tensor | null> = {};
  for (const { name, shape } of model.outputs) {
    if (state.has(name) && !spare.has(name)) {
      spare.set(name, new ort.Tensor("float32", new Float32Array(sizeOf(shape)), shape));
    }
    fetches[outputName(name)] = spare.get(name) ?? null;
  }
  const results = await session.run(feeds, fetches);

  const returned: Record<string, Tensor> = {};
  for (const { name, shape } of model.outputs) {
    const next = spare.get(name);
    if (next === undefined) {
      returned[name] = { shape, data: results[outputName(name)]!.data as Float32Array };
    } else {
      spare.set(name, state.get(name)!);
      state.set(name, next);
    }
  }
  return returned;
}

async function close(key: number): Promise<void> {
  const session = sessions.get(key);
  sessions.delete(key);
  for (const model of session?.models.values() ?? []) await model.session.release();
}

function toOrt({ data, shape }: Tensor): ort.Tensor {
  return new ort.Tensor("float32", data, shape);
}

function copyOf(value: ort.Tensor): Tensor {
  return { shape: [...value.dims], data: (value.data as Float32Array).slice() };
}
