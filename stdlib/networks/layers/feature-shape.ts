/**
 * Reading the shape of one example as a vector or as a map, with the words for a layer that got the other one. A shape
 * of one unknown dimension may turn out to be either: it is what a network knows of its inputs where it is declared.
 */
import type { ShapeResult } from "#lang/types/signature";
import { type FeatureShape, printShape } from "#lang/types/type";
import type { Value } from "#compiler/tensor/build";

type Problem = Extract<ShapeResult, { problem: string }>;
type Dimension = number | null;

export interface MapShape {
  readonly height: Dimension;
  readonly width: Dimension;
  readonly channels: Dimension;
}

export function isProblem<T extends object>(result: T | Problem): result is Problem {
  return "problem" in result;
}

/** True for the shape of an input about which nothing is known, not even whether it is a vector or a map. */
export function isUnknown(shape: FeatureShape): boolean {
  return shape.length === 1 && shape[0] === null;
}

/** The length of a vector, or why a layer that needs one cannot take it. */
export function vectorLength(shape: FeatureShape): { readonly length: Dimension } | Problem {
  if (shape.length === 1) return { length: shape[0]! };
  return {
    problem: `a vector [n] is needed, but the input is a map ${printShape(shape)}`,
    help: "put `flatten` before it",
  };
}

/** Height, width and channels of a map, or why a layer that needs one cannot take it. */
export function mapShape(shape: FeatureShape): MapShape | Problem {
  if (isUnknown(shape)) return { height: null, width: null, channels: null };
  if (shape.length === 3) return { height: shape[0]!, width: shape[1]!, channels: shape[2]! };
  return {
    problem: `a map [height, width, channels] is needed, but the input is a vector ${printShape(shape)}`,
    help: "put `reshape(height, width, channels)` before it",
  };
}

/** The number of elements of an example, or null where a dimension is unknown. */
export function elementCount(shape: FeatureShape): Dimension {
  return shape.reduce<Dimension>((product, dim) => (product === null || dim === null ? null : product * dim), 1);
}

/** The shape of one example of a value in a program: [N, n] is [n], and [N, C, H, W] is [H, W, C]. */
export function featureShapeOf(value: Value): FeatureShape {
  const [, first, height, width] = value.shape;
  return value.shape.length === 2 ? [first!] : [height!, width!, first!];
}
