/**
 * The builder: appends operations to a program under construction, with shapes inferred as they are appended. What an
 * operation means to shapes is in `shape.ts`; compositions (mean, softmax, ...) are in `compose.ts`.
 */
import type { ConvGeometry, OpAttributes, OpName } from "#runtime/program/ops";
import type { Node, Origin, Program } from "#runtime/program/program";
import type { Shape, Tensor } from "#runtime/tensor";

/** A node of the program under construction. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
}

/** Numbers stand for scalar constants. */
export type Operand = Value | number;

export interface Builder {
  readonly nodes: readonly Node[];
  input(name: string, shape: Shape): Value;
  constant(value: Tensor | number): Value;
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
  reshape(x: Value, shape: Shape): Value;
  transpose(x: Value, perm: readonly number[]): Value;
  broadcastTo(x: Value, shape: Shape): Value;
  concat(xs: readonly Value[], axis: number): Value;
  slice(x: Value, starts: readonly number[], ends: readonly number[], steps?: readonly number[]): Value;
  pad(x: Value, low: readonly number[], high: readonly number[], interior?: readonly number[]): Value;
  matmul(x: Value, y: Value): Value;
  conv(x: Value, w: Value, geometry: ConvGeometry): Value;
  convTranspose(x: Value, w: Value, geometry: ConvGeometry, outputPadding?: readonly [number, number]): Value;
  convFilterGrad(x: Value, dy: Value, geometry: ConvGeometry, kernel: readonly [number, number]): Value;
}

export declare function createBuilder(name: string): Builder;
