/**
 * The builder: appends operations to a program under construction, with shapes inferred as they are appended. What an
 * operation means to shapes is in `shape.ts`; compositions (mean, softmax, ...) are in `compose.ts`.
 */
import type { arity, ConvGeometry, OpAttributes, OpName } from "#runtime/program/ops";
import type { Node, OpNode, Origin, Output, Program } from "#runtime/program/program";
import { sameShape, type Shape, sizeOf, type Tensor } from "#runtime/tensor";
import { badDimensions, inferShape } from "./shape.ts";

/** A node of the program under construction. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
}

/** Numbers stand for scalar constants. */
export type Operand = Value | number;

/**
 * Every method but `output`, `at` and `build` appends at most a few nodes and returns the last one. Operands that do not
 * fit, names used twice and values of another builder are our mistakes: they throw internal errors.
 */
export interface Builder {
  /** the program so far; `Value.id` is an index into it */
  readonly nodes: readonly Node[];
  input(name: string, shape: Shape): Value;
  /** Scalars are shared: one node for each number. */
  constant(value: Tensor | number): Value;
  /** Appends exactly this operation; the named methods below skip those that would change nothing. */
  emit<K extends OpName>(op: K, attrs: OpAttributes[K], ...inputs: readonly Operand[]): Value;
  output(name: string, value: Value): void;
  /** Runs `body` with this origin on all nodes it appends. */
  at<T>(origin: Origin | null, body: () => T): T;
  build(): Program;

  neg(x: Operand): Value;
  abs(x: Operand): Value;
  exp(x: Operand): Value;
  log(x: Operand): Value;
  sqrt(x: Operand): Value;
  sin(x: Operand): Value;
  cos(x: Operand): Value;
  floor(x: Operand): Value;
  tanh(x: Operand): Value;
  sigmoid(x: Operand): Value;
  softplus(x: Operand): Value;
  relu(x: Operand): Value;
  leakyRelu(x: Operand, alpha: number): Value;
  elu(x: Operand, alpha: number): Value;
  clip(x: Operand, min: number, max: number): Value;
  add(x: Operand, y: Operand): Value;
  sub(x: Operand, y: Operand): Value;
  mul(x: Operand, y: Operand): Value;
  div(x: Operand, y: Operand): Value;
  pow(x: Operand, y: Operand): Value;
  maximum(x: Operand, y: Operand): Value;
  minimum(x: Operand, y: Operand): Value;
  greater(x: Operand, y: Operand): Value;
  less(x: Operand, y: Operand): Value;
  equal(x: Operand, y: Operand): Value;
  where(condition: Operand, x: Operand, y: Operand): Value;
  /** all axes by default; negative axes count from the end */
  sum(x: Value, axes?: readonly number[], keepdims?: boolean): Value;
  max(x: Value, axes?: readonly number[], keepdims?: boolean): Value;
  mean(x: Value, axes?: readonly number[], keepdims?: boolean): Value;
  /** one dimension may be -1: what is left of the elements */
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, perm: readonly number[]): Value;
  broadcastTo(x: Value, shape: Shape): Value;
  concat(xs: readonly Value[], axis: number): Value;
  /** as in NumPy: negative bounds count from the end, ends are cut off at the dimension */
  slice(x: Value, starts: readonly number[], ends: readonly number[], steps?: readonly number[]): Value;
  pad(x: Value, low: readonly number[], high: readonly number[], interior?: readonly number[]): Value;
  matmul(x: Value, y: Value): Value;
  conv(x: Value, w: Value, geometry: ConvGeometry): Value;
  convTranspose(x: Value, w: Value, geometry: ConvGeometry, outputPadding?: readonly [number, number]): Value;
  convFilterGrad(x: Value, dy: Value, geometry: ConvGeometry, kernel: readonly [number, number]): Value;
}

/** An empty program of that name, to be filled. */
export function createBuilder(name: string): Builder {
  const nodes: Node[] = [];
  const outputs: Output[] = [];
  const names = { input: new Set<string>(), output: new Set<string>() };
  const scalars = new Map<string, Value>();
  let origin: Origin | null = null;

  function append(node: Node): Value {
    nodes.push(node);
    return { id: nodes.length - 1, shape: node.shape };
  }

  function claim(kind: "input" | "output", key: string): void {
    if (names[kind].has(key)) throw new Error(`internal: program ${name} already has an ${kind} ${key}`);
    names[kind].add(key);
  }

  function own(value: Value): Value {
    const node = nodes[value.id];
    if (node === undefined || !sameShape(node.shape, value.shape)) {
      throw new Error(`internal: value ${value.id} of shape [${value.shape.join(", ")}] is not of program ${name}`);
    }
    return value;
  }

  function constant(value: Tensor | number): Value {
    const { shape, data } = typeof value === "number" ? { shape: [], data: Float32Array.of(value) } : value;
    if (shape.length > 0) return append({ op: "constant", shape, data, origin });
    const key = Object.is(data[0], -0) ? "-0" : String(data[0]);
    const known = scalars.get(key) ?? append({ op: "constant", shape, data, origin: null });
    scalars.set(key, known);
    return known;
  }

  function emit<K extends OpName>(op: K, attrs: OpAttributes[K], ...operands: readonly Operand[]): Value {
    const inputs = operands.map((x) => (typeof x === "number" ? constant(x) : own(x)));
    const shape = inferShape(
      op,
      attrs,
      inputs.map((x) => x.shape),
      origin,
    );
    return append({ op, attrs, inputs: inputs.map((x) => x.id), shape, origin } as OpNode);
  }

  const unary = (op: PlainOp<1>) => (x: Operand) => emit(op, {}, x);
  const binary = (op: PlainOp<2>) => (x: Operand, y: Operand) => emit(op, {}, x, y);
  const reduce =
    (op: "sum" | "max") =>
    (x: Value, axes?: readonly number[], keepdims = false): Value => {
      const sorted = resolveAxes(x.shape, axes);
      return sorted.length === 0 ? x : emit(op, { axes: sorted, keepdims }, x);
    };
  const sum = reduce("sum");

  return {
    nodes,
    input(key, shape) {
      claim("input", key);
      const bad = badDimensions(shape);
      if (bad !== null) throw new Error(`internal: input ${key}: ${bad}`);
      return append({ op: "input", name: key, shape, origin });
    },
    constant,
    emit,
    output(key, value) {
      claim("output", key);
      outputs.push({ name: key, node: own(value).id });
    },
    at(place, body) {
      const outer = origin;
      origin = place;
      try {
        return body();
      } finally {
        origin = outer;
      }
    },
    build: () => ({ name, nodes: [...nodes], outputs: [...outputs] }),

    neg: unary("neg"),
    abs: unary("abs"),
    exp: unary("exp"),
    log: unary("log"),
    sqrt: unary("sqrt"),
    sin: unary("sin"),
    cos: unary("cos"),
    floor: unary("floor"),
    tanh: unary("tanh"),
    sigmoid: unary("sigmoid"),
    softplus: unary("softplus"),
    relu: unary("relu"),
    leakyRelu: (x, alpha) => emit("leakyRelu", { alpha }, x),
    elu: (x, alpha) => emit("elu", { alpha }, x),
    clip: (x, min, max) => emit("clip", { min, max }, x),
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    div: binary("div"),
    pow: binary("pow"),
    maximum: binary("maximum"),
    minimum: binary("minimum"),
    greater: binary("greater"),
    less: binary("less"),
    equal: binary("equal"),
    where: (condition, x, y) => emit("where", {}, condition, x, y),
    sum,
    max: reduce("max"),
    mean(x, axes, keepdims) {
      const total = sum(x, axes, keepdims);
      return total === x ? x : emit("mul", {}, total, sizeOf(total.shape) / sizeOf(x.shape));
    },
    reshape(x, shape) {
      const known = shape.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
      const full = shape.map((dim) => (dim === -1 ? sizeOf(x.shape) / known : dim));
      return sameShape(full, x.shape) ? x : emit("reshape", { shape: full }, x);
    },
    transpose: (x, perm) =>
      perm.length === x.shape.length && perm.every((from, to) => from === to) ? x : emit("transpose", { perm }, x),
    broadcastTo: (x, shape) => (sameShape(shape, x.shape) ? x : emit("broadcastTo", { shape }, x)),
    concat(xs, axis) {
      if (xs.length === 1) return xs[0]!;
      return emit("concat", { axis: axis < 0 ? axis + (xs[0]?.shape.length ?? 0) : axis }, ...xs);
    },
    slice(x, starts, ends, steps = x.shape.map(() => 1)) {
      const fromEnd = (bound: number, axis: number) => (bound < 0 ? bound + x.shape[axis]! : bound);
      const first = starts.map(fromEnd);
      const last = ends.map((end, axis) => Math.min(fromEnd(end, axis), x.shape[axis]!));
      const whole = x.shape.every((dim, axis) => first[axis] === 0 && last[axis] === dim && steps[axis] === 1);
      return whole ? x : emit("slice", { starts: first, ends: last, steps }, x);
    },
    pad(x, low, high, interior = x.shape.map(() => 0)) {
      const nothing = [...low, ...high, ...interior].every((n) => n === 0);
      return nothing ? x : emit("pad", { low, high, interior }, x);
    },
    matmul: (x, y) => emit("matmul", {}, x, y),
    conv: (x, w, geometry) => emit("conv", plainGeometry(geometry), x, w),
    convTranspose: (x, w, geometry, outputPadding = [0, 0]) =>
      emit("convTranspose", { ...plainGeometry(geometry), outputPadding }, x, w),
    convFilterGrad: (x, dy, geometry, kernel) => emit("convFilterGrad", { ...plainGeometry(geometry), kernel }, x, dy),
  };
}

/** Operations without attributes that take so many operands. */
type PlainOp<N extends number> = {
  [K in OpName]: (typeof arity)[K] extends N ? (keyof OpAttributes[K] extends never ? K : never) : never;
}[OpName];

/** Axes as reductions store them: non-negative and sorted; all of them when none are given. */
function resolveAxes(shape: Shape, axes: readonly number[] | undefined): readonly number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort((a, b) => a - b);
}

/** Only the geometry: callers may hand over the attributes of another convolution, which have more. */
function plainGeometry({ strides, pads, dilations }: ConvGeometry): ConvGeometry {
  return { strides, pads, dilations };
}
