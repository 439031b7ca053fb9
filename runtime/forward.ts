/** Runs the forward programs of a plan on trained state: tables, draws, predictions. Nothing here changes state. */
import type { Executor, Tensors } from "./executor.ts";
import { drawInputs, needsOf } from "./feeds.ts";
import type { ForwardPlan, TrainingPlan } from "./program/plan.ts";
import { inputsOf } from "./program/program.ts";

export interface ForwardOptions {
  readonly executor: Executor;
  readonly seed: number | string;
}

/** A forward program that is ready to run; state is copied to the executor once. */
export interface Forward {
  /**
   * Runs with these inputs; the others are drawn as the plan says. `index` numbers the run: another index gives other
   * draws. Where the plan repeats, the results are averages over runs that differ in their draws.
   */
  run(inputs?: Tensors, index?: number): Promise<Tensors>;
  close(): Promise<void>;
}

/** Opens a forward program of a plan on a state that has at least the entries that the program reads. */
export async function openForward(
  plan: TrainingPlan,
  forwardPlan: ForwardPlan,
  state: Tensors,
  options: ForwardOptions,
): Promise<Forward> {
  const { executor, seed } = options;
  const key = forwardPlan.program;
  const program = plan.programs[key]!;
  const entries = new Set(plan.state.map(({ name }) => name));
  const read = inputsOf(program).flatMap(({ name }) => (entries.has(name) ? [[name, state[name]!] as const] : []));
  const session = await executor.open({ [key]: program }, Object.fromEntries(read));
  return {
    async run(inputs = {}, index = 0) {
      const needs = needsOf(program, forwardPlan.feeds, new Set([...entries, ...Object.keys(inputs)]));
      if (needs.batches.size > 0) throw new Error(`internal: ${key} wants a batch; hand its columns in`);
      const average = createAverage();
      for (let done = 0; done < forwardPlan.repeat; done += repeatsInMessage) {
        const count = Math.min(repeatsInMessage, forwardPlan.repeat - done);
        const calls = Array.from({ length: count }, (_, i) => {
          return { program: key, inputs: { ...inputs, ...drawInputs(needs, seed, "forward", index, done + i) } };
        });
        for (const results of await session.run(calls)) average.add(results);
      }
      return average.take();
    },
    close: () => session.close(),
  };
}

/** One run of {@link openForward}. */
export async function forward(
  plan: TrainingPlan,
  forwardPlan: ForwardPlan,
  state: Tensors,
  options: ForwardOptions & { readonly inputs?: Tensors },
): Promise<Tensors> {
  const open = await openForward(plan, forwardPlan, state, options);
  try {
    return await open.run(options.inputs);
  } finally {
    await open.close();
  }
}

/** Enough to make messages cheap, few enough that their inputs do not fill the memory. */
const repeatsInMessage = 16;

/** Sums in double precision, so that many repeats lose nothing. The results of a single run are given back as they are. */
function createAverage() {
  let count = 0;
  let first: Tensors = {};
  const sums: Record<string, Float64Array> = {};
  return {
    add(results: Tensors) {
      if (count++ === 0) {
        first = results;
        return;
      }
      for (const [name, { data }] of Object.entries(results)) {
        sums[name] ??= new Float64Array(first[name]!.data);
        const sum = sums[name];
        for (let i = 0; i < data.length; i++) sum[i]! += data[i]!;
      }
    },
    take(): Tensors {
      if (count === 1) return first;
      return Object.fromEntries(
        // not `from` with a function, which is thirty times slower
        Object.entries(sums).map(([name, sum]) => {
          const mean = new Float32Array(sum.length);
          for (let i = 0; i < sum.length; i++) mean[i] = sum[i]! / count;
          return [name, { shape: first[name]!.shape, data: mean }];
        }),
      );
    },
  };
}
