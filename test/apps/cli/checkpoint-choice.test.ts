/** `--checkpoint best|last|STEP`: which weights a run is asked with, on the command line and from TypeScript. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { load } from "../../../apps/api/index.ts";
import { readCheckpoint, readManifest, writeManifest } from "../../../apps/files/run-directory.ts";
import { causal, stones, temporaryFolder, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const run = join(folder, "run");
const question = "P(Male | Mustache = true)";
let steps: readonly number[];

const ask = async (...flags: readonly string[]) => {
  const { code, out, err } = await causal(["query", run, question, "--json", ...flags]);
  return code === 0 ? { value: JSON.parse(out).value as number, err } : { code, err };
};

beforeAll(async () => {
  const program = writeProgram(
    folder,
    "labels.causal",
    `model M { sample Male : bool ~ neural() sample Mustache : bool ~ neural(Male) }
data seen = faces(n = 400, size = 16, seed = 1, holdout = 0.5)
train M.labels with mle { data = seen, seed = 1, steps = 60, rate = 0.02 }`,
  );
  const { code } = await causal(["train", program, "--out", run, "--checkpoint-every", "20", "--keep", "9"]);
  expect(code).toBe(0);
  // whatever the training came to, let the middle one be the best
  const manifest = readManifest(run);
  const [stage] = manifest.stages;
  const checkpoints = stage!.checkpoints.map((one) => ({ ...one, score: one.step === 40 ? 0.01 : 0.02 }));
  await writeManifest(run, { ...manifest, stages: [{ ...stage!, checkpoints }] });
  steps = checkpoints.map(({ step }) => step);
}, 60_000);

describe("--checkpoint", () => {
  it("finds the tables of the labels in every checkpoint", () => {
    expect(steps).toEqual([20, 40, 60]);
    const [stage] = readManifest(run).stages;
    for (const one of stage!.checkpoints) expect(Object.keys(readCheckpoint(run, one))).toContain("table/Mustache");
  });

  it("asks the last, the best, or that of a step, and says which", async () => {
    const last = await ask();
    expect(last.err).toBe("");
    expect((await ask("--checkpoint", "last")).value).toBe(last.value);
    const best = await ask("--checkpoint", "best");
    expect(best.err).toBe("M.labels.mle: step 40 of 60, total variation to held-out rows 0.01000\n");
    expect(best.value).not.toBe(last.value);
    expect((await ask("--checkpoint", "40")).value).toBe(best.value);
    expect((await ask("--checkpoint", "20")).value).not.toBe(best.value);
  });

  it("is known to every command that asks a run, and to `load`", async () => {
    const best = (await ask("--checkpoint", "best")).value!;
    const drawn = await causal(["draw", run, "5 Male", "--checkpoint", "best"]);
    expect(drawn).toMatchObject({ code: 0, err: expect.stringContaining("step 40 of 60") });
    const exported = await causal(["export", run, "--to", "bif", "--checkpoint", "best"]);
    expect(exported.out).not.toBe((await causal(["export", run, "--to", "bif"])).out);
    const session = await causal(["repl", run, "--checkpoint", "best"], { input: `${question}\n` });
    expect(session.out).toContain(best.toFixed(4));
    const evaluated = await causal(["eval", run, "--json", "--checkpoint", "best"]);
    expect(JSON.parse(evaluated.out).stages[0]).toMatchObject({ step: 40, steps: 60, done: true });
    const loaded = load(run, { checkpoint: "best" });
    expect(loaded.model().query(question).value).toBe(best);
    await loaded.close();
    expect(() => load(run, { checkpoint: 30 })).toThrow(/no checkpoint of step 30/);
  });

  it("lists what there is where a step is not kept", async () => {
    const { code, err } = await ask("--checkpoint", "30");
    expect(code).toBe(3);
    expect(err).toContain("no checkpoint of step 30: M.labels.mle has those of steps 20, 40 (the best), 60");
  });

  it.each([
    [["query", run, question, "--checkpoint", "worst"], '--checkpoint takes best, last or a step, not "worst"'],
    [["query", stones, "--checkpoint", "best"], "--checkpoint is of a run"],
  ])("refuses %j", async (args, message) => {
    expect(await causal(args)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });
});
