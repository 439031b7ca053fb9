/**
 * What the records of one stage of a training cost, with and without report and event files: its beginning, a hundred progress
 * events 5 ms apart, and its end. `node -C source --import tsx test/bench/records.ts` prints medians of five stages.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createRecorder } from "../../apps/training/recorder.ts";
import { median } from "./table.ts";

const metrics = { d_loss: 1.1, g_loss: 0.8, adversarial: 0.7, labeler_real: 0.3, labeler_fake: 0.4, antilabeler: 0.5 };
const key = "Bench.Image.causalgan";
const outline = { key, target: "Bench.Image", regime: "causalgan", seed: 1, steps: 100, rows: 10, parameters: 5 };
const program = { sha256: "0", files: [{ name: "bench.causal", text: "model Bench {}\n" }] };
const manifest = { format: 2, package: { name: "causal-lang", version: "0" }, program, stages: [] } as const;

async function stage(records: boolean): Promise<readonly number[]> {
  const out = mkdtempSync(join(tmpdir(), "causal-bench-"));
  const before = process.cpuUsage();
  const times = [performance.now()];
  const recorder = createRecorder({ out, report: records, tensorboard: records, executor: "cpu" });
  const stage = await recorder.stage({ ...outline, settings: [], seconds: 0 }, 0, manifest);
  times.push(performance.now());
  for (let step = 1; step <= 100; step++) {
    stage.metrics(step, metrics);
    await wait(5);
  }
  await stage.flush();
  times.push(performance.now());
  await recorder.finish({ kind: "finished" }, manifest);
  times.push(performance.now());
  const { user, system } = process.cpuUsage(before);
  rmSync(out, { recursive: true });
  return [times[1]! - times[0]!, times[3]! - times[2]!, (user + system) / 1000];
}

for (const records of [false, true]) {
  const stages: (readonly number[])[] = [];
  for (let i = 0; i < 5; i++) stages.push(await stage(records));
  const [begin, end, processor] = [0, 1, 2].map((i) => median(stages.map((times) => times[i]!)).toFixed(1));
  const what = records ? "log, event files and report" : "log alone";
  console.log(`${what}: ${begin} ms to begin, ${end} ms to end; ${processor} ms of processor time in all`);
}
