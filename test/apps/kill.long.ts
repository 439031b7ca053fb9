/**
 * `kill -9` and Ctrl-C at moments spread over a training: whatever is on disk, --resume comes to the bytes of a run never
 * stopped.
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder, tiny } from "./cli/run-cli.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder();
const straight = join(folder, "straight");
let whole = 0;

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

function spawnTraining(args: readonly string[]) {
  const node = ["-C", "source", "--import", "tsx", "apps/cli/bin.ts"];
  return spawn(process.execPath, [...node, "train", tiny, "--steps", "1200", ...args], { cwd: root });
}

/** Trains in a process of its own, which is killed after `limit` milliseconds if it still runs. */
function train(args: readonly string[], limit: number | null): Promise<Ended> {
  const child = spawnTraining(args);
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const timer = limit === null ? null : setTimeout(() => child.kill("SIGKILL"), limit);
  return new Promise((ended) => {
    child.on("close", (code) => {
      if (timer !== null) clearTimeout(timer);
      ended({ code, err });
    });
  });
}

const weightsOf = (run: string) =>
  readdirSync(run)
    .filter((name) => name.endsWith(".safetensors"))
    .map((name) => [name, readFileSync(join(run, name)).toString("base64")]);

beforeAll(async () => {
  const began = performance.now();
  expect(await train(["--out", straight], null)).toMatchObject({ code: 0 });
  whole = performance.now() - began;
}, 300_000);

it.each([0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97])(
  "a kill after %d of the time loses nothing that was saved",
  async (share) => {
    const out = join(folder, `killed-${share}`);
    await train(["--out", out], share * whole);
    // nothing may be on disk yet when the kill came early
    const { code, err } = await train(["--out", out, "--resume"], null);
    expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    expect(weightsOf(out)).toEqual(weightsOf(straight));
  },
);

it("a training that is killed again and again comes to its end", async () => {
  const out = join(folder, "killed-often");
  let kills = 0;
  for (let round = 1; ; round++) {
    const { code } = await train(["--out", out, "--resume"], round * 0.35 * whole);
    if (code === 0) break;
    kills++;
  }
  expect(kills).toBeGreaterThanOrEqual(2);
  expect(weightsOf(out)).toEqual(weightsOf(straight));
});

it.each(["Tiny.labels with", "Tiny.Face with"])('Ctrl-C after "%s" saves a checkpoint and stops', async (moment) => {
  const out = join(folder, `interrupted-${moment.split(" ")[0]}`);
  const child = spawnTraining(["--out", out]);
  let pressed = 0;
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
    if (pressed > 0 || !err.includes(moment)) return;
    pressed = performance.now();
    setTimeout(() => {
      pressed = performance.now();
      child.kill("SIGINT");
    }, 700);
  });
  const code = await new Promise((ended) => child.on("close", ended));
  console.log(`stopped ${(performance.now() - pressed).toFixed(0)} ms after Ctrl-C`);
  // the labels of this program are counted: they may be done before the key is pressed, and then it is the image that stops
  expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining("stopped; continue with: causal train") });
  expect(await train(["--out", out, "--resume"], null)).toMatchObject({ code: 0 });
  expect(weightsOf(out)).toEqual(weightsOf(straight));
});
