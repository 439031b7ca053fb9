/** `kill -9` at moments spread over a training: whatever is on disk, --resume comes to the bytes of a run never killed. */
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

/** Trains in a process of its own, which is killed after `limit` milliseconds if it still runs. */
function train(args: readonly string[], limit: number | null): Promise<Ended> {
  const node = ["-C", "source", "--import", "tsx", "apps/cli/bin.ts"];
  const child = spawn(process.execPath, [...node, "train", tiny, "--steps", "1200", ...args], { cwd: root });
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
