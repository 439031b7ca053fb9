/**
 * Gradient rules of the elementwise operations. At kinks they take one side, so that a mask is a single comparison; the
 * gradient of ReLU and its relatives is masked by their output, so that their input need not be kept.
 */
import type { OpName } from "#runtime/program/ops";
import type { Builder, Value } from "../build.ts";
import type { GradientRule, GradientRules, Step } from "./rule.ts";

type Elementwise = Exclude<OpName, "sum" | "max" | ShapeOp | "matmul" | "conv" | "convTranspose" | "convFilterGrad">;
type ShapeOp = "reshape" | "transpose" | "broadcastTo" | "concat" | "slice" | "pad";

/** A rule for one operand x with result y: dy -> dx. */
function unary<K extends OpName>(
  rule: (b: Builder, dy: Value, x: Value, y: Value, attrs: Step<K>["attrs"]) => Value,
): GradientRule<K> {
  return (b, { attrs, inputs, output, dy }) => [() => rule(b, dy, inputs[0]!, output, attrs)];
}

/** The number that a constant scalar holds, or null for any other value. */
function constantOf(b: Builder, x: Value): number | null {
  const node = b.nodes[x.id]!;
  return node.op === "constant" && node.data.length === 1 ? node.data[0]! : null;
}

/** d x^y / dx = y x^(y - 1) */
function powerInBase(b: Builder, x: Value, y: Value): Value {
  const exponent = constantOf(b, y);
  if (exponent === 2) return b.mul(x, 2);
  return b.mul(y, b.pow(x, exponent === null ? b.sub(y, 1) : exponent - 1));
}

/** The greater operand gets the gradient; at a tie the second one does. */
const pick =
  (comparison: "greater" | "less"): GradientRule<"maximum" | "minimum"> =>
  (b, { inputs: [x, y], dy }) => {
    const first = () => b[comparison](x!, y!);
    return [() => b.where(first(), dy, 0), () => b.where(first(), 0, dy)];
  };

export const elementwise: GradientRules<Elementwise> = {
  neg: unary((b, dy) => b.neg(dy)),
  abs: unary((b, dy, x) => b.mul(dy, b.sub(b.greater(x, 0), b.less(x, 0)))),
  exp: unary((b, dy, _, y) => b.mul(dy, y)),
  log: unary((b, dy, x) => b.div(dy, x)),
  sqrt: unary((b, dy, _, y) => b.div(b.mul(dy, 0.5), y)),
  sin: unary((b, dy, x) => b.mul(dy, b.cos(x))),
  cos: unary((b, dy, x) => b.neg(b.mul(dy, b.sin(x)))),
  floor: null,
  tanh: unary((b, dy, _, y) => b.mul(dy, b.sub(1, b.mul(y, y)))),
  sigmoid: unary((b, dy, _, y) => b.mul(dy, b.mul(y, b.sub(1, y)))),
  softplus: unary((b, dy, x) => b.mul(dy, b.sigmoid(x))),
  relu: unary((b, dy, _, y) => b.where(b.greater(y, 0), dy, 0)),
  leakyRelu: unary((b, dy, x, y, { alpha }) =>
    // with a negative slope the sign of the output says nothing
    b.where(b.greater(alpha >= 0 ? y : x, 0), dy, b.mul(dy, alpha)),
  ),
  // alpha exp(x) is y + alpha where x <= 0; with alpha = 1 that is 1 at 0, and no mask is needed
  elu: unary((b, dy, x, y, { alpha }) =>
    alpha === 1 ? b.mul(dy, b.add(b.minimum(y, 0), 1)) : b.where(b.greater(x, 0), dy, b.mul(dy, b.add(y, alpha))),
  ),
  // inside the bounds, and only there, the operand passes unchanged
  clip: unary((b, dy, x, y) => b.where(b.equal(x, y), dy, 0)),
  add: (_, { dy }) => [() => dy, () => dy],
  sub: (b, { dy }) => [() => dy, () => b.neg(dy)],
  mul: (b, { inputs: [x, y], dy }) =>
    // a square is common enough to save a product and a sum
    x!.id === y!.id ? [() => b.mul(b.mul(dy, 2), x!), null] : [() => b.mul(dy, y!), () => b.mul(dy, x!)],
  div: (b, { inputs: [, y], output, dy }) => [() => b.div(dy, y!), () => b.neg(b.div(b.mul(dy, output), y!))],
  pow: (b, { inputs: [x, y], output, dy }) => [
    () => b.mul(dy, powerInBase(b, x!, y!)),
    // log x exists for positive x only; elsewhere the power is not a function of a real exponent
    () => b.mul(dy, b.mul(output, b.log(b.where(b.greater(x!, 0), x!, 1)))),
  ],
  maximum: pick("greater"),
  minimum: pick("less"),
  greater: null,
  less: null,
  equal: null,
  where: (b, { inputs: [condition], dy }) => [null, () => b.where(condition!, dy, 0), () => b.where(condition!, 0, dy)],
};
