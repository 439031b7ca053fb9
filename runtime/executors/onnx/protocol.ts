/**
 * The messages between an ONNX executor and its worker thread, as plain data that survives structured cloning. Every
 * request gets one reply with its number, in the order of the requests.
 */
import type { Call, Tensors } from "../../executor.ts";
import type { Shape } from "../../tensor.ts";

/** Execution providers of ONNX Runtime. */
export type Provider = "cpu" | "webgpu" | "cuda";

export interface WorkerOptions {
  readonly provider: Provider;
  /** 0 leaves the choice to ONNX Runtime */
  readonly threads: number;
}

/** A program written as an ONNX model, with its names (`names.ts` has those in the model). */
export interface Model {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
}

export interface PostedCall extends Call {
  /** of a loop model: how many rounds its inputs hold */
  readonly rounds?: number;
}

export type Request =
  | {
      readonly kind: "open";
      readonly session: number;
      readonly models: Readonly<Record<string, Model>>;
      readonly state: Tensors;
      /** copies the state, entry by entry: how it comes back from a device */
      readonly copier: Model;
    }
  | { readonly kind: "load"; readonly session: number; readonly key: string; readonly model: Model }
  | { readonly kind: "run"; readonly session: number; readonly calls: readonly PostedCall[] }
  | { readonly kind: "read"; readonly session: number; readonly names: readonly string[] }
  | { readonly kind: "write"; readonly session: number; readonly state: Tensors }
  | { readonly kind: "close"; readonly session: number }
  | { readonly kind: "end" };

export interface Posted {
  readonly id: number;
  readonly request: Request;
}

/** What a request gives; `run` one record a call, `read` one record, the others none. */
export type Reply =
  | { readonly id: number; readonly results: readonly Tensors[] }
  | { readonly id: number; readonly failure: string };
