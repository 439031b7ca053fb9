/** What is evaluated: a model of a run directory with the data it was trained on, the truth behind them and the judge to read pictures. */
import { dirname } from "node:path";
import { learnedLabels } from "#compiler/causal/graph";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import type { CheckedData, CheckedTrain } from "#lang/checked";
import { statesOf } from "#lang/types/type";
import { RuntimeFault } from "#runtime/fault";
import { labelsOf, type OpenData, openData, requirePictures } from "../api/data.ts";
import { parentsOf } from "../api/images.ts";
import { openRun, type Run } from "../api/run.ts";
import type { World } from "../api/world.ts";
import { createReader } from "../files/reader.ts";
import { type Manifest, readManifest } from "../files/run-directory.ts";
import type { EvaluateOptions } from "./evaluate.ts";
import { type Judge, judgeOf, type JudgeTraining, keptJudge, trainJudge } from "./judge.ts";
import { type Labelled, readImages, rowPictures, type RealPictures, splitRows } from "./real.ts";
import { type Truth, truthOf } from "./truth.ts";

/** The data of a train statement as it is here and now. */
export interface SubjectData {
  readonly checked: CheckedData;
  /** null where it cannot be read; `missing` says why */
  readonly open: OpenData | null;
  readonly missing: string | null;
  readonly truth: Truth | null;
}

export interface Subject {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly run: Run;
  readonly world: World;
  /** the model before it was trained */
  readonly written: CausalModel;
  readonly model: string;
  /** of the labels; those of the first image where the labels were given */
  readonly labelData: SubjectData | null;
  /** trained image nodes */
  readonly images: readonly CausalNode[];
  readonly dataOf: (part: string) => Promise<SubjectData | null>;
}

/** Throws RuntimeFault "missing-file" where nothing has been trained, and what opening a run throws. */
export async function openSubject(options: EvaluateOptions): Promise<Subject> {
  const { directory } = options;
  const run = openRun(directory, options.executor, options.checkpoint);
  const manifest = readManifest(directory);
  if (manifest.stages.length === 0) {
    throw new RuntimeFault(
      "missing-file",
      `nothing has been trained in ${directory}`,
      "train first: causal train FILE --out RUN",
    );
  }
  const trained = new Set(manifest.stages.map(({ target }) => target.slice(0, target.indexOf("."))));
  const model = options.model ?? [...run.worlds.keys()].findLast((name) => trained.has(name))!;
  const world = run.worlds.get(model);
  if (world === undefined) throw new RangeError(`no model ${model}`);
  const known = new Map<string, SubjectData>();
  const dataOf = async (part: string): Promise<SubjectData | null> => {
    const statement = statementOf(run, model, part);
    if (statement === null) return null;
    const name = String(statement.settings.data);
    const found = known.get(name) ?? (await openSubjectData(run, name, options));
    known.set(name, found);
    return found;
  };
  const images = world.model.nodes.filter(({ name, type }) => type.kind === "image" && world.generators.has(name));
  const labelData = (await dataOf("labels")) ?? (images[0] === undefined ? null : await dataOf(images[0].name));
  const written = run.project.models.get(model)!;
  return { directory, manifest, run, world, written, model, labelData, images, dataOf };
}

/** The statement that trains a part; of an image the one that learns to draw it. */
function statementOf({ project }: Run, model: string, part: string): CheckedTrain | null {
  const { trains, signatures } = project.program;
  const generates = ({ regime }: CheckedTrain) => signatures.regimes.get(regime)?.reads !== true;
  return trains.find((train) => train.model === model && train.part === part && generates(train)) ?? null;
}

async function openSubjectData(run: Run, name: string, options: EvaluateOptions): Promise<SubjectData> {
  const declared = run.project.program.data.get(name)!;
  const path = options.data?.[name];
  const checked = path === undefined ? declared : { ...declared, args: { ...declared.args, path } };
  const truth = truthOf(checked);
  try {
    const { signal, observer } = options;
    // names in a run directory are relative to the program: the best guess is that it is asked from there
    const reader = createReader(dirname(run.project.files[0]!.name), {
      ...(signal === undefined ? {} : { signal }),
      notice: (text) => observer?.notice?.(text),
      progress: (done, total) => observer?.readingPictures?.(done, total),
    });
    const open = await openData(checked, reader);
    return { checked, open, missing: null, truth };
  } catch (error) {
    if (!(error instanceof RuntimeFault) || error.code === "interrupted") throw error;
    return {
      checked,
      open: null,
      missing: `data ${name}: ${error.message} (--data ${name}=PATH says where it is)`,
      truth,
    };
  }
}

/** The labels that data is compared on: what is learned with its parents; where all labels are written, all of them. */
export function comparedLabels({ written }: Subject): readonly CausalNode[] {
  const learned = learnedLabels(written);
  return learned.length > 0 ? learned : written.nodes.filter(({ type }) => statesOf(type) !== null);
}

/** Why the rows of the data are no labels for a part: a column is missing, a cell is no state. Null where they are. */
export function usableLabels(subject: Subject, data: OpenData, part: string): string | null {
  try {
    labelsOf(data, part === "labels" ? comparedLabels(subject) : parentsOf(subject.written, part));
    return null;
  } catch (error) {
    if (!(error instanceof RuntimeFault)) throw error;
    return error.message;
  }
}

export interface ImageSubject {
  readonly node: CausalNode;
  readonly parents: readonly CausalNode[];
  /** the parents that have states */
  readonly discrete: readonly CausalNode[];
  /** with the pictures of the node; null where there is none */
  readonly data: OpenData | null;
  readonly truth: Truth | null;
  readonly real: RealPictures | null;
  /** why data or real pictures are missing */
  readonly leftOut: readonly string[];
}

export async function openImage(subject: Subject, node: CausalNode, seed: number): Promise<ImageSubject> {
  const found = await subject.dataOf(node.name);
  const parents = parentsOf(subject.world.model, node.name);
  const discrete = parents.filter(({ type }) => statesOf(type) !== null);
  const leftOut: string[] = [];
  let data: OpenData | null = null;
  if (found?.open != null) {
    try {
      requirePictures(found.open, node);
      const wrong = usableLabels(subject, found.open, node.name);
      if (wrong === null) data = found.open;
      else leftOut.push(wrong);
    } catch (error) {
      if (!(error instanceof RuntimeFault)) throw error;
      leftOut.push(error.message);
    }
  } else leftOut.push(found?.missing ?? `${node.name} has no train statement with data`);
  const truth = data === null ? null : (found?.truth ?? null);
  const real =
    data === null ? null : (truth?.pictures(parents, seed) ?? rowPictures(data, subject.world.model, parents, seed));
  return { node, parents, discrete, data, truth, real, leftOut };
}

export interface ChosenJudge {
  readonly judge: Judge;
  /** pictures that it was not trained on; null where there are none */
  readonly assessed: { readonly what: string; readonly pictures: Labelled } | null;
}

/** Where the judge comes from, before anything is trained. */
export type JudgePlan =
  | { readonly kind: "there"; readonly chosen: ChosenJudge }
  | {
      readonly kind: "to train";
      readonly train: (hooks: Pick<JudgeTraining, "signal" | "onProgress">) => Promise<ChosenJudge | null>;
    }
  | { readonly kind: "none"; readonly why: string };

/** Pictures that an accuracy is measured on, at most. */
const mostAssessed = 2000;

/**
 * A finished `classifier` of the run where pictures are left that it has not seen; else one that an earlier evaluation has
 * kept; else one to be trained.
 */
export async function planJudge(subject: Subject, image: ImageSubject, options: EvaluateOptions): Promise<JudgePlan> {
  const { run, model, manifest } = subject;
  const { node, parents, data, truth } = image;
  const target = `${model}.${node.name}`;
  const fresh = truth === null ? null : await freshPictures(truth, image, options.seed);
  const stage = run.classifiers.get(target);
  const record = manifest.stages.find((other) => other.target === target && other.regime === stage?.plan.regime);
  if (stage !== undefined && record?.done === true) {
    const statement = run.project.program.trains.find(
      (train) => train.model === model && train.part === node.name && train.regime === record.regime,
    )!;
    const trainedOn = `${record.data.rows.toLocaleString("en")} rows of ${String(statement.settings.data)}`;
    const judge = judgeOf(stage, parents, { origin: "program", trainedOn, seed: record.seed });
    const assessed = fresh ?? (await heldOutPictures(subject, image, String(statement.settings.data), options));
    if (assessed !== null || data === null) return { kind: "there", chosen: { judge, assessed } };
  }
  if (data === null) return { kind: "none", why: "there is no data to train a classifier on" };
  const split = splitRows(data);
  const learned = truth === null ? { ...data, training: split.judge } : await openTruth(truth);
  const reference = split.reference.subarray(0, mostAssessed);
  const assessed = fresh ?? {
    what: `${reference.length.toLocaleString("en")} other rows of ${data.name}`,
    pictures: await labelledRows(data, parents, reference),
  };
  const training: JudgeTraining = {
    project: run.project,
    model,
    image: node.name,
    parents,
    data: learned,
    seed: options.seed,
    executor: await subject.world.executor(),
  };
  const kept = keptJudge(training);
  if (kept !== null) return { kind: "there", chosen: { judge: kept, assessed } };
  return {
    kind: "to train",
    async train(hooks) {
      const judge = await trainJudge({ ...training, ...hooks });
      return judge === null ? null : { judge, assessed };
    },
  };
}

const openTruth = (truth: Truth) => openData(truth.judgeData, createReader("."));

/** Fresh pictures with independent labels: rare ones count as much as common ones. */
async function freshPictures(truth: Truth, { parents }: ImageSubject, seed: number): Promise<ChosenJudge["assessed"]> {
  const { judgeData } = truth;
  const args = { ...judgeData.args, n: mostAssessed, seed: Number(judgeData.args.seed) + 1 + seed };
  const data = await openData({ ...judgeData, args }, createReader("."));
  const what = `${mostAssessed.toLocaleString("en")} fresh pictures with independent labels`;
  return { what, pictures: await labelledRows(data, parents, data.training) };
}

async function heldOutPictures(
  { run }: Subject,
  { node, parents }: ImageSubject,
  name: string,
  options: EvaluateOptions,
): Promise<ChosenJudge["assessed"]> {
  const { open } = await openSubjectData(run, name, options);
  if (open === null || open.heldOut.length < 100) return null;
  requirePictures(open, node);
  const rows = open.heldOut.subarray(0, mostAssessed);
  const what = `${rows.length.toLocaleString("en")} rows of ${name} that were held out`;
  return { what, pictures: await labelledRows(open, parents, rows) };
}

async function labelledRows(data: OpenData, parents: readonly CausalNode[], rows: Int32Array): Promise<Labelled> {
  const { columns } = labelsOf(data, parents);
  return {
    images: await readImages(data, rows),
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, Uint16Array.from(rows, (row) => column[row]!)]),
    ),
  };
}
