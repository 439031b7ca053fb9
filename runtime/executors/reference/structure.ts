/** Kernels of reductions and of the operations that move elements. Every move is one strided copy. */
import type { OpName } from "../../program/ops.ts";
import { type Shape, stridesOf } from "../../tensor.ts";
import { type Buffer, broadcastStrides, eachRow, type Kernels, type Numbers } from "./kernel.ts";

/** Where a copy reads or writes: data, offset of the first element, strides. */
interface Place {
  readonly data: Numbers;
  readonly offset: number;
  readonly strides: readonly number[];
}

function copy(shape: Shape, from: Place, to: Place): void {
  eachRow(shape, [from.strides, to.strides], ([a, b], length, [sa, sb]) => {
    const source = from.offset + a!;
    const target = to.offset + b!;
    for (let i = 0; i < length; i++) to.data[target + i * sb!] = from.data[source + i * sa!]!;
  });
}

function whole(x: Buffer): Place {
  return { data: x.data, offset: 0, strides: stridesOf(x.shape) };
}

/** Every so many elements of a tensor, from a position on. */
function lattice(x: Buffer, starts: readonly number[], steps: readonly number[]): Place {
  const strides = stridesOf(x.shape);
  return {
    data: x.data,
    offset: strides.reduce((sum, stride, axis) => sum + stride * starts[axis]!, 0),
    strides: strides.map((stride, axis) => stride * steps[axis]!),
  };
}

/** Strides that lead from each element of the input to the element of the result that it is reduced into. */
function reducedStrides(shape: Shape, axes: readonly number[]): number[] {
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return broadcastStrides(kept, shape);
}

export const structure: Kernels<
  Extract<OpName, "sum" | "max" | "reshape" | "transpose" | "broadcastTo" | "concat" | "slice" | "pad">
> = {
  sum: ({ axes }, [x], out) => {
    const totals = new Float64Array(out.data.length);
    let at = 0;
    eachRow(x!.shape, [stridesOf(x!.shape), reducedStrides(x!.shape, axes)], ([, to], length, [, step]) => {
      for (let i = 0; i < length; i++) totals[to! + i * step!]! += x!.data[at++]!;
    });
    out.data.set(totals);
  },
  max: ({ axes }, [x], out) => {
    out.data.fill(Number.NEGATIVE_INFINITY);
    let at = 0;
    eachRow(x!.shape, [stridesOf(x!.shape), reducedStrides(x!.shape, axes)], ([, to], length, [, step]) => {
      for (let i = 0; i < length; i++) {
        const place = to! + i * step!;
        out.data[place] = Math.max(out.data[place]!, x!.data[at++]!);
      }
    });
  },
  reshape: (_, [x], out) => out.data.set(x!.data),
  transpose: ({ perm }, [x], out) => {
    const strides = stridesOf(x!.shape);
    copy(out.shape, { data: x!.data, offset: 0, strides: perm.map((axis) => strides[axis]!) }, whole(out));
  },
  broadcastTo: (_, [x], out) => {
    copy(out.shape, { data: x!.data, offset: 0, strides: broadcastStrides(x!.shape, out.shape) }, whole(out));
  },
  concat: ({ axis }, inputs, out) => {
    let start = 0;
    for (const x of inputs) {
      const starts = out.shape.map((_, i) => (i === axis ? start : 0));
      const everyOne = out.shape.map(() => 1);
      copy(x.shape, whole(x), lattice(out, starts, everyOne));
      start += x.shape[axis]!;
    }
  },
  slice: ({ starts, steps }, [x], out) => copy(out.shape, lattice(x!, starts, steps), whole(out)),
  pad: ({ low, interior }, [x], out) => {
    const steps = interior.map((gap) => gap + 1);
    copy(x!.shape, whole(x!), lattice(out, low, steps));
  },
};
