/**
 * The TensorFlow.js executor: programs on whichever backend is handed in (native TensorFlow, WebGPU, wasm, plain
 * JavaScript). The state of a session stays on the device; how each operation is written is in `tfjs/rows.ts`. Finding and
 * loading a backend is the business of `apps/devices.ts`.
 */
import type { Call, Executor, Session, Tensors } from "../executor.ts";
import { RuntimeFault } from "../fault.ts";
import type { OpNode, Program } from "../program/program.ts";
import { inputsOf } from "../program/program.ts";
import { type Shape, sameShape, type Tensor } from "../tensor.ts";
import { createTurns, isLong, lastUses, runEach } from "./in-thread.ts";
import { rows, type Row, type Tfjs, type TfTensor } from "./tfjs/rows.ts";

export interface TfjsOptions {
  /** e.g. "tfjs-node", for messages */
  readonly name: string;
  /** what it runs on, for people */
  readonly adapter?: string;
  /** TensorFlow.js with its backend set and ready */
  readonly tf: Tfjs;
  /** awaited between calls and after each convolution, so that a backend that computes in this thread lets others run */
  readonly breathe?: () => Promise<void>;
  /** ends what was started for the backend */
  readonly dispose?: () => void | Promise<void>;
}

export function createTfjsExecutor({ name, adapter, tf, breathe, dispose }: TfjsOptions): Executor {
  return {
    name,
    ...(adapter === undefined ? {} : { adapter }),
    async open(programs, state) {
      return guarded(name, async () => openSession(name, tf, programs, state, breathe));
    },
    async close() {
      await dispose?.();
    },
  };
}

/** Values of nodes by index; a node that is not needed any more is absent. */
type Values = (TfTensor | undefined)[];

function openSession(
  name: string,
  tf: Tfjs,
  programs: Readonly<Record<string, Program>>,
  initial: Tensors,
  breathe: TfjsOptions["breathe"],
): Session {
  const upload = ({ data, shape }: Tensor): TfTensor => tf.tensor(data.slice(), [...shape], "float32");
  const state = new Map(Object.entries(initial).map(([key, value]) => [key, upload(value)]));
  const prepared = new Map(Object.entries(programs).map(([key, program]) => [key, prepare(program)]));
  const turns = createTurns();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => turns(() => guarded(name, work));

  function prepare(program: Program) {
    for (const { name: output, node } of program.outputs) {
      const entry = state.get(output);
      if (entry !== undefined) checkShape(output, entry.shape, program.nodes[node]!.shape);
    }
    const constants = program.nodes.map((node) => (node.op === "constant" ? upload(node) : undefined));
    return { program, constants, lastUse: lastUses(program) };
  }

  async function run(call: Call): Promise<Tensors> {
    const known = prepared.get(call.program);
    if (known === undefined) throw new Error(`internal: the session has no program ${call.program}`);
    const { program, constants, lastUse } = known;
    for (const { name: input, shape } of inputsOf(program)) {
      checkShape(input, shape, state.get(input)?.shape ?? call.inputs[input]?.shape);
    }
    const values: Values = [];
    const own = new Set<number>();
    try {
      for (const [index, node] of program.nodes.entries()) {
        if (lastUse[index] === -1) continue;
        if (node.op === "constant") values[index] = constants[index]!;
        else if (node.op === "input") {
          const entry = state.get(node.name);
          values[index] = entry ?? upload(call.inputs[node.name]!);
          if (entry === undefined) own.add(index);
        } else {
          const operands = node.inputs.map((input) => values[input]!);
          values[index] = tf.tidy(() => rowOf(node)(tf, operands, node.attrs, node.shape));
          own.add(index);
          for (const input of new Set(node.inputs)) {
            if (lastUse[input] !== index || !own.delete(input)) continue;
            values[input]!.dispose();
            values[input] = undefined;
          }
          if (isLong(node)) await breathe?.();
        }
      }
      return await collect(program, values);
    } finally {
      for (const index of own) values[index]!.dispose();
    }
  }

  /** Replaces state entries, all at once, and brings the other outputs back. */
  async function collect(program: Program, values: Values): Promise<Tensors> {
    const replaced = new Map<string, TfTensor>();
    const results: Record<string, Promise<Tensor>> = {};
    for (const { name: output, node } of program.outputs) {
      const value = values[node]!;
      if (state.has(output)) replaced.set(output, value.clone());
      else results[output] = download(value, program.nodes[node]!.shape);
    }
    for (const [key, value] of replaced) {
      state.get(key)!.dispose();
      state.set(key, value);
    }
    const entries = Object.entries(results).map(async ([key, result]) => [key, await result] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  return {
    run: (calls) => inTurn(() => runEach(calls, run, breathe)),
    read: (names = [...state.keys()]) =>
      inTurn(async () => {
        const entry = (key: string): TfTensor => {
          const value = state.get(key);
          if (value === undefined) throw new Error(`internal: no state is named ${key}`);
          return value;
        };
        const entries = names.map(async (key) => [key, await download(entry(key), entry(key).shape)] as const);
        return Object.fromEntries(await Promise.all(entries));
      }),
    write: (values) =>
      inTurn(async () => {
        for (const [key, value] of Object.entries(values)) checkShape(key, state.get(key)?.shape, value.shape);
        for (const [key, value] of Object.entries(values)) {
          state.get(key)!.dispose();
          state.set(key, upload(value));
        }
      }),
    close: () =>
      inTurn(async () => {
        for (const value of state.values()) value.dispose();
        for (const { constants } of prepared.values()) for (const value of constants) value?.dispose();
        state.clear();
        prepared.clear();
      }),
  };
}

/** The table is keyed by the operation, so the row fits the node; the compiler cannot follow that correlation. */
function rowOf(node: OpNode): Row<any> {
  return rows[node.op] as Row<any>;
}

async function download(value: TfTensor, shape: Shape): Promise<Tensor> {
  const data = await value.data<"float32">();
  // what a backend in this thread gives may be its own memory
  return { shape: [...shape], data: Float32Array.from(data) };
}

function checkShape(name: string, expected: Shape | undefined, actual: Shape | undefined): void {
  if (expected === undefined || actual === undefined) throw new Error(`internal: there is no tensor for ${name}`);
  if (sameShape(expected, actual)) return;
  throw new Error(`internal: ${name} has shape [${actual.join(", ")}] where [${expected.join(", ")}] is needed`);
}

/** Errors of TensorFlow.js as faults; ours, which begin with `internal:`, stay what they are. */
async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof RuntimeFault || message.startsWith("internal:")) throw error;
    if (/out of memory|OOM|allocat|RESOURCE_EXHAUSTED/i.test(message)) {
      throw new RuntimeFault("memory", `not enough memory: ${message}`, "use a smaller batch or a narrower network");
    }
    const advice = "choose another device (causal doctor lists them), for example cpu";
    throw new RuntimeFault("device", `TensorFlow.js (${name}) failed: ${message}`, advice);
  }
}
