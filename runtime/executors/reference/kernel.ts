/** The form of a reference kernel and the one way kernels walk strided data. The kernels are in the files beside this. */
import type { OpAttributes, OpName } from "../../program/ops.ts";
import { type Shape, stridesOf } from "../../tensor.ts";

/** Float32 as everywhere; float64 where a test needs the exact value of a derivative. */
export type Numbers = Float32Array | Float64Array;

/** A tensor in either precision; row-major. */
export interface Buffer {
  readonly shape: Shape;
  readonly data: Numbers;
}

/** Fills `out`, which comes zeroed and has the inferred shape. Operands are never changed. */
export type Kernel<K extends OpName> = (attrs: OpAttributes[K], inputs: readonly Buffer[], out: Buffer) => void;

export type Kernels<Names extends OpName> = { readonly [K in Names]: Kernel<K> };

/** Strides with which a tensor is read as if it had the larger shape: 0 along axes that are repeated. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  const extra = to.length - shape.length;
  return to.map((_, axis) => (axis < extra || shape[axis - extra] === 1 ? 0 : own[axis - extra]!));
}

/**
 * Visits all positions of a shape row by row, in row-major order, in several memories at once. Each memory has its strides;
 * `visit` gets the offset of the row in each, the length of the row and the stride along it. Axes that are contiguous in all
 * memories are walked as one, so rows are as long as they can be.
 */
export function eachRow(
  shape: Shape,
  memories: readonly (readonly number[])[],
  visit: (offsets: readonly number[], length: number, steps: readonly number[]) => void,
): void {
  const { dims, strides } = merged(shape, memories);
  const last = dims.length - 1;
  const steps = strides.map((s) => s[last]!);
  const index = new Array<number>(last).fill(0);
  const offsets = memories.map(() => 0);
  for (;;) {
    visit(offsets, dims[last]!, steps);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      index[axis]!++;
      for (let m = 0; m < offsets.length; m++) offsets[m]! += strides[m]![axis]!;
      if (index[axis]! < dims[axis]!) break;
      for (let m = 0; m < offsets.length; m++) offsets[m]! -= strides[m]![axis]! * dims[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Drops axes of size 1 and joins neighbours that every memory walks without a gap. Always leaves one axis. */
function merged(shape: Shape, memories: readonly (readonly number[])[]): { dims: number[]; strides: number[][] } {
  const dims: number[] = [];
  const strides: number[][] = memories.map(() => []);
  shape.forEach((dim, axis) => {
    if (dim === 1) return;
    const last = dims.length - 1;
    if (last >= 0 && memories.every((memory, m) => strides[m]![last] === memory[axis]! * dim)) {
      dims[last]! *= dim;
      for (const [m, memory] of memories.entries()) strides[m]![last] = memory[axis]!;
    } else {
      dims.push(dim);
      for (const [m, memory] of memories.entries()) strides[m]!.push(memory[axis]!);
    }
  });
  return dims.length > 0 ? { dims, strides } : { dims: [1], strides: memories.map(() => [0]) };
}
