/**
 * Where a training left the finite numbers: the steps since a good state are run again until a call gives a value that is
 * none, and the nodes of that call are looked at one by one. Noticing a divergence is the business of the loop.
 */
import type { Call, Executor, Session, Tensors } from "./executor.ts";
import type { TrainingPlan } from "./program/plan.ts";
import { type Node, type OpNode, type Origin, type Program, inputsOf } from "./program/program.ts";
import type { Shape, Tensor } from "./tensor.ts";

/** The first operation whose result is not finite. */
export interface Culprit {
  /** counts from 1 */
  readonly step: number;
  readonly program: string;
  readonly op: OpNode["op"];
  readonly shape: Shape;
  /** how many of its values are no finite numbers, and the first of these */
  readonly count: number;
  readonly value: number;
  /** the largest magnitude among what it was computed from */
  readonly from: number;
  /** of the node, or of the nearest one behind it that has a place */
  readonly origin: Origin | null;
}

export interface Search {
  readonly executor: Executor;
  readonly cycle: (step: number) => Promise<readonly Call[]>;
  /** a finite state, after `step` steps */
  readonly start: { readonly step: number; readonly state: Tensors };
  /** the number of steps after which something was not finite */
  readonly until: number;
  readonly signal?: AbortSignal;
}

export function allFinite(tensors: Tensors): boolean {
  return nameOfNonFinite(tensors) === null;
}

/** The first entry that holds NaN or an infinity. */
export function nameOfNonFinite(tensors: Tensors): string | null {
  return Object.entries(tensors).find(([, tensor]) => countNonFinite(tensor) > 0)?.[0] ?? null;
}

function countNonFinite({ data }: Tensor): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i]!)) count++;
  return count;
}

/** Steps between two looks at the state: a look copies all of it. */
const block = 16;

/** Null where the steps, run again, stay finite, or where the search is stopped. */
export async function findCulprit(plan: TrainingPlan, search: Search): Promise<Culprit | null> {
  const { executor, cycle, until, signal } = search;
  const programs = Object.fromEntries(plan.cycle.map(({ program }) => [program, plan.programs[program]!]));
  const session = await executor.open(programs, search.start.state);
  try {
    let good = search.start;
    while (good.step < until) {
      const end = Math.min(good.step + block, until);
      let finite = true;
      for (let step = good.step; step < end && finite; step++) {
        if (signal?.aborted) return null;
        finite = (await session.run(await cycle(step))).every(allFinite);
      }
      const state = await session.read();
      if (!finite || !allFinite(state)) return await searchBlock(plan, search, session, good, end);
      good = { step: end, state };
    }
    return null;
  } finally {
    await session.close();
  }
}

async function searchBlock(
  plan: TrainingPlan,
  { executor, cycle, signal }: Search,
  session: Session,
  good: Search["start"],
  end: number,
): Promise<Culprit | null> {
  await session.write(good.state);
  let before = good.state;
  for (let step = good.step; step < end; step++) {
    for (const call of await cycle(step)) {
      if (signal?.aborted) return null;
      const results = await session.run([call]);
      const after = await session.read();
      if (!results.every(allFinite) || !allFinite(after)) {
        const found = await searchCall(plan.programs[call.program]!, call, before, executor);
        return found === null ? null : { step: step + 1, program: call.program, ...found };
      }
      before = after;
    }
  }
  return null;
}

/**
 * The first node on a way of values that are not finite to a result. A masked infinity, which some later node leaves out,
 * is on no such way.
 */
async function searchCall(
  program: Program,
  call: Call,
  state: Tensors,
  executor: Executor,
): Promise<Omit<Culprit, "step" | "program"> | null> {
  const checks = await runAlone(executor, checking(program), call, state);
  const bad = (index: number) => Number.isNaN(checks[checkName(index)]?.data[0] ?? 0);
  const reached = new Set<number>();
  const ahead = program.outputs.map(({ node }) => node).filter(bad);
  for (let index = ahead.pop(); index !== undefined; index = ahead.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    ahead.push(...operandsOf(program.nodes[index]!).filter(bad));
  }
  if (reached.size === 0) return null;
  // nodes stand in topological order, so nothing behind the first one is bad
  const first = Math.min(...reached);
  const node = program.nodes[first] as OpNode;
  const operands = operandsOf(node);
  const outputs = [first, ...operands].map((index) => ({ name: checkName(index), node: index }));
  const values = await runAlone(executor, { ...program, outputs: uniqueOutputs(outputs) }, call, state);
  const result = values[checkName(first)]!;
  return {
    op: node.op,
    shape: node.shape,
    count: countNonFinite(result),
    value: result.data.find((value) => !Number.isFinite(value)) ?? Number.NaN,
    from: operands.reduce((most, index) => Math.max(most, largest(values[checkName(index)]!.data)), 0),
    origin: nearestOrigin(program, [first]),
  };
}

/** A name that no state entry has. */
const checkName = (index: number) => `?${index}`;

const operandsOf = (node: Node): readonly number[] =>
  node.op === "input" || node.op === "constant" ? [] : node.inputs;

const uniqueOutputs = (outputs: Program["outputs"]) => [
  ...new Map(outputs.map((output) => [output.name, output])).values(),
];

const largest = (data: Float32Array) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The program with one number for each operation: NaN where a value of it is not finite (x - x is NaN there), else 0. */
function checking(program: Program): Program {
  const nodes: Node[] = [...program.nodes];
  const outputs = program.nodes.flatMap(({ op, shape }, index) => {
    if (op === "input" || op === "constant") return [];
    nodes.push({ op: "sub", attrs: {}, inputs: [index, index], shape, origin: null });
    const axes = shape.map((_, axis) => axis);
    if (axes.length > 0) {
      const inputs = [nodes.length - 1];
      nodes.push({ op: "sum", attrs: { axes, keepdims: false }, inputs, shape: [], origin: null });
    }
    return [{ name: checkName(index), node: nodes.length - 1 }];
  });
  return { name: `${program.name} checked`, nodes, outputs };
}

async function runAlone(executor: Executor, program: Program, call: Call, state: Tensors): Promise<Tensors> {
  const read = inputsOf(program).flatMap(({ name }) => (name in state ? [[name, state[name]!] as const] : []));
  const session = await executor.open({ alone: program }, Object.fromEntries(read));
  try {
    const [results] = await session.run([{ program: "alone", inputs: call.inputs }]);
    return results!;
  } finally {
    await session.close();
  }
}

/** The place in the source of the nearest node behind these that has one. */
export function nearestOrigin(program: Program, from: readonly number[]): Origin | null {
  let layer = from;
  const seen = new Set<number>();
  while (layer.length > 0) {
    const known = layer.map((index) => program.nodes[index]!).find(({ origin }) => origin !== null);
    if (known !== undefined) return known.origin;
    for (const index of layer) seen.add(index);
    const behind = layer.flatMap((index) => operandsOf(program.nodes[index]!));
    layer = [...new Set(behind)].filter((index) => !seen.has(index));
  }
  return null;
}
