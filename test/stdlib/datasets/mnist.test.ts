/** MNIST's IDX files: pictures, labels, and what is said about broken ones. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { createReader } from "#apps/files/reader";
import type { DataSource } from "#stdlib/datasets/dataset";
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

/** Bars 2, 2.5 and 4 pixels wide that stand, and one of five pixels a line that leans by 45 degrees: 5 / sqrt(2) wide. */
const bars = [
  (x: number) => (x === 13 || x === 14 ? 255 : 0),
  (x: number) => (x === 13 || x === 14 ? 255 : x === 15 ? 128 : 0),
  (x: number) => (x >= 12 && x <= 15 ? 255 : 0),
  (x: number, y: number) => (Math.abs(x + y - 27) < 3 ? 255 : 0),
];
const barFiles = {
  "m/train-images-idx3-ubyte": Uint8Array.from([
    ...[0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 28, 0, 0, 0, 28],
    ...bars.flatMap((bar) =>
      Array.from({ length: 784 }, (_, i) => {
        const [x, y] = [i % 28, Math.floor(i / 28)];
        return y >= 4 && y < 24 ? bar(x, y) : 0;
      }),
    ),
  ]),
  "m/train-labels-idx1-ubyte": Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 3]),
};
const statesIn = (source: DataSource, name: string): readonly string[] => {
  const column = source.columns.get(name)!;
  if (column.kind !== "states") throw new Error(`${name} has no states`);
  return Array.from(column.values, (value) => column.states[value]!);
};

test("thickness and slant are classes of what is measured on the picture", async () => {
  const source = await open(barFiles);
  expect(statesIn(source, "Thickness")).toEqual(["thin", "medium", "thick", "thick"]);
  expect(statesIn(source, "Slant")).toEqual(["upright", "upright", "upright", "right"]);
  const last = await open(barFiles, { skip: 3 });
  expect([statesIn(last, "Thickness"), statesIn(last, "Slant")]).toEqual([["thick"], ["right"]]);
});

test("a shuffled order is the same for all parts, with pictures, labels and places alike", async () => {
  const all = await open(barFiles, { shuffle: true });
  const labels = [...all.columns.get("Digit")!.values];
  expect(labels).not.toEqual([0, 1, 2, 3]);
  expect([...labels].sort()).toEqual([0, 1, 2, 3]);
  expect(labels.map((_, row) => all.place(row))).toEqual(
    labels.map((label) => `m/train-images-idx3-ubyte, picture ${label + 1}`),
  );
  expect(statesIn(all, "Slant").indexOf("right")).toBe(labels.indexOf(3));
  const rest = await open(barFiles, { shuffle: true, skip: 1, limit: 2 });
  expect([...rest.columns.get("Digit")!.values]).toEqual(labels.slice(1, 3));
  const out = new Float32Array(784);
  await rest.image!.read(Int32Array.of(0), out);
  const wanted = bars[labels[1]!]!;
  expect(Math.round(127.5 * (out[14 * 28 + 13]! + 1))).toBe(wanted(13, 14));
  expect(all.fingerprint).not.toBe((await open(barFiles)).fingerprint);
});

const shared = new URL("../../../../shared/data/mnist", import.meta.url).pathname;

test.skipIf(!existsSync(shared))("the real test digits (skipped where they are absent)", async () => {
  const source = await openDataset("mnist", { path: shared, part: "t10k" }, createReader("/"));
  expect([source.rows, [...source.columns.get("Digit")!.values.slice(0, 5)]]).toEqual([10_000, [7, 2, 1, 0, 4]]);
  // every class is common enough to be learned
  const some = await openDataset(
    "mnist",
    { path: shared, part: "t10k", shuffle: true, limit: 1000 },
    createReader("/"),
  );
  for (const name of ["Thickness", "Slant"]) {
    const states = statesIn(some, name);
    const shares = [...new Set(states)].map((state) => states.filter((other) => other === state).length / 1000);
    expect(shares).toHaveLength(3);
    expect(Math.min(...shares)).toBeGreaterThan(0.1);
  }
});
