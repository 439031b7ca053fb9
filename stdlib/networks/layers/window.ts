/**
 * Where the window of a convolution starts and ends: TensorFlow's "same" and "valid" padding, so that published
 * architectures keep their sizes. What is convolved with what is in the layers.
 */
import type { ConvGeometry } from "#runtime/program/ops";
import type { Shape } from "#runtime/tensor";

export type Padding = "same" | "valid";

/** Size of the result along one axis; not positive where the window does not fit. */
export function convolvedSize(size: number, kernel: number, stride: number, padding: Padding): number {
  return padding === "same" ? Math.ceil(size / stride) : Math.floor((size - kernel) / stride) + 1;
}

/** Zeros before and after an axis of length `long`, so that a strided window over it stops `short` times. */
function samePads(long: number, short: number, kernel: number, stride: number): readonly [number, number] {
  const total = Math.max((short - 1) * stride + kernel - long, 0);
  // TensorFlow puts the odd zero at the end
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function geometry(stride: number, rows: readonly [number, number], columns: readonly [number, number]): ConvGeometry {
  return { strides: [stride, stride], pads: [rows[0], columns[0], rows[1], columns[1]], dilations: [1, 1] };
}

/** Geometry of a convolution of maps [N, C, H, W]. */
export function convGeometry([, , h, w]: Shape, kernel: number, stride: number, padding: Padding): ConvGeometry {
  const pads = (size: number): readonly [number, number] =>
    padding === "valid" ? [0, 0] : samePads(size, Math.ceil(size / stride), kernel, stride);
  return geometry(stride, pads(h!), pads(w!));
}

/** Geometry of the transposed convolution that multiplies height and width of [N, C, H, W] by the stride. */
export function deconvGeometry(
  [, , h, w]: Shape,
  kernel: number,
  stride: number,
): { readonly geometry: ConvGeometry; readonly outputPadding: readonly [number, number] } {
  const pads = (size: number) => samePads(size * stride, size, kernel, stride);
  // a window smaller than its stride leaves zeros at the end
  const missing = Math.max(stride - kernel, 0);
  return { geometry: geometry(stride, pads(h!), pads(w!)), outputPadding: [missing, missing] };
}
