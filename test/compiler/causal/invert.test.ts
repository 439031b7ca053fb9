/** Equations turned around: the node that makes an expression true, and how its density changes. */
import { describe, expect, it } from "vitest";
import { compileExpression } from "#compiler/causal/evaluate";
import { compileInverse, isInvertible } from "#compiler/causal/invert";
import { answer } from "#compiler/inference/query";
import { vocabulary } from "#stdlib/vocabulary";
import { distribution, equation, expression, model, query, real } from "./models.ts";

const net = model([
  distribution("U", real, [], "Normal", ["0", "1"]),
  distribution("A", real, [], "Normal", ["0", "1"]),
]);
const scope = (u: number, a: number) => ({
  model: net,
  words: vocabulary,
  columns: new Map([
    ["U", Float64Array.of(u)],
    ["A", Float64Array.of(a)],
  ]),
});

describe("one to one", () => {
  it.each([
    "2 * U + A",
    "(U - A) / 4",
    "exp(A + 0.5 * U)",
    "A - exp(U)",
    "3 / exp(U)",
    "tanh(U) * A",
    "log(exp(U) + 2)",
    "sqrt(exp(U))",
    "sigmoid(U - 1)",
    "logit(sigmoid(U) / 2)",
    "softplus(U) + A",
    "-(U ^ 3)",
    "(U * 2 + 1) ^ 5 - A",
    "if A > 0 then exp(U) else U",
    "U |> exp",
  ])("%s", (text) => {
    const expr = expression(text);
    expect(isInvertible(expr, "U", vocabulary)).toBe(true);
    for (const [u, a] of [
      [0.3, 0.7],
      [-0.6, -1.2],
      [1.1, 2],
    ] as const) {
      const forward = (x: number) => compileExpression(expr, scope(x, a))(0);
      const { value, logSlope } = compileInverse(expr, "U", scope(0, a), 1)(0, forward(u));
      expect(value).toBeCloseTo(u, 8);
      const slope = (forward(u + 1e-5) - forward(u - 1e-5)) / 2e-5;
      expect(logSlope).toBeCloseTo(-Math.log(Math.abs(slope)), 5);
    }
  });

  it.each([
    "U * U",
    "U ^ 2",
    "exp(U) + U",
    "abs(U)",
    "sin(U)",
    "exp(A)",
    "if U > 0 then U else A",
    "min(U, A)",
    "U > 0",
  ])("not %s", (text) => expect(isInvertible(expression(text), "U", vocabulary)).toBe(false));

  it("has no value where nothing gives the target", () => {
    expect(compileInverse(expression("exp(U)"), "U", scope(0, 0), 1)(0, -1).value).toBeNaN();
    expect(compileInverse(expression("A * U"), "U", scope(0, 0), 1)(0, 1).value).toBeNaN();
  });
});

describe("evidence on such equations", () => {
  const nonlinear = model([
    distribution("A", real, [], "Normal", ["0", "1"]),
    distribution("U", real, [], "Normal", ["0", "1"], "noise"),
    equation("Y", real, ["A", "U"], "exp(A + U)"),
    equation("Z", real, ["A", "U"], "A + exp(U)"),
  ]);
  const ask = (text: string) => {
    const result = answer(nonlinear, query(text), { vocabulary, samples: 20_000, seed: 1 });
    if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
    return result.answer;
  };
  it("is met by the noise", () => {
    const found = ask("E[A | Y = 3]");
    expect(Math.abs((found.value as number) - Math.log(3) / 2)).toBeLessThan(4 * found.stderr!);
  });

  it("weighs by how far apart the equation drives the noise", () => {
    let [all, sum] = [0, 0];
    for (let a = -6; a < 6; a += 0.0005) {
      const u = Math.log(1 - a);
      const density = Math.exp(-(a * a + u * u) / 2) / Math.exp(u);
      if (!Number.isFinite(density)) continue;
      all += density;
      sum += a * density;
    }
    const found = ask("E[A | Z = 1]");
    expect(Math.abs((found.value as number) - sum / all)).toBeLessThan(4 * found.stderr!);
  });
});
