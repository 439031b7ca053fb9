/** What a training writes for people: the metrics log, the grids and the report, also when it was resumed. */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { appendRow, readLog, rewindLog } from "../../../apps/training/metrics-log.ts";
import { causal, temporaryFolder, tiny } from "../cli/run-cli.ts";

const folder = temporaryFolder();
const run = join(folder, "run");
const face = "Tiny.Face.causalgan";
const stepsOf = (rows: Awaited<ReturnType<typeof readLog>>, kind: "metrics" | "scores") =>
  rows.flatMap((row) => (row.stage === face && row[kind] !== undefined ? [row.step] : []));

describe("a log", () => {
  it("is read up to a line that is cut, and goes on from the step that is resumed", async () => {
    const path = join(folder, "log.jsonl");
    for (const step of [1, 2, 3])
      await appendRow(path, { stage: "a", step, seconds: step, metrics: { loss: 1 / step } });
    await appendRow(path, { stage: "b", step: 9, seconds: 1, scores: { x: 1 } });
    appendFileSync(path, '{"stage":"a","step":4,"seco');
    expect((await readLog(path)).map(({ stage, step }) => `${stage}${step}`)).toEqual(["a1", "a2", "a3", "b9"]);
    await rewindLog(path, "a", 2);
    await appendRow(path, { stage: "a", step: 3, seconds: 3 });
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line)).map(({ stage, step }) => `${stage}${step}`)).toEqual([
      "a1",
      "a2",
      "b9",
      "a3",
    ]);
  });

  it("that is not there is empty", async () => {
    expect(await readLog(join(folder, "none.jsonl"))).toEqual([]);
    expect(await rewindLog(join(folder, "none.jsonl"), "a", 0)).toEqual([]);
    expect(existsSync(join(folder, "none.jsonl"))).toBe(false);
  });
});

describe("a run", () => {
  beforeAll(async () => {
    const stop = new AbortController();
    const flags = ["--out", run, "--steps", "30", "--sample-every", "5"];
    const first = await causal(["train", tiny, ...flags], {
      signal: stop.signal,
      watch: (text) => /Tiny\.Face \d+\//.test(text) && stop.abort(),
    });
    expect(first.code).toBe(130);
    expect(readFileSync(join(run, "report.html"), "utf8")).toMatch(/Stopped<\/strong> at a checkpoint/);
    expect(await causal(["train", tiny, ...flags, "--resume"])).toMatchObject({ code: 0 });
  }, 60_000);

  it("has every step once in its log, although it was interrupted", async () => {
    const rows = await readLog(join(run, "metrics.jsonl"));
    expect(stepsOf(rows, "metrics")).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    const sampled = stepsOf(rows, "scores");
    expect(sampled).toEqual([...new Set(sampled)].sort((a, b) => a - b));
    for (const step of [5, 10, 15, 20, 25, 30]) expect(sampled).toContain(step);
    const labels = rows.find(({ stage, scores }) => stage === "Tiny.labels.cpt" && scores !== undefined);
    expect(labels!.scores!["total variation to training rows"]).toBeGreaterThan(0);
  });

  it("has a grid of pictures for each step that was sampled", async () => {
    const names = readdirSync(join(run, "samples", face)).sort();
    expect(names.at(-1)).toBe("00000030.png");
    const { width, height } = await sharp(join(run, "samples", face, names.at(-1)!)).metadata();
    expect([width, height]).toEqual([572, 338]);
    const [first, last] = [names[0]!, names.at(-1)!].map((name) => readFileSync(join(run, "samples", face, name)));
    expect(first!.equals(last!)).toBe(false);
  });

  it("has a report that needs nothing else and is not read anew", () => {
    const text = readFileSync(join(run, "report.html"), "utf8");
    expect(text).toMatch(/<strong>Finished\.<\/strong>/);
    expect(text).not.toMatch(/http-equiv="refresh"/);
    expect(text.match(/(src|href)="(?!data:|#)/g)).toBe(null);
    expect(text.match(/src="data:image\/png;base64,/g)!.length).toBeGreaterThanOrEqual(6);
    for (const word of ["labeler_fake", "total variation to training rows", "onnx-cpu", "discriminator", "best"]) {
      expect(text).toContain(word);
    }
    expect(text).toContain("sample Mustache : bool ~ neural(Male)");
  });

  it("draws no more grids than are asked for, and none of what is left out", async () => {
    const quiet = join(folder, "quiet");
    const flags = ["--steps", "4", "--no-report", "--no-tensorboard", "--sample-every", "2"];
    expect((await causal(["train", tiny, "--out", quiet, ...flags])).code).toBe(0);
    expect(readdirSync(join(quiet, "samples", face))).toEqual(["00000002.png", "00000004.png"]);
    expect(existsSync(join(quiet, "report.html"))).toBe(false);
    expect(existsSync(join(quiet, "tensorboard"))).toBe(false);
    writeFileSync(join(quiet, "mine.txt"), "");
    await causal(["train", tiny, "--out", quiet, "--overwrite", "--only", "labels", "--no-report"]);
    expect((await causal(["train", tiny, "--out", quiet, "--overwrite", ...flags])).code).toBe(0);
    expect(existsSync(join(quiet, "mine.txt"))).toBe(true);
  });
});
