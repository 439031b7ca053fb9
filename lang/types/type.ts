/** The types of values: what a node can hold, and the shapes of tensors inside networks. */

export type NodeType =
  | { readonly kind: "bool" }
  | { readonly kind: "labels"; readonly labels: readonly string[] }
  /** all integers from low to high, both included */
  | { readonly kind: "int"; readonly low: number; readonly high: number }
  /** null: a scalar */
  | { readonly kind: "real"; readonly size: number | null }
  | { readonly kind: "image"; readonly channels: 1 | 3; readonly height: number; readonly width: number };

/** The states of a discrete type in canonical order (false before true), or null for a continuous type. */
export function statesOf(type: NodeType): readonly string[] | null {
  switch (type.kind) {
    case "bool":
      return ["false", "true"];
    case "labels":
      return type.labels;
    case "int":
      return Array.from({ length: type.high - type.low + 1 }, (_, i) => String(type.low + i));
    case "real":
    case "image":
      return null;
  }
}

export function printType(type: NodeType): string {
  switch (type.kind) {
    case "bool":
      return "bool";
    case "labels":
      return `{${type.labels.join(", ")}}`;
    case "int":
      return `int[${type.low}..${type.high}]`;
    case "real":
      return type.size === null ? "real" : `real[${type.size}]`;
    case "image":
      return `${type.channels === 3 ? "rgb" : "gray"}(${type.height}, ${type.width})`;
  }
}

/**
 * The shape of one example inside a network, without the batch axis: [n] for a vector, [height, width, channels] for a
 * map. null is a dimension that is not known until the network is used.
 */
export type FeatureShape = readonly (number | null)[];

export function printShape(shape: FeatureShape): string {
  return `[${shape.map((dim) => dim ?? "?").join(", ")}]`;
}
