/**
 * Running the `train` statements of a project into a run directory: which stages, in which order, on which data. One
 * stage is `training/stage.ts`; how a checkpoint is laid out on disk is `files/run-directory.ts`.
 */
import { dirname, relative } from "node:path";
import type { CausalModel } from "#compiler/causal/model";
import { planTraining } from "#compiler/compile";
import type { CheckedTrain } from "#lang/checked";
import type { Constants } from "#lang/types/signature";
import type { Executor } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { leastMemory } from "#runtime/program/footprint";
import type { TrainingPlan } from "#runtime/program/plan";
import { packageVersion } from "../files/package-root.ts";
import { createReader } from "../files/reader.ts";
import {
  hashProgram,
  isRunDirectory,
  type Manifest,
  type ProgramFile,
  readManifest,
  removeRun,
  removeStage,
  restoreStage,
  type StageRecord,
  stageKey,
  sweep,
  writeManifest,
} from "../files/run-directory.ts";
import { chooseTrains } from "../training/choose.ts";
import { createRecorder } from "../training/recorder.ts";
import { reuseStages, type Reused } from "../training/reuse.ts";
import { fitted, labelNodes, runStage, sourceNames, type Stage } from "../training/stage.ts";
import { type OpenData, openData, requirePictures, withPath } from "./data.ts";
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
  /** train these only: "labels", an image, or either after its model and a dot; what is trained already is used */
  readonly only?: readonly string[];
  /** a run whose finished stages are taken where they fit */
  readonly from?: string;
  /** steps between checkpoints, besides those by time; there is always one at the end of a stage */
  readonly checkpointEvery?: number;
  /** seconds between checkpoints; 180 by default, Infinity for none */
  readonly checkpointSeconds?: number;
  /** how many of the last checkpoints are kept, besides the best; 3 by default */
  readonly keep?: number;
  /** steps between sample grids and measurements; by default some twenty a stage, as far as they cost little */
  readonly sampleEvery?: number;
  /** write report.html; true by default */
  readonly report?: boolean;
  /** write TensorBoard event files; true by default */
  readonly tensorboard?: boolean;
  /** stops training in good order, with a checkpoint */
  readonly signal?: AbortSignal;
  readonly observer?: TrainObserver;
}

/** What a caller can watch; all of it is optional. */
export interface TrainObserver {
  /** what opening the data came to */
  notice?(text: string): void;
  /** pictures that were decoded before training */
  readingPictures?(done: number, total: number): void;
  stageStarted?(stage: Stage): void;
  progress?(event: { step: number; steps: number; metrics: Readonly<Record<string, number>> }): void;
  stageFinished?(stage: Stage, record: StageRecord, model: CausalModel): void;
  checkpointed?(record: StageRecord): void;
  /** before anything is trained: the stages to come, and how many checkpoints of each are on disk at once */
  planned?(stages: readonly PlannedStage[], checkpoints: number): void;
  /** what another run had that fits, and what it had that does not */
  reused?(stages: readonly Reused[]): void;
  /** checkpoints that cannot be read, and the step from which the stage goes on instead */
  fellBack?(target: string, step: number, lost: readonly string[]): void;
  /** something is not finite; the steps after `from` are run again to find out where it began */
  diverged?(event: { readonly step: number; readonly from: number; readonly what: string }): void;
}

export interface TrainResult {
  readonly manifest: Manifest;
  readonly interrupted: boolean;
}

/** A train statement with its data and its plan. */
export interface PlannedStage {
  readonly key: string;
  readonly train: CheckedTrain;
  readonly data: OpenData;
  readonly plan: TrainingPlan;
}

export const defaults = { checkpointSeconds: 180, keep: 3 } as const;

/** Throws RuntimeFault; what was saved before stays. Throws a RangeError where `only` names what there is not. */
export async function trainProject(project: Project, options: TrainOptions): Promise<TrainResult> {
  const { out, executor, observer = {}, keep = defaults.keep, report = true, tensorboard = true } = options;
  const chosen = chooseTrains(project.program.trains, options.only);
  let manifest = await openRun(project, chosen, options);
  // planned before anything is computed: what an image stage will miss is found before an hour of labels is trained
  const planned = await planAll(project, chosen, options);
  let models: ReadonlyMap<string, CausalModel> = project.models;
  if (options.from !== undefined) {
    const outcome = await reuseStages(manifest, {
      from: options.from,
      out,
      models,
      planned: new Map(
        planned.map(({ key, plan, data }) => [key, { plan, fingerprint: data.source.fingerprint }] as const),
      ),
      trained: new Set(options.only === undefined ? [] : planned.map(({ key }) => key)),
    });
    ({ manifest } = outcome);
    observer.reused?.(outcome.reused);
  }
  const finished = await restoreFinished(project, manifest, options);
  ({ manifest, models } = finished);
  const ahead = planned.filter(({ key, train }) => !isFinished(manifest, key, train));
  for (const { train, data } of ahead) if (train.part !== "labels") await data.source.image?.files?.scan();
  for (const stage of ahead) requireMemory(stage, executor);
  if (ahead.length > 0) observer.planned?.(ahead, keep + 2);
  const recorder = createRecorder({ out, report, tensorboard, executor: executor.name });
  try {
    for (const { key, train, data, plan } of ahead) {
      const model = models.get(train.model)!;
      requireLabels(model, plan, project, out);
      const known = manifest.stages.find((stage) => stageKey(stage) === key);
      if (known !== undefined) requireSameStage(known, plan, data, out);
      const restored = known === undefined ? null : restoreStage(out, known);
      if (restored !== null && restored.lost.length > 0) {
        observer.fellBack?.(plan.target, restored.record.step, restored.lost);
      }
      const labels = labelNodes(model, train.part).map((node) => node.name);
      const stage: Stage = { train, data, plan, labels, startStep: restored?.record.step ?? 0 };
      observer.stageStarted?.(stage);
      const outcome = await runStage(stage, model, restored, manifest, {
        out,
        executor,
        recorder,
        keep,
        checkpointEvery: options.checkpointEvery ?? null,
        checkpointSeconds: options.checkpointSeconds ?? defaults.checkpointSeconds,
        sampleEvery: options.sampleEvery ?? null,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        onProgress: (event) => observer.progress?.(event),
        onCheckpoint: (record) => observer.checkpointed?.(record),
        onDivergence: (event) => observer.diverged?.(event),
      });
      manifest = outcome.manifest;
      if (outcome.interrupted) {
        await recorder.finish({ kind: "stopped" }, manifest);
        return { manifest, interrupted: true };
      }
      models = new Map(models).set(train.model, fitted(model, outcome.state));
      const record = manifest.stages.find((other) => stageKey(other) === key)!;
      observer.stageFinished?.(stage, record, models.get(train.model)!);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // the first error is the one to be told: the report may be what cannot be written
    await recorder.finish({ kind: "failed", message }, readManifest(out)).catch(() => undefined);
    throw error;
  }
  if (ahead.length > 0) await recorder.finish({ kind: "finished" }, manifest);
  return { manifest, interrupted: false };
}

/** A stage that was taken from another run stands for the train statement of its part, whatever its regime. */
function isFinished({ stages }: Manifest, key: string, { model, part }: CheckedTrain): boolean {
  return stages.some((stage) => {
    const taken = stage.from !== null && part === "labels" && stage.target === `${model}.${part}`;
    return stage.done && (stageKey(stage) === key || taken);
  });
}

/** The models with what is trained already; a finished stage whose newest weights are damaged is unfinished again. */
async function restoreFinished(project: Project, before: Manifest, { out, observer }: TrainOptions) {
  const models = new Map(project.models);
  let manifest = before;
  for (const stage of before.stages.filter(({ done }) => done)) {
    const { record, weights, lost } = restoreStage(out, stage);
    if (lost.length > 0) {
      observer?.fellBack?.(record.target, record.step, lost);
      manifest = { ...manifest, stages: manifest.stages.map((other) => (other === stage ? record : other)) };
      continue;
    }
    const name = record.target.slice(0, record.target.indexOf("."));
    const model = models.get(name);
    if (model !== undefined) models.set(name, fitted(model, weights));
  }
  return { manifest, models };
}

/** The chosen statements, with their data and plans. */
async function planAll(
  project: Project,
  chosen: readonly CheckedTrain[],
  options: TrainOptions,
): Promise<readonly PlannedStage[]> {
  const keyOf = ({ model, part, regime }: CheckedTrain) => stageKey({ target: `${model}.${part}`, regime });
  const { observer, signal } = options;
  const reader = createReader(dirname(project.files[0]!.name), {
    ...(signal === undefined ? {} : { signal }),
    notice: (text) => observer?.notice?.(text),
    progress: (done, total) => observer?.readingPictures?.(done, total),
  });
  const opened = new Map<string, OpenData>();
  const planned: PlannedStage[] = [];
  for (const statement of chosen) {
    const settings: Constants = {
      ...statement.settings,
      ...(options.steps !== undefined && "steps" in statement.settings ? { steps: options.steps } : {}),
      ...(options.seed !== undefined ? { seed: options.seed } : {}),
    };
    const train = { ...statement, settings };
    const name = String(settings.data);
    const checked = project.program.data.get(name)!;
    const data = opened.get(name) ?? (await openData(withPath(checked, options.data?.[name]), reader));
    opened.set(name, data);
    const node = project.models.get(train.model)!.nodes.find((other) => other.name === train.part);
    if (node !== undefined) requirePictures(data, node);
    const plan = planTraining(project, train, project.vocabulary, data.training.length);
    planned.push({ key: keyOf(train), train, data, plan });
  }
  return planned;
}

/** Throws RuntimeFault "not-ready" where a stage draws labels from a model whose labels are still to be learned. */
function requireLabels(model: CausalModel, plan: TrainingPlan, project: Project, out: string): void {
  const sources = sourceNames(plan);
  if (!sources.has("model") && !sources.has("interventions")) return;
  const unlearned = model.nodes.filter(({ mechanism, type }) => mechanism.kind === "learned" && type.kind !== "image");
  if (unlearned.length === 0) return;
  const program = project.files[0]!.name;
  throw new RuntimeFault(
    "not-ready",
    `${plan.target} with ${plan.regime} draws labels from ${model.name}, whose ${unlearned.map(({ name }) => name).join(", ")} ${unlearned.length === 1 ? "is" : "are"} not learned yet`,
    `train them first (causal train ${program} --only labels --out ${out}), or take them from another run with --from RUN`,
  );
}

/** Throws RuntimeFault "memory" where a step cannot fit: a process that takes too much is ended by the system without a word. */
function requireMemory({ train, plan }: PlannedStage, { memory }: Executor): void {
  if (memory === undefined) return;
  const needed = Math.max(...plan.cycle.map(({ program }) => leastMemory(plan.programs[program]!)));
  if (needed <= memory) return;
  const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
  const { batch } = train.settings;
  throw new RuntimeFault(
    "memory",
    `a step of ${plan.target} with ${plan.regime} takes at least ${gigabytes(needed)}, and there are ${gigabytes(memory)}`,
    typeof batch === "number" ? `use a smaller batch than ${batch}, or narrower networks` : "use narrower networks",
  );
}

async function openRun(
  project: Project,
  chosen: readonly CheckedTrain[],
  { out, resume, overwrite, only }: TrainOptions,
): Promise<Manifest> {
  const files = portable(project.files);
  const sha256 = hashProgram(files);
  const fresh: Manifest = {
    format: 2,
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
  if (overwrite === true && only === undefined) {
    await removeRun(out);
    return begin();
  }
  let manifest = readManifest(out);
  if (resume !== true && manifest.stages.length === 0) return begin();
  const begun = chosen.flatMap(({ model, part, regime }) => {
    const key = stageKey({ target: `${model}.${part}`, regime });
    return manifest.stages.some((stage) => stageKey(stage) === key) ? [key] : [];
  });
  // a part that the run does not hold yet is added to it without being asked twice
  if (resume !== true && overwrite !== true && (only === undefined || begun.length > 0)) {
    throw new RuntimeFault(
      "bad-file",
      `${out} already holds a run${only === undefined ? "" : ` with ${begun.join(", ")}`}`,
      "continue it with --resume, replace it with --overwrite, or name another directory with --out",
    );
  }
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
  if (overwrite === true) for (const key of begun) manifest = await removeStage(out, manifest, key);
  await sweep(out, manifest);
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
