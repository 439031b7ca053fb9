/** Stages alone, stages of another run, checkpoints that are kept and that are damaged, and a training that overflows. */
import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Manifest, readManifest } from "../../../apps/files/run-directory.ts";
import { causal, fixtures, temporaryFolder, tiny, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const whole = join(folder, "whole");
const labels = join(folder, "labels");
const place = (name: string) => join(folder, name);
const copy = (of: string, name: string): string => {
  cpSync(of, place(name), { recursive: true });
  return place(name);
};
const bytesOf = (run: string, name: string) => readFileSync(join(run, name)).toString("base64");
const face = "Tiny.Face.causalgan";
const doneFace = (run: string, steps = 30) => bytesOf(run, `${face}.${steps}.done.safetensors`);
const steps = ["--steps", "30"];

beforeAll(async () => {
  const every = ["--checkpoint-every", "5", "--sample-every", "10"];
  expect(await causal(["train", tiny, "--out", whole, ...steps, ...every])).toMatchObject({ code: 0 });
  const alone = await causal(["train", tiny, "--out", labels, "--only", "labels", ...steps]);
  expect(alone).toMatchObject({ code: 0, err: expect.not.stringContaining("Tiny.Face") });
}, 60_000);

describe("a stage alone", () => {
  it("is added to the run of another, and comes to what both in one command come to", async () => {
    const run = copy(labels, "added");
    expect(await causal(["train", tiny, "--out", run, "--only", "Face", ...steps])).toMatchObject({
      code: 0,
      err: expect.not.stringContaining("Tiny.labels"),
    });
    expect(doneFace(run)).toBe(doneFace(whole));
    expect((await causal(["test", run])).out).toMatch(/1 passed/);
  });

  it("that is there already is left alone, continued or replaced, as is said", async () => {
    const run = copy(whole, "there");
    const again = ["train", tiny, "--out", run, "--only", "Tiny.Face", ...steps];
    expect(await causal(again)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/already holds a run with Tiny\.Face\.causalgan[\s\S]*--overwrite/),
    });
    expect((await causal([...again, "--resume"])).err).toMatch(/nothing is left to train/);
    const replaced = await causal([...again.slice(0, -1), "4", "--overwrite"]);
    expect(replaced.code).toBe(0);
    expect(readManifest(run).stages.map(({ target, step }) => [target, step])).toEqual([
      ["Tiny.labels", 1],
      ["Tiny.Face", 4],
    ]);
    expect(readdirSync(run).filter((name) => name.startsWith(`${face}.30`))).toEqual([]);
  });

  it("that is not in the program is named with those that are", async () => {
    expect(await causal(["train", tiny, "--out", place("none"), "--only", "Fase"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--only: no train statement is of Fase; there are labels, Face/),
    });
    expect(existsSync(place("none"))).toBe(false);
  });

  it("that draws labels from the model says that these are not learned yet", async () => {
    const text = readFileSync(tiny, "utf8").replace("steps = 60,", "steps = 60, interventions = 0.5,");
    const program = writeProgram(folder, "drawing.causal", text);
    const { code, err } = await causal(["train", program, "--out", place("early"), "--only", "Face", ...steps]);
    expect({ code, err }).toMatchObject({
      code: 3,
      err: expect.stringMatching(
        /fault\[not-ready\]: .*Male, Mustache, Smiling are not learned yet\n.*--only labels.*--from/,
      ),
    });
  });
});

describe("a stage of another run", () => {
  it("is taken where it fits, and says where it came from", async () => {
    const run = place("taken");
    const { code, err } = await causal(["train", tiny, "--out", run, "--from", labels, ...steps]);
    expect(code).toBe(0);
    expect(err).toMatch(/Tiny\.labels with cpt: taken from the other run/);
    expect(err).not.toMatch(/Tiny\.labels 1\/1/);
    expect(doneFace(run)).toBe(doneFace(whole));
    expect(readManifest(run).stages[0]!.from).toMatchObject({ run: labels, target: "Tiny.labels" });
    expect((await causal(["train", tiny, "--out", run, "--resume", ...steps])).err).toMatch(/nothing is left/);
  });

  it("may come from another regime, and an image only from the same training", async () => {
    const text = readFileSync(tiny, "utf8").replace("labels with cpt { data", "labels with mle { steps = 3, data");
    const program = writeProgram(folder, "mle.causal", text.replace("noise = 8", "noise = 4"));
    const run = place("regime");
    const { code, err } = await causal(["train", program, "--out", run, "--from", whole, "--steps", "3"]);
    expect(code).toBe(0);
    expect(err).toMatch(/Tiny\.labels with cpt: taken/);
    expect(err).toMatch(/Tiny\.Face with causalgan: not taken: its network or its training is not the same/);
    const same = await causal(["train", tiny, "--out", place("same"), "--from", whole, ...steps]);
    expect(same.err).toMatch(/Tiny\.Face with causalgan: taken[\s\S]*nothing is left/);
    expect(doneFace(place("same"))).toBe(doneFace(whole));
  });

  it.each([
    [
      "parents",
      ["neural(Male)\n  sample S", "neural()\n  sample S"],
      /Mustache has the parents \(Male\) there and \(\) here/,
    ],
    ["names", [/Smiling/g, "Smile"], /it has no Smile/],
    ["nodes", ["  sample Smiling  : bool ~ neural(Male)\n", ""], /Smiling is learned there and not here/],
  ] as const)("is not taken where its %s differ", async (name, [from, to], message) => {
    let text = readFileSync(tiny, "utf8").replace(from, to);
    if (name === "nodes") text = text.replace(", Smiling)", ")").replace("units = 3", "units = 2");
    const program = writeProgram(folder, `other-${name}.causal`, text);
    const { code, err } = await causal(["train", program, "--out", place(`no ${name}`), "--from", labels]);
    expect({ code, err }).toMatchObject({
      code: 3,
      err: expect.stringMatching(/fault\[not-ready\]: nothing of .* can be used/),
    });
    expect(err).toMatch(message);
  });

  it("is refused where there is no run", async () => {
    const { code, err } = await causal(["train", tiny, "--out", place("nowhere"), "--from", place("nothing")]);
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(/is not a run directory/) });
  });
});

describe("checkpoints", () => {
  const stageOf = (run: string) => readManifest(run).stages.find(({ target }) => target === "Tiny.Face")!;

  it("are the last three and the best, and nothing else is left", () => {
    const { checkpoints, selection } = stageOf(whole);
    expect(selection).toEqual({ metric: "labeler_fake", best: "lowest" });
    expect(checkpoints.slice(-3).map(({ step }) => step)).toEqual([20, 25, 30]);
    expect(checkpoints.every(({ score, sha256 }) => score !== null && /^[0-9a-f]{64}$/.test(sha256!))).toBe(true);
    const files = readdirSync(whole).filter((name) => name.startsWith(face) && name.endsWith(".safetensors"));
    expect(files.sort()).toEqual(checkpoints.map(({ weights }) => weights).sort());
  });

  it("can be fewer", async () => {
    const run = place("fewer");
    const flags = ["--checkpoint-every", "2", "--keep", "1", "--steps", "8"];
    const { err } = await causal(["train", tiny, "--out", run, ...flags]);
    expect(err).toMatch(/disk: a checkpoint is 40 bytes Tiny\.labels, \d+ kB Tiny\.Face; at most \d+ kB in all/);
    expect(stageOf(run).checkpoints.length).toBeLessThanOrEqual(2);
  });

  it.each(["0", "5x", "-3", "m"])("are not made every %s", async (text) => {
    const { code, err } = await causal(["train", tiny, "--out", place("odd"), `--checkpoint-every=${text}`]);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringMatching(/a number of steps or a time like 90s/),
    });
  });

  it.each([
    ["cut", (path: string) => truncateSync(path, 1000)],
    ["changed in one byte", (path: string) => writeFileSync(path, flipped(readFileSync(path)))],
  ])("that are %s are passed over, and the training goes on from the one before", async (name, damage) => {
    const run = copy(whole, `damaged ${name}`);
    damage(join(run, `${face}.30.done.safetensors`));
    expect((await causal(["query", run, "P(Male)"])).err).toMatch(/fault\[corrupt-checkpoint\]/);
    damage(join(run, `${face}.25.safetensors`));
    const { code, err } = await causal(["train", tiny, "--out", run, "--resume", ...steps]);
    expect(code).toBe(0);
    expect(err.match(/^warning: .*not (a whole safetensors file|what was written)/gm)).toHaveLength(2);
    expect(err).toMatch(/Tiny\.Face: the checkpoint of step 20 is whole, and the training goes on from there/);
    expect(err).toMatch(/from step 20/);
    expect(doneFace(run)).toBe(doneFace(whole));
  });

  it("of format 1 are read and continued", async () => {
    const run = copy(whole, "format 1");
    const manifest = JSON.parse(JSON.stringify(readManifest(run))) as Manifest;
    const old = manifest.stages.map(({ checkpoints, selection, from, ...stage }) => {
      const middle = checkpoints.find(({ step }) => step === 20);
      return middle === undefined ? stage : { ...stage, step: 20, weights: middle.weights, done: false };
    });
    writeFileSync(join(run, "manifest.json"), JSON.stringify({ ...manifest, format: 1, stages: old }));
    expect((await causal(["query", run, "P(Male)"])).code).toBe(0);
    const { code, err } = await causal(["train", tiny, "--out", run, "--resume", ...steps]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining("from step 20") });
    expect(doneFace(run)).toBe(doneFace(whole));
    expect(JSON.parse(readFileSync(join(run, "manifest.json"), "utf8")).format).toBe(2);
  });
});

function flipped(bytes: Buffer): Buffer {
  bytes[bytes.length - 5]! ^= 1;
  return bytes;
}

it("a training that overflows names the operation and its line, and keeps the last good checkpoint", async () => {
  const run = place("overflow");
  const program = join(fixtures, "overflowing.causal");
  const { code, err } = await causal(["train", program, "--out", run, "--checkpoint-every", "1"]);
  expect(code).toBe(3);
  expect(err).toMatch(
    /fault\[not-a-number\]: the training diverged: .*; it began with mul \[3072, 16\] in fit of step 2/,
  );
  expect(err).toMatch(/--> .*overflowing\.causal:5:19\n.*\n5 \| .*\n.*\^{9}\n {2}lower the learning rate/);
  expect(readManifest(run).stages).toMatchObject([{ step: 1, done: false }]);
  const report = readFileSync(join(run, "report.html"), "utf8");
  expect(report).toMatch(/Failed:<\/strong> the training diverged/);
  expect(report).not.toMatch(/http-equiv="refresh"/);
});
