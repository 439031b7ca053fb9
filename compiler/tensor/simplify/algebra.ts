/**
 * Rewrites of elementwise operations: neutral elements, signs, chains of constants. Constants go second in commutative
 * operations. Nothing here hides a NaN (x * 0 stays) or loses a small number beside a large one.
 */
import type { OpName } from "#runtime/program/ops";
import type { Shape } from "#runtime/tensor";
import type { Candidate, Rewrite, Rewriter, Rewrites } from "./rewriter.ts";

type Rule = (r: Rewriter, x: number, y: number, shape: Shape) => number | null;

function binary<K extends OpName>(rule: Rule): Rewrite<K> {
  return (r, { inputs, shape }) => rule(r, inputs[0]!, inputs[1]!, shape);
}

/** The sum, if float32 holds it exactly: so that 1 + 1e-12 - x is not turned into 1 - x. */
function exactSum(a: number, b: number): number | null {
  return Math.fround(a + b) === a + b ? a + b : null;
}

/** Far from overflow and underflow, as is its inverse. */
function moderate(factor: number): boolean {
  return Math.abs(factor) > 1e-30 && Math.abs(factor) < 1e30;
}

/** z and c of z op c. */
function withConstant(r: Rewriter, id: number, op: "add" | "mul"): readonly [number, number] | null {
  const node = r.is(id, op);
  if (node === null) return null;
  const value = r.uniform(node.inputs[1]!);
  return value === null ? null : [node.inputs[0]!, value];
}

/** c and z of c - z. */
function fromConstant(r: Rewriter, id: number): readonly [number, number] | null {
  const node = r.is(id, "sub");
  if (node === null) return null;
  const value = r.uniform(node.inputs[0]!);
  return value === null ? null : [value, node.inputs[1]!];
}

/** Operands that were repeated before: the operation is done on the small ones and its result is repeated. */
function beforeBroadcast<K extends OpName>(op: K): Rewrite<K> {
  return (r, { attrs, inputs, shape }: Candidate<K>) => {
    const small = inputs.map((id) => {
      const value = r.shape(id).length === 0 ? null : r.uniform(id);
      return value === null ? (r.is(id, "broadcastTo")?.inputs[0] ?? id) : r.scalar(value);
    });
    if (small.every((id, i) => id === inputs[i])) return null;
    return r.fit(r.emit(op, attrs, ...small), shape);
  };
}

/** Constants second, else the older operand first: a normal form in which equal nodes look equal. */
function ordered<K extends "add" | "mul" | "maximum" | "minimum" | "equal">(op: K): Rewrite<K> {
  return (r, { attrs, inputs: [x, y] }) => {
    const rank = (id: number) => (r.uniform(id) === null ? id : Number.POSITIVE_INFINITY);
    return rank(x!) > rank(y!) ? r.emit(op, attrs, y!, x!) : null;
  };
}

const add = binary<"add">((r, x, y, shape) => {
  const c = r.uniform(y);
  if (c === 0) return r.fit(x, shape);
  const chain = c === null ? null : withConstant(r, x, "add");
  const sum = chain === null ? null : exactSum(chain[1], c!);
  if (sum !== null) return r.fit(r.emit("add", {}, chain![0], r.scalar(sum)), shape);
  const reversed = c === null ? null : fromConstant(r, x);
  const shifted = reversed === null ? null : exactSum(reversed[0], c!);
  if (shifted !== null) return r.fit(r.emit("sub", {}, r.scalar(shifted), reversed![1]), shape);
  const [negatedX, negatedY] = [r.is(x, "neg"), r.is(y, "neg")];
  if (negatedY !== null) return r.emit("sub", {}, x, negatedY.inputs[0]!);
  return negatedX === null ? null : r.emit("sub", {}, y, negatedX.inputs[0]!);
});

const sub = binary<"sub">((r, x, y, shape) => {
  const subtrahend = r.uniform(y);
  if (subtrahend !== null) return r.fit(r.emit("add", {}, x, r.scalar(-subtrahend)), shape);
  const c = r.uniform(x);
  if (c === 0) return r.fit(r.emit("neg", {}, y), shape);
  const negated = r.is(y, "neg");
  if (negated !== null) return r.emit("add", {}, x, negated.inputs[0]!);
  if (c === null) return null;
  const chain = withConstant(r, y, "add");
  const rest = chain === null ? null : exactSum(c, -chain[1]);
  if (rest !== null) return r.fit(r.emit("sub", {}, r.scalar(rest), chain![0]), shape);
  const reversed = fromConstant(r, y);
  const shift = reversed === null ? null : exactSum(c, -reversed[0]);
  return shift === null ? null : r.fit(r.emit("add", {}, reversed![1], r.scalar(shift)), shape);
});

const mul = binary<"mul">((r, x, y, shape) => {
  const c = r.uniform(y);
  if (c === 1) return r.fit(x, shape);
  if (c === -1) return r.fit(r.emit("neg", {}, x), shape);
  const [negatedX, negatedY] = [r.is(x, "neg"), r.is(y, "neg")];
  if (negatedX !== null && negatedY !== null) return r.emit("mul", {}, negatedX.inputs[0]!, negatedY.inputs[0]!);
  if (c === null) return null;
  if (negatedX !== null) return r.fit(r.emit("mul", {}, negatedX.inputs[0]!, r.scalar(-c)), shape);
  const chain = withConstant(r, x, "mul");
  if (chain === null || !moderate(chain[1] * c)) return null;
  return r.fit(r.emit("mul", {}, chain[0], r.scalar(chain[1] * c)), shape);
});

const div = binary<"div">((r, x, y, shape) => {
  const c = r.uniform(y);
  if (c !== null && moderate(c)) return r.fit(r.emit("mul", {}, x, r.scalar(1 / c)), shape);
  const [negatedX, negatedY] = [r.is(x, "neg"), r.is(y, "neg")];
  if (negatedX === null || negatedY === null) return null;
  return r.emit("div", {}, negatedX.inputs[0]!, negatedY.inputs[0]!);
});

const pow = binary<"pow">((r, x, y, shape) => {
  const exponent = r.uniform(y);
  if (exponent === 1) return r.fit(x, shape);
  if (exponent === 2) return r.fit(r.emit("mul", {}, x, x), shape);
  return null;
});

const neg: Rewrite<"neg"> = (r, { inputs: [x] }) => {
  const twice = r.is(x!, "neg");
  if (twice !== null) return twice.inputs[0]!;
  const difference = r.is(x!, "sub");
  if (difference !== null) return r.emit("sub", {}, difference.inputs[1]!, difference.inputs[0]!);
  const scaled = withConstant(r, x!, "mul");
  return scaled === null ? null : r.fit(r.emit("mul", {}, scaled[0], r.scalar(-scaled[1])), r.shape(x!));
};

const where: Rewrite<"where"> = (r, { inputs: [condition, x, y], shape }) => {
  const known = r.uniform(condition!);
  if (known !== null) return r.fit(known !== 0 ? x! : y!, shape);
  return x === y ? r.fit(x!, shape) : null;
};

const idempotent = binary<"maximum" | "minimum">((_, x, y) => (x === y ? x : null));

const unsigned: Rewrite<"abs"> = (r, { inputs: [x] }) => {
  const negated = r.is(x!, "neg");
  if (negated !== null) return r.emit("abs", {}, negated.inputs[0]!);
  return r.is(x!, "abs") === null ? null : x!;
};

export const algebra: Rewrites = {
  neg: [beforeBroadcast("neg"), neg],
  abs: [beforeBroadcast("abs"), unsigned],
  exp: [beforeBroadcast("exp")],
  log: [beforeBroadcast("log")],
  sqrt: [beforeBroadcast("sqrt")],
  sin: [beforeBroadcast("sin")],
  cos: [beforeBroadcast("cos")],
  floor: [beforeBroadcast("floor")],
  tanh: [beforeBroadcast("tanh")],
  sigmoid: [beforeBroadcast("sigmoid")],
  softplus: [beforeBroadcast("softplus")],
  relu: [beforeBroadcast("relu")],
  leakyRelu: [beforeBroadcast("leakyRelu")],
  elu: [beforeBroadcast("elu")],
  clip: [beforeBroadcast("clip")],
  add: [beforeBroadcast("add"), ordered("add"), add],
  sub: [beforeBroadcast("sub"), sub],
  mul: [beforeBroadcast("mul"), ordered("mul"), mul],
  div: [beforeBroadcast("div"), div],
  pow: [beforeBroadcast("pow"), pow],
  maximum: [beforeBroadcast("maximum"), ordered("maximum"), idempotent],
  minimum: [beforeBroadcast("minimum"), ordered("minimum"), idempotent],
  greater: [beforeBroadcast("greater")],
  less: [beforeBroadcast("less")],
  equal: [beforeBroadcast("equal"), ordered("equal")],
  where: [beforeBroadcast("where"), where],
};
