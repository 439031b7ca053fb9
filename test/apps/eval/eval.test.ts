/** `causal eval` from end to end on small runs: text, JSON, report, what is kept, and what cannot be evaluated. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluation } from "../../../apps/eval/evaluation.ts";
import { causal, stones, temporaryFolder, writeProgram } from "../cli/run-cli.ts";

const folder = temporaryFolder();
const small = join(import.meta.dirname, "small.causal");
const run = join(folder, "run");
const report = join(folder, "report");
let evaluation: Evaluation;
let errors: string;

beforeAll(async () => {
  expect((await causal(["train", small, "--out", run])).code).toBe(0);
  const { code, out, err } = await causal(["eval", run, "--samples", "60", "--out", report, "--json"]);
  expect(err).not.toMatch(/internal|fault/);
  expect(code).toBe(0);
  evaluation = JSON.parse(out);
  errors = err;
}, 240_000);

describe("an evaluation", () => {
  it("has the documented form", () => {
    expect(Object.keys(evaluation)).toEqual(
      "format package run model seed samples stages labels images leftOut".split(" "),
    );
    expect(evaluation).toMatchObject({ format: 1, model: "Small", seed: 1, samples: 60 });
    const [image] = evaluation.images;
    expect(image).toMatchObject({
      image: "Face",
      shape: [3, 16, 16],
      judge: { origin: "program", width: 8, steps: 80 },
    });
    expect(evaluation.stages.map(({ target, done }) => [target, done])).toEqual([
      ["Small.labels", true],
      ["Small.Face", true],
      ["Small.Face", true],
    ]);
  });

  it("measures the labels against training and held-out rows", () => {
    const labels = evaluation.labels!;
    expect(labels.combinations).toBe(4);
    // `cpt` counts a complete graph: nothing is between it and its rows but its prior
    expect(labels.distances.map(({ rows, n }) => [rows, n])).toEqual([
      ["training", 180],
      ["held out", 120],
    ]);
    expect(labels.distances[0]!.tvd).toBeLessThan(0.01);
    const [pair] = labels.crosstabs;
    expect(pair!.data.flat().reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it("knows seeing from doing, and the truth", () => {
    const effect = evaluation.labels!.effects.find(
      ({ cause, target }) => cause.node === "Bald" && cause.state === "true" && target.node === "Male",
    )!;
    expect(effect).toMatchObject({ descendant: false, trueDone: expect.closeTo(0.4215, 9) });
    expect(effect.trueSeen!).toBeGreaterThan(0.95);
    expect(effect.data!.n).toBeLessThan(30);
  });

  it("has a judge that can read, and finds that this generator cannot draw", () => {
    const { judge, interventions, distances, nearest } = evaluation.images[0]!;
    expect(judge.accuracy!.Male!.value).toBeGreaterThan(0.6);
    expect(interventions).toHaveLength(4);
    const [all] = distances;
    expect(all).toMatchObject({ pictures: "all", n: 60 });
    expect(all!.fid).toBeGreaterThan(2 * all!.fidFloor!);
    expect(all!.kid).toBeGreaterThan(2 * all!.kidError);
    expect(all!.recallReal!.value).toBeGreaterThan(all!.recall.value);
    expect(all!.precisionReal!.value).toBeGreaterThan(all!.precision.value);
    const { pixels } = evaluation.images[0]!.diversity[0]!;
    expect(pixels.ratioReal!.low).toBeLessThan(1);
    expect(pixels.ratioReal!.high).toBeGreaterThan(1);
    expect(nearest).toMatchObject({ searched: 180, copies: { value: 0 } });
  });

  it("says before what it costs, and shows its progress", () => {
    expect(errors).toMatch(/^Face: about .*of memory, \d+ MB on disk\n/m);
    expect(errors).toMatch(/Face: drawing and reading 9\/9 \(100 %\)/);
    expect(errors).toMatch(/report: .*index\.html/);
  });

  it("comes to the same numbers again", async () => {
    expect(JSON.parse((await causal(["eval", run, "--samples", "60", "--json"])).out)).toEqual(evaluation);
  });

  it("prints as text", async () => {
    const { out, code } = await causal(["eval", run, "--samples", "20"]);
    expect(code).toBe(0);
    for (const title of [
      "distance to seen",
      "seeing and doing",
      "do\\(X = x\\)",
      "diversity within",
      "nearest training",
    ]) {
      expect(out).toMatch(new RegExp(`^${title}`, "m"));
    }
    expect(out).toMatch(/^do\(Bald = true\) +20 /m);
    expect(
      Math.max(
        ...out
          .split("\n")
          .filter((line) => !line.startsWith("  "))
          .map((line) => line.length),
      ),
    ).toBeLessThan(160);
  }, 120_000);
});

describe("the report", () => {
  const pageText = () => readFileSync(join(report, "index.html"), "utf8");

  it("needs nothing but its file", () => {
    const text = pageText();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/\b(?:src|href)="(?!data:image\/avif;base64,|#)/);
    expect(text).not.toMatch(/https?:|url\(|@import|<script|<link/);
  });

  it("is balanced HTML", () => {
    const open: string[] = [];
    const bodies = pageText()
      .replace(/<style>[\s\S]*?<\/style>/, "")
      .replace(/<!doctype html>/, "");
    for (const [, close, name, rest] of bodies.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/g)) {
      if (/^(?:meta|img|br|line|polyline)$/.test(name!) || rest!.endsWith("/")) continue;
      if (close === "") open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  it("has the figures of the paper, also as files", () => {
    const pictures = readdirSync(report)
      .filter((name) => name.endsWith(".png"))
      .sort();
    expect(pictures).toEqual(
      [
        "Face-diversity-real.png",
        "Face-diversity.png",
        "Face-do-Bald-true-2x10.png",
        "Face-do-Bald-true-8x16.png",
        "Face-do-Male-true-2x10.png",
        "Face-do-Male-true-8x16.png",
        "Face-interpolation-labels.png",
        "Face-interpolation-vectors.png",
        "Face-nearest.png",
        "Face-truth.png",
      ].sort(),
    );
    const text = pageText();
    // the small ones are in the large ones
    expect(text.match(/<img /g)).toHaveLength(pictures.filter((name) => !name.includes("2x10")).length);
    expect(text).toMatch(/<svg class="chart"[\s\S]*polyline/);
    expect(JSON.parse(readFileSync(join(report, "evaluation.json"), "utf8"))).toEqual(evaluation);
  });
});

describe("what cannot be evaluated", () => {
  it.each([
    [[], "missing RUN"],
    [[stones], "is a file"],
    [[run, "--samples", "5"], "--samples takes a whole number from 20"],
    [[run, "--model", "Smal"], 'no model "Smal"; it has Small'],
    [[run, "--data", "x=y"], "no data of that name; it has seen, other"],
    [[run, "--device", "abacus"], "--device takes one of"],
  ])("refuses %j", async (args, message) => {
    const { code, out, err } = await causal(["eval", ...args]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toContain("usage: causal eval RUN");
  });

  it("a folder without a run, or with one that has not begun", async () => {
    const none = await causal(["eval", join(folder, "nowhere")]);
    expect(none).toMatchObject({ code: 3, err: expect.stringContaining("is not a run directory") });
    const stop = new AbortController();
    stop.abort();
    const untrained = join(folder, "untrained");
    await causal(["train", small, "--out", untrained], { signal: stop.signal });
    const { code, err } = await causal(["eval", untrained]);
    expect(code).toBe(3);
    expect(err).toMatch(/nothing has been trained|stopped at step 0/);
  });

  it("a stopped evaluation, which has nothing to save", async () => {
    const stop = new AbortController();
    const { code, err } = await causal(["eval", run, "--samples", "20"], {
      signal: stop.signal,
      watch: (text) => /Face: about/.test(text) && stop.abort(),
    });
    expect(code).toBe(130);
    expect(err).toMatch(/^stopped; start it again/m);
    expect(err).not.toContain("fault");
  }, 120_000);
});

describe("a run of labels alone", () => {
  const table = join(folder, "rows.csv");
  const labels = join(folder, "labels");

  beforeAll(async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${["a", "b", "c"][i % 3]},${i % 2}`);
    writeFileSync(table, `Kind,On\n${rows.join("\n")}\n`);
    const program = writeProgram(
      folder,
      "labels.causal",
      `model M { sample Kind : {a, b, c} ~ neural() sample On : bool ~ neural(Kind) }
data rows = table("rows.csv")
train M.labels with cpt { data = rows }`,
    );
    expect((await causal(["train", program, "--out", labels])).code).toBe(0);
  });

  it("is evaluated without pictures, with all states", async () => {
    const { code, out, err } = await causal(["eval", labels, "--json", "--data", `rows=${table}`]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const found: Evaluation = JSON.parse(out);
    expect(found.images).toEqual([]);
    expect(found.leftOut).toEqual([]);
    expect(found.labels!.effects).toHaveLength(3 + 2 * 3);
    expect(found.labels!.crosstabs[0]!.model).toHaveLength(3);
  });

  it("says what is left out where the data are gone", async () => {
    const { code, out } = await causal(["eval", labels]);
    expect(code).toBe(0);
    expect(out).toMatch(/label distances: data rows: there is no file rows\.csv.*--data rows=PATH/);
    expect(out).toMatch(/^seeing and doing/m);
  });

  it("notices other data", async () => {
    const other = join(folder, "other.csv");
    writeFileSync(other, "Kind,On\na,1\nb,0\nc,1\n");
    const { out } = await causal(["eval", labels, "--data", `rows=${other}`]);
    expect(out).toMatch(/data rows has changed since/);
    writeFileSync(other, "Kind\na\n");
    const lacking = await causal(["eval", labels, "--data", `rows=${other}`]);
    expect(lacking.code).toBe(0);
    expect(lacking.out).toMatch(/no column `On`/);
  });
});
