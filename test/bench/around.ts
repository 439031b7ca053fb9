/**
 * What a training costs besides the engine: `causal train` without its command line, on generated faces, beside the same steps
 * asked of the engine alone; and how long the main thread keeps others waiting meanwhile.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { openProject, requireSound } from "#apps/api/project";
import { trainProject } from "#apps/api/training";
import type { Executor } from "#runtime/executor";
import { type Kind, programText } from "./programs.ts";
import { median } from "./table.ts";
import { trainingStep, type Workload } from "./workloads.ts";

export interface Around {
  /** milliseconds a step, median of the turns: of the engine alone, */
  readonly alone: number;
  /** of a training that writes neither a report nor event files, */
  readonly unrecorded: number;
  /** and of one as `causal train` does it */
  readonly whole: number;
  /** share of the time in which the main thread of that training was busy */
  readonly busy: number;
  /** milliseconds by which timers of the main thread were late */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Alone and in training by turns, so that a machine that slows down slows all of them. */
export async function measureAround(
  workload: Workload,
  executor: Executor,
  seconds: number,
  rounds: number,
): Promise<Around> {
  const times = { alone: [] as number[], unrecorded: [] as number[], whole: [] as number[] };
  const busy: number[] = [];
  const delays: Around["delay"][] = [];
  for (let round = 0; round < rounds; round++) {
    times.alone.push(await alone(workload, executor, seconds));
    times.unrecorded.push((await training(workload, executor, seconds, false)).step);
    const whole = await training(workload, executor, seconds, true);
    times.whole.push(whole.step);
    busy.push(whole.busy);
    delays.push(whole.delay);
  }
  const worst = (key: keyof Around["delay"]) => Math.max(...delays.map((delay) => delay[key]));
  return {
    alone: median(times.alone),
    unrecorded: median(times.unrecorded),
    whole: median(times.whole),
    busy: median(busy),
    delay: { p50: median(delays.map(({ p50 }) => p50)), p99: worst("p99"), max: worst("max") },
  };
}

/** Milliseconds of steps in a message, and messages under way: as in the training loop. */
const messageTime = 20;
const messagesUnderWay = 2;

/** The engine is never without work: the next message waits while one is computed. */
async function alone(workload: Workload, executor: Executor, seconds: number): Promise<number> {
  const { programs, state, calls } = await trainingStep(workload);
  const session = await executor.open(programs, state);
  const once = async () => {
    const start = performance.now();
    await session.run(calls);
    return performance.now() - start;
  };
  await once();
  const steps = Math.max(1, Math.min(64, Math.floor((executor.messageTime ?? messageTime) / (await once()))));
  const message = Array.from({ length: steps }, () => calls).flat();
  const clock = createStopwatch(seconds);
  const underWay: Promise<unknown>[] = [];
  while (!clock.over()) {
    underWay.push(session.run(message));
    if (underWay.length < messagesUnderWay) continue;
    await underWay.shift();
    clock.add(steps);
  }
  await Promise.all(underWay);
  await session.close();
  return clock.step();
}

async function training(workload: Workload, executor: Executor, seconds: number, records: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "causal-bench-"));
  const file = join(folder, "bench.causal");
  const networks = new URL("../../examples/faces/networks.causal", import.meta.url);
  copyFileSync(fileURLToPath(networks), join(folder, "networks.causal"));
  // far more steps than are made, as many as such a training has: progress is logged a hundred times in all of them
  writeFileSync(file, programText(workload.kind as Kind, workload, { steps: 10_000, rows: 2000 }));
  const stop = new AbortController();
  const clock = createStopwatch(seconds);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let before = performance.eventLoopUtilization();
  const stopped = (done: number) => {
    clock.add(done, () => {
      delay.enable();
      before = performance.eventLoopUtilization();
    });
    if (clock.over()) stop.abort();
  };
  let busy = 0;
  const end = () => {
    delay.disable();
    busy = performance.eventLoopUtilization(before).utilization;
  };
  stop.signal.addEventListener("abort", end, { once: true });
  try {
    await trainProject(requireSound(openProject(file)), {
      out: join(folder, "run"),
      executor: watched(executor, stopped),
      report: records,
      tensorboard: records,
      // pictures on the way are drawn by choice, and may take 3 % of the time
      sampleEvery: 1e9,
      checkpointSeconds: Number.POSITIVE_INFINITY,
      signal: stop.signal,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const late = (nanoseconds: number) => nanoseconds / 1e6;
  const delays = { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
  return { step: clock.step(), busy, delay: delays };
}

/** An executor that tells how many steps each message of the training of the image, or of the critics, has done. */
function watched(executor: Executor, done: (steps: number) => void): Executor {
  return {
    ...executor,
    async open(programs, state) {
      const session = await executor.open(programs, state);
      if (!("joint" in programs)) return session;
      return {
        ...session,
        async run(calls) {
          const results = await session.run(calls);
          done(calls.filter(({ program }) => program === "joint").length);
          return results;
        },
      };
    },
  };
}

/** The rate of steps, without the first fifth of the time. It starts when the first step is done. */
function createStopwatch(seconds: number) {
  let began: number | null = null;
  let first: number | null = null;
  let last = 0;
  let steps = 0;
  return {
    add(done: number, warm: () => void = () => {}) {
      const now = performance.now();
      began ??= now;
      if (first !== null) {
        steps += done;
        last = now;
      } else if (now - began >= 200 * seconds) {
        first = now;
        warm();
      }
    },
    over: () => steps > 0 && performance.now() - began! >= 1000 * seconds,
    step: () => (last - first!) / steps,
  };
}
