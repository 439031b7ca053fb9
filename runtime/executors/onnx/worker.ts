/**
 * The worker thread of an ONNX executor: owns the ONNX Runtime sessions and the state tensors, and does what it is
 * asked in order. `session.run` of onnxruntime-node blocks its thread, which is why it does not run in the main one.
 */
import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import type { Tensors } from "../../executor.ts";
import { inputName, outputName } from "./names.ts";
import { rounds } from "./loop.ts";
import type { Model, Posted, PostedCall, Reply, Request, WorkerOptions } from "./protocol.ts";
import { createDeviceState, createHostState, type LoadedModel, type StateStore, toOrt } from "./state.ts";

interface OpenSession {
  readonly models: Map<string, LoadedModel>;
  readonly state: StateStore;
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
      sessions.set(request.session, await open(request));
      return [];
    case "load":
      sessions.get(request.session)!.models.set(request.key, await load(request.model, new Set()));
      return [];
    case "run": {
      const session = sessions.get(request.session)!;
      const results: Tensors[] = [];
      for (const call of request.calls) results.push(await run(session, call));
      return results;
    }
    case "read":
      return [await sessions.get(request.session)!.state.read(request.names)];
    case "write":
      sessions.get(request.session)!.state.write(request.state);
      return [];
    case "close":
      await close(request.session);
      return [];
    case "end":
      for (const session of [...sessions.keys()]) await close(session);
      return [];
  }
}

async function open({ models, state, copier }: Extract<Request, { kind: "open" }>): Promise<OpenSession> {
  const onDevice = options.provider === "webgpu";
  const resident = new Set(onDevice ? Object.keys(state) : []);
  const loaded = new Map<string, LoadedModel>();
  try {
    for (const [key, model] of Object.entries(models)) loaded.set(key, await load(model, resident));
    const store = onDevice ? createDeviceState(state, () => load(copier, new Set())) : createHostState(state);
    return { models: loaded, state: store };
  } catch (error) {
    for (const { session } of loaded.values()) await session.release();
    throw error;
  }
}

/** Outputs that are entries of `resident` stay on the device. */
async function load(model: Model, resident: ReadonlySet<string>): Promise<LoadedModel> {
  const staying = model.outputs.filter(({ name }) => resident.has(name));
  const session = await ort.InferenceSession.create(model.bytes, {
    executionProviders: [options.provider],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // Failures come back as errors; printing them too would litter standard error.
    logSeverityLevel: 4,
    extra: sessionConfiguration,
    ...(staying.length === 0
      ? {}
      : { preferredOutputLocation: Object.fromEntries(staying.map(({ name }) => [outputName(name), "gpu-buffer"])) }),
  });
  return { model, session };
}

/**
 * Threads that wait must not spin: where other work wants the cores (the main thread preparing batches, a second training)
 * a spinning thread holds back the one it waits for. Denormals are slow and mean nothing here.
 */
const sessionConfiguration = { session: { intra_op: { allow_spinning: "0" }, set_denormal_as_zero: "1" } };

async function run({ models, state }: OpenSession, call: PostedCall): Promise<Tensors> {
  const { model, session } = models.get(call.program)!;
  const feeds: Record<string, ort.Tensor> = {};
  for (const name of model.inputs) feeds[inputName(name)] = state.get(name) ?? toOrt(call.inputs[name]!);
  if (call.rounds !== undefined) feeds[rounds] = new ort.Tensor("int64", [BigInt(call.rounds)], []);
  const fetches: Record<string, ort.Tensor | null> = {};
  for (const output of model.outputs) fetches[outputName(output.name)] = state.target(output);
  const results = await session.run(feeds, fetches);

  const returned: Record<string, Tensors[string]> = {};
  for (const { name } of model.outputs) {
    const value = results[outputName(name)]!;
    if (state.get(name) === undefined) returned[name] = { shape: [...value.dims], data: value.data as Float32Array };
  }
  state.replace(
    model.outputs
      .filter(({ name }) => state.get(name) !== undefined)
      .map(({ name }) => [name, results[outputName(name)]!]),
  );
  return returned;
}

async function close(key: number): Promise<void> {
  const session = sessions.get(key);
  sessions.delete(key);
  // in this order: a buffer that outlives the session that made it ends the process when it is released
  await session?.state.release();
  for (const model of session?.models.values() ?? []) await model.session.release();
}
