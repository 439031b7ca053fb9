/** The least memory of a program: what exists at once, not the sum of everything. */
import { expect, test } from "vitest";
import { createBuilder } from "#compiler/tensor/build";
import { leastMemory } from "#runtime/program/footprint";

const number = 4;

test("a chain of elementwise operations takes the memory of one value", () => {
  const b = createBuilder("chain");
  b.output("y", b.exp(b.tanh(b.neg(b.input("x", [10])))));
  expect(leastMemory(b.build())).toBe(10 * number);
});

test("what is read again later stays, and so do results", () => {
  const b = createBuilder("kept");
  const x = b.input("x", [10]);
  const y = b.exp(x);
  b.output("y", y);
  b.output("z", b.add(b.tanh(x), y));
  expect(leastMemory(b.build())).toBe((10 + 10) * number);
});

test("the worst moment counts: a product between two small values", () => {
  const b = createBuilder("outer");
  const product = b.matmul(b.input("column", [100, 1]), b.input("row", [1, 100]));
  b.output("sum", b.sum(product));
  expect(leastMemory(b.build())).toBe(100 * 100 * number);
});

test("other shapes of the same values are free", () => {
  const b = createBuilder("shapes");
  b.output("y", b.reshape(b.broadcastTo(b.input("x", [1, 10]), [1000, 10]), [10_000]));
  expect(leastMemory(b.build())).toBe(10 * number);
});
