/**
 * A process with one engine and one workload, so that its memory and its main thread are measured alone. It is told what to do
 * by messages of its parent (`own.ts`) and ends with it.
 */
import type { EngineName } from "#apps/devices/engines";
import { RuntimeFault } from "#runtime/fault";
import { type Around, measureAround } from "./around.ts";
import { type Job, openFor, openJob } from "./job.ts";
import type { Clock } from "./peer.ts";
import type { Workload } from "./workloads.ts";

export interface Order {
  readonly engine: EngineName;
  readonly threads: number;
  readonly workload: Workload;
  readonly clock: Clock;
}

export type Request =
  | { readonly steps: number }
  | { readonly around: { readonly seconds: number; readonly rounds: number } };

export type Answer =
  | { readonly ready: true }
  | { readonly fault: string }
  /** `peak` is the largest resident set so far, MiB */
  | { readonly milliseconds: readonly number[]; readonly peak: number }
  | { readonly around: Around };

const now: Readonly<Record<Clock, () => number>> = {
  wall: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

const tell = (answer: Answer) => void process.send!(answer);

try {
  const { engine, threads, workload, clock } = JSON.parse(process.argv[2]!) as Order;
  const executor = await openFor(engine, threads);
  let job: Job | null = null;
  const answer = async (request: Request): Promise<Answer> => {
    if ("around" in request) {
      return { around: await measureAround(workload, executor, request.around.seconds, request.around.rounds) };
    }
    job ??= await openJob(workload, executor);
    const milliseconds: number[] = [];
    for (let step = 0; step < request.steps; step++) {
      const start = now[clock]();
      await job.step();
      milliseconds.push(now[clock]() - start);
    }
    return { milliseconds, peak: process.resourceUsage().maxRSS / 1024 };
  };
  process.on("message", (request: Request) => {
    answer(request).then(tell, (error: unknown) => tell({ fault: messageOf(error) }));
  });
  tell({ ready: true });
} catch (error) {
  tell({ fault: messageOf(error) });
  process.disconnect();
}

function messageOf(error: unknown): string {
  if (error instanceof RuntimeFault) return `${error.message} (${error.advice})`;
  return error instanceof Error ? error.message : String(error);
}
