/**
 * `kill -9` at random moments of a training, twenty times in both stages, and Ctrl-C: whatever is on disk can be read, and --resume
 * comes to the bytes of a run that was never stopped.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { createStream } from "#runtime/random";
import { wholeRecords } from "../../apps/files/events.ts";
import { readCheckpoint, readManifest, type StageRecord } from "../../apps/files/run-directory.ts";
import { readLog } from "../../apps/training/metrics-log.ts";
import { temporaryFolder, tiny, writeProgram } from "./cli/run-cli.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = temporaryFolder();
const kills = 20;
const labelSteps = 3000;
const faceSteps = 300;
/** two stages of some seconds each, with many checkpoints */
const program = writeProgram(
  folder,
  "killed.causal",
  readFileSync(tiny, "utf8")
    .replace("labels with cpt { data = faces }", `labels with mle { data = faces, steps = ${labelSteps} }`)
    .replace("steps = 60", `steps = ${faceSteps}`),
);

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

function spawnTraining(out: string) {
  const node = ["-C", "source", "--import", "tsx", "apps/cli/bin.ts"];
  const flags = ["--out", out, "--resume", "--checkpoint-every", "20", "--sample-every", "25"];
  return spawn(process.execPath, [...node, "train", program, ...flags], { cwd: root });
}

/** Trains in a process of its own, which is killed `delay` milliseconds after it says `moment`. */
function train(out: string, kill: { readonly moment: RegExp; readonly delay: number } | null): Promise<Ended> {
  const child = spawnTraining(out);
  let err = "";
  let timer: NodeJS.Timeout | null = null;
  child.stderr.on("data", (chunk) => {
    err += chunk;
    if (kill?.moment.test(err)) timer ??= setTimeout(() => child.kill("SIGKILL"), kill.delay);
  });
  return new Promise((ended) => {
    child.on("close", (code) => {
      if (timer !== null) clearTimeout(timer);
      ended({ code, err });
    });
  });
}

const doneOf = (run: string) =>
  readdirSync(run)
    .filter((name) => name.endsWith(".done.safetensors"))
    .map((name) => [name, readFileSync(join(run, name)).toString("base64")]);

/** Everything that a run directory holds can be read; the stages it has. */
async function requireReadable(run: string): Promise<readonly StageRecord[]> {
  const { stages } = readManifest(run);
  for (const stage of stages) for (const checkpoint of stage.checkpoints) readCheckpoint(run, checkpoint);
  const log = join(run, "metrics.jsonl");
  if (existsSync(log)) {
    const lines = readFileSync(log, "utf8").split("\n");
    expect((await readLog(log)).length).toBeGreaterThanOrEqual(lines.length - 1);
  }
  const report = join(run, "report.html");
  if (existsSync(report)) expect(readFileSync(report, "utf8").trimEnd().endsWith("</html>")).toBe(true);
  for (const name of readdirSync(run, { recursive: true, encoding: "utf8" })) {
    if (/(^|\/)\d+\.png$/.test(name)) expect((await sharp(join(run, name)).stats()).channels.length).toBe(3);
    if (name.includes("tfevents")) {
      const bytes = readFileSync(join(run, name));
      const version = 39;
      expect(wholeRecords(bytes)).toBeGreaterThanOrEqual(Math.min(version, bytes.length));
    }
  }
  return stages;
}

it(`a training that is killed ${kills} times comes to the bytes of one that is not`, async () => {
  const straight = join(folder, "straight");
  expect(await train(straight, null)).toMatchObject({ code: 0 });

  const out = join(folder, "killed");
  const share = new Float32Array(kills);
  createStream(7, "kills").fillUniform(share, 0, 1);
  const killedIn = { labels: 0, Face: 0 };
  for (const [i, part] of share.entries()) {
    const stage = i < kills / 2 ? "labels" : "Face";
    // counted from where the stage begins or goes on, so that a slow start of the process is not what is killed
    const moment = new RegExp(`Tiny\\.(${stage}|Face) with \\w+:`);
    const { code } = await train(out, { moment, delay: part * (stage === "labels" ? 700 : 1500) });
    if (code === 0) break;
    const stages = await requireReadable(out);
    const labelsDone = stages.some(({ target, done }) => done && target === "Tiny.labels");
    killedIn[labelsDone ? "Face" : "labels"]++;
  }
  expect(killedIn.labels + killedIn.Face).toBe(kills);
  expect(killedIn.labels).toBeGreaterThanOrEqual(5);
  expect(killedIn.Face).toBeGreaterThanOrEqual(5);

  const { code, err } = await train(out, null);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  expect(doneOf(out)).toEqual(doneOf(straight));
  expect(readdirSync(out).filter((name) => name.endsWith(".tmp"))).toEqual([]);

  // the log has every row once, as that of the run that was never killed
  const key = ({ stage, step }: { stage: string; step: number }) => `${stage} ${step}`;
  const rows = async (run: string) =>
    (await readLog(join(run, "metrics.jsonl"))).filter((row) => row.metrics !== undefined);
  const keys = (await rows(out)).map(key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(keys)).toEqual(new Set((await rows(straight)).map(key)));
});

it.each(["Tiny.labels with", "Tiny.Face with"])('Ctrl-C after "%s" saves a checkpoint and stops', async (moment) => {
  const out = join(folder, `interrupted-${moment.split(" ")[0]}`);
  const child = spawnTraining(out);
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
  expect({ code, err }).toEqual({ code: 130, err: expect.stringContaining("stopped; continue with: causal train") });
  expect(await train(out, null)).toMatchObject({ code: 0 });
  expect(doneOf(out)).toEqual(doneOf(join(folder, "straight")));
});
