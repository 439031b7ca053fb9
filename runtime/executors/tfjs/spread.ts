/** Zeros between the elements of a tensor: interior padding, which TensorFlow.js does not have, within rank 4. */
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
