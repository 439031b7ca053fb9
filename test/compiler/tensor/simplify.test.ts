/** The simplifier: which programs it turns into which, and that values stay. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import { softmax } from "#compiler/tensor/compose";
import { gradient } from "#compiler/tensor/gradient";
import { print } from "#compiler/tensor/print";
import { simplify } from "#compiler/tensor/simplify";
import { verify } from "#compiler/tensor/verify";
import { evaluate64 } from "#runtime/executors/reference/evaluate";
import { inputsOf, type Program } from "#runtime/program/program";
import { tensor } from "#runtime/tensor";
import { draw, uniforms } from "./draws.ts";

/** The lines of the simplified program of y = body(x, z), x and z [2, 3], without the frame around them. */
function simplified(body: (b: Builder, x: Value, z: Value) => Value): string[] {
  const b = createBuilder("p");
  const x = b.input("x", [2, 3]);
  b.output("y", body(b, x, b.input("z", [2, 3])));
  return print(simplify(b.build()))
    .trim()
    .split("\n")
    .slice(3)
    .map((line) => line.trim());
}

const returnsX = ['output "y" = %0'];

describe("rewrites", () => {
  test("drop what changes nothing", () => {
    expect(simplified((b, x) => b.add(0, x))).toEqual(returnsX);
    expect(simplified((b, x) => b.div(b.mul(b.sub(x, 0), 1), 1))).toEqual(returnsX);
    expect(simplified((b, x) => b.neg(b.neg(x)))).toEqual(returnsX);
    expect(simplified((b, x) => b.mul(x, b.constant(tensor([3], [1, 1, 1]))))).toEqual(returnsX);
    expect(simplified((b, x) => b.pow(x, 1))).toEqual(returnsX);
    expect(simplified((b, x) => b.reshape(b.reshape(x, [6]), [2, 3]))).toEqual(returnsX);
    expect(simplified((b, x) => b.transpose(b.transpose(x, [1, 0]), [1, 0]))).toEqual(returnsX);
    expect(simplified((b, x) => b.where(b.constant(1), x, b.log(x)))).toEqual(returnsX);
    expect(simplified((b, x) => b.slice(b.concat([x, b.exp(x)], 1), [0, 0], [2, 3]))).toEqual(returnsX);
    expect(simplified((b, x) => b.slice(b.concat([b.exp(x), x], 1), [0, 3], [2, 6]))).toEqual(returnsX);
    expect(simplified((b, x) => b.emit("pad", { low: [0, 0], high: [0, 0], interior: [0, 0] }, x))).toEqual(returnsX);
  });

  test("join constants", () => {
    expect(simplified((b, x) => b.mul(b.mul(b.neg(x), 2), 4))).toEqual([
      "%2 f32[] = constant -8",
      "%3 f32[2, 3] = mul %0 %2",
      'output "y" = %3',
    ]);
    expect(simplified((b, x) => b.sub(1, b.sub(x, 2)))).toEqual([
      "%2 f32[] = constant 3",
      "%3 f32[2, 3] = sub %2 %0",
      'output "y" = %3',
    ]);
    expect(simplified((b, x) => b.add(x, b.exp(b.add(b.constant(1), -1))))).toEqual([
      "%2 f32[] = constant 1",
      "%3 f32[2, 3] = add %0 %2",
      'output "y" = %3',
    ]);
  });

  test("keep a small number that protects a logarithm", () => {
    const b = createBuilder("p");
    b.output("y", b.log(b.add(b.sub(1, b.input("x", [1])), 1e-12)));
    expect(evaluate64(simplify(b.build()), { x: [1] }).y![0]).toBeCloseTo(Math.log(1e-12), 4);
  });

  test("keep NaN visible", () => {
    expect(simplified((b, x) => b.mul(x, 0))).toContain("%3 f32[2, 3] = mul %0 %2");
    expect(simplified((b, x) => b.sub(x, x))).toContain("%2 f32[2, 3] = sub %0 %0");
  });

  test("share equal nodes, also with operands the other way round", () => {
    expect(simplified((b, x, z) => b.mul(b.sin(b.add(x, z)), b.sin(b.add(z, x))))).toEqual([
      "%2 f32[2, 3] = add %0 %1",
      "%3 f32[2, 3] = sin %2",
      "%4 f32[2, 3] = mul %3 %3",
      'output "y" = %4',
    ]);
  });

  test("turn sums with a negation into differences", () => {
    expect(simplified((b, x, z) => b.add(b.neg(x), z))[0]).toBe("%2 f32[2, 3] = sub %1 %0");
    expect(simplified((b, x, z) => b.neg(b.sub(x, z)))[0]).toBe("%2 f32[2, 3] = sub %1 %0");
    expect(simplified((b, x, z) => b.mul(b.neg(x), b.neg(z)))[0]).toBe("%2 f32[2, 3] = mul %0 %1");
  });

  test("work on small tensors before they are repeated", () => {
    const scaled = simplified((b, x, z) => b.mul(b.exp(b.broadcastTo(b.sum(x), [2, 3])), z));
    expect(scaled).toEqual([
      "%2 f32[] = sum %0 {axes=[0, 1], keepdims=false}",
      "%3 f32[] = exp %2",
      "%4 f32[2, 3] = mul %1 %3",
      'output "y" = %4',
    ]);
    const counted = simplified((b, x) => b.sum(b.broadcastTo(b.sum(x, [1], true), [2, 5]), [1], true));
    expect(counted).toEqual([
      "%2 f32[2, 1] = sum %0 {axes=[1], keepdims=true}",
      "%3 f32[] = constant 5",
      "%4 f32[2, 1] = mul %2 %3",
      'output "y" = %4',
    ]);
  });

  test("merge reductions and turn those over nothing into reshapes", () => {
    expect(simplified((b, x) => b.sum(b.sum(x, [0]), [0]))[0]).toBe("%2 f32[] = sum %0 {axes=[0, 1], keepdims=false}");
    expect(simplified((b, x) => b.sum(b.reshape(b.sin(x), [6])))[1]).toBe(
      "%3 f32[] = sum %2 {axes=[0, 1], keepdims=false}",
    );
    expect(simplified((b, x) => b.max(b.reshape(x, [2, 1, 3]), [1]))).toEqual(returnsX);
  });

  test("compose slices", () => {
    const lines = simplified((b, x) => b.slice(b.slice(x, [0, 0], [2, 3], [1, 2]), [1, 1], [2, 2]));
    expect(lines[0]).toBe("%2 f32[1, 1] = slice %0 {starts=[1, 2], ends=[2, 3], steps=[1, 2]}");
  });

  test("keep inputs that nothing reads", () => {
    const b = createBuilder("p");
    b.input("unused", [4]);
    b.output("y", b.constant(1));
    expect(inputsOf(simplify(b.build())).map((node) => node.name)).toEqual(["unused"]);
  });

  test("fold constants but do not blow them up", () => {
    const b = createBuilder("p");
    b.output("y", b.broadcastTo(b.constant(2), [100, 100]));
    expect(simplify(b.build()).nodes.map((node) => node.op)).toEqual(["constant", "broadcastTo"]);
  });
});

/** One step of a random program: picks earlier values by number and combines them. */
type Step = (b: Builder, values: readonly Value[], pick: (n: number) => Value) => Value;

const joined = (b: Builder, x: Value): Value => (x.shape.length === 2 ? x : b.broadcastTo(b.sum(x), [2, 3]));

const steps: readonly Step[] = [
  (b, _, pick) => b.neg(pick(0)),
  (b, _, pick) => b.tanh(pick(0)),
  (b, _, pick) => b.relu(pick(0)),
  (b, _, pick) => b.abs(pick(0)),
  (b, _, pick) => b.add(pick(0), pick(1)),
  (b, _, pick) => b.sub(pick(0), pick(1)),
  (b, _, pick) => b.mul(b.tanh(pick(0)), b.sin(pick(1))),
  (b, _, pick) => b.div(pick(0), b.add(b.abs(pick(1)), 1)),
  (b, _, pick) => b.maximum(pick(0), pick(1)),
  (b, _, pick) => b.mul(pick(0), -1),
  (b, _, pick) => b.mul(b.mul(pick(0), 0.5), 3),
  (b, _, pick) => b.add(pick(0), 2),
  (b, _, pick) => b.sub(0.5, pick(0)),
  (b, _, pick) => b.sub(pick(0), 0),
  (b, _, pick) => b.div(pick(0), 4),
  (b, _, pick) => b.pow(pick(0), 2),
  (b, [x], pick) => b.where(b.greater(x!, 0), pick(0), pick(1)),
  (b, _, pick) => b.where(b.constant(0), pick(0), pick(1)),
  (b, _, pick) => b.broadcastTo(b.sum(pick(0), [1], true), [2, 3]),
  (b, _, pick) => b.broadcastTo(b.mean(b.transpose(pick(0), [1, 0])), [2, 3]),
  (b, _, pick) => b.broadcastTo(b.sum(b.sum(pick(0), [0]), [0]), [2, 3]),
  (b, _, pick) => b.reshape(b.reshape(b.exp(b.tanh(pick(0))), [3, 2]), [2, 3]),
  (b, _, pick) => b.slice(b.concat([pick(0), pick(1)], 1), [0, 2], [2, 5]),
  (b, _, pick) => b.slice(b.pad(pick(0), [1, 0], [0, 1], [0, 1]), [1, 0], [3, 5], [1, 2]),
  (b, _, pick) => b.broadcastTo(b.max(pick(0), [0]), [2, 3]),
  (b, _, pick) => b.add(pick(0), b.constant(tensor([2, 3], [1, 1, 1, 1, 1, 1]))),
  (b, _, pick) => b.mul(pick(0), b.constant(tensor([3], [0.5, 2, -1]))),
  (b, _, pick) => b.matmul(b.matmul(pick(0), b.transpose(b.tanh(pick(1)), [1, 0])), pick(2)),
];

function agree(program: Program, inputs: Readonly<Record<string, readonly number[]>>): void {
  const small = simplify(program);
  verify(small);
  const [before, after] = [evaluate64(program, inputs), evaluate64(small, inputs)];
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, values] of Object.entries(before)) {
    const scale = Math.max(1, ...values.map(Math.abs));
    values.forEach((value, i) => {
      expect(Math.abs(after[name]![i]! - value) / scale, `${name}[${i}] of\n${print(program)}`).toBeLessThan(1e-4);
    });
  }
}

describe("values stay", () => {
  test("in random programs and their gradients", () => {
    const choice = fc.tuple(fc.nat(steps.length - 1), fc.nat(99), fc.nat(99), fc.nat(99));
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 12 }), fc.nat(1e6), (chosen, seed) => {
        const b = createBuilder("random");
        const xs = [b.input("x", [2, 3]), b.input("z", [2, 3])];
        const values = [...xs];
        for (const [step, ...picks] of chosen) {
          const pick = (n: number) => values[picks[n]! % values.length]!;
          values.push(joined(b, steps[step]!(b, values, pick)));
        }
        const last = values.at(-1)!;
        b.output("y", last);
        gradient(b, b.sum(b.tanh(last)), xs).forEach((slope, i) => {
          b.output(`d${i}`, slope);
        });
        const next = uniforms(seed);
        agree(b.build(), { x: draw([2, 3], "signed", next), z: draw([2, 3], "signed", next) });
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test("and a training step gets smaller", () => {
    const b = createBuilder("step");
    const next = uniforms(3);
    const shapes = { x: [8, 4], w1: [4, 5], b1: [5], w2: [5, 3], b2: [3] };
    const { x, w1, b1, w2, b2 } = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, b.input(name, shape)]),
    ) as Record<keyof typeof shapes, Value>;
    const logits = b.add(b.matmul(b.relu(b.add(b.matmul(x, w1), b1)), w2), b2);
    const loss = b.neg(b.mean(b.log(b.add(b.slice(softmax(b, logits), [0, 0], [8, 1]), 1e-6))));
    const weights = [w1, b1, w2, b2];
    gradient(b, loss, weights).forEach((slope, i) => {
      b.output(`d${i}`, b.sub(weights[i]!, b.mul(slope, 0.1)));
    });
    const program = b.build();
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, draw(shape, "signed", next)]),
    );
    agree(program, inputs);
    expect(simplify(program).nodes.length).toBeLessThan(program.nodes.length - 5);
  });

  test("and a simplified program is left as it is", () => {
    const b = createBuilder("twice");
    const x = b.input("x", [2, 3]);
    const y = softmax(b, b.mul(b.sub(x, 1), -0.5));
    b.output("dx", gradient(b, b.sum(b.mul(y, y)), [x])[0]!);
    const once = simplify(b.build());
    expect(print(simplify(once))).toBe(print(once));
  });
});
