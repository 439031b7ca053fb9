/** A tensor as plain data: float32, row-major, with its shape. Device tensors never leave their executor. */

export type Shape = readonly number[];

export interface Tensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Number of elements; 1 for a scalar (shape []). */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Makes a tensor; throws an internal error when data and shape disagree. */
export function tensor(shape: Shape, data: Float32Array | readonly number[]): Tensor {
  const array = data instanceof Float32Array ? data : Float32Array.from(data);
  if (array.length !== sizeOf(shape)) {
    throw new Error(`internal: ${array.length} values do not fill a tensor of shape [${shape.join(", ")}]`);
  }
  return { shape, data: array };
}

export function scalar(value: number): Tensor {
  return tensor([], [value]);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}
