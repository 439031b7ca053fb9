/** CelebA's label files in all their layouts, pictures beside them, and what is said about broken ones. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createReader } from "#apps/files/reader";
import { faultOf, openDataset } from "./open.ts";
import { memoryReader } from "./reader.ts";

const original = `3
Bald Male Young
000001.jpg -1  1  1
000002.jpg  1 -1 -1
000003.jpg -1 -1  1
`;
const kaggle = `image_id,Bald,Male,Young\r\n000001.jpg,-1,1,1\r\n000002.jpg,1,-1,-1\r\n000003.jpg,-1,-1,1\r\n`;
const withoutCount = original.slice(2);

function replaceLine(text: string, line: number, by: string): string {
  return text
    .split("\n")
    .map((old, i) => (i + 1 === line ? by : old))
    .join("\n");
}

const valuesOf = (source: Awaited<ReturnType<typeof openDataset>>) =>
  Object.fromEntries([...source.columns].map(([name, column]) => [name, [...column.values]]));

describe.each([
  ["the original file", "data/list_attr_celeba.txt", original],
  ["without its count", "data/list_attr_celeba.txt", withoutCount],
  ["in Anno/", "data/Anno/list_attr_celeba.txt", original],
  ["Kaggle's CSV", "data/list_attr_celeba.csv", kaggle],
])("%s", (_, path, text) => {
  test.each(["data", path])("opened as %s", async (argument) => {
    const source = await openDataset("celeba", { path: argument }, memoryReader({ [path]: text }));
    expect(source.rows).toBe(3);
    expect(valuesOf(source)).toEqual({ Bald: [0, 1, 0], Male: [1, 0, 0], Young: [1, 0, 1] });
    expect(source.image).toBeNull();
    expect(source.place(2)).toBe(`${path}:${text === original ? 5 : 4}`);
  });
});

test("skip and limit choose rows, and say so when none is left", async () => {
  const reader = memoryReader({ "data/list_attr_celeba.txt": original });
  const source = await openDataset("celeba", { path: "data", skip: 1, limit: 1 }, reader);
  expect(valuesOf(source)).toEqual({ Bald: [1], Male: [0], Young: [0] });
  expect(source.place(0)).toBe("data/list_attr_celeba.txt:4");
  const fault = await faultOf(openDataset("celeba", { path: "data", skip: 3 }, reader));
  expect(fault.message).toContain("has 3 rows, and skip = 3 leaves none");
});

test("the fingerprint tells other labels and other rows apart", async () => {
  const print = async (text: string, limit: number | null = null) => {
    const reader = memoryReader({ "data/list_attr_celeba.txt": text });
    return (await openDataset("celeba", { path: "data", limit }, reader)).fingerprint;
  };
  const prints = [original, withoutCount.replace("1 -1 -1", "1 -1  1")].map((text) => print(text));
  const all = await Promise.all([...prints, print(original, 2)]);
  expect(new Set(all).size).toBe(3);
  expect(await print(original)).toBe(all[0]);
});

test.each([
  [
    "a ragged line",
    replaceLine(original, 4, "000002.jpg  1 -1"),
    "txt:4: a name and 3 values are expected, a name and 2 found",
  ],
  ["a strange value", replaceLine(original, 5, "000003.jpg -1 2 1"), 'txt:5: "2" is no value of `Male`'],
  [
    "an image twice",
    replaceLine(original, 5, "000001.jpg -1 -1 1"),
    "txt:5: 000001.jpg is listed twice, first on line 3",
  ],
  ["no header", replaceLine(withoutCount, 1, ""), "txt:2: this is not the header of a CelebA label file"],
  ["a column twice", replaceLine(original, 2, "Bald Male Bald"), "txt:2: two columns are named `Bald`"],
  ["a file cut off", replaceLine(original, 5, ""), "txt:1: the first line promises 3 rows, the file has 2"],
  ["an empty file", "", "txt:1: there is no header"],
  ["a header alone", "Bald Male Young\n", "there are no rows"],
])("%s is reported with its place", async (_, text, message) => {
  const reader = memoryReader({ "data/list_attr_celeba.txt": text });
  const fault = await faultOf(openDataset("celeba", { path: "data" }, reader));
  expect(fault.code).toBe("bad-data");
  expect(fault.message).toContain(message);
  expect(fault.advice).not.toBe("");
});

test("no directory, and a directory without labels", async () => {
  const reader = memoryReader({ "data/notes.txt": "" });
  expect((await faultOf(openDataset("celeba", { path: "elsewhere" }, reader))).code).toBe("missing-file");
  const fault = await faultOf(openDataset("celeba", { path: "data" }, reader));
  expect(fault.code).toBe("missing-file");
  expect(fault.advice).toContain("notes.txt");
});

describe("pictures", () => {
  const pictures = (directory: string, names: readonly string[]) =>
    Object.fromEntries(names.map((name, i) => [`data/${directory}/${name}`, Uint8Array.of(50 * (i + 1))]));
  const names = ["000001.jpg", "000002.jpg", "000003.jpg"];

  test.each(["images", "img_align_celeba", "img_align_celeba/img_align_celeba"])("in %s", async (directory) => {
    const files = { "data/list_attr_celeba.txt": original, ...pictures(directory, names) };
    const source = await openDataset("celeba", { path: "data", size: 8 }, memoryReader(files));
    expect(source.image).toMatchObject({ channels: 3, height: 8, width: 8 });
    const out = new Float32Array(3 * 192);
    for (let time = 0; time < 2; time++) {
      await source.image!.read(Int32Array.of(2, 0, 2), out.fill(0));
      expect([out[0], out[191], out[192], out[575]]).toEqual(
        [150, 150, 50, 150].map((b) => Math.fround(b / 127.5 - 1)),
      );
    }
  });

  test("a missing one is named when the data is opened, with all others that are bad", async () => {
    const files = { "data/list_attr_celeba.txt": original, ...pictures("images", names.slice(0, 1)) };
    const damaged = { ...files, "data/images/000003.jpg": Uint8Array.of(0) };
    const fault = await faultOf(openDataset("celeba", { path: "data" }, memoryReader(damaged)));
    expect(fault.code).toBe("bad-data");
    expect(fault.message).toBe(`2 of 3 pictures are bad: 1 missing, 1 not a picture
  data/list_attr_celeba.txt:4: data/images/000002.jpg: missing
  data/list_attr_celeba.txt:5: data/images/000003.jpg: not a picture`);
    expect(fault.advice).toContain('bad = "skip"');
    const source = await openDataset("celeba", { path: "data", limit: 1 }, memoryReader(files));
    expect(source.image).not.toBeNull();
  });

  test("a damaged one is named when it is read", async () => {
    const files = {
      "data/list_attr_celeba.txt": original,
      ...pictures("images", names),
      "data/images/000002.jpg": Uint8Array.of(0),
    };
    const source = await openDataset("celeba", { path: "data", size: 8 }, memoryReader(files));
    const fault = await faultOf(Promise.resolve(source.image!.read(Int32Array.of(0, 1), new Float32Array(384))));
    expect(fault.code).toBe("bad-data");
    expect(fault.message).toContain("txt:4: data/images/000002.jpg: not a picture");
    expect((await faultOf(source.image!.files!.scan())).message).toBe(fault.message);
  });

  test("with bad = skip its row is gone, from labels, pictures and places, and the fingerprint says so", async () => {
    const files = {
      "data/list_attr_celeba.txt": original,
      ...pictures("images", names),
      "data/images/000002.jpg": Uint8Array.of(0),
    };
    const told: string[] = [];
    const reader = { ...memoryReader(files), watch: { notice: (text: string) => void told.push(text) } };
    const source = await openDataset("celeba", { path: "data", size: 8, bad: "skip" }, reader);
    expect(valuesOf(source)).toEqual({ Bald: [0, 0], Male: [1, 0], Young: [1, 1] });
    expect(source.place(1)).toBe("data/list_attr_celeba.txt:5");
    const out = new Float32Array(192);
    await source.image!.read(Int32Array.of(1), out);
    expect(out[0]).toBe(Math.fround(150 / 127.5 - 1));
    expect(told).toEqual([
      "1 of 3 pictures is bad: 1 not a picture; their rows are left out\n  data/list_attr_celeba.txt:4: data/images/000002.jpg: not a picture",
    ]);
    const refused = await openDataset("celeba", { path: "data", size: 8 }, memoryReader(files));
    expect(source.fingerprint).not.toBe(refused.fingerprint);
  });
});

describe("the official split", () => {
  const partition = "000001.jpg 0\n000002.jpg 2\n000003.jpg 1\n";
  test.each([
    ["list_eval_partition.txt", partition],
    ["Eval/list_eval_partition.txt", partition],
    ["list_eval_partition.csv", `image_id,partition\n${partition.replaceAll(" ", ",")}`],
  ])("%s", async (name, text) => {
    const files = { "data/list_attr_celeba.txt": original, [`data/${name}`]: text };
    const source = await openDataset("celeba", { path: "data", split: "official" }, memoryReader(files));
    expect([...source.parts!]).toEqual([0, 2, 1]);
  });

  test.each([
    ["no file", {}, "there is no list_eval_partition.txt or .csv in data"],
    [
      "a picture without a part",
      { "data/list_eval_partition.txt": "000001.jpg 0\n" },
      "000002.jpg is not listed, nor are 1 more",
    ],
    [
      "a fourth part",
      { "data/list_eval_partition.txt": "000001.jpg 3\n" },
      'txt:1: "000001.jpg 3" is no line of a partition',
    ],
  ])("%s is a fault", async (_, files, message) => {
    const reader = memoryReader({ "data/list_attr_celeba.txt": original, ...files });
    expect((await faultOf(openDataset("celeba", { path: "data", split: "official" }, reader))).message).toContain(
      message,
    );
  });
});

const shared = new URL("../../../../shared/data/celeba", import.meta.url).pathname;

test.skipIf(!existsSync(shared))("15,000 rows of the real file (skipped where they are absent)", async () => {
  const source = await openDataset("celeba", { path: shared }, createReader("/"));
  expect([source.rows, source.columns.size]).toEqual([15_000, 40]);
  const share = (name: string) =>
    Array.from(source.columns.get(name)!.values).filter((v) => v === 1).length / source.rows;
  expect([share("Young"), share("Male")]).toEqual([11_669 / 15_000, 6_332 / 15_000]);
});
