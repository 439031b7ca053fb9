/**
 * Writes the dozen ONNX protobuf messages that the executor needs. What a graph contains is decided in `lower.ts`; nothing here
 * knows our operations, and nothing here reads protobuf.
 *
 * Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), which never change.
 */
import { type Chunks, float, integer, join, message, text } from "../../protobuf.ts";
import type { Shape } from "../../tensor.ts";

/** ONNX attribute values: a number is an INT unless wrapped in `float`; a graph is the body of a control operation. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** the operator set that has the operation; that of ONNX where it is left out */
  readonly domain?: string;
}

export interface OnnxConstant {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

/** An input or output of a graph, float32 unless it says otherwise. A dimension that is a name is known when it is run. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly type?: keyof typeof elementType;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const irVersion = 10;
const opset = 21;

/** ONNX Runtime's own operator set of convolutions in blocks of channels. */
export const blockedDomain = "com.microsoft.nchwc";
const elementType = { float: 1, int64: 7, bool: 9 };
const attributeType = { float: 1, int: 2, string: 3, graph: 5, ints: 7 };

/** The bytes of a ModelProto holding the graph. */
export function encodeModel(graph: OnnxGraph): Uint8Array<ArrayBuffer> {
  return join([
    ...integer(1, irVersion),
    ...text(2, "causal-lang"),
    ...message(7, encodeGraph(graph)),
    ...message(8, integer(2, opset)),
    ...(hasBlocks(graph) ? message(8, [...text(1, blockedDomain), ...integer(2, 1)]) : []),
  ]);
}

function hasBlocks({ nodes }: OnnxGraph): boolean {
  return nodes.some(({ domain, attributes }) => {
    const inner = Object.values(attributes).flatMap((value) =>
      typeof value === "object" && "graph" in value ? [value.graph] : [],
    );
    return domain === blockedDomain || inner.some(hasBlocks);
  });
}

function encodeGraph(graph: OnnxGraph): Chunks {
  return [
    ...graph.nodes.flatMap((node) => message(1, encodeNode(node))),
    ...text(2, graph.name),
    ...graph.constants.flatMap((constant) => message(5, encodeConstant(constant))),
    ...graph.inputs.flatMap((value) => message(11, encodeValue(value))),
    ...graph.outputs.flatMap((value) => message(12, encodeValue(value))),
  ];
}

function encodeNode(node: OnnxNode): Chunks {
  return [
    ...node.inputs.flatMap((name) => text(1, name)),
    ...node.outputs.flatMap((name) => text(2, name)),
    ...text(4, node.op),
    ...(node.domain === undefined ? [] : text(7, node.domain)),
    ...Object.entries(node.attributes).flatMap(([name, value]) => message(5, encodeAttribute(name, value))),
  ];
}

function encodeAttribute(name: string, value: Attribute): Chunks {
  if (typeof value === "number") return [...text(1, name), ...integer(3, value), ...integer(20, attributeType.int)];
  if (typeof value === "string") return [...text(1, name), ...text(4, value), ...integer(20, attributeType.string)];
  if ("graph" in value)
    return [...text(1, name), ...message(6, encodeGraph(value.graph)), ...integer(20, attributeType.graph)];
  if ("float" in value) return [...text(1, name), ...float(2, value.float), ...integer(20, attributeType.float)];
  return [...text(1, name), ...value.flatMap((item) => integer(8, item)), ...integer(20, attributeType.ints)];
}

function encodeConstant({ name, shape, data }: OnnxConstant): Chunks {
  return [
    ...shape.flatMap((dim) => integer(1, dim)),
    ...integer(2, data instanceof Float32Array ? elementType.float : elementType.int64),
    ...text(8, name),
    ...message(9, [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  ];
}

function encodeValue({ name, shape, type = "float" }: OnnxValue): Chunks {
  const dims = shape.flatMap((dim) => message(1, typeof dim === "string" ? text(2, dim) : integer(1, dim)));
  const tensor = message(1, [...integer(1, elementType[type]), ...message(2, dims)]);
  return [...text(1, name), ...message(2, tensor)];
}
