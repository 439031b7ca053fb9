/**
 * The three convolutions in TensorFlow.js: NHWC, padding made explicit and dilated kernels written out, because backends
 * differ in which of strides, dilations and explicit padding they take together; each has plain strided `valid` convolutions.
 */
import type { ConvGeometry } from "../../program/ops.ts";
import type { Shape } from "../../tensor.ts";
import type { Row, Tfjs, TfTensor } from "./rows.ts";
import { spreadAxis } from "./spread.ts";

const toNhwc = [0, 2, 3, 1];
const toNchw = [0, 3, 1, 2];
/** [M, C, kH, kW] -> [kH, kW, C, M] and back */
const toHwio = [2, 3, 1, 0];
const toOihw = [3, 2, 0, 1];

type Pair = [number, number];

function paddedSize(size: Shape, { pads }: ConvGeometry): Pair {
  return [size[0]! + pads[0] + pads[2], size[1]! + pads[1] + pads[3]];
}

/** x [N, C, H, W] -> [N, H + pads, W + pads, C] */
function paddedNhwc(tf: Tfjs, x: TfTensor, { pads }: ConvGeometry): TfTensor {
  const image = tf.transpose(x, toNhwc);
  if (pads.every((zeros) => zeros === 0)) return image;
  return tf.pad(image, [
    [0, 0],
    [pads[0], pads[2]],
    [pads[1], pads[3]],
    [0, 0],
  ]);
}

/** w [M, C, kH, kW] -> [dilated kH, dilated kW, C, M], zeros between the taps. */
function kernelOf(tf: Tfjs, w: TfTensor, { dilations }: ConvGeometry): TfTensor {
  return dilations.reduce((filter, step, axis) => spreadAxis(tf, filter, axis, step - 1), tf.transpose(w, toHwio));
}

export const convolutions: { readonly [K in "conv" | "convTranspose" | "convFilterGrad"]: Row<K> } = {
  conv: (tf, [x, w], g) => {
    const image = paddedNhwc(tf, x!, g) as Parameters<Tfjs["conv2d"]>[0];
    const kernel = kernelOf(tf, w!, g) as Parameters<Tfjs["conv2d"]>[1];
    return tf.transpose(tf.conv2d(image, kernel, [...g.strides] as Pair, "valid"), toNchw);
  },

  convTranspose: (tf, [x, w], g, shape) => {
    const [n, channels, height, width] = shape as [number, number, number, number];
    const whole = paddedSize([height, width], g);
    const large = tf.conv2dTranspose(
      tf.transpose(x!, toNhwc) as Parameters<Tfjs["conv2dTranspose"]>[0],
      kernelOf(tf, w!, g) as Parameters<Tfjs["conv2dTranspose"]>[1],
      [n, whole[0], whole[1], channels],
      [...g.strides] as Pair,
      "valid",
    );
    return tf.transpose(tf.slice(large, [0, g.pads[0], g.pads[1], 0], [n, height, width, channels]), toNchw);
  },

  convFilterGrad: (tf, [x, dy], g, shape) => {
    const [, , kh, kw] = shape as [number, number, number, number];
    const [height, width] = [kh, kw].map((taps, axis) => (taps - 1) * g.dilations[axis]! + 1) as Pair;
    const [m, c] = [shape[0]!, shape[1]!];
    const full = filterGradient(tf, paddedNhwc(tf, x!, g), tf.transpose(dy!, toNhwc), g.strides, [height, width, c, m]);
    const taps = g.dilations.every((step) => step === 1)
      ? full
      : tf.stridedSlice(full, [0, 0, 0, 0], [height, width, c, m], [...g.dilations, 1, 1]);
    return tf.transpose(taps, toOihw);
  },
};

/** The gradient of a `valid` convolution in its filter, by the kernel of that name or, without it, as a convolution itself. */
function filterGradient(
  tf: Tfjs,
  x: TfTensor,
  dy: TfTensor,
  strides: readonly [number, number],
  filterShape: [number, number, number, number],
): TfTensor {
  if (tf.getKernel("Conv2DBackpropFilter", tf.getBackend()) != null) {
    const attrs = { strides: [...strides], pad: "valid", dataFormat: "NHWC", filterShape };
    return tf.engine().runKernel("Conv2DBackpropFilter", { x, dy } as any, attrs as any) as TfTensor;
  }
  // dw[k] = sum over o of x[stride o + k] dy[o]: examples as channels, dy with zeros between its elements as the filter
  const [kh, kw] = filterShape;
  const [, oh, ow] = dy.shape as [number, number, number, number];
  const used = [(oh - 1) * strides[0] + kh, (ow - 1) * strides[1] + kw] as const;
  const read = tf.slice(x, [0, 0, 0, 0], [x.shape[0]!, used[0], used[1], x.shape[3]!]);
  const image = tf.transpose(read, [3, 1, 2, 0]) as Parameters<Tfjs["conv2d"]>[0];
  const kernel = tf.transpose(dy, [1, 2, 0, 3]) as Parameters<Tfjs["conv2d"]>[1];
  const gradient = tf.conv2d(image, kernel, 1, "valid", "NHWC", [...strides] as Pair);
  return tf.transpose(gradient, [1, 2, 0, 3]);
}
