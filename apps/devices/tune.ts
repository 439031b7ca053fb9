/**
 * Measures the ways to write the convolutions of given programs on this machine. Which ways there are is the ONNX executor's
 * knowledge; where the choices are kept is that of `measured.ts`.
 */
import { createBuilder } from "#compiler/tensor/build";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { type Choices, isTunable, signatureOf, type Tunable, wayOf, waysOf } from "#runtime/executors/onnx/convolution";
import type { Target } from "#runtime/executors/onnx/lower";
import type { Session } from "#runtime/executor";
import type { Program } from "#runtime/program/program";
import { createStream } from "#runtime/random";
import { type Shape, sizeOf } from "#runtime/tensor";
import { threads } from "./machine.ts";
import { stoppable } from "./stoppable.ts";

export interface Tuned {
  readonly signature: string;
  /** what is written without a choice */
  readonly rule: string;
  /** milliseconds of the fastest run, by way */
  readonly times: Readonly<Record<string, number>>;
  readonly chosen: string;
}

/** Another way than that of the rule is taken when it is faster by this share: less may be noise. */
const margin = 0.05;
const leastRounds = 3;

export interface TuneOptions {
  /** for each convolution */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** hears of each convolution as it is done */
  report?(tuned: Tuned): void;
}

/** Measures the ways of each convolution of the programs in turns. Throws a RuntimeFault "interrupted" once it is told to stop. */
export async function tune(programs: readonly Program[], { seconds, signal, report }: TuneOptions): Promise<Choices> {
  const chosen: Record<string, string> = {};
  // read whenever a session is opened: so one executor writes an operation in every way
  const forced: Record<string, string> = {};
  const executor = stoppable(await createOnnxExecutor({ threads, choices: forced }), signal);
  try {
    for (const [signature, { node, shapes }] of tunable(programs, executor.target)) {
      const sessions: [string, Session][] = [];
      for (const way of waysOf(executor.target, node, shapes)) {
        forced[signature] = way;
        const { program, state } = alone(node, shapes);
        sessions.push([way, await executor.open({ run: program }, state)]);
      }
      const rule: string = wayOf({ ...executor.target, choices: {} }, node, shapes);
      const times = await race(sessions, seconds);
      for (const [, session] of sessions) await session.close();
      const [fastest] = Object.keys(times).sort((a, b) => times[a]! - times[b]!);
      const best = times[fastest!]! < (1 - margin) * times[rule]! ? fastest! : rule;
      chosen[signature] = best;
      report?.({ signature, rule, times, chosen: best });
    }
  } finally {
    await executor.close();
  }
  return chosen;
}

/** The operations that can be written in several ways, each once. */
function tunable(
  programs: readonly Program[],
  target: Target,
): ReadonlyMap<string, { node: Tunable; shapes: readonly Shape[] }> {
  const found = new Map<string, { node: Tunable; shapes: readonly Shape[] }>();
  for (const { nodes } of programs) {
    for (const node of nodes) {
      if (node.op === "input" || node.op === "constant" || !isTunable(node)) continue;
      const shapes = node.inputs.map((input) => nodes[input]!.shape);
      if (waysOf(target, node, shapes).length > 1) found.set(signatureOf(node, shapes), { node, shapes });
    }
  }
  return found;
}

/** A program of this operation only, whose operands stay with the engine and whose sum is all that comes back. */
function alone({ op, attrs }: Tunable, shapes: readonly Shape[]) {
  const b = createBuilder("tune");
  const operands = shapes.map((shape, i) => b.input(`x${i}`, shape));
  b.output("sum", b.sum(b.emit(op, attrs, ...operands)));
  const drawn = shapes.map((shape, i) => {
    const data = new Float32Array(sizeOf(shape));
    createStream(1, "tune", i).fillNormal(data, 0, 1);
    return [`x${i}`, { shape, data }] as const;
  });
  return { program: b.build(), state: Object.fromEntries(drawn) };
}

async function race(sessions: readonly [string, Session][], seconds: number): Promise<Record<string, number>> {
  const run = { program: "run", inputs: {} };
  for (const [, session] of sessions) await session.run([run]);
  const times = Object.fromEntries(sessions.map(([way]) => [way, Number.POSITIVE_INFINITY]));
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; round < leastRounds || performance.now() < end; round++) {
    for (const [way, session] of sessions) {
      const start = performance.now();
      await session.run([run]);
      times[way] = Math.min(times[way]!, performance.now() - start);
    }
  }
  return times;
}
