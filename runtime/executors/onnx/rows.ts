/**
 * How each operation of the table is written in ONNX (opset 21). Rows append nodes to a graph under construction and
 * give the name of the result. Names and inputs are the business of `lower.ts`, convolutions that of `convolution.ts`.
 */
import type { OpAttributes, OpName } from "../../program/ops.ts";
import type { OpNode } from "../../program/program.ts";
import { type Shape, sameShape } from "../../tensor.ts";
import { convolutions } from "./convolution.ts";
import type { Blocked, GraphBuilder } from "./lower.ts";

/** `inputs` are the program nodes to read: the operands, and for a convolution possibly a bias. */
export type Row<N> = (graph: GraphBuilder, node: N, inputs: readonly number[]) => string | Blocked;

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
  broadcastTo: (graph, { attrs }, [x]) =>
    graph.provider === "cpu" && repeatsPlaces(graph.shape(x!), attrs.shape)
      ? enlarge(graph, graph.float(x!), attrs.shape)
      : graph.add("Expand", [graph.float(x!), graph.ints(attrs.shape)]),
  concat: (graph, { attrs }, inputs) => graph.add("Concat", inputs.map(graph.float), { axis: attrs.axis }),
  slice: (graph, { attrs }, [x]) => {
    const axes = attrs.starts.map((_, axis) => axis);
    return graph.add("Slice", [graph.float(x!), ...[attrs.starts, attrs.ends, axes, attrs.steps].map(graph.ints)]);
  },
  pad: (graph, { attrs }, [x]) => pad(graph, attrs, graph.float(x!), graph.shape(x!)),

  matmul: same("MatMul"),
  ...convolutions,
};

/** [n, c, h, 1, w, 1] -> [n, c, h, rows, w, columns]: what enlarging a map is written as. */
function repeatsPlaces(from: Shape, to: Shape): boolean {
  return (
    from.length === 6 && to.every((dim, axis) => (axis === 3 || axis === 5 ? from[axis] === 1 : from[axis] === dim))
  );
}

/** On a cpu, Resize takes an eighth of the time of Expand, which copies single numbers. */
function enlarge(graph: GraphBuilder, x: string, shape: Shape): string {
  const [n, c, height, rows, width, columns] = shape as [number, number, number, number, number, number];
  const map = graph.add("Reshape", [x, graph.ints([n, c, height, width])]);
  const size = graph.ints([n, c, height * rows, width * columns]);
  const places = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return graph.add("Reshape", [graph.add("Resize", [map, "", "", size], places), graph.ints(shape)]);
}

function reduction(op: string): Row<Extract<OpNode, { op: "sum" | "max" }>> {
  return (graph, { attrs }, [x]) =>
    graph.add(op, [graph.float(x!), graph.ints(attrs.axes)], { keepdims: attrs.keepdims ? 1 : 0 });
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
