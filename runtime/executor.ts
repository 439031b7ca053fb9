/**
 * What an executor promises. An executor opens a session over a few programs that share named state (parameters,
 * optimizer moments, counters); the state lives where the executor likes it best, and only `read` brings it back.
 */
import type { Program } from "./program/program.ts";
import type { Tensor } from "./tensor.ts";

export type Tensors = Readonly<Record<string, Tensor>>;

export interface Call {
  /** the key of a program of the session */
  readonly program: string;
  /** a tensor for each input of the program that is not a state entry */
  readonly inputs: Tensors;
}

export interface Session {
  /**
   * Runs the calls in order. Inputs named like a state entry read it; outputs named like one replace it after the
   * call. The other outputs come back, one record a call. Rejects with a RuntimeFault.
   */
  run(calls: readonly Call[]): Promise<readonly Tensors[]>;
  /** Copies of state entries (all of them by default). */
  read(names?: readonly string[]): Promise<Tensors>;
  /** Replaces state entries; shapes must agree. */
  write(state: Tensors): Promise<void>;
  close(): Promise<void>;
}

export interface Executor {
  /** e.g. "reference", "onnx-cpu" */
  readonly name: string;
  /** milliseconds of steps that are best run in one message; short ones where nothing is said */
  readonly messageTime?: number;
  /** the device that it runs on, where the engine tells: "NVIDIA H100" */
  readonly adapter?: string;
  /** all of it for people, in a log or a manifest: "cpu: ONNX Runtime 1.30.0, 2 x AMD EPYC" */
  readonly description?: string;
  /** bytes that everything has to fit into, where that is known */
  readonly memory?: number;
  open(programs: Readonly<Record<string, Program>>, state: Tensors): Promise<Session>;
  close(): Promise<void>;
}
