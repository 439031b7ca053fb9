/** `causal data`: transcripts, with rates taken out. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { causal, temporaryFolder, tiny, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const program = (args: string) =>
  writeProgram(
    folder,
    "pictures.causal",
    `model M {
  sample Red : bool ~ neural()
}
data pictures = folder("pictures", size = 16, crop = 30, flip = true, validation = 0.25, holdout = 0.25${args})
train M.labels with cpt { data = pictures }
`,
  );
const steady = (text: string) =>
  text.replace(/[\d,]+ images a second cold, [\d,]+ warm/, "N images a second cold, M warm");

beforeAll(async () => {
  mkdirSync(join(folder, "pictures"));
  const rows = ["file,Red,Note"];
  for (let i = 0; i < 8; i++) {
    const background = { r: i % 2 === 0 ? 200 : 20, g: 20, b: 100 };
    const side = i === 3 ? 10 : 40;
    const bytes = await sharp({ create: { width: side, height: 40, channels: 3, background } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, `pictures/${i}.jpg`), bytes);
    rows.push(`${i}.jpg,${i % 2 === 0 ? "yes" : "no"},${i}`);
  }
  rows.push("gone.jpg,yes,9");
  mkdirSync(join(folder, "pictures/old"));
  const picture = await sharp({ create: { width: 40, height: 40, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  for (const name of ["extra.png", "old/1.png"]) writeFileSync(join(folder, "pictures", name), picture);
  writeFileSync(join(folder, "pictures/labels.csv"), `${rows.join("\n")}\n`);
});

const shown = `data pictures: folder
  rows      7: 3 for training, 2 for validation, 2 held out
  columns   Red   yes 4, no 3
            Note  0 1, 1 1, 2 1, 4 1, 5 1, 6 1, and 1 other values
  pictures  rgb(16, 16), mirrored at random in training
  kept      in memory: 9 pictures of 768 bytes, 0 MB of a budget of 2,048 MB
  speed     N images a second cold, M warm (3 pictures)
`;
const problems = `  no row    1 picture has no row and is not used: pictures/extra.png
  problems  2 of 9 pictures are bad: 1 too small, 1 missing
            pictures/labels.csv:5: pictures/3.jpg: too small (10 x 40, and the crop is 30)
            pictures/labels.csv:10: pictures/gone.jpg: missing
`;

test("everything is shown although bad pictures are refused", async () => {
  const { code, out, err } = await causal(["data", program("")]);
  expect(steady(out)).toBe(
    `${shown}${problems}  training refuses them: repair the files, or leave their rows out with bad = "skip"\n`,
  );
  expect({ code, err }).toEqual({ code: 3, err: "" });
});

test("a program that skips them is well, and a sheet is drawn", async () => {
  const sheet = join(folder, "sheet.png");
  const { code, out } = await causal(["data", program(', bad = "skip"'), "pictures", "--out", sheet]);
  expect(steady(out)).toBe(`${shown}  sheet     ${sheet}\n${problems}  training leaves their rows out\n`);
  expect(code).toBe(0);
  expect((await sharp(sheet).metadata()).format).toBe("png");
});

test("all of it comes as JSON", async () => {
  const { code, out } = await causal(["data", program(""), "--json"]);
  expect(code).toBe(3);
  const found = JSON.parse(out);
  expect(found).toMatchObject({ data: "pictures", dataset: "folder", rows: 7, training: 3, validation: 2, heldOut: 2 });
  expect(found.columns[0]).toEqual({
    name: "Red",
    states: [
      { state: "yes", rows: 4 },
      { state: "no", rows: 3 },
    ],
  });
  expect(found.pictures).toMatchObject({
    type: "rgb(16, 16)",
    flip: true,
    files: 9,
    unlabelled: ["pictures/extra.png"],
    refused: true,
    problems: [
      { row: 3, path: "pictures/3.jpg", flaw: "too small" },
      { row: 8, path: "pictures/gone.jpg", flaw: "missing" },
    ],
  });
});

test("what reads labels only decodes no picture", async () => {
  const text = `${readFileSync(program(', bad = "skip"'), "utf8")}identify P(Red) in M from pictures\n`;
  const path = writeProgram(folder, "asked.causal", text);
  // damaged, but there: known only to who decodes it
  writeFileSync(join(folder, "pictures/0.jpg"), "no picture");
  try {
    const identified = await causal(["identify", path, "--json"]);
    expect(JSON.parse(identified.out)).toMatchObject({ rows: 4 });
    expect((await causal(["show", "plan", path])).code).toBe(0);
  } finally {
    writeFileSync(join(folder, "pictures/0.jpg"), readFileSync(join(folder, "pictures/2.jpg")));
  }
});

test("a stop while pictures are read is said in a plain line", async () => {
  const stop = new AbortController();
  stop.abort();
  const { code, err } = await causal(["data", program("")], { signal: stop.signal });
  expect({ code, err }).toEqual({
    code: 130,
    err: "stopped while pictures were read; nothing was saved; start again when you like\n",
  });
});

test("training refuses them with all their names, and trains without their rows when told to", async () => {
  const run = join(folder, "run");
  const refused = await causal(["train", program(""), "--out", run]);
  expect(refused.code).toBe(3);
  expect(refused.err).toContain("fault[bad-data]: 2 of 9 pictures are bad: 1 too small, 1 missing\n");
  const trained = await causal(["train", program(', bad = "skip"'), "--out", run, "--overwrite"]);
  expect(trained.err).toContain("2 of 9 pictures are bad: 1 too small, 1 missing; their rows are left out");
  expect(trained.err).toContain("1 picture has no row and is not used: pictures/extra.png");
  expect(trained.err).toContain("3 rows of pictures");
  expect(trained.code).toBe(0);
});

test.each([
  [[], "expected FILE"],
  [[tiny, "nothing"], "has no data nothing; it has"],
])("causal data %j is refused", async (args, message) => {
  const { code, err } = await causal(["data", ...args]);
  expect(code).toBe(2);
  expect(err).toContain(message);
  expect(existsSync(join(folder, "nothing"))).toBe(false);
});
