/** Programs that take every branch of every operation: what each executor is compared with the reference executor on. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { ConvGeometry, OpTable } from "#runtime/program/ops";
import type { Shape } from "#runtime/tensor";

/** One use of an operation; `draw` makes an input. */
export type Case = (b: Builder, draw: (shape: Shape) => Value) => Value;

const positive = (b: Builder, x: Value): Value => b.add(b.abs(x), 0.1);
const unary = (f: (b: Builder, x: Value) => Value): Case[] => [
  (b, draw) => f(b, draw([])),
  (b, draw) => f(b, draw([7])),
  (b, draw) => f(b, draw([2, 3, 4])),
];
const binary = (f: (b: Builder, x: Value, y: Value) => Value): Case[] => [
  (b, draw) => f(b, draw([3, 4]), draw([3, 4])),
  (b, draw) => f(b, draw([2, 3, 4]), draw([3, 1])),
  (b, draw) => f(b, draw([]), draw([5])),
  (b, draw) => f(b, draw([4, 1]), draw([1, 5])),
  (b, draw) => f(b, b.broadcastTo(draw([1, 3, 1, 1]), [2, 3, 2, 2]), draw([2, 3, 2, 2])),
  (b, draw) => f(b, b.broadcastTo(draw([3]), [2, 3]), b.broadcastTo(draw([2, 1]), [2, 3])),
  (b, draw) => f(b, b.broadcastTo(draw([1, 3]), [4, 3]), draw([3])),
];
/** Equal in about a third of the places. */
const coarse = (b: Builder, x: Value): Value => b.floor(b.mul(x, 1.5));
const compare = (f: (b: Builder, x: Value, y: Value) => Value): Case[] =>
  binary((b, x, y) => f(b, coarse(b, x), coarse(b, y)));

const geometries: readonly { kernel: [number, number]; size: [number, number]; g: ConvGeometry }[] = [
  { kernel: [3, 3], size: [5, 6], g: { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1] } },
  { kernel: [5, 5], size: [8, 8], g: { strides: [2, 2], pads: [1, 1, 2, 2], dilations: [1, 1] } },
  { kernel: [5, 5], size: [8, 8], g: { strides: [2, 2], pads: [2, 2, 2, 2], dilations: [1, 1] } },
  { kernel: [5, 5], size: [14, 12], g: { strides: [2, 2], pads: [2, 2, 2, 2], dilations: [1, 1] } },
  { kernel: [4, 4], size: [8, 6], g: { strides: [2, 2], pads: [1, 1, 1, 1], dilations: [1, 1] } },
  { kernel: [3, 2], size: [9, 7], g: { strides: [3, 2], pads: [0, 1, 2, 0], dilations: [1, 1] } },
  { kernel: [2, 3], size: [9, 9], g: { strides: [2, 1], pads: [1, 0, 0, 2], dilations: [2, 3] } },
  { kernel: [1, 1], size: [4, 5], g: { strides: [3, 3], pads: [0, 0, 0, 0], dilations: [1, 1] } },
];
const outputSize = ({ kernel, size, g }: (typeof geometries)[number]): [number, number] => {
  const along = (axis: 0 | 1) => {
    const padded = size[axis] + g.pads[axis] + g.pads[axis + 2]!;
    return Math.floor((padded - (kernel[axis] - 1) * g.dilations[axis] - 1) / g.strides[axis]) + 1;
  };
  return [along(0), along(1)];
};
/** What convTranspose must add to come back to the size that the convolution read. */
const remainder = (geometry: (typeof geometries)[number]): [number, number] => {
  const { kernel, size, g } = geometry;
  const out = outputSize(geometry);
  const along = (axis: 0 | 1) =>
    size[axis] -
    ((out[axis] - 1) * g.strides[axis] + (kernel[axis] - 1) * g.dilations[axis] + 1 - g.pads[axis] - g.pads[axis + 2]!);
  return [along(0), along(1)];
};

export const cases: OpTable<readonly Case[]> = {
  neg: unary((b, x) => b.neg(x)),
  abs: unary((b, x) => b.abs(x)),
  exp: unary((b, x) => b.exp(x)),
  log: unary((b, x) => b.log(positive(b, x))),
  sqrt: unary((b, x) => b.sqrt(positive(b, x))),
  sin: unary((b, x) => b.sin(b.mul(x, 3))),
  cos: unary((b, x) => b.cos(b.mul(x, 3))),
  floor: unary((b, x) => b.floor(b.mul(x, 3))),
  tanh: unary((b, x) => b.tanh(x)),
  sigmoid: unary((b, x) => b.sigmoid(b.mul(x, 4))),
  softplus: [...unary((b, x) => b.softplus(b.mul(x, 3))), ...unary((b, x) => b.softplus(b.mul(x, 200)))],
  relu: unary((b, x) => b.relu(x)),
  leakyRelu: unary((b, x) => b.leakyRelu(x, 0.2)),
  elu: unary((b, x) => b.elu(x, 0.7)),
  clip: [...unary((b, x) => b.clip(x, -0.5, 1)), ...unary((b, x) => b.clip(x, 0, Number.POSITIVE_INFINITY))],

  add: binary((b, x, y) => b.add(x, y)),
  sub: binary((b, x, y) => b.sub(x, y)),
  mul: binary((b, x, y) => b.mul(x, y)),
  div: binary((b, x, y) => b.div(x, positive(b, y))),
  pow: binary((b, x, y) => b.pow(positive(b, x), y)),
  maximum: binary((b, x, y) => b.maximum(x, y)),
  minimum: binary((b, x, y) => b.minimum(x, y)),
  greater: compare((b, x, y) => b.greater(x, y)),
  less: compare((b, x, y) => b.less(x, y)),
  equal: compare((b, x, y) => b.equal(x, y)),
  where: [
    (b, draw) => b.where(b.greater(draw([3, 4]), 0), draw([3, 4]), draw([4])),
    (b, draw) => b.where(b.relu(draw([3, 1])), draw([3, 4]), 0),
    (b, draw) => b.where(b.equal(coarse(b, draw([6])), 0), b.broadcastTo(draw([1]), [6]), draw([])),
    (b, draw) => {
      const condition = b.less(draw([5]), 0);
      return b.add(condition, b.where(condition, draw([5]), condition));
    },
  ],

  sum: [
    (b, draw) => b.sum(draw([2, 3, 4]), [1]),
    (b, draw) => b.sum(draw([2, 3, 4]), [0, 2], true),
    (b, draw) => b.sum(draw([2, 3, 4, 5]), [0, 2, 3]),
    (b, draw) => b.sum(draw([2, 3])),
  ],
  max: [
    (b, draw) => b.max(draw([2, 3, 4]), [2], true),
    (b, draw) => b.max(draw([2, 3, 4]), [0, 1]),
    (b, draw) => b.max(draw([6])),
  ],

  reshape: [
    (b, draw) => b.reshape(draw([2, 6]), [3, 4]),
    (b, draw) => b.reshape(draw([1]), []),
    (b, draw) => b.reshape(draw([]), [1, 1]),
  ],
  transpose: [(b, draw) => b.transpose(draw([2, 3, 4]), [2, 0, 1]), (b, draw) => b.transpose(draw([2, 3]), [1, 0])],
  broadcastTo: [
    (b, draw) => b.broadcastTo(draw([3, 1]), [2, 3, 4]),
    (b, draw) => b.broadcastTo(draw([]), [2, 2]),
    (b, draw) => b.broadcastTo(draw([2, 3]), [2, 3]),
    (b, draw) => b.broadcastTo(draw([2, 3, 4, 1, 2, 1]), [2, 3, 4, 2, 2, 3]),
  ],
  concat: [
    (b, draw) => b.concat([draw([2, 3]), draw([2, 1]), draw([2, 2])], 1),
    (b, draw) => b.concat([draw([2, 3])], 0),
  ],
  slice: [
    (b, draw) => b.slice(draw([5, 7]), [1, 0], [4, 7], [1, 1]),
    (b, draw) => b.slice(draw([2, 9, 8]), [0, 1, 2], [2, 8, 8], [1, 3, 2]),
  ],
  pad: [
    (b, draw) => b.pad(draw([2, 3]), [1, 0], [0, 2]),
    (b, draw) => b.pad(draw([2, 3, 4]), [0, 1, 2], [1, 0, 0], [0, 2, 1]),
    (b, draw) => b.pad(draw([3, 2]), [0, 0], [0, 0], [1, 3]),
  ],

  matmul: [
    (b, draw) => b.matmul(draw([3, 4]), draw([4, 5])),
    (b, draw) => b.matmul(draw([2, 3, 4]), draw([2, 4, 5])),
    (b, draw) => b.matmul(draw([2, 1, 3, 4]), draw([5, 4, 2])),
    (b, draw) => b.add(b.matmul(draw([3, 4]), draw([4, 5])), draw([5])),
    (b, draw) => b.matmul(b.transpose(draw([4, 3]), [1, 0]), b.transpose(draw([5, 4]), [1, 0])),
  ],
  conv: [
    ...geometries.map(
      ({ kernel, size, g }): Case =>
        (b, draw) =>
          b.conv(draw([2, 3, ...size]), draw([4, 3, ...kernel]), g),
    ),
    (b, draw) => b.add(b.conv(draw([2, 3, 5, 5]), draw([4, 3, 3, 3]), geometries[0]!.g), draw([4, 1, 1])),
    (b, draw) => b.add(draw([1, 4, 1, 1]), b.conv(draw([2, 3, 5, 5]), draw([4, 3, 3, 3]), geometries[0]!.g)),
    (b, draw) => b.add(b.conv(draw([2, 3, 5, 5]), draw([5, 3, 3, 3]), geometries[0]!.g), draw([5])),
    (b, draw) => {
      const bias = b.broadcastTo(b.reshape(draw([4]), [1, 4, 1, 1]), [2, 4, 5, 5]);
      return b.add(b.conv(draw([2, 3, 5, 5]), draw([4, 3, 3, 3]), geometries[0]!.g), bias);
    },
    (b, draw) => {
      const twice = b.conv(draw([2, 3, 5, 5]), draw([4, 3, 3, 3]), geometries[0]!.g);
      return b.mul(b.add(twice, draw([4, 1, 1])), twice);
    },
    (b, draw) => {
      const one = b.conv(draw([1, 3, 3, 3]), draw([1, 3, 3, 3]), geometries[0]!.g);
      return b.add(one, draw([2, 4, 3, 3]));
    },
  ],
  convTranspose: geometries.map((geometry): Case => {
    const { kernel, g } = geometry;
    return (b, draw) =>
      b.convTranspose(draw([2, 4, ...outputSize(geometry)]), draw([4, 3, ...kernel]), g, remainder(geometry));
  }),
  convFilterGrad: geometries.map((geometry): Case => {
    const { kernel, size, g } = geometry;
    return (b, draw) => b.convFilterGrad(draw([2, 3, ...size]), draw([2, 4, ...outputSize(geometry)]), g, kernel);
  }),
};
