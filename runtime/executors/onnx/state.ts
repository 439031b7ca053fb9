/**
 * Where the state of a session lives in the worker: in memory that ONNX Runtime writes in place, or in buffers of a device.
 * Which programs read and replace it is the business of `worker.ts`.
 */
import * as ort from "onnxruntime-node";
import type { Tensors } from "../../executor.ts";
import { type Shape, sizeOf, type Tensor } from "../../tensor.ts";
import { inputName, outputName } from "./names.ts";
import type { Model } from "./protocol.ts";

export interface LoadedModel {
  readonly model: Model;
  readonly session: ort.InferenceSession;
}

export interface StateStore {
  /** the current value of an entry, to be read by a run; undefined for other names */
  get(name: string): ort.Tensor | undefined;
  /** where a run shall put an output; null leaves the choice to ONNX Runtime */
  target(output: { readonly name: string; readonly shape: Shape }): ort.Tensor | null;
  /** the results of a run become the entries, all at once */
  replace(results: readonly (readonly [name: string, value: ort.Tensor])[]): void;
  /** copies */
  read(names: readonly string[]): Promise<Tensors>;
  write(values: Tensors): void;
  release(): Promise<void>;
}

/**
 * State in this process. The next value of an entry is written into a spare tensor, which changes places with the entry
 * after each call, so that a training step allocates nothing and never writes what it still reads.
 */
export function createHostState(initial: Tensors): StateStore {
  const state = new Map(Object.entries(initial).map(([name, value]) => [name, toOrt(value)]));
  const spare = new Map<string, ort.Tensor>();
  return {
    get: (name) => state.get(name),
    target({ name, shape }) {
      if (!state.has(name)) return null;
      if (!spare.has(name)) spare.set(name, new ort.Tensor("float32", new Float32Array(sizeOf(shape)), shape));
      return spare.get(name)!;
    },
    replace(results) {
      for (const [name] of results) {
        const next = spare.get(name)!;
        spare.set(name, state.get(name)!);
        state.set(name, next);
      }
    },
    async read(names) {
      return Object.fromEntries(names.map((name) => [name, copyOf(state.get(name)!)]));
    },
    write(values) {
      for (const [name, value] of Object.entries(values)) state.set(name, toOrt(value));
    },
    async release() {
      state.clear();
      spare.clear();
    },
  };
}

/**
 * State in buffers of a device. It comes back through the copier, a model that copies every entry to the host: reading such a
 * tensor directly ends the process in onnxruntime-node 1.30, and a session on the CPU would read garbage from it.
 */
export function createDeviceState(initial: Tensors, loadCopier: () => Promise<LoadedModel>): StateStore {
  let copier: Promise<LoadedModel> | null = null;
  const state = new Map(Object.entries(initial).map(([name, value]) => [name, toOrt(value)]));
  const put = (name: string, value: ort.Tensor) => {
    const old = state.get(name)!;
    state.set(name, value);
    if (old.location === "gpu-buffer") old.dispose();
  };
  return {
    get: (name) => state.get(name),
    target: () => null,
    replace(results) {
      for (const [name, value] of results) put(name, value);
    },
    async read(names) {
      if (names.length === 0) return {};
      copier ??= loadCopier();
      const { session } = await copier;
      const feeds = Object.fromEntries([...state].map(([name, value]) => [inputName(name), value]));
      const results = await session.run(feeds, names.map(outputName));
      return Object.fromEntries(names.map((name) => [name, copyOf(results[outputName(name)]!)]));
    },
    write(values) {
      for (const [name, value] of Object.entries(values)) put(name, toOrt(value));
    },
    async release() {
      for (const value of state.values()) if (value.location === "gpu-buffer") value.dispose();
      state.clear();
      await (await copier)?.session.release();
    },
  };
}

export function toOrt({ data, shape }: Tensor): ort.Tensor {
  return new ort.Tensor("float32", data, shape);
}

function copyOf(value: ort.Tensor): Tensor {
  return { shape: [...value.dims], data: (value.data as Float32Array).slice() };
}
