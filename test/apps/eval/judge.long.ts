/** The judge that an evaluation trains itself: once, kept for all runs with the same data, and again where what is kept is damaged. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Evaluation } from "../../../apps/eval/evaluation.ts";
import { causal, temporaryFolder, writeProgram } from "../cli/run-cli.ts";

const folder = temporaryFolder();
const text = readFileSync(join(import.meta.dirname, "small.causal"), "utf8");
const run = join(folder, "run");
const cache = join(folder, "cache");
const before = process.env.CAUSAL_CACHE_DIR;
const evaluate = (directory = run) => causal(["eval", directory, "--samples", "60", "--json"]);

beforeAll(() => {
  process.env.CAUSAL_CACHE_DIR = cache;
});
afterAll(() => {
  if (before === undefined) delete process.env.CAUSAL_CACHE_DIR;
  else process.env.CAUSAL_CACHE_DIR = before;
});

it("is trained once, reads well, and is trained anew where it is damaged", async () => {
  const program = writeProgram(folder, "small.causal", text.slice(0, text.indexOf("// the judge")));
  expect((await causal(["train", program, "--out", run])).code).toBe(0);
  const first = await evaluate();
  expect(first.err).toMatch(/Face: training the judge 600\/600/);
  const found: Evaluation = JSON.parse(first.out);
  expect(found.images[0]!.judge).toMatchObject({ origin: "evaluation", width: 128, steps: 600 });
  expect(found.images[0]!.judge.accuracy!.Male!.value).toBeGreaterThan(0.9);

  const kept = readdirSync(join(cache, "judges")).sort();
  expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.plan\.json$/), expect.stringMatching(/\.safetensors$/)]);
  const weights = join(cache, "judges", kept[1]!);
  const written = statSync(weights).mtimeMs;
  const second = await evaluate();
  expect(second.err).not.toMatch(/training the judge/);
  expect(JSON.parse(second.out)).toEqual(found);
  expect(statSync(weights).mtimeMs).toBe(written);

  const other = join(folder, "other");
  expect((await causal(["train", program, "--out", other, "--only", "labels"])).code).toBe(0);
  expect((await causal(["train", program, "--out", other, "--only", "Face"])).code).toBe(0);
  expect((await evaluate(other)).err).not.toMatch(/training the judge/);

  writeFileSync(weights, "no");
  const third = await evaluate();
  expect(third.err).toMatch(/training the judge/);
  expect(JSON.parse(third.out)).toEqual(found);
}, 600_000);
