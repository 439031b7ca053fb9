/**
 * Running the `train` statements of a project into a run directory: data, plan, loop, checkpoints, tables. The loop
 * itself is the runtime's; how a checkpoint is laid out on disk is `files/run-directory.ts`.
 */
import { dirname, relative } from "node:path";
import { fitModel } from "#compiler/causal/fit";
import { learnedLabels } from "#compiler/causal/graph";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { planTraining } from "#compiler/compile";
import type { CheckedTrain } from "#lang/checked";
import type { Constants } from "#lang/types/signature";
import { statesOf } from "#lang/types/type";
import type { Executor, Tensors } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { encodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { forward } from "#runtime/forward";
import { type BatchSource, train } from "#runtime/train";
import { packageVersion } from "../files/package-root.ts";
import { createReader } from "../files/reader.ts";
import {
  hashProgram,
  isRunDirectory,
  type Manifest,
  type ProgramFile,
  readManifest,
  readWeights,
  removeRun,
  saveStage,
  type StageRecord,
  stageKey,
  writeManifest,
} from "../files/run-directory.ts";
import { createBalance } from "./balance.ts";
import { batchesOf, labelsOf, type OpenData, openData, requirePictures, trainingRows } from "./data.ts";
import { drawnLabels, intervenedLabels } from "./label-source.ts";
import type { Project } from "./project.ts";

export interface TrainOptions {
  /** the run directory */
  readonly out: string;
  readonly executor: Executor;
  /** continue what is in `out`; without it a run in `out` is left alone and reported */
  readonly resume?: boolean;
  /** replace a run in `out` */
  readonly overwrite?: boolean;
  /** paths of data sets by the name of their `data` statement, instead of the program's */
  readonly data?: Readonly<Record<string, string>>;
  /** steps of every stage that counts steps, instead of the program's */
  readonly steps?: number;
  /** seed of every stage, instead of the program's */
  readonly seed?: number;
  /** steps between checkpoints; one at the end of each stage by default */
  readonly checkpointEvery?: number;
  /** stops training in good order, with a checkpoint */
  readonly signal?: AbortSignal;
  readonly observer?: TrainObserver;
}

export interface Stage {
  readonly train: CheckedTrain;
  readonly data: OpenData;
  readonly plan: TrainingPlan;
  /** the nodes that it reads from the data, by name */
  readonly labels: readonly string[];
  readonly startStep: number;
}

/** What a caller can watch; all of it is optional. */
export interface TrainObserver {
  stageStarted?(stage: Stage): void;
  progress?(event: { step: number; steps: number; metrics: Readonly<Record<string, number>> }): void;
  stageFinished?(stage: Stage, record: StageRecord, model: CausalModel): void;
  checkpointed?(record: StageRecord): void;
}

export interface TrainResult {
  readonly manifest: Manifest;
  readonly interrupted: boolean;
}

/** Throws RuntimeFault; what was saved before stays. */
export async function trainProject(project: Project, options: TrainOptions): Promise<TrainResult> {
  let manifest = await openRun(project, options);
  const opened = await openAll(project, options);
  const models = new Map(project.models);

  for (const statement of project.program.trains) {
    const settings: Constants = {
      ...statement.settings,
      ...(options.steps !== undefined && "steps" in statement.settings ? { steps: options.steps } : {}),
      ...(options.seed !== undefined ? { seed: options.seed } : {}),
    };
    const trainStatement = { ...statement, settings };
    const data = opened.get(String(settings.data))!;

    const model = models.get(statement.model)!;
    const planned = planTraining({ ...project, models }, trainStatement, project.vocabulary, data.training.length);
    const known = manifest.stages.find((stage) => stageKey(stage) === stageKey(planned));
    if (known?.done) {
      models.set(statement.model, fitted(model, readWeights(options.out, known)));
      continue;
    }
    if (known !== undefined) requireSameStage(known, planned, data, options.out);
    const labels = labelNodes(model, statement.part).map((node) => node.name);
    const stage: Stage = { train: trainStatement, data, plan: planned, labels, startStep: known?.step ?? 0 };
    options.observer?.stageStarted?.(stage);
    const outcome = await runStage(stage, model, known, manifest, options);
    manifest = outcome.manifest;
    if (outcome.interrupted) return { manifest, interrupted: true };
    models.set(statement.model, fitted(model, outcome.state));
    const record = manifest.stages.find((other) => stageKey(other) === stageKey(planned))!;
    options.observer?.stageFinished?.(stage, record, models.get(statement.model)!);
  }
  return { manifest, interrupted: false };
}

/** All data that is trained on, by name. What an image stage will miss is found before an hour of labels is trained. */
async function openAll(project: Project, options: TrainOptions): Promise<ReadonlyMap<string, OpenData>> {
  const reader = createReader(dirname(project.files[0]!.name));
  const opened = new Map<string, OpenData>();
  for (const { model, part, settings } of project.program.trains) {
    const name = String(settings.data);
    const checked = project.program.data.get(name)!;
    const path = options.data?.[name];
    const data =
      opened.get(name) ??
      (await openData(path === undefined ? checked : { ...checked, args: { ...checked.args, path } }, reader));
    opened.set(name, data);
    const node = project.models.get(model)!.nodes.find((other) => other.name === part);
    if (node !== undefined) requirePictures(data, node);
  }
  return opened;
}

async function openRun(project: Project, { out, resume, overwrite }: TrainOptions): Promise<Manifest> {
  const files = portable(project.files);
  const sha256 = hashProgram(files);
  const fresh: Manifest = {
    format: 1,
    package: { name: "causal-lang", version: packageVersion() },
    program: { sha256, files },
    stages: [],
  };
  // written before anything is computed: a place that cannot be written to is found out now
  const begin = async () => {
    await writeManifest(out, fresh);
    return fresh;
  };
  if (!isRunDirectory(out)) return begin();
  if (overwrite === true) {
    await removeRun(out);
    return begin();
  }
  const isEmpty = (manifest: Manifest) => manifest.stages.length === 0;
  if (resume !== true && isEmpty(readManifest(out))) return begin();
  if (resume !== true) {
    throw new RuntimeFault(
      "bad-file",
      `${out} already holds a run`,
      "continue it with --resume, replace it with --overwrite, or name another directory with --out",
    );
  }
  const manifest = readManifest(out);
  if (manifest.program.sha256 !== sha256) {
    const differing = files.find(
      (file) => manifest.program.files.find((other) => other.name === file.name)?.text !== file.text,
    );
    throw new RuntimeFault(
      "other-program",
      `${out} was trained from another program${differing === undefined ? "" : `: ${differing.name} is not the same`}`,
      "train into another directory with --out, or put the program back as it was (the run keeps its text)",
    );
  }
  return manifest;
}

/**
 * The program as a run directory keeps it: names relative to the program's own file, so that a run does not depend on
 * where the program lies.
 */
export function portable(files: readonly ProgramFile[]): readonly ProgramFile[] {
  const base = dirname(files[0]!.name);
  return files.map(({ name, text }) => ({ name: name.startsWith("stdlib/") ? name : relative(base, name), text }));
}

function requireSameStage(known: StageRecord, plan: TrainingPlan, data: OpenData, out: string): void {
  if (known.data.fingerprint !== data.source.fingerprint) {
    throw new RuntimeFault(
      "bad-data",
      `${out} was trained on other data: ${data.name} has changed since`,
      "put the data back, or train into another directory with --out",
    );
  }
  if (known.steps !== plan.steps && known.step > plan.steps) {
    throw new RuntimeFault(
      "bad-data",
      `${out} is at step ${known.step} of ${plan.target}, past the ${plan.steps} asked for`,
      "ask for more steps, or train into another directory with --out",
    );
  }
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

interface StageOutcome {
  readonly manifest: Manifest;
  readonly state: Tensors;
  readonly interrupted: boolean;
}

async function runStage(
  stage: Stage,
  model: CausalModel,
  known: StageRecord | undefined,
  before: Manifest,
  options: TrainOptions,
): Promise<StageOutcome> {
  const { plan, data, train: statement } = stage;
  const seed = typeof statement.settings.seed === "number" ? statement.settings.seed : 1;
  let manifest = before;
  const began = performance.now();
  const history = [...(known?.history ?? [])];

  const states = statement.part === "labels" ? { states: countStates(data, model) } : {};
  const save = async (step: number, state: Tensors, done: boolean) => {
    manifest = await saveStage(
      options.out,
      manifest,
      {
        target: plan.target,
        regime: plan.regime,
        seed,
        step,
        steps: plan.steps,
        done,
        data: { dataset: data.dataset, rows: data.training.length, fingerprint: data.source.fingerprint, ...states },
        history,
        seconds: (known?.seconds ?? 0) + (performance.now() - began) / 1000,
        engines: [...new Set([...(known?.engines ?? []), options.executor.description ?? options.executor.name])],
      },
      encodePlan(plan),
      state,
    );
    options.observer?.checkpointed?.(manifest.stages.find((other) => stageKey(other) === stageKey(plan))!);
  };

  const sources = sourcesOf(stage, model, seed);
  const result = await train(plan, {
    executor: options.executor,
    seed,
    sources,
    ...(known === undefined ? {} : { start: { step: known.step, state: readWeights(options.out, known) } }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.checkpointEvery === undefined ? {} : { checkpointEvery: options.checkpointEvery }),
    now: () => performance.now(),
    onProgress: (event) => {
      history.push({ step: event.step, metrics: event.metrics });
      options.observer?.progress?.(event);
    },
    onCheckpoint: async (step, readState) => save(step, await readState(), false),
  });
  if (result.interrupted) return { manifest, state: result.state, interrupted: true };
  const tables =
    plan.tables === null
      ? {}
      : await forward(plan, plan.tables, result.state, { executor: options.executor, seed, inputs: {} });
  const state = {
    ...result.state,
    ...Object.fromEntries(Object.entries(tables).map(([node, table]) => [`table/${node}`, table])),
  };
  await save(result.step, state, true);
  return { manifest, state, interrupted: false };
}

/** The nodes that a stage reads from the data: of the labels what is learned and its parents, of an image its parents. */
function labelNodes(model: CausalModel, part: string): readonly CausalNode[] {
  if (part === "labels") return learnedLabels(model);
  const image = model.nodes.find((node) => node.name === part)!;
  return image.parents.map((name) => model.nodes.find((node) => node.name === name)!);
}

/** The sources that the plan's feeds name: rows of the data, and labels drawn from the model. */
function sourcesOf(
  { plan, data, train: { part } }: Stage,
  model: CausalModel,
  seed: number,
): Record<string, BatchSource> {
  const nodes = labelNodes(model, part);
  const labels = labelsOf(data, nodes);
  const balance = plan.balance === 0 ? null : createBalance(labels.layout, trainingRows(data, labels), plan.balance);
  const make: Readonly<Record<string, () => BatchSource>> = {
    data: () => batchesOf(data, labels, { order: plan.order, balance, seed }),
    model: () => drawnLabels(model, nodes, balance, seed),
    interventions: () => intervenedLabels(model, nodes, seed),
  };
  const named = Object.values(plan.feeds).flatMap((feed) => (feed.kind === "batch" ? [feed.source] : []));
  return Object.fromEntries([...new Set(named)].map((name) => [name, make[name]!()]));
}

/** The model with the tables that a finished stage has left in its weights. */
export function fitted(model: CausalModel, state: Tensors): CausalModel {
  const tables = Object.entries(state).flatMap(([name, { data }]) =>
    name.startsWith("table/") ? [[name.slice("table/".length), Float64Array.from(data)] as const] : [],
  );
  return tables.length === 0 ? model : fitModel(model, new Map(tables));
}
