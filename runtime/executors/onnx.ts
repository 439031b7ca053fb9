/**
 * The `onnx` executor: programs written as ONNX models and run by onnxruntime-node in a worker thread, where the state
 * stays. This file is the main thread's side: checks, messages and faults. Models are written in `onnx/lower.ts`.
 */
import type { Call, Executor, Session, Tensors } from "../executor.ts";
import { type Program, inputsOf } from "../program/program.ts";
import { type Shape, sameShape, tensor } from "../tensor.ts";
import { blockProbe } from "./onnx/blocked.ts";
import { type Channel, openChannel } from "./onnx/channel.ts";
import { encodeModel } from "./onnx/encode.ts";
import { loopModel, roundOf, stackInputs, unstackResults } from "./onnx/loop.ts";
import type { Choices } from "./onnx/convolution.ts";
import { lowerProgram, type Target } from "./onnx/lower.ts";
import type { Model, Provider } from "./onnx/protocol.ts";

export interface OnnxOptions {
  /**
   * the ONNX Runtime execution provider; "cpu" by default. With "webgpu" the state stays in buffers of the device, with
   * "cuda" several calls become one run.
   */
  readonly provider?: Provider;
  /**
   * whether the calls of a message become one ONNX Loop; by default with "cuda" only, whose results always return to the host,
   * so that a state of many megabytes would cross the bus with every call
   */
  readonly loop?: boolean;
  /** how convolutions are written, by `signatureOf`, where that has been measured; a fixed rule otherwise */
  readonly choices?: Choices;
  /** threads inside one operation; by default ONNX Runtime takes one for each physical core */
  readonly threads?: number;
}

export interface OnnxExecutor extends Executor {
  /** what models are written for */
  readonly target: Target;
}

/**
 * Starts a worker thread with ONNX Runtime. The executor keeps no process alive while it is idle; `close` ends it.
 *
 * Rejects with a RuntimeFault "device" where ONNX Runtime cannot be loaded or has no such device. Its sessions reject with "device" where a
 * model is refused, an operation fails or the worker dies, and with "memory" where there is not enough of it.
 */
export async function createOnnxExecutor(options: OnnxOptions = {}): Promise<OnnxExecutor> {
  const { provider = "cpu", threads = 0, choices = {}, loop = provider === "cuda" } = options;
  const channel = await openChannel({ provider, threads });
  const target: Target = { provider, choices, block: provider === "cpu" ? await blockSize(channel) : 0 };
  let sessions = 0;
  const executor: OnnxExecutor = {
    name: `onnx-${provider}`,
    target,
    ...(loop ? { messageTime: loopTime } : {}),
    async open(programs, state) {
      const id = ++sessions;
      for (const program of Object.values(programs)) checkState(program, state);
      const models = Object.fromEntries(
        Object.entries(programs).map(([key, program]) => [key, modelOf(program, target)]),
      );
      const copier = modelOf(copyProgram(state), target);
      const buffers = [...Object.values(models), copier].map((model) => model.bytes.buffer);
      await channel.ask({ kind: "open", session: id, models, state: compact(state), copier }, buffers);
      const shapes = new Map(Object.entries(state).map(([name, { shape }]) => [name, shape]));
      const session = openSession(channel, id, programs, shapes);
      return loop ? { ...session, run: runInLoops(channel, id, programs, shapes, target) } : session;
    },
    close: () => channel.close(),
  };
  if (provider !== "cpu") await start(executor);
  return executor;
}

/** A provider looks for its device when the first model is loaded: only then is it known whether there is one. */
async function start(executor: Executor): Promise<void> {
  const state = { one: tensor([1], [1]) };
  try {
    await (await executor.open({ copy: copyProgram(state) }, state)).close();
  } catch (error) {
    await executor.close();
    throw error;
  }
}

/** Channels in a block, asked of the engine itself; 0 where it has no blocked layout. */
async function blockSize(channel: Channel): Promise<number> {
  const model: Model = { bytes: encodeModel(blockProbe), inputs: ["x"], outputs: [{ name: "y", shape: [1, 0, 1, 1] }] };
  const session = 0;
  try {
    await channel.ask({ kind: "open", session, models: { probe: model }, state: {}, copier: model });
    const x = { shape: [1, 4, 1, 1], data: new Float32Array(4) };
    const [results] = await channel.ask({ kind: "run", session, calls: [{ program: "probe", inputs: { x } }] });
    await channel.ask({ kind: "close", session });
    const block = results!.y!.shape[1]!;
    return block > 1 ? block : 0;
  } catch {
    // an engine that was built without it, or for a processor that has no such kernels
    return 0;
  }
}

function openSession(
  channel: Channel,
  id: number,
  programs: Readonly<Record<string, Program>>,
  state: ReadonlyMap<string, Shape>,
): Session {
  return {
    async run(calls) {
      for (const call of calls) checkCall(call, programs, state);
      const posted = calls.map(({ program, inputs }) => ({ program, inputs: compact(inputs) }));
      return channel.ask({ kind: "run", session: id, calls: posted });
    },
    async read(names = [...state.keys()]) {
      for (const name of names) if (!state.has(name)) throw new Error(`internal: no state is named ${name}`);
      const [tensors] = await channel.ask({ kind: "read", session: id, names });
      return tensors!;
    },
    async write(values) {
      for (const [name, { shape }] of Object.entries(values)) checkShape(name, shape, state.get(name));
      await channel.ask({ kind: "write", session: id, state: compact(values) });
    },
    async close() {
      await channel.ask({ kind: "close", session: id });
    },
  };
}

/** Long enough that moving the state is a small part, short enough that an interrupted training stops soon. */
const loopTime = 500;

/** `run` of a session, with all calls of a message as rounds of one loop. A loop is made when its round first comes up. */
function runInLoops(
  channel: Channel,
  id: number,
  programs: Readonly<Record<string, Program>>,
  state: ReadonlyMap<string, Shape>,
  target: Target,
): Session["run"] {
  const loaded = new Map<string, Promise<unknown>>();
  return async (calls) => {
    if (calls.length === 0) return [];
    for (const call of calls) checkCall(call, programs, state);
    const round = roundOf(calls);
    const key = `loop ${JSON.stringify(round)}`;
    if (!loaded.has(key)) {
      const model = loopModel(
        round.map((name) => programs[name]!),
        state,
        target,
      );
      loaded.set(key, channel.ask({ kind: "load", session: id, key, model }, [model.bytes.buffer]));
    }
    const call = { program: key, inputs: stackInputs(calls, round.length), rounds: calls.length / round.length };
    const running = channel.ask({ kind: "run", session: id, calls: [call] });
    const [[stacked]] = await Promise.all([running, loaded.get(key)]);
    return unstackResults(stacked!, calls.length, round.length);
  };
}

/** A program that gives back every entry of the state. */
function copyProgram(state: Tensors): Program {
  const entries = Object.entries(state);
  return {
    name: "copy",
    nodes: entries.map(([name, { shape }]) => ({ op: "input", name, shape, origin: null })),
    outputs: entries.map(([name], node) => ({ name, node })),
  };
}

function modelOf(program: Program, target: Target): Model {
  return {
    bytes: encodeModel(lowerProgram(program, target)),
    inputs: inputsOf(program).map(({ name }) => name),
    outputs: program.outputs.map(({ name, node }) => ({ name, shape: program.nodes[node]!.shape })),
  };
}

function checkState(program: Program, state: Tensors): void {
  const outputs = program.outputs.map(({ name, node }) => ({ name, shape: program.nodes[node]!.shape }));
  for (const { name, shape } of [...inputsOf(program), ...outputs]) {
    const entry = state[name];
    if (entry !== undefined) checkShape(name, shape, entry.shape);
  }
}

function checkCall(call: Call, programs: Readonly<Record<string, Program>>, state: ReadonlyMap<string, Shape>): void {
  const program = programs[call.program];
  if (program === undefined) throw new Error(`internal: the session has no program ${call.program}`);
  for (const { name, shape } of inputsOf(program)) {
    if (!state.has(name)) checkShape(name, shape, call.inputs[name]?.shape);
  }
}

function checkShape(name: string, expected: Shape, actual: Shape | undefined): void {
  if (actual === undefined) throw new Error(`internal: there is no tensor for ${name}`);
  if (sameShape(expected, actual)) return;
  throw new Error(`internal: ${name} has shape [${actual.join(", ")}] where [${expected.join(", ")}] is needed`);
}

/**
 * Messages copy tensors, so that callers keep theirs. A view of a larger buffer would take all of that buffer along:
 * it is cut out first.
 */
function compact(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      return [name, { shape, data: data.byteLength === data.buffer.byteLength ? data : data.slice() }];
    }),
  );
}
