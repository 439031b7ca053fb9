/**
 * The one training loop: it runs the cycle of a plan for as many steps as the plan says. What a step computes is in the
 * plan's programs; what is done with progress and checkpoints is up to the caller.
 */
import type { BatchSource } from "./batches.ts";
import { type Culprit, findCulprit, nameOfNonFinite } from "./divergence.ts";
import type { Call, Executor, Session, Tensors } from "./executor.ts";
import { RuntimeFault } from "./fault.ts";
import { createCycle } from "./feeds.ts";
import { type Metrics, createMeter, divergenceAdvice } from "./metrics.ts";
import { initialState } from "./parameters.ts";
import type { TrainingPlan } from "./program/plan.ts";
import { sameShape } from "./tensor.ts";

export interface Progress {
  /** steps done */
  readonly step: number;
  readonly steps: number;
  /** averages since the last event */
  readonly metrics: Metrics;
  /** since the last event; null without a clock */
  readonly stepsPerSecond: number | null;
}

export interface TrainOptions {
  readonly executor: Executor;
  readonly seed: number | string;
  readonly sources: Readonly<Record<string, BatchSource>>;
  /** continues after `step` steps from their state; the result is that of a training never interrupted, bit for bit */
  readonly start?: { readonly step: number; readonly state: Tensors };
  readonly onProgress?: (event: Progress) => void;
  /**
   * Called after each `checkpointEvery` steps, when `checkpointDue` says so, after an interruption and at the end;
   * `readState` gives all state of that step, and rejects where it is not finite. Training waits until the promise is
   * fulfilled.
   */
  readonly onCheckpoint?: (step: number, readState: () => Promise<Tensors>) => Promise<void>;
  /** steps; by default checkpoints are made at the end only */
  readonly checkpointEvery?: number;
  /** asked now and then between steps whether a checkpoint is wanted now */
  readonly checkpointDue?: () => boolean;
  /** Called after each `visitEvery` steps with a look at the state of that step. Training waits. */
  readonly onVisit?: (step: number, readState: ReadState) => Promise<void>;
  /** steps; without it there are no visits */
  readonly visitEvery?: number;
  /** Told when something is not finite, before the steps from `from` on are run again to find the operation. */
  readonly onDivergence?: (event: { readonly step: number; readonly from: number; readonly what: string }) => void;
  /** steps between progress events; a hundredth of the training by default */
  readonly logEvery?: number;
  /** stops after the steps already under way */
  readonly signal?: AbortSignal;
  /** a clock in milliseconds, for rates; with it, short steps also share messages to the executor */
  readonly now?: () => number;
}

/** Copies of state entries, all of them by default. */
export type ReadState = (names?: readonly string[]) => Promise<Tensors>;

export interface TrainResult {
  readonly state: Tensors;
  /** steps done */
  readonly step: number;
  /** the metrics of each progress event of this run */
  readonly history: readonly { readonly step: number; readonly metrics: Metrics }[];
  readonly interrupted: boolean;
}

/**
 * Trains. Rejects with a RuntimeFault: "not-a-number" where a metric or the state diverges, with the operation that was
 * first to do so, "corrupt-checkpoint" where `start` does not fit the plan, or what the executor and the sources say.
 * Checkpoints already made stay valid.
 */
export async function train(plan: TrainingPlan, options: TrainOptions): Promise<TrainResult> {
  const { executor, seed, sources } = options;
  const start = options.start ?? { step: 0, state: initialState(plan.state, seed) };
  checkState(plan, start.state);
  const programs = Object.fromEntries(plan.cycle.map(({ program }) => [program, plan.programs[program]!]));
  const session = await executor.open(programs, start.state);
  const cycle = createCycle(plan, seed, sources);
  const watch: Watch = { good: start };
  try {
    const { step, history } = await runSteps(plan, options, session, cycle, watch);
    return { state: await readFinite(session, step), step, history, interrupted: step < plan.steps };
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    watch.diverged = error;
  } finally {
    await session.close();
  }
  throw await explain(plan, options, cycle, watch.good, watch.diverged!);
}

/** The last state known to be finite, from which a divergence can be looked for. */
interface Watch {
  good: { readonly step: number; readonly state: Tensors };
  diverged?: Diverged;
}

/** Something was not finite after `step` steps. */
class Diverged extends Error {
  readonly step: number;
  readonly fault: RuntimeFault;

  constructor(step: number, fault: RuntimeFault) {
    super(fault.message);
    this.step = step;
    this.fault = fault;
  }
}

async function readFinite(session: Session, step: number): Promise<Tensors> {
  const state = await session.read();
  const name = nameOfNonFinite(state);
  if (name === null) return state;
  const what = `the training diverged: the state ${name} is not finite after step ${step}`;
  throw new Diverged(step, new RuntimeFault("not-a-number", what, divergenceAdvice));
}

/** The fault with the operation that was first to leave the finite numbers, where it is found. */
async function explain(
  plan: TrainingPlan,
  { executor, signal, onDivergence }: TrainOptions,
  cycle: (step: number) => Promise<readonly Call[]>,
  start: Watch["good"],
  { step, fault }: Diverged,
): Promise<RuntimeFault> {
  onDivergence?.({ step, from: start.step, what: fault.message });
  const culprit = await findCulprit(plan, { executor, cycle, start, until: step, ...(signal ? { signal } : {}) });
  if (culprit === null) return fault;
  return new RuntimeFault("not-a-number", `${fault.message}; ${tell(culprit)}`, fault.advice, culprit.origin);
}

function tell({ step, program, op, shape, count, value, from }: Culprit): string {
  const all = shape.reduce((product, dim) => product * dim, 1);
  const some = all === 1 ? `is ${value}` : `has ${count} of ${all} values that are not finite, the first ${value}`;
  return `it began with ${op} [${shape.join(", ")}] in ${program} of step ${step}, which ${some}; the largest number that went in was ${from.toPrecision(3)}`;
}

/** Steps under way in one message to the executor. */
interface Message {
  readonly first: number;
  readonly steps: readonly (readonly Call[])[];
  readonly results: Promise<readonly Tensors[]>;
}

/** Two messages: the inputs of one are prepared while the other is computed. */
const messagesUnderWay = 2;

async function runSteps(
  plan: TrainingPlan,
  options: TrainOptions,
  session: Session,
  cycle: (step: number) => Promise<readonly Call[]>,
  watch: Watch,
): Promise<Pick<TrainResult, "step" | "history">> {
  const { onCheckpoint, checkpointEvery = plan.steps, checkpointDue, onVisit, visitEvery = plan.steps + 1 } = options;
  const start = watch.good.step;
  const reporter = createReporter(plan, options, start);
  const underWay: Message[] = [];
  const settle = async () => {
    const { first, steps, results } = underWay.shift()!;
    const all = await results;
    let offset = 0;
    for (const [i, calls] of steps.entries()) {
      try {
        reporter.add(first + i + 1, calls, all.slice(offset, offset + calls.length));
      } catch (error) {
        if (error instanceof RuntimeFault && error.code === "not-a-number") throw new Diverged(first + i + 1, error);
        throw error;
      }
      offset += calls.length;
    }
    return steps.length;
  };

  const checkpoint = async () => {
    await onCheckpoint?.(step, async () => {
      const state = await readFinite(session, step);
      watch.good = { step, state };
      return state;
    });
    saved = step;
  };
  const after = (every: number) => (Math.floor(step / every) + 1) * every;

  const pace = createPace(options.now, options.executor.messageTime);
  let step = start;
  let saved = start;
  while (step < plan.steps && !options.signal?.aborted) {
    const [nextCheckpoint, nextVisit] = [after(checkpointEvery), after(visitEvery)];
    const end = Math.min(step + pace.steps(), nextCheckpoint, nextVisit, plan.steps);
    const steps: (readonly Call[])[] = [];
    for (let next = step; next < end; next++) steps.push(await cycle(next));
    // a long step waits here for the one before: an interruption then finds one under way, not two
    while (pace.isLong() && underWay.length > 0) pace.done(await settle());
    if (options.signal?.aborted) break;
    const results = session.run(steps.flat());
    // Awaited in its turn; until then a failure of it must not count as unhandled.
    results.catch(() => {});
    underWay.push({ first: step, steps, results });
    step = end;
    const [atCheckpoint, atVisit] = [step === nextCheckpoint || checkpointDue?.() === true, step === nextVisit];
    while (underWay.length >= (atCheckpoint || atVisit ? 1 : messagesUnderWay)) pace.done(await settle());
    if (atVisit) await onVisit?.(step, (names) => session.read(names));
    if (atCheckpoint) await checkpoint();
    if (atCheckpoint || atVisit) pace.resume();
  }
  while (underWay.length > 0) await settle();
  if (step > saved) await checkpoint();
  return { step, history: reporter.history };
}

function createReporter(plan: TrainingPlan, options: TrainOptions, start: number) {
  const { onProgress, logEvery = Math.max(1, Math.round(plan.steps / 100)), now } = options;
  const meter = createMeter(plan);
  const history: { step: number; metrics: Metrics }[] = [];
  let last = { step: start, time: now?.() ?? 0 };
  return {
    history,
    add(step: number, calls: readonly Call[], results: readonly Tensors[]) {
      meter.add(step, calls, results);
      if (step % logEvery !== 0 && step !== plan.steps) return;
      const metrics = meter.take();
      history.push({ step, metrics });
      const time = now?.() ?? 0;
      const stepsPerSecond = now === undefined ? null : (1000 * (step - last.step)) / Math.max(time - last.time, 1e-3);
      last = { step, time };
      onProgress?.({ step, steps: plan.steps, metrics, stepsPerSecond });
    },
  };
}

/** How many steps share a message: a message costs as much as several small calls. Results do not depend on it. */
function createPace(now: (() => number) | undefined, messageTime = 20) {
  const most = 64;
  const long = 200;
  let last = now?.() ?? 0;
  let size = 1;
  let each = 0;
  return {
    steps: () => size,
    /** whether a step takes so long that the time between two messages is nothing beside it */
    isLong: () => each >= long,
    /** what was done since the last message was no step */
    resume() {
      last = now?.() ?? 0;
    },
    done(steps: number) {
      if (now === undefined) return;
      const time = now();
      each = Math.max((time - last) / steps, messageTime / most);
      last = time;
      // Grows slowly: the first steps of a session are not typical.
      size = Math.max(1, Math.min(2 * size, Math.floor(messageTime / each)));
    },
  };
}

function checkState(plan: TrainingPlan, state: Tensors): void {
  for (const { name, shape } of plan.state) {
    const found = state[name]?.shape;
    if (found !== undefined && sameShape(found, shape)) continue;
    const what =
      found === undefined ? "is missing" : `has shape [${found.join(", ")}] instead of [${shape.join(", ")}]`;
    throw new RuntimeFault(
      "corrupt-checkpoint",
      `the state does not fit the plan: ${name} ${what}`,
      "train again without resuming",
    );
  }
}

export type { BatchSource };
