/** Kernels of the elementwise operations. */
import type { OpName } from "../../program/ops.ts";
import { type Buffer, broadcastStrides, eachRow, type Kernels } from "./kernel.ts";

type Structure = "sum" | "max" | "reshape" | "transpose" | "broadcastTo" | "concat" | "slice" | "pad";
type Contraction = "matmul" | "conv" | "convTranspose" | "convFilterGrad";

function map(x: Buffer, out: Buffer, f: (x: number) => number): void {
  const from = x.data;
  const to = out.data;
  for (let i = 0; i < to.length; i++) to[i] = f(from[i]!);
}

const unary =
  (f: (x: number) => number) =>
  (_: unknown, inputs: readonly Buffer[], out: Buffer): void =>
    map(inputs[0]!, out, f);

const binary =
  (f: (x: number, y: number) => number) =>
  (_: unknown, inputs: readonly Buffer[], out: Buffer): void => {
    const x = inputs[0]!.data;
    const y = inputs[1]!.data;
    const to = out.data;
    const memories = inputs.map((input) => broadcastStrides(input.shape, out.shape));
    let at = 0;
    eachRow(out.shape, memories, ([px, py], length, [sx, sy]) => {
      for (let i = 0; i < length; i++) to[at++] = f(x[px! + i * sx!]!, y[py! + i * sy!]!);
    });
  };

const truth = (holds: boolean): number => (holds ? 1 : 0);

/** log(1 + exp(x)) without overflow; log1p keeps it exact where it is small. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

export const elementwise: Kernels<Exclude<OpName, Structure | Contraction>> = {
  neg: unary((x) => -x),
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  floor: unary(Math.floor),
  tanh: unary(Math.tanh),
  sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  softplus: unary(softplus),
  relu: unary((x) => Math.max(x, 0)),
  leakyRelu: ({ alpha }, [x], out) => map(x!, out, (v) => (v > 0 ? v : alpha * v)),
  elu: ({ alpha }, [x], out) => map(x!, out, (v) => (v > 0 ? v : alpha * Math.expm1(v))),
  clip: ({ min, max }, [x], out) => map(x!, out, (v) => Math.min(Math.max(v, min), max)),
  add: binary((x, y) => x + y),
  sub: binary((x, y) => x - y),
  mul: binary((x, y) => x * y),
  div: binary((x, y) => x / y),
  pow: binary((x, y) => x ** y),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  greater: binary((x, y) => truth(x > y)),
  less: binary((x, y) => truth(x < y)),
  equal: binary((x, y) => truth(x === y)),
  where: (_, inputs, out) => {
    const [condition, x, y] = inputs.map((input) => input.data);
    const to = out.data;
    const memories = inputs.map((input) => broadcastStrides(input.shape, out.shape));
    let at = 0;
    eachRow(out.shape, memories, ([pc, px, py], length, [sc, sx, sy]) => {
      for (let i = 0; i < length; i++) {
        to[at++] = condition![pc! + i * sc!] !== 0 ? x![px! + i * sx!]! : y![py! + i * sy!]!;
      }
    });
  },
};
