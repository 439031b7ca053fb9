/** MNIST's IDX files: pictures, labels, and what is said about broken ones. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { createReader } from "#apps/files/reader";
import { faultOf, openDataset } from "./open.ts";
import { memoryReader } from "./reader.ts";

const images = Uint8Array.from([
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  28,
  0,
  0,
  0,
  28,
  ...Array(784).fill(255),
  ...Array(784).fill(51),
]);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 2]);
const open = (files: Readonly<Record<string, Uint8Array>>, args = {}) =>
  openDataset(
    "mnist",
    { path: "m", ...args },
    memoryReader({ "m/train-images-idx3-ubyte": images, "m/train-labels-idx1-ubyte": labels, ...files }),
  );

test("digits and their labels, with a black margin where more pixels are asked for", async () => {
  const source = await open({}, { size: 32 });
  expect([source.rows, [...source.columns.get("Digit")!.values]]).toEqual([2, [7, 2]]);
  const out = new Float32Array(1024);
  await source.image!.read(Int32Array.of(1), out);
  const row = (y: number) => [...out.subarray(32 * y, 32 * y + 32)];
  const inside = Math.fround(51 / 127.5 - 1);
  expect(row(1)).toEqual(Array(32).fill(-1));
  expect(row(2)).toEqual([-1, -1, ...Array(28).fill(inside), -1, -1]);
});

test.each([
  ["cut off", { "m/train-images-idx3-ubyte": images.slice(0, 1000) }, "984 values where its header says 1568"],
  ["of another type", { "m/train-labels-idx1-ubyte": images }, "not an IDX file of bytes with 1 dimensions"],
  ["too short", { "m/train-labels-idx1-ubyte": Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7) }, "1 labels for 2 pictures"],
  ["no digits", { "m/train-labels-idx1-ubyte": Uint8Array.from([...labels.slice(0, 9), 12]) }, "label 2 is 12"],
])("a file that is %s", async (_, files, message) => {
  const fault = await faultOf(open(files));
  expect([fault.code, fault.message]).toEqual(["bad-data", expect.stringContaining(message)]);
});

const shared = new URL("../../../../shared/data/mnist", import.meta.url).pathname;

test.skipIf(!existsSync(shared))("the real test digits (skipped where they are absent)", async () => {
  const source = await openDataset("mnist", { path: shared, part: "t10k" }, createReader("/"));
  expect([source.rows, [...source.columns.get("Digit")!.values.slice(0, 5)]]).toEqual([10_000, [7, 2, 1, 0, 4]]);
});
