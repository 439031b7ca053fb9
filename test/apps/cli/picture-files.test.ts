/**
 * CausalGAN on real files from end to end: a folder of JPEG and PNG with a table as CSV and as parquet, and CelebA as it is
 * downloaded and as Kaggle has it, with bad pictures among the good ones.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluation } from "../../../apps/eval/evaluation.ts";
import { readManifest } from "../../../apps/files/run-directory.ts";
import { createFaces } from "../../../stdlib/datasets/faces/faces.ts";
import { causal, temporaryFolder, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const count = 440;
const labels = ["Male", "Smiling"] as const;
const faces = createFaces({ rows: count, size: 48, seed: 5, labels: "uniform" });
const programText = (data: string) => `import "stdlib/networks/dcgan.causal"
model M {
  sample Male    : bool ~ neural()
  sample Smiling : bool ~ neural(Male)
  image Face : rgb(32, 32) ~ generator(Male, Smiling) { network = dcgan32(width = 2), noise = 4 }
}
data d = ${data}
train M.labels with cpt { data = d }
train M.Face with causalgan {
  data = d, seed = 1, steps = 8, batch = 16,
  discriminator = dcgan_discriminator32(width = 2), labeler = dcgan_labeler32(width = 2, units = 2)
}
train M.Face with classifier { data = d, seed = 1, steps = 10, batch = 16, network = dcgan_labeler32(width = 2, units = 2) }
`;

/** Face `row` on a canvas, as the bytes of a file. */
async function file(row: number, format: "jpeg" | "png", width = 48, height = 48): Promise<Buffer> {
  const planes = faces.face(row);
  const rgb = Uint8Array.from({ length: 48 * 48 * 3 }, (_, i) =>
    Math.round((planes[(i % 3) * 48 * 48 + Math.floor(i / 3)]! + 1) * 127.5),
  );
  const face = await sharp(rgb, { raw: { width: 48, height: 48, channels: 3 } })
    .resize(Math.min(width, height), Math.min(width, height))
    .png()
    .toBuffer();
  return sharp({ create: { width, height, channels: 3, background: "#808080" } })
    .composite([{ input: face }])
    .toFormat(format)
    .toBuffer();
}

function write(path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const weightsOf = (run: string) =>
  readManifest(run).stages.map(({ target, regime, checkpoints }) => [target, regime, checkpoints.at(-1)!.sha256]);

describe("a folder of JPEG and PNG", () => {
  const data = (table: string) =>
    `folder("people", labels = "${table}", size = 32, flip = true, holdout = 0.25, bad = "skip")`;
  const run = join(folder, "csv-run");

  beforeAll(async () => {
    const names: string[] = [];
    for (let row = 0; row < count; row++) {
      const [name, format] = row % 2 === 0 ? [`a/${row}.jpg`, "jpeg" as const] : [`${row}.png`, "png" as const];
      // odd sizes are no flaw: the largest square is kept
      write(join(folder, "people", name), await file(row, format, row % 5 === 0 ? 61 : 48, row % 7 === 0 ? 57 : 48));
      names.push(name);
    }
    write(join(folder, "people/a/2.jpg"), (await file(2, "jpeg")).subarray(0, 300));
    names[3] = "gone.png";
    const values = labels.map((label) => names.map((_, row) => faces.labelsOf(row)[label] === 1));
    const rows = names.map((name, row) => [name, ...values.map((column) => (column[row] ? "yes" : "no"))].join(","));
    write(join(folder, "people/labels.csv"), `file,${labels.join(",")}\n${rows.join("\n")}\n`);
    const columnData = [
      { name: "file", data: names, type: "STRING" as const },
      ...labels.map((name, i) => ({ name, data: values[i]!, type: "BOOLEAN" as const })),
    ];
    write(join(folder, "people/labels.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })));
    const program = writeProgram(folder, "csv.causal", programText(data("labels.csv")));
    const { code, err } = await causal(["train", program, "--out", run]);
    expect(err).toContain("2 of 440 pictures are bad: 1 truncated, 1 missing; their rows are left out");
    expect(err).toContain("1 picture has no row and is not used: people/3.png");
    expect(code).toBe(0);
  }, 120_000);

  it("trains to the same weights from parquet, and after a stop in the middle", async () => {
    const program = writeProgram(folder, "parquet.causal", programText(data("labels.parquet")));
    const out = join(folder, "parquet-run");
    const stop = new AbortController();
    const first = await causal(["train", program, "--out", out, "--checkpoint-every", "3"], {
      signal: stop.signal,
      watch: (text) => /M\.Face \d/.test(text) && stop.abort(),
    });
    expect(first.err).toMatch(/stopped; continue with/);
    const second = await causal(["train", program, "--out", out, "--resume"]);
    expect(second).toMatchObject({ code: 0, err: expect.stringMatching(/M\.Face with causalgan.*, from step \d/) });
    expect(weightsOf(out)).toEqual(weightsOf(run));
  });

  it("draws from the run", async () => {
    const grid = join(folder, "grid.png");
    const { code } = await causal(["draw", run, "4 Face | do(Male = true)", "4 Face | Male = true", "--out", grid]);
    expect(code).toBe(0);
    expect((await sharp(readFileSync(grid)).metadata()).width).toBeGreaterThan(4 * 64);
  });

  it("is evaluated against the rows held out, and noticed when a picture was repaired", async () => {
    const asked = ["eval", run, "--samples", "20", "--json", "--data", `d=${join(folder, "people")}`];
    const { code, out, err } = await causal(asked);
    expect(code).toBe(0);
    expect(err).toContain("2 of 440 pictures are bad");
    const evaluation: Evaluation = JSON.parse(out);
    expect(evaluation.labels!.distances.map(({ rows, n }) => [rows, n])).toEqual([
      ["training", 328],
      ["held out", 110],
    ]);
    expect(evaluation.images[0]!.judge).toMatchObject({
      origin: "program",
      assessedOn: "110 rows of d that were held out",
    });
    expect(evaluation.images[0]!.nearest).toMatchObject({ searched: 328, n: 20 });
    expect(evaluation.leftOut.join("\n")).not.toContain("changed since");
    write(join(folder, "people/gone.png"), await file(3, "png"));
    expect(JSON.parse((await causal(asked)).out).leftOut.join("\n")).toContain("data d has changed since");
  });
});

describe.each([
  ["as it is downloaded", "Anno/list_attr_celeba.txt", "Img/img_align_celeba", "Eval/list_eval_partition.txt"],
  ["as Kaggle has it", "list_attr_celeba.csv", "img_align_celeba/img_align_celeba", "list_eval_partition.csv"],
])("CelebA %s", (name, table, pictures, partition) => {
  const root = join(folder, name.replaceAll(" ", "-"));
  const data = (bad: string) => `celeba("${root}", size = 32, crop = 108, split = "official", bad = "${bad}")`;

  beforeAll(async () => {
    const rows = 40;
    const names = Array.from({ length: rows }, (_, i) => `${String(i + 1).padStart(6, "0")}.jpg`);
    for (const [row, picture] of names.entries()) {
      if (row === 1) continue;
      const bytes = await file(row, "jpeg", row === 4 ? 90 : 178, row === 4 ? 110 : 218);
      write(join(root, pictures, picture), row === 2 ? bytes.subarray(0, bytes.length / 2) : bytes);
    }
    const csv = table.endsWith(".csv");
    const between = csv ? "," : " ";
    const cells = names.map((picture, row) =>
      [picture, ...labels.map((label) => (faces.labelsOf(row)[label] === 1 ? "1" : "-1"))].join(between),
    );
    const header = csv ? [`image_id,${labels.join(",")}`] : [String(rows), labels.join(" ")];
    write(join(root, table), `${[...header, ...cells].join("\n")}\n`);
    const parts = names.map((picture, row) => `${picture}${between}${row < 30 ? 0 : row < 35 ? 1 : 2}`);
    write(join(root, partition), `${[...(csv ? ["image_id,partition"] : []), ...parts].join("\n")}\n`);
  }, 120_000);

  it("is refused with all that is bad, by default and before anything is trained", async () => {
    const program = writeProgram(folder, "celeba.causal", programText(data("refuse")));
    const { code, err } = await causal(["train", program, "--out", join(root, "run")]);
    expect(code).toBe(3);
    expect(err).toContain("fault[bad-data]: 3 of 40 pictures are bad");
    for (const what of [
      "000002.jpg: missing",
      "000003.jpg: truncated",
      "000005.jpg: too small (90 x 110, and the crop is 108)",
    ]) {
      expect(err).toContain(what);
    }
    expect(err).not.toContain("M.labels with");
  });

  it("trains without these rows where they may be skipped, on the official parts", async () => {
    const program = writeProgram(folder, "celeba.causal", programText(data("skip")));
    const run = join(root, "run");
    const { code, err } = await causal(["train", program, "--out", run, "--overwrite"]);
    expect(err).toContain("3 of 40 pictures are bad");
    expect(code).toBe(0);
    expect(readManifest(run).stages.map(({ data: used, done }) => [used.rows, done])).toEqual([
      [27, true],
      [27, true],
      [27, true],
    ]);
    const drawn = await causal(["draw", run, "2 Face | Smiling = true", "--out", join(root, "grid.png")]);
    expect(drawn.code).toBe(0);
  });
});
