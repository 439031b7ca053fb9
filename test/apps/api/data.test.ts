/** Splits of data into parts, and pictures mirrored at random in batches. */
import { expect, test } from "vitest";
import { batchesOf, openData } from "#apps/api/data";
import type { CheckedData } from "#lang/checked";
import { datasets } from "#stdlib/datasets/index";
import { faultOf } from "../../stdlib/datasets/open.ts";
import { memoryReader } from "../../stdlib/datasets/reader.ts";

const checked = (dataset: string, args: CheckedData["args"]): CheckedData => {
  const defaults = datasets.get(dataset)!.parameters.map((p) => [p.name, p.default ?? null] as const);
  return { name: "d", dataset, args: { ...Object.fromEntries(defaults), ...args } } as CheckedData;
};
const open = (dataset: string, args: CheckedData["args"], files: Record<string, string> = {}) =>
  openData(checked(dataset, args), memoryReader(files));

test("training, validation and held out rows share the data out, and validation leaves the held out rows as they were", async () => {
  const without = await open("faces", { n: 100, size: 16, holdout: 0.2 });
  const { training, validation, heldOut } = await open("faces", { n: 100, size: 16, holdout: 0.2, validation: 0.1 });
  expect([training.length, validation.length, heldOut.length]).toEqual([70, 10, 20]);
  expect([...training, ...validation, ...heldOut].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
  expect(heldOut).toEqual(without.heldOut);
  const fault = await faultOf(open("faces", { n: 10, size: 16, holdout: 0.5, validation: 0.5 }));
  expect(fault.message).toContain("holds all of them out");
});

test("the official split of CelebA, and a share besides is refused", async () => {
  const files = {
    "data/list_attr_celeba.txt": "Bald\na.jpg 1\nb.jpg -1\nc.jpg 1\nd.jpg 1\n",
    "data/list_eval_partition.txt": "a.jpg 2\nb.jpg 0\nc.jpg 1\nd.jpg 0\n",
  };
  const { training, validation, heldOut } = await open("celeba", { path: "data", split: "official" }, files);
  expect([training, validation, heldOut].map((part) => [...part])).toEqual([[1, 3], [2], [0]]);
  const fault = await faultOf(open("celeba", { path: "data", split: "official", holdout: 0.5 }, files));
  expect(fault.message).toContain("has the official split, and shares besides");
});

test("flips are the same for a batch whenever it is made, differ between uses and seeds, and mirror whole pictures", async () => {
  const size = 16;
  const labels = { layout: { width: 0, entries: [] }, columns: {}, encoded: new Float32Array(0) } as never;
  const batch = async (flip: boolean, index: number, seed: number) => {
    const data = await open("faces", { n: 8, size, flip });
    const source = batchesOf(data, labels, { order: "sequential", balance: null, seed });
    return (await source.batch(["image"], index, 8)).image!;
  };
  const plain = await batch(false, 0, 1);
  const flipped = await batch(true, 0, 1);
  expect(await batch(true, 0, 1)).toEqual(flipped);
  const mirrored = (pictures: Float32Array) =>
    Array.from({ length: 8 }, (_, i) => {
      const each = 3 * size * size;
      const [was, is] = [plain, pictures].map((all) => all.subarray(i * each, (i + 1) * each)) as [
        Float32Array,
        Float32Array,
      ];
      const turned = was.map((_, k) => was[k - (k % size) + (size - 1 - (k % size))]!);
      if (was.every((value, k) => value === is[k])) return false;
      expect(is).toEqual(turned);
      return true;
    });
  const first = mirrored(flipped);
  expect(new Set(first).size).toBe(2);
  // batch 1 of a sequential pass over 8 rows has the same rows again
  expect(mirrored(await batch(true, 1, 1))).not.toEqual(first);
  expect(mirrored(await batch(true, 0, 2))).not.toEqual(first);
});
