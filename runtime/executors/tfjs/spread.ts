/** Tensors made larger within the ranks that every backend has: zeros between elements, and elements repeated along axes. */
import type { Shape } from "../../tensor.ts";
import type { Tfjs, TfTensor } from "./rows.ts";

/** `zeros` between the elements along one axis: each element is padded by itself, and what is behind the last is cut off. */
export function spreadAxis(tf: Tfjs, x: TfTensor, axis: number, zeros: number): TfTensor {
  if (zeros === 0) return x;
  const count = x.shape[axis]!;
  const before = x.shape.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const after = x.shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const padded = tf.pad(tf.reshape(x, [before, count, 1, after]), [
    [0, 0],
    [0, 0],
    [0, zeros],
    [0, 0],
  ]);
  const length = (count - 1) * (zeros + 1) + 1;
  const flat = tf.reshape(padded, [before, count * (zeros + 1), after]);
  const shape = x.shape.map((dim, i) => (i === axis ? length : dim));
  return tf.reshape(tf.slice(flat, [0, 0, 0], [before, length, after]), shape);
}

/**
 * NumPy's broadcast_to. Neighbouring axes that are both kept or both repeated become one, because the kernel that repeats
 * does not run on WebGPU above rank 4; an upsampled image has six axes.
 */
export function repeated(tf: Tfjs, x: TfTensor, shape: Shape): TfTensor {
  const own = [...new Array<number>(shape.length - x.rank).fill(1), ...x.shape];
  const kept: number[] = [];
  const times: number[] = [];
  let last: boolean | null = null;
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const repeats = own[axis] !== size;
    if (repeats !== last) {
      kept.push(1);
      times.push(1);
    }
    last = repeats;
    (repeats ? times : kept)[kept.length - 1]! *= size;
  }
  return tf.reshape(times.every((count) => count === 1) ? x : tf.tile(tf.reshape(x, kept), times), [...shape]);
}
