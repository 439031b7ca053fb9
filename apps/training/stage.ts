/**
 * Training one stage: its sources of batches, the loop, checkpoints, the tables that are left at its end. Which stages are
 * trained in which order is `api/training.ts`.
 */
import { fitModel } from "#compiler/causal/fit";
import { learnedLabels } from "#compiler/causal/graph";
import { type CausalModel, type CausalNode, nodeOf } from "#compiler/causal/model";
import type { CheckedTrain } from "#lang/checked";
import { statesOf } from "#lang/types/type";
import type { Executor, Tensors } from "#runtime/executor";
import { forward } from "#runtime/forward";
import { encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { sizeOf } from "#runtime/tensor";
import { type BatchSource, type Progress, train } from "#runtime/train";
import { createBalance } from "../api/balance.ts";
import { batchesOf, labelsOf, type OpenData, trainingRows } from "../api/data.ts";
import { drawnLabels, intervenedLabels } from "../api/label-source.ts";
import { type Manifest, type Restored, saveStage, type StageRecord, stageKey } from "../files/run-directory.ts";
import { type Assessment, type Assessor, createAssessor } from "./assess.ts";
import type { Recorder } from "./recorder.ts";
import type { StageOutline } from "./report.ts";
import { settingsText } from "./settings-text.ts";

export interface Stage {
  readonly train: CheckedTrain;
  readonly data: OpenData;
  readonly plan: TrainingPlan;
  /** the nodes that it reads from the data, by name */
  readonly labels: readonly string[];
  readonly startStep: number;
}

export interface StageOptions {
  /** the run directory */
  readonly out: string;
  readonly executor: Executor;
  readonly recorder: Recorder;
  readonly checkpointEvery: number | null;
  readonly checkpointSeconds: number;
  readonly keep: number;
  /** steps between assessments; null: so many that they cost little */
  readonly sampleEvery: number | null;
  readonly signal?: AbortSignal;
  onProgress(event: Progress): void;
  onCheckpoint(record: StageRecord): void;
  onDivergence(event: { readonly step: number; readonly from: number; readonly what: string }): void;
}

export interface StageOutcome {
  readonly manifest: Manifest;
  readonly state: Tensors;
  readonly interrupted: boolean;
}

/** assessments of a stage at most, so that its grids do not fill the disk */
export const mostSamples = 50;
/** of them, where nothing is asked for; and the share of the time that they may take then */
const usualSamples = 20;
const sampleShare = 0.03;

/** Throws RuntimeFault; what was saved before stays. */
export async function runStage(
  stage: Stage,
  model: CausalModel,
  restored: Restored | null,
  before: Manifest,
  options: StageOptions,
): Promise<StageOutcome> {
  const { plan, data, train: statement } = stage;
  const { out, executor, recorder } = options;
  const seed = typeof statement.settings.seed === "number" ? statement.settings.seed : 1;
  const known = restored?.record;
  let manifest = before;
  const began = performance.now();
  const history = [...(known?.history ?? [])];
  const record = await recorder.stage(outlineOf(stage, seed, known), stage.startStep, manifest);

  const nodes = stage.labels.map((name) => nodeOf(model, name));
  const assessor = createAssessor({ plan, data, model, part: statement.part, nodes, seed, executor });
  const clock = createClock(options);
  let assessed: { readonly step: number; readonly scores: Assessment["scores"] } = { step: -1, scores: {} };
  const assess = async (step: number, readState: Parameters<Assessor["assess"]>[1]) => {
    if (assessed.step === step) return;
    const { scores, grid } = await clock.measured(() => assessor.assess(step, readState));
    assessed = { step, scores };
    if (grid !== null || Object.keys(scores).length > 0) record.assessment(step, scores, grid);
  };

  // what was assessed on this state, or else the average of a metric since the checkpoint before
  let scored = stage.startStep;
  let lastScore: number | null = null;
  const scoreOf = (metric: string): number | null => {
    const measured = assessed.scores[metric];
    if (measured !== undefined) return measured;
    const values = history.flatMap((row) => (row.step > scored ? (row.metrics[metric] ?? []) : []));
    scored = history.at(-1)?.step ?? scored;
    if (values.length > 0) lastScore = values.reduce((sum, value) => sum + value, 0) / values.length;
    return lastScore;
  };

  const states = statement.part === "labels" ? { states: countStates(data, model) } : {};
  const planText = encodePlan(plan);
  const save = async (step: number, weights: Tensors, done: boolean) => {
    await record.flush();
    const state = {
      target: plan.target,
      regime: plan.regime,
      seed,
      step,
      steps: plan.steps,
      done,
      data: { dataset: data.dataset, rows: data.training.length, fingerprint: data.source.fingerprint, ...states },
      history,
      seconds: (known?.seconds ?? 0) + (performance.now() - began) / 1000,
      engines: [...new Set([...(known?.engines ?? []), executor.description ?? executor.name])],
      selection: assessor.selection,
      from: null,
    };
    const score = assessor.selection === null ? null : scoreOf(assessor.selection.metric);
    manifest = await saveStage(out, manifest, state, { plan: planText, weights, score, keep: options.keep });
    record.checkpoint(manifest);
    clock.saved();
    options.onCheckpoint(manifest.stages.find((other) => stageKey(other) === stageKey(plan))!);
  };

  const result = await train(plan, {
    executor,
    seed,
    sources: sourcesOf(stage, model, nodes, seed),
    // with a clock, short steps share messages
    now: () => performance.now(),
    ...(restored === null ? {} : { start: { step: restored.record.step, state: restored.weights } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.checkpointEvery === null ? {} : { checkpointEvery: options.checkpointEvery }),
    checkpointDue: clock.checkpointDue,
    visitEvery: visitEvery(plan.steps, options.sampleEvery),
    onVisit: async (step, readState) => {
      if (step === plan.steps || clock.mayAssess()) await assess(step, readState);
    },
    onProgress: (event) => {
      history.push({ step: event.step, metrics: event.metrics });
      record.metrics(event.step, event.metrics);
      options.onProgress(event);
    },
    onCheckpoint: async (step, readState) => {
      const state = await readState();
      // someone who stops a training waits for the checkpoint, not for pictures
      if (!options.signal?.aborted) await assess(step, async () => state);
      await save(step, await withTables(plan, state, { executor, seed }), false);
    },
    onDivergence: options.onDivergence,
  });
  if (result.interrupted) return { manifest, state: result.state, interrupted: true };
  const state = await withTables(plan, result.state, { executor, seed });
  await save(result.step, state, true);
  await record.flush();
  return { manifest, state, interrupted: false };
}

/** With the tables of the nodes that the stage learns, so that a checkpoint can be asked. */
async function withTables(
  plan: TrainingPlan,
  state: Tensors,
  options: { readonly executor: Executor; readonly seed: number },
): Promise<Tensors> {
  if (plan.tables === null) return state;
  const tables = await forward(plan, plan.tables, state, { ...options, inputs: {} });
  return { ...state, ...Object.fromEntries(Object.entries(tables).map(([node, table]) => [`table/${node}`, table])) };
}

function visitEvery(steps: number, asked: number | null): number {
  return asked === null
    ? Math.max(1, Math.round(steps / usualSamples))
    : Math.max(asked, Math.ceil(steps / mostSamples));
}

/** When a checkpoint is due, and whether there is time to assess. */
function createClock({ checkpointSeconds, sampleEvery }: StageOptions) {
  const began = performance.now();
  let lastSaved = began;
  let assessing = 0;
  return {
    checkpointDue: () => performance.now() - lastSaved >= 1000 * checkpointSeconds,
    saved() {
      lastSaved = performance.now();
    },
    mayAssess: () => sampleEvery !== null || assessing <= sampleShare * (performance.now() - began),
    async measured<T>(work: () => Promise<T>): Promise<T> {
      const start = performance.now();
      const result = await work();
      assessing += performance.now() - start;
      return result;
    },
  };
}

function outlineOf({ plan, data, train: { settings } }: Stage, seed: number, known?: StageRecord): StageOutline {
  const { target, regime, steps } = plan;
  return {
    key: stageKey(plan),
    target,
    regime,
    seed,
    steps,
    rows: data.training.length,
    parameters: parametersOf(plan),
    settings: settingsText(settings),
    seconds: known?.seconds ?? 0,
  };
}

/** Numbers that are trained. */
export function parametersOf({ state }: TrainingPlan): number {
  return state.filter(({ role }) => role === "parameter").reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** How many training rows have each state of each learned label: what the tables were fitted to. */
function countStates(data: OpenData, model: CausalModel): Readonly<Record<string, readonly number[]>> {
  const nodes = model.nodes.filter((node) => node.mechanism.kind === "learned" && node.type.kind !== "image");
  const { columns } = labelsOf(data, nodes);
  return Object.fromEntries(
    nodes.map((node) => {
      const counts = new Array<number>(statesOf(node.type)?.length ?? 0).fill(0);
      for (const row of data.training) counts[columns[node.name]![row]!]! += 1;
      return [node.name, counts];
    }),
  );
}

/** The nodes that a stage reads from the data: of the labels what is learned and its parents, of an image its parents. */
export function labelNodes(model: CausalModel, part: string): readonly CausalNode[] {
  if (part === "labels") return learnedLabels(model);
  return nodeOf(model, part).parents.map((name) => nodeOf(model, name));
}

/** The names of the sources that the plan's feeds read. */
export function sourceNames({ feeds }: TrainingPlan): ReadonlySet<string> {
  return new Set(Object.values(feeds).flatMap((feed) => (feed.kind === "batch" ? [feed.source] : [])));
}

/** The sources that the plan's feeds name: rows of the data, and labels drawn from the model. */
function sourcesOf(
  { plan, data }: Stage,
  model: CausalModel,
  nodes: readonly CausalNode[],
  seed: number,
): Record<string, BatchSource> {
  const labels = labelsOf(data, nodes);
  const balance = plan.balance === 0 ? null : createBalance(labels.layout, trainingRows(data, labels), plan.balance);
  const make: Readonly<Record<string, () => BatchSource>> = {
    data: () => batchesOf(data, labels, { order: plan.order, balance, seed }),
    model: () => drawnLabels(model, nodes, balance, seed),
    interventions: () => intervenedLabels(model, nodes, seed),
  };
  return Object.fromEntries([...sourceNames(plan)].map((name) => [name, make[name]!()]));
}

/** The model with the tables that a finished stage has left in its weights. */
export function fitted(model: CausalModel, state: Tensors): CausalModel {
  const tables = Object.entries(state).flatMap(([name, { data }]) =>
    name.startsWith("table/") ? [[name.slice("table/".length), Float64Array.from(data)] as const] : [],
  );
  return tables.length === 0 ? model : fitModel(model, new Map(tables));
}
