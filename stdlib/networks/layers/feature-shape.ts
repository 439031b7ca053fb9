/**
 * Reading the shape of one example as a vector or as a map, with the words for a layer that got the other
 * one.
 */
import type { ShapeResult } from "#lang/types/signature";
import { type FeatureShape, printShape } from "#lang/types/type";

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
