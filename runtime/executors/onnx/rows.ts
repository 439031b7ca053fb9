/**
 * How each operation of the table is written in ONNX (opset 21). Rows append nodes to a graph under construction and
 * give the name of the result; names and inputs are the business of `lower.ts`.
 *
 * Sizes on a cpu decided the convolutions: ConvTranspose on all but the smallest maps and the dilated Conv for filter
 * gradients were faster than sub-pixel convolutions and explicit im2col on every DCGAN shape tried (see docs/decisions/0002-onnx-encoder.md).
 */
import type { ConvGeometry, OpAttributes, OpName } from "../../program/ops.ts";
import type { OpNode } from "../../program/program.ts";
import { sameShape } from "../../tensor.ts";
import type { Attribute } from "./encode.ts";
import type { GraphBuilder } from "./lower.ts";

/** `inputs` are the program nodes to read: the operands, and for a convolution possibly a bias. */
export type Row<N> = (graph: GraphBuilder, node: N, inputs: readonly number[]) => string;

type Rows = { readonly [K in OpName]: Row<Extract<OpNode, { op: K }>> };

/** An operation that ONNX has under another name. */
function same(op: string): Row<OpNode> {
  return (graph, _node, inputs) => graph.add(op, inputs.map(graph.float));
}

/** The value of a comparison is boolean; readers that want a float32 get it through `GraphBuilder.float`. */
export const rows: Rows = {
  neg: same("Neg"),
  abs: same("Abs"),
  exp: same("Exp"),
  log: same("Log"),
  sqrt: same("Sqrt"),
  sin: same("Sin"),
  cos: same("Cos"),
  floor: same("Floor"),
  tanh: same("Tanh"),
  sigmoid: same("Sigmoid"),
  softplus: same("Softplus"),
  relu: same("Relu"),
  leakyRelu: (graph, { attrs }, [x]) => graph.add("LeakyRelu", [graph.float(x!)], { alpha: { float: attrs.alpha } }),
  elu: (graph, { attrs }, [x]) => graph.add("Elu", [graph.float(x!)], { alpha: { float: attrs.alpha } }),
  clip: (graph, { attrs }, [x]) =>
    graph.add("Clip", [graph.float(x!), graph.number(attrs.min), graph.number(attrs.max)]),

  add: same("Add"),
  sub: same("Sub"),
  mul: same("Mul"),
  div: same("Div"),
  // on WebGPU, Pow of ONNX Runtime 1.30 fails where an operand is repeated: operands are written out first
  pow: (graph, { shape }, inputs) => {
    const operand = (node: number) =>
      graph.provider === "webgpu" && !sameShape(graph.shape(node), shape)
        ? graph.add("Expand", [graph.float(node), graph.ints(shape)])
        : graph.float(node);
    return graph.add("Pow", inputs.map(operand));
  },
  maximum: same("Max"),
  minimum: same("Min"),
  greater: same("Greater"),
  less: same("Less"),
  equal: same("Equal"),
  where: (graph, _node, [condition, a, b]) =>
    graph.add("Where", [graph.condition(condition!), graph.float(a!), graph.float(b!)]),

  sum: reduction("ReduceSum"),
  max: reduction("ReduceMax"),

  reshape: (graph, { attrs }, [x]) => graph.add("Reshape", [graph.float(x!), graph.ints(attrs.shape)]),
  transpose: (graph, { attrs }, [x]) => graph.add("Transpose", [graph.float(x!)], { perm: attrs.perm }),
  broadcastTo: (graph, { attrs }, [x]) => graph.add("Expand", [graph.float(x!), graph.ints(attrs.shape)]),
  concat: (graph, { attrs }, inputs) => graph.add("Concat", inputs.map(graph.float), { axis: attrs.axis }),
  slice: (graph, { attrs }, [x]) => {
    const axes = attrs.starts.map((_, axis) => axis);
    return graph.add("Slice", [graph.float(x!), ...[attrs.starts, attrs.ends, axes, attrs.steps].map(graph.ints)]);
  },
  pad: (graph, { attrs }, [x]) => pad(graph, attrs, graph.float(x!), graph.shape(x!)),

  matmul: same("MatMul"),
  conv: (graph, { attrs, shape }, [x, w, bias]) => {
    const operands = [graph.float(x!), graph.float(w!)];
    if (bias !== undefined) operands.push(graph.add("Reshape", [graph.float(bias), graph.ints([shape[1]!])]));
    return graph.add("Conv", operands, geometry(attrs, graph.shape(w!).slice(2)));
  },
  convTranspose: (graph, { attrs, shape }, [x, w]) =>
    graph.provider === "cpu" && readsWeightsTooOften(graph.shape(x!), attrs)
      ? oneProduct(graph, attrs, shape, x!, w!)
      : graph.add("ConvTranspose", [graph.float(x!), graph.float(w!)], {
          ...geometry(attrs, graph.shape(w!).slice(2)),
          output_padding: attrs.outputPadding,
        }),
  convFilterGrad: (graph, { attrs }, [x, dy]) => filterGradient(graph, attrs, x!, dy!),
};

function reduction(op: string): Row<Extract<OpNode, { op: "sum" | "max" }>> {
  return (graph, { attrs }, [x]) =>
    graph.add(op, [graph.float(x!), graph.ints(attrs.axes)], { keepdims: attrs.keepdims ? 1 : 0 });
}

function geometry(attrs: ConvGeometry, kernel: readonly number[]): Record<string, Attribute> {
  return { kernel_shape: kernel, strides: attrs.strides, pads: attrs.pads, dilations: attrs.dilations };
}

/**
 * ConvTranspose multiplies each example with all weights by itself. On maps with few places that is slower than one product
 * of the whole batch, whose columns `Col2Im` then adds up. Col2Im wants the size of the map without output padding.
 */
function readsWeightsTooOften([n, , h, w]: readonly number[], attrs: OpAttributes["convTranspose"]): boolean {
  const fewPlaces = 32;
  return n! > 1 && h! * w! < fewPlaces && attrs.outputPadding.every((extra, axis) => extra <= attrs.pads[axis + 2]!);
}

function oneProduct(
  graph: GraphBuilder,
  { strides, dilations, pads, outputPadding }: OpAttributes["convTranspose"],
  output: readonly number[],
  x: number,
  w: number,
): string {
  const [n, channels, height, width] = graph.shape(x) as [number, number, number, number];
  const [, filters, ...kernel] = graph.shape(w) as [number, number, number, number];
  const places = height * width;
  const columns = filters * kernel[0]! * kernel[1]!;
  const reshape = (value: string, ...shape: readonly number[]) => graph.add("Reshape", [value, graph.ints(shape)]);
  const turn = (value: string) => graph.add("Transpose", [value], { perm: [0, 2, 1] });
  const rows = reshape(turn(reshape(graph.float(x), n, channels, places)), n * places, channels);
  const product = graph.add("MatMul", [rows, reshape(graph.float(w), channels, columns)]);
  const folded = turn(reshape(product, n, places, columns));
  return graph.add("Col2Im", [folded, graph.ints(output.slice(2)), graph.ints(kernel)], {
    strides,
    dilations,
    pads: [pads[0], pads[1], pads[2] - outputPadding[0], pads[3] - outputPadding[1]],
  });
}

/**
 * ONNX cannot pad between elements: each axis of n elements becomes [n, 1], is padded to [n, 1 + interior] and flattened,
 * which leaves `interior` zeros too many at the end; the outer padding takes them away (negative ONNX pads cut).
 */
function pad(graph: GraphBuilder, attrs: OpAttributes["pad"], x: string, shape: readonly number[]): string {
  const { low, high, interior } = attrs;
  if (interior.every((zeros) => zeros === 0)) return graph.add("Pad", [x, graph.ints([...low, ...high])]);
  const split = graph.add("Reshape", [x, graph.ints(shape.flatMap((dim) => [dim, 1]))]);
  const none = new Array<number>(2 * shape.length).fill(0);
  const spread = graph.add("Pad", [split, graph.ints([...none, ...interior.flatMap((zeros) => [0, zeros])])]);
  const flat = graph.add("Reshape", [spread, graph.ints(shape.map((dim, axis) => dim * (1 + interior[axis]!)))]);
  return graph.add("Pad", [flat, graph.ints([...low, ...high.map((zeros, axis) => zeros - interior[axis]!)])]);
}

/**
 * dw[m, c, k] = sum over n, o of x[n, c, stride o + dilation k - pad] dy[n, m, o]: a convolution of x with dy as its
 * kernel, examples and channels swapped, strides and dilations swapped. The end pads are chosen so that the result is
 * exactly kernel-sized; where that is negative, the forward pass never read the last rows, and they are cut.
 */
function filterGradient(graph: GraphBuilder, attrs: OpAttributes["convFilterGrad"], x: number, dy: number): string {
  const swap = { perm: [1, 0, 2, 3] };
  const size = graph.shape(x).slice(2);
  const steps = graph.shape(dy).slice(2);
  const end = [0, 1].map((axis) => {
    const reach = (steps[axis]! - 1) * attrs.strides[axis]! + (attrs.kernel[axis]! - 1) * attrs.dilations[axis]! + 1;
    return reach - size[axis]! - attrs.pads[axis]!;
  });
  let image = graph.add("Transpose", [graph.float(x)], swap);
  if (end.some((zeros) => zeros < 0)) {
    const ends = size.map((dim, axis) => dim + Math.min(0, end[axis]!));
    image = graph.add("Slice", [image, graph.ints([0, 0]), graph.ints(ends), graph.ints([2, 3])]);
  }
  const kernel = graph.add("Transpose", [graph.float(dy)], swap);
  const gradient = graph.add("Conv", [image, kernel], {
    kernel_shape: steps,
    strides: attrs.dilations,
    dilations: attrs.strides,
    pads: [attrs.pads[0], attrs.pads[1], ...end.map((zeros) => Math.max(0, zeros))],
  });
  return graph.add("Transpose", [gradient], swap);
}
