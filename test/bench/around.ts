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

/** Of a step, in milliseconds. */
export interface Cost {
  readonly wall: number;
  /** of all threads of the process: what other processes do hardly changes it */
  readonly processor: number;
}

export interface Around {
  /** the engine alone */
  readonly alone: Cost;
  /** a training that writes neither a report nor event files */
  readonly unrecorded: Cost;
  /** one as `causal train` does it */
  readonly whole: Cost;
  /** share of the time in which the main thread of that training was busy */
  readonly busy: number;
  /** milliseconds by which timers of the main thread were late */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Alone and in training by turns; of each the fastest turn, which is the one that was disturbed least. */
export async function measureAround(
  workload: Workload,
  executor: Executor,
  seconds: number,
  rounds: number,
): Promise<Around> {
  const costs = { alone: [] as Cost[], unrecorded: [] as Cost[], whole: [] as Cost[] };
  const busy: number[] = [];
  const delays: Around["delay"][] = [];
  for (let round = 0; round < rounds; round++) {
    costs.alone.push(await alone(workload, executor, seconds));
    costs.unrecorded.push((await training(workload, executor, seconds, false)).cost);
    const whole = await training(workload, executor, seconds, true);
    costs.whole.push(whole.cost);
    busy.push(whole.busy);
    delays.push(whole.delay);
  }
  const least = (turns: readonly Cost[]): Cost => ({
    wall: Math.min(...turns.map(({ wall }) => wall)),
    processor: Math.min(...turns.map(({ processor }) => processor)),
  });
  return {
    alone: least(costs.alone),
    unrecorded: least(costs.unrecorded),
    whole: least(costs.whole),
    busy: median(busy),
    delay: {
      p50: median(delays.map(({ p50 }) => p50)),
      p99: median(delays.map(({ p99 }) => p99)),
      max: Math.max(...delays.map(({ max }) => max)),
    },
  };
}

/** Milliseconds of steps in a message, and messages under way: as in the training loop. */
const messageTime = 20;
const messagesUnderWay = 2;

/** The engine is never without work: the next message waits while one is computed. */
async function alone(workload: Workload, executor: Executor, seconds: number): Promise<Cost> {
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
  return clock.cost();
}

async function training(workload: Workload, executor: Executor, seconds: number, records: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "causal-bench-"));
  const file = join(folder, "bench.causal");
  const networks = new URL("../../examples/faces/networks.causal", import.meta.url);
  copyFileSync(fileURLToPath(networks), join(folder, "networks.causal"));
  // Far more steps than are made, as many as such a training has: progress is logged a hundred times in all of them. Few rows, so
  // that the pictures are rendered before the clock starts: that is done once, and what it costs is the business of data.ts.
  writeFileSync(file, programText(workload.kind as Kind, workload, { steps: 10_000, rows: 64 }));
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
  return { cost: clock.cost(), busy, delay: delays };
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

/** What a step costs, without the first fifth of the time, which starts when the first step is done. */
function createStopwatch(seconds: number) {
  const now = () => {
    const { user, system } = process.cpuUsage();
    return { wall: performance.now(), processor: (user + system) / 1000 };
  };
  let began: number | null = null;
  let first: Cost | null = null;
  let last: Cost | null = null;
  let steps = 0;
  return {
    add(done: number, warm: () => void = () => {}) {
      const time = now();
      began ??= time.wall;
      if (first !== null) {
        steps += done;
        last = time;
      } else if (time.wall - began >= 200 * seconds) {
        first = time;
        warm();
      }
    },
    over: () => steps > 0 && performance.now() - began! >= 1000 * seconds,
    cost: (): Cost => ({
      wall: (last!.wall - first!.wall) / steps,
      processor: (last!.processor - first!.processor) / steps,
    }),
  };
}
