/**
 * Where the time of a training step goes: runs the step's ONNX model with ONNX Runtime's own profiler and adds up the time
 * of its nodes by operation. Only the benchmark profiles; the executor never does.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import type { Call, Tensors } from "#runtime/executor";
import type { Program } from "#runtime/program/program";
import { encodeModel } from "../../runtime/executors/onnx/encode.ts";
import { lowerProgram, type Target } from "../../runtime/executors/onnx/lower.ts";
import { inputName } from "../../runtime/executors/onnx/names.ts";
import type { TrainingStep } from "./workloads.ts";

export interface OperationTime {
  readonly op: string;
  /** nodes of this kind in one step */
  readonly count: number;
  /** milliseconds in one step */
  readonly time: number;
}

export interface Breakdown {
  /** all nodes, milliseconds in one step */
  readonly total: number;
  /** slowest first */
  readonly operations: readonly OperationTime[];
  readonly slowest: readonly { readonly op: string; readonly shapes: string; readonly time: number }[];
}

interface Event {
  readonly cat: string;
  readonly name: string;
  /** microseconds */
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

const warmUp = 2;
const runs = 5;

/** The median over a few steps of the time of every node; nodes run one after the other. */
export async function profile(step: TrainingStep, threads: number, target: Target): Promise<Breakdown> {
  const { programs, state, calls } = step;
  const parts: Timed[] = [];
  for (const [key, program] of Object.entries(programs)) {
    const own = calls.filter((call) => call.program === key);
    const nodes = timedNodes(await eventsOf(program, state, own[0]!, threads, target));
    parts.push(...own.flatMap(() => nodes));
  }
  return breakdownOf(parts);
}

interface Timed {
  readonly op: string;
  readonly shapes: string;
  readonly time: number;
}

async function eventsOf(
  program: Program,
  state: Tensors,
  { inputs }: Call,
  threads: number,
  target: Target,
): Promise<Event[]> {
  const folder = mkdtempSync(join(tmpdir(), "causal-bench-"));
  try {
    const session = await ort.InferenceSession.create(encodeModel(lowerProgram(program, target)), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
      extra: { session: { intra_op: { allow_spinning: "0" }, set_denormal_as_zero: "1" } },
    });
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const own = Object.entries({ ...state, ...inputs }).find(([key]) => inputName(key) === name)![1];
        return [name, new ort.Tensor("float32", own.data, own.shape)];
      }),
    );
    for (let run = 0; run < warmUp + runs; run++) await session.run(feeds);
    session.endProfiling();
    await session.release();
    return JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), "utf8")) as Event[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timedNodes(events: readonly Event[]): readonly Timed[] {
  const nodes = new Map<string, { op: string; shapes: string; times: number[] }>();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
    const shapes = (args?.input_type_shape ?? []).map((input) => `[${Object.values(input)[0]!.join(", ")}]`).join(" ");
    const node = nodes.get(name) ?? { op: args?.op_name ?? name, shapes, times: [] };
    node.times.push(dur / 1000);
    nodes.set(name, node);
  }
  return [...nodes.values()].map(({ op, shapes, times }) => {
    const counted = times.slice(warmUp).sort((a, b) => a - b);
    return { op, shapes, time: counted[counted.length >> 1] ?? 0 };
  });
}

function breakdownOf(nodes: readonly Timed[]): Breakdown {
  const timed = [...nodes].sort((a, b) => b.time - a.time);
  const sums = new Map<string, { count: number; time: number }>();
  for (const { op, time } of timed) {
    const sum = sums.get(op) ?? { count: 0, time: 0 };
    sums.set(op, { count: sum.count + 1, time: sum.time + time });
  }
  return {
    total: timed.reduce((sum, { time }) => sum + time, 0),
    operations: [...sums].map(([op, sum]) => ({ op, ...sum })).sort((a, b) => b.time - a.time),
    slowest: timed.slice(0, 12),
  };
}
