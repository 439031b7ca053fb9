/** Training into run directories: resuming to the same bytes, drawing from a run, and everything that can be wrong. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { load } from "../../../apps/api/index.ts";
import { causal, temporaryFolder, tiny, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const whole = join(folder, "whole");
/** A run directory of its own that holds what training has left. */
const copy = (name: string): string => {
  const path = join(folder, name);
  cpSync(whole, path, { recursive: true });
  return path;
};
/** What the finished stages came to; an interruption leaves its checkpoint beside them. */
const weightsOf = (run: string) =>
  new Map(
    readdirSync(run)
      .filter((name) => name.endsWith(".done.safetensors"))
      .map((name) => [name, readFileSync(join(run, name)).toString("base64")]),
  );
const imageWeights = (run: string) => join(run, readdirSync(run).find((name) => /Face.*safetensors$/.test(name))!);

beforeAll(async () => {
  const { code, out, err } = await causal(["train", tiny, "--out", whole]);
  expect({ code, out }).toEqual({ code: 0, out: `run: ${whole}\n` });
  expect(err).toMatch(/Tiny\.labels with cpt: 200 rows of faces/);
  expect(err).toMatch(/Tiny\.Face 60\/60 \(100 %\)/);
}, 60_000);

describe("a trained run", () => {
  it("answers", async () => {
    const { out } = await causal(["query", whole, "P(Male | do(Mustache = true)) - P(Male)", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ rung: 2, method: "exact", value: expect.closeTo(0, 12) });
    expect((await causal(["test", whole])).out).toMatch(/1 passed, 0 failed/);
  });

  it("draws a grid of pictures that differ", async () => {
    const path = join(folder, "grid.png");
    const { code, out } = await causal([
      "draw",
      whole,
      "6 Face | do(Mustache = true)",
      "6 Face | Mustache = true",
      "--out",
      path,
      "--title",
      "Tiny",
    ]);
    expect(code).toBe(0);
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
    expect(out).toBe(`${path}: 12 pictures, ${info.width} x ${info.height} pixels\n`);
    expect(info.width).toBeGreaterThan(6 * 32);
    expect(info.height).toBeGreaterThan(2 * 32);
    expect(new Set(data).size).toBeGreaterThan(20);
  });

  it("draws the same bytes from the same seed", async () => {
    const paths = ["a.png", "b.png", "c.png"].map((name) => join(folder, name));
    for (const [i, seed] of ["4", "4", "5"].entries()) {
      await causal(["draw", whole, "2 Face", "--seed", seed, "--out", paths[i]!]);
    }
    const [a, b, c] = paths.map((path) => readFileSync(path).toString("base64"));
    expect(b).toBe(a);
    expect(c).not.toBe(a);
  });

  it("draws one face in two worlds, with the same noise", async () => {
    const run = load(whole);
    const count = 40;
    const { pictures, columns } = await run.model().draw(`${count} Face[Mustache = true], Face | Male = true`);
    await run.close();
    expect(Object.keys(pictures)).toEqual(["Face[Mustache = true]", "Face"]);
    expect(Object.keys(columns)).toEqual(["Male", "Mustache", "Smiling"]);
    const [imagined, factual] = [pictures["Face[Mustache = true]"]!.images, pictures.Face!.images];
    for (let i = 0; i < count; i++) {
      expect(columns.Male![i]).toBe(1);
      const same = imagined[i]!.every((value, pixel) => value === factual[i]![pixel]);
      expect(same, `face ${i}`).toBe(columns.Mustache![i] === 1);
    }
    const path = join(folder, "worlds.png");
    const { out } = await causal(["draw", whole, "3 Face[Mustache = true], Face | Male = true", "--out", path]);
    expect(out).toMatch(/6 pictures/);
    const none = await causal(["draw", whole, "2 Face[Mustache = true] | do(Male = true)", "--out", path]);
    expect(none.err).toMatch(/C502/);
  });

  it("prints the labels of what it draws as JSON and nothing else there", async () => {
    const { out, err } = await causal([
      "draw",
      whole,
      "5 Face | do(Mustache = true)",
      "--json",
      "--out",
      join(folder, "json.png"),
    ]);
    const { nodes, count } = JSON.parse(out);
    expect(count).toBe(5);
    expect(nodes.Mustache).toEqual(Array(5).fill("true"));
    expect(err).toMatch(/json\.png: 5 pictures/);
  });

  it("is gone on with in a session, which trains what is typed and keeps the rest", async () => {
    const run = copy("session");
    const into = join(folder, "from-session");
    const input = [
      "data more = faces(n = 100, size = 32, seed = 9)",
      "model Other { sample Male : bool ~ neural() }",
      "train",
      `train into ${into}`,
    ].join("\n");
    const nothing = await causal(["repl", run], { input });
    expect(nothing).toMatchObject({ code: 1, out: "" });
    expect(nothing.err).toMatch(/everything is trained already/);
    expect(existsSync(into)).toBe(false);

    const script = [
      ...input.split("\n").slice(0, 2),
      "train Other.labels with cpt { data = more }",
      "P(Male)",
      "use Tiny",
      "P(Male | do(Mustache = true)) - P(Male)",
      "draw 3 Face",
    ].join("\n");
    const home = process.cwd();
    process.chdir(folder);
    try {
      const trained = await causal(["repl", run], { input: script });
      expect(trained.err).not.toMatch(/error|fault|internal/);
      expect(trained.code).toBe(0);
      expect(trained.out).toMatch(/^run: runs.repl-1\nP\(Male\) = 0\.\d+ .*\n.* = 0 .*\ndraw-1\.png: 3 pictures/);
    } finally {
      process.chdir(home);
    }
    const grown = join(folder, "runs/repl-1");
    expect([...weightsOf(grown).keys()]).toHaveLength(3);
    for (const [name, bytes] of weightsOf(whole)) expect(weightsOf(grown).get(name)).toBe(bytes);
    expect((await causal(["test", grown])).out).toMatch(/1 passed/);
    expect(weightsOf(run)).toEqual(weightsOf(whole));
  });
});

describe("resuming", () => {
  it.each([
    ["while an image is trained", /Tiny\.Face \d+\//],
    ["before an image is trained", /Tiny\.Face with/],
    ["at the very start", /Tiny\.labels with/],
  ])("after an interruption %s comes to the same bytes", async (when, moment) => {
    const out = join(folder, `resumed ${when}`);
    const stop = new AbortController();
    const first = await causal(["train", tiny, "--out", out], {
      signal: stop.signal,
      watch: (text) => moment.test(text) && stop.abort(),
    });
    expect(first.code).toBe(130);
    expect(first.err).toMatch(/stopped; continue with: causal train .* --resume/);
    const second = await causal(["train", tiny, "--out", out, "--resume"]);
    expect(second.code).toBe(0);
    if (when.startsWith("while")) expect(second.err).toMatch(/Tiny\.Face with .*, from step \d+/);
    expect(weightsOf(out)).toEqual(weightsOf(whole));
  });

  it.each([
    ['d = celeba("labels")', "data d has labels only, and Face is learned from pictures"],
    ["d = faces(n = 20, size = 16)", "the pictures of data d are rgb(16, 16), but Face is rgb(32, 32)"],
  ])("pictures that cannot be learned from are reported before anything is trained: %s", async (data, message) => {
    const labels = join(folder, "labels");
    mkdirSync(labels, { recursive: true });
    writeFileSync(join(labels, "list_attr_celeba.txt"), "2\nMale\n000001.jpg 1\n000002.jpg -1\n");
    const program = writeProgram(
      folder,
      "pictures.causal",
      `import "stdlib/networks/dcgan.causal"
      model M {
        sample Male : bool ~ neural()
        image Face : rgb(32, 32) ~ generator(Male) { network = dcgan32(width = 4) }
      }
      data ${data}
      train M.labels with cpt { data = d }
      train M.Face with causalgan { data = d, steps = 1 }`,
    );
    const { code, err } = await causal(["train", program, "--out", join(folder, "pictures")]);
    expect(code).toBe(3);
    expect(err).toContain(message);
    expect(err).not.toContain("M.labels");
  });

  it("a finished run changes nothing", async () => {
    const run = copy("finished");
    const before = weightsOf(run);
    expect(await causal(["train", tiny, "--out", run, "--resume"])).toMatchObject({
      code: 0,
      err: expect.stringContaining("nothing is left to train"),
    });
    expect(weightsOf(run)).toEqual(before);
  });

  it("is asked for where a run lies already", async () => {
    const { code, err } = await causal(["train", tiny, "--out", whole]);
    expect(code).toBe(3);
    expect(err).toMatch(/already holds a run[\s\S]*--resume[\s\S]*--overwrite/);
  });

  it("can be refused by --overwrite", async () => {
    const run = copy("overwritten");
    expect((await causal(["train", tiny, "--out", run, "--overwrite", "--steps", "2"])).code).toBe(0);
    expect(weightsOf(run)).not.toEqual(weightsOf(whole));
  });

  it("needs the same program", async () => {
    const program = writeProgram(folder, "tiny.causal", readFileSync(tiny, "utf8"));
    const run = join(folder, "other");
    expect((await causal(["train", program, "--out", run, "--steps", "2"])).code).toBe(0);
    writeFileSync(program, `${readFileSync(tiny, "utf8")}\n// changed\n`);
    const { code, err } = await causal(["train", program, "--out", run, "--resume"]);
    expect(code).toBe(3);
    expect(err).toMatch(/fault\[other-program\][\s\S]*tiny\.causal is not the same[\s\S]*--out/);
    expect((await causal(["query", run, "P(Male)"])).code).toBe(0);
  });
});

describe("a damaged run", () => {
  it.each([0, 5, 100, -1])("with weights cut to %i bytes is refused", async (length) => {
    const run = copy(`cut${length}`);
    const path = imageWeights(run);
    truncateSync(path, length < 0 ? statSync(path).size + length : length);
    for (const args of [
      ["draw", run, "2 Face"],
      ["train", tiny, "--out", run, "--resume"],
      ["query", run, "P(Male)"],
    ]) {
      const { code, err } = await causal(args);
      expect({ args: args[0], code }).toEqual({ args: args[0], code: 3 });
      expect(err).toMatch(/^fault\[corrupt-checkpoint\]/m);
      expect(err).toContain(path);
    }
  });

  it("with half a manifest is refused", async () => {
    const run = copy("half");
    const manifest = join(run, "manifest.json");
    truncateSync(manifest, Math.floor(statSync(manifest).size / 2));
    const { code, err } = await causal(["query", run, "P(Male)"]);
    expect(code).toBe(3);
    expect(err).toMatch(/fault\[corrupt-checkpoint\].*manifest\.json is not valid JSON/);
  });

  it.each([
    ["null", "null"],
    ["another format", JSON.stringify({ format: 2, package: { name: "causal-lang" }, stages: [] })],
    ["no program", JSON.stringify({ format: 1, package: { name: "causal-lang", version: "0" }, stages: [] })],
  ])("whose manifest is %s is refused", async (_, text) => {
    const run = copy("odd");
    writeFileSync(join(run, "manifest.json"), text);
    const { code, err } = await causal(["query", run, "P(Male)"]);
    expect(code).toBe(3);
    expect(err).toMatch(/^fault\[corrupt-checkpoint\]/m);
  });

  it("whose program text was edited is refused", async () => {
    const run = copy("edited");
    const manifest = join(run, "manifest.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace("noise = 8", "noise = 9"));
    expect(await causal(["query", run, "P(Male)"])).toMatchObject({ code: 3, err: expect.stringMatching(/hash/) });
  });

  it("whose plan is damaged is refused", async () => {
    const run = copy("plan");
    const plan = readdirSync(run).find((name) => /Face.*plan\.json$/.test(name))!;
    truncateSync(join(run, plan), 1000);
    expect(await causal(["draw", run, "2 Face"])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/fault\[corrupt-checkpoint\]: .*Face.*plan\.json: the training plan is damaged/),
    });
  });

  it("that lacks its weights is refused, and a folder without a run is none", async () => {
    const run = copy("lacking");
    const path = imageWeights(run);
    copyFileSync(path, join(folder, "kept"));
    writeFileSync(path, "");
    expect((await causal(["draw", run, "2 Face"])).code).toBe(3);
    const empty = join(folder, "nothing");
    mkdirSync(empty);
    expect(await causal(["query", empty, "P(Male)"])).toMatchObject({
      code: 3,
      err: expect.stringMatching(/is not a run directory/),
    });
  });
});

describe("the place of a run", () => {
  it("may be a file, which is a fault", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const { code, err } = await causal(["train", tiny, "--out", join(file, "run"), "--steps", "1"]);
    expect(code).toBe(3);
    expect(err).toMatch(/^fault\[bad-file\]: cannot write/m);
  });
});

describe("label files", () => {
  const labels = (text: string) => {
    const path = join(folder, "labels.csv");
    writeFileSync(path, text);
    return path;
  };
  const program = () =>
    writeProgram(
      folder,
      "table.causal",
      `model M { sample A : bool ~ neural() sample B : bool ~ neural(A) }
data rows = table("nowhere.csv")
train M.labels with cpt { data = rows }
query q = P(B | A = true)`,
    );
  let runs = 0;
  const trainOn = (path: string) =>
    causal(["train", program(), "--data", `rows=${path}`, "--out", join(folder, `t${runs++}`)]);

  it("are read from --data", async () => {
    const rows = ["1,1", "1,0", "1,1", "1,1", "0,0", "0,0", "0,1", "0,0"];
    const { code } = await trainOn(labels(`A,B\n${rows.join("\n")}\n`));
    expect(code).toBe(0);
    const { out } = await causal(["query", join(folder, `t${runs - 1}`), "--json"]);
    expect(JSON.parse(out).value).toBeCloseTo(0.75, 1);
  });

  it.each([
    [
      "a wrong column",
      "A,C\n1,1\n",
      /fault\[bad-data\]: data rows: the data has no column `B`[\s\S]*the columns are A, C/,
    ],
    ["a ragged line", "A,B\n1,1\n1\n0,0\n", /fault\[bad-data\]: .*labels\.csv:3: 2 cells are expected, 1 found/],
    ["a value that is no state", "A,B\n1,maybe\n", /fault\[bad-data\][\s\S]*maybe/],
    ["nothing", "", /fault\[bad-data\]/],
    ["no rows", "A,B\n", /fault\[bad-data\]/],
  ])("with %s are refused", async (_, text, message) => {
    const { code, err } = await trainOn(labels(text));
    expect(err).toMatch(message);
    expect(code).toBe(3);
  });

  it("that name a picture which is missing are refused", async () => {
    const celeba = join(folder, "celeba");
    mkdirSync(join(celeba, "img_align_celeba"), { recursive: true });
    const lines = ["2", "Male Smiling", "000001.jpg  1 -1", "000002.jpg -1  1"];
    writeFileSync(join(celeba, "list_attr_celeba.txt"), `${lines.join("\n")}\n`);
    const picture = sharp({ create: { width: 178, height: 218, channels: 3, background: "tan" } });
    await picture.jpeg().toFile(join(celeba, "img_align_celeba", "000001.jpg"));
    const text = `import "stdlib/networks/dcgan.causal"
model M {
  sample Male : bool ~ Bernoulli(0.5)
  image Face : rgb(32, 32) ~ generator(Male) { network = dcgan32(width = 4), noise = 8 }
}
data faces = celeba("nowhere", size = 32)
train M.Face with causalgan { data = faces, steps = 2, batch = 2, discriminator = dcgan_discriminator32(width = 4), labeler = dcgan_labeler32(width = 4, units = 1) }`;
    const path = writeProgram(folder, "celeba.causal", text);
    const { code, err } = await causal(["train", path, "--data", `faces=${celeba}`, "--out", join(folder, "c")]);
    expect(err).toMatch(/fault\[(missing-file|bad-data)\].*000002\.jpg/s);
    expect(code).toBe(3);
  });

  it("that are missing are refused", async () => {
    const { code, err } = await trainOn(join(folder, "none.csv"));
    expect(code).toBe(3);
    expect(err).toMatch(/fault\[missing-file\][\s\S]*none\.csv/);
  });
});
