/** The judge that an evaluation trains itself: once, kept in the run directory, and again where what is kept is damaged. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Evaluation } from "../../../apps/eval/evaluation.ts";
import { causal, temporaryFolder, writeProgram } from "../cli/run-cli.ts";

const folder = temporaryFolder();
const text = readFileSync(join(import.meta.dirname, "small.causal"), "utf8");
const run = join(folder, "run");
const evaluate = () => causal(["eval", run, "--samples", "60", "--json"]);

it("is trained once, reads well, and is trained anew where it is damaged", async () => {
  const program = writeProgram(folder, "small.causal", text.slice(0, text.indexOf("// the judge")));
  expect((await causal(["train", program, "--out", run])).code).toBe(0);
  const first = await evaluate();
  expect(first.err).toMatch(/Face: training the judge 600\/600/);
  const found: Evaluation = JSON.parse(first.out);
  expect(found.images[0]!.judge).toMatchObject({ origin: "evaluation", width: 128, steps: 600 });
  expect(found.images[0]!.judge.accuracy!.Male!.value).toBeGreaterThan(0.9);

  const kept = readdirSync(join(run, "eval")).sort();
  expect(kept).toEqual(["Small.Face.judge.json", "Small.Face.judge.plan.json", "Small.Face.judge.safetensors"]);
  const weights = join(run, "eval", kept[2]!);
  const before = statSync(weights).mtimeMs;
  const second = await evaluate();
  expect(second.err).not.toMatch(/training the judge/);
  expect(JSON.parse(second.out)).toEqual(found);
  expect(statSync(weights).mtimeMs).toBe(before);

  writeFileSync(weights, "no");
  const third = await evaluate();
  expect(third.err).toMatch(/training the judge/);
  expect(JSON.parse(third.out)).toEqual(found);
}, 600_000);
