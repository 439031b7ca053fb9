/**
 * The reference executor: plain TypeScript on one thread, the oracle that every other executor is compared with. The state
 * of a session is a map from names to tensors; the kernels are in `reference/`.
 */
import type { Call, Executor, Session, Tensors } from "../executor.ts";
import type { Program } from "../program/program.ts";
import { sameShape, type Tensor, tensor } from "../tensor.ts";
import { createTurns, runEach } from "./in-thread.ts";
import { evaluateInSteps } from "./reference/evaluate.ts";

export interface ReferenceOptions {
  /** awaited between calls and after each convolution, so that others of this thread get their turn */
  readonly breathe?: () => Promise<void>;
}

export function createReferenceExecutor({ breathe }: ReferenceOptions = {}): Executor {
  return {
    name: "reference",
    open: async (programs, state) => openSession(programs, state, breathe),
    close: async () => {},
  };
}

function openSession(
  programs: Readonly<Record<string, Program>>,
  initial: Tensors,
  breathe: ReferenceOptions["breathe"],
): Session {
  const state = new Map<string, Tensor>(Object.entries(initial).map(([name, value]) => [name, copyOf(value)]));

  function entry(name: string): Tensor {
    const value = state.get(name);
    if (value === undefined) throw new Error(`internal: the session has no state entry ${name}`);
    return value;
  }

  /** Replaces an entry; the session owns the array from now on. */
  function replace(name: string, value: Tensor): void {
    const { shape } = entry(name);
    if (!sameShape(shape, value.shape)) {
      const [wanted, got] = [shape, value.shape].map((dims) => `[${dims.join(", ")}]`);
      throw new Error(`internal: state entry ${name} has shape ${wanted}; ${got} was written`);
    }
    state.set(name, value);
  }

  async function run(call: Call): Promise<Tensors> {
    const program = programs[call.program];
    if (program === undefined) throw new Error(`internal: the session has no program ${call.program}`);
    const evaluation = evaluateInSteps(program, { ...call.inputs, ...Object.fromEntries(state) });
    let step = evaluation.next();
    for (; step.done !== true; step = evaluation.next()) await breathe?.();
    const results = Object.entries(step.value);
    for (const [name, value] of results) if (state.has(name)) replace(name, value);
    return Object.fromEntries(results.filter(([name]) => !state.has(name)));
  }

  const inTurn = createTurns();
  return {
    run: (calls) => inTurn(() => runEach(calls, run, breathe)),
    read: (names = [...state.keys()]) =>
      inTurn(async () => Object.fromEntries(names.map((name) => [name, copyOf(entry(name))]))),
    write: (values) =>
      inTurn(async () => {
        for (const [name, value] of Object.entries(values)) replace(name, copyOf(value));
      }),
    close: () => inTurn(async () => state.clear()),
  };
}

function copyOf(value: Tensor): Tensor {
  return tensor(value.shape, value.data.slice());
}
