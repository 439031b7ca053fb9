/** One workload on one engine: steps that are timed one by one, or a whole training. Used by the process of `child.ts`. */
import { generateEncoded } from "#apps/api/images";
import { openEngine } from "#apps/devices/engines";
import type { EngineName } from "#apps/devices/engines";
import { readMeasured } from "#apps/devices/measured";
import type { Executor } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { initialState } from "#runtime/parameters";
import { labels } from "./programs.ts";
import { planOf, trainingStep, type Workload } from "./workloads.ts";

export interface Job {
  /** one training step, or one drawing */
  step(): Promise<void>;
}

/** Pictures of a drawing. */
export const pictures = 1024;

/** The engine as `causal train` has it; the number of threads can be set for `cpu` alone. */
export async function openFor(engine: EngineName, threads: number): Promise<Executor> {
  if (engine !== "cpu") return openEngine(engine);
  return createOnnxExecutor({ threads, choices: readMeasured().choices });
}

export async function openJob(workload: Workload, executor: Executor): Promise<Job> {
  if (workload.kind === "drawing") return drawing(workload, executor);
  const { programs, state, calls } = await trainingStep(workload);
  const session = await executor.open(programs, state);
  return { step: async () => void (await session.run(calls)) };
}

/** As `causal draw` does it once the labels are drawn: opens the program, draws the noise and brings the pictures back. */
function drawing(workload: Workload, executor: Executor): Job {
  const plan = planOf(workload);
  const state = initialState(plan.state, 1);
  const columns = Float32Array.from({ length: pictures * labels.length }, (_, i) => (i * 7919) % 2);
  return { step: async () => void (await generateEncoded({ plan, state }, columns, pictures, { executor, seed: 1 })) };
}
