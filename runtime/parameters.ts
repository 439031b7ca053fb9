/** Initial values of state. What state there is, and how an entry wants to begin, is said by a plan. */
import type { Tensors } from "./executor.ts";
import type { Initialiser, StateEntry } from "./program/plan.ts";
import { type Stream, createStream } from "./random.ts";
import { type Tensor, sizeOf } from "./tensor.ts";

/** Each entry is drawn from the stream of its own name: adding an entry leaves the others as they were. */
export function initialState(entries: readonly StateEntry[], seed: number | string): Tensors {
  return Object.fromEntries(
    entries.map(({ name, shape, init }): [string, Tensor] => {
      const data = new Float32Array(sizeOf(shape));
      fill(data, init, createStream(seed, "state", name));
      return [name, { shape, data }];
    }),
  );
}

function fill(data: Float32Array, init: Initialiser, stream: Stream): void {
  switch (init.kind) {
    case "constant":
      data.fill(init.value);
      return;
    case "normal":
      stream.fillNormal(data, init.mean, init.std);
      return;
    case "truncatedNormal":
      fillTruncatedNormal(data, init.std, stream);
      return;
    case "uniform":
      stream.fillUniform(data, init.low, init.high);
      return;
    case "glorotUniform": {
      const limit = Math.sqrt(6 / (init.fanIn + init.fanOut));
      stream.fillUniform(data, -limit, limit);
      return;
    }
    case "heNormal":
      stream.fillNormal(data, 0, Math.sqrt(2 / init.fanIn));
      return;
    default:
      init satisfies never;
  }
}

function fillTruncatedNormal(data: Float32Array, std: number, stream: Stream): void {
  for (let i = 0; i < data.length; i++) {
    let draw = stream.normal();
    while (Math.abs(draw) > 2) draw = stream.normal();
    data[i] = std * draw;
  }
}
