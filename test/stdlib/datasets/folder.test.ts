/** Pictures in a folder as people have them: every way in which files are bad, odd formats, caches, and what a kill leaves. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createReader } from "#apps/files/reader";
import type { Constants } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import type { DataSource, Reader } from "#stdlib/datasets/dataset";
import { createPictureCache } from "#stdlib/datasets/picture-cache";
import { openShards } from "#apps/files/shards";
import { faultOf, openDataset } from "./open.ts";

let home: string;
let folder: string;
const before = process.env.CAUSAL_CACHE_DIR;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "causal-folder-"));
  process.env.CAUSAL_CACHE_DIR = join(home, "cache");
});
afterAll(() => {
  if (before === undefined) delete process.env.CAUSAL_CACHE_DIR;
  else process.env.CAUSAL_CACHE_DIR = before;
  rmSync(home, { recursive: true });
});
let count = 0;
beforeEach(() => {
  folder = join(home, `set${count++}`);
  mkdirSync(folder);
});

const plain = (width: number, height: number, red: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: red, g: 0, b: 0 } } });
const save = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
const jpeg = async (name: string, red: number, side = 40) => save(name, await plain(side, side, red).jpeg().toBuffer());
const table = (names: readonly string[]) =>
  writeFileSync(join(folder, "labels.csv"), `file,Red\n${names.map((name, i) => `"${name}",${i}\n`).join("")}`);

const open = (args: Constants = {}, reader: Reader = createReader(home)): Promise<DataSource> =>
  openDataset("folder", { path: folder, size: 8, ...args }, reader);

/** The first value of each row's picture as a level. */
async function levels(source: DataSource, plane = 0): Promise<number[]> {
  const { channels, height, width } = source.image!;
  const each = channels * height * width;
  const out = new Float32Array(source.rows * each);
  await source.image!.read(
    Int32Array.from({ length: source.rows }, (_, i) => i),
    out,
  );
  return Array.from({ length: source.rows }, (_, i) =>
    Math.round((out[i * each + plane * height * width]! + 1) * 127.5),
  );
}

/** Good pictures, and one of each kind that is bad. */
async function badFolder(): Promise<void> {
  await jpeg("good.jpg", 200);
  await jpeg("größe 1 é.jpg".normalize("NFD"), 100);
  save("empty.jpg", new Uint8Array(0));
  save("words.jpg", new TextEncoder().encode("this is no picture at all"));
  await jpeg("tiny.jpg", 10, 12);
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
  const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
  save("half.jpg", whole.subarray(0, whole.length / 2));
  save("nearly.jpg", whole.subarray(0, whole.length - 40));
  mkdirSync(join(folder, "directory.jpg"));
  const names = ["good.jpg", "missing.jpg", "empty.jpg", "words.jpg", "tiny.jpg", "half.jpg", "nearly.jpg"];
  table([...names, "directory.jpg", "", "good.jpg", "größe 1 é.jpg".normalize("NFC")]);
}

const told = () => [
  "9 of 11 pictures are bad: 2 missing, 2 truncated, 1 empty, 1 not a picture, 1 too small, 1 no file name, 1 listed twice",
  `  ${folder}/labels.csv:3: ${folder}/missing.jpg: missing`,
  `  ${folder}/labels.csv:4: ${folder}/empty.jpg: empty`,
  `  ${folder}/labels.csv:5: ${folder}/words.jpg: not a picture`,
  `  ${folder}/labels.csv:6: ${folder}/tiny.jpg: too small (12 x 12, and the crop is 30)`,
  `  ${folder}/labels.csv:7: ${folder}/half.jpg: truncated`,
  `  ${folder}/labels.csv:8: ${folder}/nearly.jpg: truncated`,
  `  ${folder}/labels.csv:9: ${folder}/directory.jpg: missing`,
  `  ${folder}/labels.csv:10: no file name`,
  `  ${folder}/labels.csv:11: ${folder}/good.jpg: listed twice (first at ${folder}/labels.csv:2)`,
];

describe("bad pictures", () => {
  test("are all told when they are refused", async () => {
    await badFolder();
    const fault = await faultOf(open({ crop: 30 }));
    expect(fault.code).toBe("bad-data");
    expect(fault.message.split("\n")).toEqual(told());
  });

  test.each(["memory", "disk", "none"])("leave with their rows when they are skipped, kept in %s", async (cache) => {
    await badFolder();
    for (let time = 0; time < 2; time++) {
      const notices: string[] = [];
      const source = await open(
        { crop: 30, bad: "skip", cache },
        createReader(home, { notice: (text) => void notices.push(text) }),
      );
      expect(source.rows).toBe(2);
      expect([...source.columns.keys()]).toEqual(["Red"]);
      expect(source.place(1)).toBe(`${folder}/labels.csv:12`);
      expect(await levels(source)).toEqual([200, 100].map((red) => expect.closeTo(red, -1)));
      expect(source.image!.files!.problems).toHaveLength(9);
      expect(notices.at(-1)).toBe(
        told()
          .join("\n")
          .replace(/^.*\n/, (line) => line.replace("\n", "; their rows are left out\n")),
      );
      // on disk the second opening decodes nothing, and so announces no cache
      expect(notices).toHaveLength(cache === "disk" && time === 0 ? 2 : 1);
    }
  });

  test("more than ten are counted, and none left is a fault", async () => {
    table(Array.from({ length: 13 }, (_, i) => `${i}.jpg`));
    const fault = await faultOf(open({ bad: "skip" }));
    expect(fault.message).toContain("13 of 13 pictures are bad: 13 missing");
    expect(fault.message.split("\n")).toHaveLength(12);
    expect(fault.message).toContain("... and 3 more");
  });
});

describe("formats", () => {
  test("gray, CMYK, transparent, 16 bit, WebP, and turned by EXIF", async () => {
    const gray = { create: { width: 20, height: 20, channels: 3 as const, background: { r: 90, g: 90, b: 90 } } };
    save("gray.jpg", await sharp(gray).toColourspace("b-w").jpeg().toBuffer());
    save("cmyk.jpg", await sharp(gray).toColourspace("cmyk").jpeg().toBuffer());
    const clear = {
      create: { width: 20, height: 20, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    };
    save("clear.png", await sharp(clear).png().toBuffer());
    save("deep.png", await sharp(gray).toColourspace("rgb16").png().toBuffer());
    save("gray.webp", await sharp(gray).webp().toBuffer());
    // white left half, told to be turned by 90 degrees clockwise: white is above
    const half = await plain(20, 40, 0)
      .composite([{ input: await plain(10, 40, 255).png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    save("turned.jpg", half);
    table(["gray.jpg", "cmyk.jpg", "clear.png", "deep.png", "gray.webp", "turned.jpg"]);
    expect((await sharp(readFileSync(join(folder, "cmyk.jpg"))).metadata()).channels).toBe(4);
    const source = await open();
    const seen = await levels(source);
    // CMYK without a profile is a matter of taste
    expect(Math.abs(seen[1]! - 90)).toBeLessThan(20);
    expect([0, 2, 3, 4].map((i) => seen[i]!)).toEqual([90, 255, 90, 90].map((level) => expect.closeTo(level, -1)));
    const turned = new Float32Array(192);
    await source.image!.read(Int32Array.of(5), turned);
    const at = (x: number, y: number) => turned[8 * y + x]!;
    expect([at(1, 0) > 0.8, at(6, 0) > 0.8, at(1, 7) < -0.8, at(6, 7) < -0.8]).toEqual([true, true, true, true]);
    const one = await open({ gray: true });
    expect(one.image!.channels).toBe(1);
    expect((await levels(one))[0]).toBeCloseTo(90, -1);
  });
});

describe("tables", () => {
  test("parquet, a column of another name, pictures in folders below", async () => {
    mkdirSync(join(folder, "sub"));
    await jpeg("sub/a.jpg", 50);
    const columnData = [
      { name: "picture", data: ["sub/a.jpg"] },
      { name: "Smiling", data: [true] },
      { name: "Age", data: [31n] },
    ];
    writeFileSync(join(folder, "t.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));
    const source = await open({ labels: "t.parquet", column: "picture" });
    expect([...source.columns].map(([name, column]) => [name, "texts" in column && column.texts])).toEqual([
      ["Smiling", ["true"]],
      ["Age", ["31"]],
    ]);
    expect((await levels(source))[0]).toBeCloseTo(50, -1);
    expect(source.place(0)).toBe(`${folder}/t.parquet, row 1`);
  });

  test.each([
    ["no folder", { path: "nowhere" }, "there is no folder nowhere", "causal train --data"],
    ["no table", {}, "there is no table labels.csv in", 'labels = "other.csv"'],
    ["no column", { labels: "other.csv" }, "has no column `file`; did you mean `files`?", 'column = "NAME"'],
    ["no parquet", { labels: "wrong.parquet" }, "it cannot be read as parquet", "CSV"],
  ])("%s is a fault with a way out", async (_, args, message, advice) => {
    writeFileSync(join(folder, "other.csv"), "files,X\na.jpg,1\n");
    writeFileSync(join(folder, "wrong.parquet"), "files,X\na.jpg,1\n");
    const fault = await faultOf(open(args));
    expect(fault.message).toContain(message);
    expect(fault.advice).toContain(advice);
  });
});

describe("keeping pictures", () => {
  const files = (source: DataSource) => source.image!.files!;
  const counting = (notices: string[] = []) => {
    const reader = createReader(home, { notice: (text) => void notices.push(text) });
    const counts = { decoded: 0 };
    const decodeImage: Reader["decodeImage"] = (bytes, options) => {
      counts.decoded++;
      return reader.decodeImage!(bytes, options);
    };
    return { reader: { ...reader, decodeImage }, counts, notices };
  };

  beforeEach(async () => {
    for (let i = 0; i < 6; i++) await jpeg(`${i}.jpg`, 40 * i);
    table(Array.from({ length: 6 }, (_, i) => `${i}.jpg`));
  });

  test("in memory each file is decoded once, on disk once for all runs, and all ways show the same", async () => {
    const seen: number[][] = [];
    for (const [cache, decoded] of [
      ["memory", 6],
      ["disk", 6],
      ["disk", 0],
      ["none", 18],
    ] as const) {
      const { reader, counts, notices } = counting();
      const source = await open({ cache }, reader);
      await files(source).scan();
      await files(source).scan();
      seen.push(await levels(source), await levels(source));
      expect([cache, counts.decoded]).toEqual([cache, decoded]);
      expect(notices.map((text) => text.split(":")[0]!.replace(/ to .*/, ""))).toEqual(
        cache === "disk" && decoded > 0 ? ["decoded pictures are written"] : [],
      );
    }
    expect(new Set(seen.map((each) => each.join()))).toEqual(new Set([seen[0]!.join()]));
  });

  test("a file that changes is decoded again, and the fingerprint sees another size", async () => {
    const first = await open({ cache: "disk" });
    await files(first).scan();
    await jpeg("0.jpg", 255, 50);
    const { reader, counts } = counting();
    const second = await open({ cache: "disk" }, reader);
    await files(second).scan();
    expect(counts.decoded).toBe(6);
    expect((await levels(second))[0]).toBeCloseTo(255, -1);
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  test("beyond the budget the rest is decoded at each use, and that is said", async () => {
    // 1 MB holds one picture of 512 x 512
    const { reader, counts, notices } = counting();
    const source = await open({ cache: "memory", budget: 1, size: 512 }, reader);
    expect(notices).toEqual([
      "6 pictures of 786,432 bytes, 4.5 MB, exceed the budget of 1 MB: 1 are kept, the others are decoded at each use",
    ]);
    await files(source).scan();
    await levels(source);
    expect(counts.decoded).toBe(6 + 5);
    expect(files(await open({ budget: 1, size: 512 })).kept).toContain("on disk in");
    expect(files(await open({ budget: 1 })).kept).toBe("in memory: 6 pictures of 192 bytes, 0 MB of a budget of 1 MB");
  });

  test("a full disk costs the cache and not the data", async () => {
    const { reader, notices } = counting();
    const write = () => Promise.reject(new RuntimeFault("no-space", "no space left to write x", ""));
    const shards: Reader["shards"] = (key) => ({ ...reader.shards!(key), write });
    const source = await open({ cache: "disk", crop: 39 }, { ...reader, shards });
    await files(source).scan();
    expect(await levels(source)).toHaveLength(6);
    expect(notices.at(-1)).toBe("no space left to write x: pictures that are not kept are decoded at each use");
  });

  test("stopped while it reads, it is interrupted", async () => {
    const stop = new AbortController();
    const reader = createReader(home, { signal: stop.signal, progress: () => stop.abort() });
    expect((await faultOf(files(await open({}, reader)).scan())).code).toBe("interrupted");
  });

  test("what a kill leaves, or a cut or deleted shard, is usable: whole shards stay, the others are written again", async () => {
    const directory = join(home, `shards${count}`);
    const make = () => createPictureCache(openShards(directory), 5, 4, 8);
    const first = make();
    expect([first.shards, first.rowsOf(2)]).toEqual([3, [4, 5]]);
    await first.write(0, Uint8Array.from([0, 0, 0, 0, 1, 1, 1, 1]), []);
    await first.write(1, Uint8Array.from([2, 2, 2, 2, 3, 3, 3, 3]), [{ row: 3, flaw: "truncated", detail: "" }]);
    // a kill in the middle of the third: only its temporary file is there
    writeFileSync(join(directory, ".00002.pictures.abcd.tmp"), "half");
    const second = make();
    expect(await Promise.all([0, 1, 2].map(second.flaws))).toEqual([
      [],
      [{ row: 3, flaw: "truncated", detail: "" }],
      null,
    ]);
    expect((await Promise.all([1, 2, 4].map(second.get))).map((bytes) => bytes && [...bytes])).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
      null,
    ]);
    truncateSync(join(directory, "00000.pictures"), 6);
    rmSync(join(directory, "00001.pictures"));
    expect(await second.get(1)).toBeNull();
    expect(await Promise.all([0, 1, 2].map(make().flaws))).toEqual([null, null, null]);
    expect(readdirSync(directory)).toContain("00000.pictures");
  });
});
