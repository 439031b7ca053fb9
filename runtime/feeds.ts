/**
 * Fills the inputs of programs that are not state: draws from named streams and batches of sources. A call's inputs are
 * a function of the seed and the call's place in the training, so that resuming needs no generator state.
 */
import type { BatchSource } from "./batches.ts";
import type { Call, Tensors } from "./executor.ts";
import type { Feed, TrainingPlan } from "./program/plan.ts";
import { type InputNode, type Program, inputsOf } from "./program/program.ts";
import { type Stream, createStream } from "./random.ts";
import { type Tensor, sizeOf, tensor } from "./tensor.ts";

type Draw = Exclude<Feed, { kind: "batch" }>;

/** What one call of a program needs besides state. */
export interface Needs {
  readonly draws: readonly { readonly input: InputNode; readonly feed: Draw }[];
  /** by source; all columns of one source come from the same rows */
  readonly batches: ReadonlyMap<string, readonly { readonly input: InputNode; readonly column: string }[]>;
}

/** Sorts out a program's inputs; `given` ones (state, values handed in) need nothing. */
export function needsOf(program: Program, feeds: Readonly<Record<string, Feed>>, given: ReadonlySet<string>): Needs {
  const draws: { input: InputNode; feed: Draw }[] = [];
  const batches = new Map<string, { input: InputNode; column: string }[]>();
  for (const input of inputsOf(program)) {
    if (given.has(input.name)) continue;
    const feed = feeds[input.name];
    if (feed === undefined) throw new Error(`internal: nothing feeds the input ${input.name} of ${program.name}`);
    if (feed.kind !== "batch") draws.push({ input, feed });
    else batches.set(feed.source, [...(batches.get(feed.source) ?? []), { input, column: feed.column }]);
  }
  return { draws, batches };
}

/** The random inputs of a call; `purpose` and `place` say which call of which run it is. */
export function drawInputs(needs: Needs, seed: number | string, purpose: string, ...place: readonly number[]): Tensors {
  return Object.fromEntries(
    needs.draws.map(({ input, feed }): [string, Tensor] => {
      const data = new Float32Array(sizeOf(input.shape));
      fill(data, feed, createStream(seed, purpose, input.name, ...place));
      return [input.name, { shape: input.shape, data }];
    }),
  );
}

function fill(data: Float32Array, feed: Draw, stream: Stream): void {
  switch (feed.kind) {
    case "uniform":
      stream.fillUniform(data, feed.low, feed.high);
      break;
    case "normal":
      stream.fillNormal(data, feed.mean, feed.std);
      break;
    case "truncatedExponential":
      stream.fillTruncatedExponential(data, feed.rate, feed.max);
      break;
    default:
      feed satisfies never;
  }
}

/** Makes the calls of a step, from 0, with their inputs: one pass through the plan's cycle. */
export function createCycle(
  plan: TrainingPlan,
  seed: number | string,
  sources: Readonly<Record<string, BatchSource>>,
): (step: number) => Promise<readonly Call[]> {
  const state = new Set(plan.state.map(({ name }) => name));
  const calls = plan.cycle.flatMap(({ program, times }) => {
    const needs = needsOf(plan.programs[program]!, plan.feeds, state);
    return Array.from({ length: times }, () => ({ program, needs }));
  });
  const perStep = new Map<string, number>();
  const numbered = calls.map(({ program, needs }) => {
    const batches = [...needs.batches].map(([name, columns]) => {
      const source = sources[name];
      if (source === undefined) throw new Error(`internal: there is no source ${name}`);
      const first = perStep.get(name) ?? 0;
      perStep.set(name, first + 1);
      return { name, source, columns, first };
    });
    return { program, needs, batches };
  });

  return (step) =>
    Promise.all(
      numbered.map(async ({ program, needs, batches }, call) => {
        const inputs: Record<string, Tensor> = { ...drawInputs(needs, seed, "feed", step, call) };
        for (const { name, source, columns, first } of batches) {
          const index = step * perStep.get(name)! + first;
          Object.assign(inputs, await readBatch(source, columns, index));
        }
        return { program, inputs };
      }),
    );
}

async function readBatch(
  source: BatchSource,
  columns: readonly { readonly input: InputNode; readonly column: string }[],
  index: number,
): Promise<Tensors> {
  const size = columns[0]!.input.shape[0]!;
  const names = [...new Set(columns.map(({ column }) => column))];
  const batch = await source.batch(names, index, size);
  return Object.fromEntries(
    columns.map(({ input, column }): [string, Tensor] => {
      const data = batch[column];
      if (data === undefined) throw new Error(`internal: the source gave no column ${column}`);
      return [input.name, tensor(input.shape, data)];
    }),
  );
}
