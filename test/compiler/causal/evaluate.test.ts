/** Expressions by row: operators, labels, integers with an offset, functions; and what they read. */
import { describe, expect, it } from "vitest";
import {
  compileExpression,
  evaluateConstant,
  nodesOf,
  printValue,
  toNatural,
  toStored,
} from "#compiler/causal/evaluate";
import { printExpression, printQuery } from "#compiler/causal/print-expression";
import { vocabulary } from "#stdlib/vocabulary";
import { bool, coin, equation, expression, labels, model, query, real, table } from "./models.ts";

const dose = { kind: "int", low: 2, high: 4 } as const;
const net = model(
  [
    table("Size", labels("small", "large"), [], [0.5, 0.5]),
    table("Dose", dose, [], [0.2, 0.3, 0.5]),
    table("Level", labels("0", "1", "2"), [], [0.2, 0.3, 0.5]),
    coin("Sick", [], 0.5),
    equation("X", real, [], "1"),
  ],
  { k: 10 },
);
const columns = new Map([
  ["Size", Float64Array.of(0, 1)],
  ["Dose", Float64Array.of(0, 2)],
  ["Level", Float64Array.of(0, 2)],
  ["Sick", Float64Array.of(0, 1)],
  ["X", Float64Array.of(-1.5, 3)],
]);
const scope = { model: net, words: vocabulary, columns };
const both = (text: string) => {
  const compute = compileExpression(expression(text), scope);
  return [compute(0), compute(1)];
};

describe("expressions by row", () => {
  it.each<[string, number, number]>([
    ["X + 2 * k", 18.5, 23],
    ["-X ^ 2", -2.25, -9],
    ["2 ^ 3 ^ 2", 512, 512],
    ["Dose", 2, 4],
    ["Dose * 2 - 1", 3, 7],
    ["Size == large", 0, 1],
    ["small != Size", 0, 1],
    ["Level == 2", 0, 1],
    ["if Size == small then 5 else k", 5, 10],
    ["Sick", 0, 1],
    ["Sick == true", 0, 1],
    ["Sick == 0", 1, 0],
    ["not Sick", 1, 0],
    ["Sick and X > 0", 0, 1],
    ["Sick or X < 0", 1, 1],
    ["X <= -1.5", 1, 0],
    ["X >= 3", 0, 1],
    ["max(X, 0)", 0, 3],
    ["abs(X) |> max(2)", 2, 3],
    ["X / 0", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])("%s", (text, first, second) => expect(both(text)).toEqual([first, second]));

  it("understand bare labels by the type they are for", () => {
    const choose = compileExpression(expression("if Sick then large else small"), scope, labels("small", "large"));
    expect([choose(0), choose(1)]).toEqual([0, 1]);
    expect(evaluateConstant(expression("large"), net, vocabulary, labels("small", "large"))).toBe(1);
    expect(evaluateConstant(expression("k + 1"), net, vocabulary, null)).toBe(11);
  });

  it("know the nodes that they read", () => {
    expect(nodesOf(expression("if Size == large then X else k * Dose + X"), net)).toEqual(["Size", "X", "Dose"]);
    expect(nodesOf(expression("large"), net, labels("small", "large"))).toEqual([]);
  });
});

describe("stored values", () => {
  it("are indices of states, and nothing else fits", () => {
    expect([2, 4, 5, 2.5].map((value) => toStored(dose, value))).toEqual([0, 2, Number.NaN, Number.NaN]);
    expect([0, 1, 2].map((value) => toStored(bool, value))).toEqual([0, 1, Number.NaN]);
    expect(toStored(real, -7.5)).toBe(-7.5);
    expect(toNatural(dose, 1)).toBe(3);
    expect(printValue(dose, 1)).toBe("3");
    expect(printValue(bool, 1)).toBe("true");
  });
});

describe("printed expressions", () => {
  it.each([
    "(1 + 2) * 3",
    "1 - (2 - 3)",
    "1 - 2 - 3",
    "-(X + 1) ^ 2",
    "(2 ^ 3) ^ 2",
    "2 ^ 3 ^ 2",
    "if Size == large then 1 else X + 1",
    "not (A and B) or C",
    "max(X, 0) * exp(-X)",
  ])("read back as the same: %s", (text) => {
    const printed = printExpression(expression(text));
    expect(printed).toBe(text);
  });

  it.each([
    "P(Y, Z != 2 | do(X = 1, W ~ {a: 0.5, b: 0.5}), observe(V in {a, b}), U)",
    "E[2 * Y + 1 | do(X ~ Normal(0, 1)), Z < 3]",
    "P(A) / (P(B) - 2 * P(C))",
    "P(`odd name` = `12+`)",
    "ATE(Y; X: a -> b | Z = 1)",
    "independent(A, B | C)",
  ])("print queries: %s", (text) => expect(printQuery(query(text))).toBe(text));
});
