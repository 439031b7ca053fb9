/**
 * A run directory: a manifest that names everything else, and the safetensors files of each stage. A checkpoint is written
 * under a new name first, then the manifest is replaced, then what is no longer kept goes: a kill at any moment leaves
 * the last complete checkpoint in place.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Tensors } from "#runtime/executor";
import { RuntimeFault } from "#runtime/fault";
import { decodePlan } from "#runtime/program/codec";
import type { TrainingPlan } from "#runtime/program/plan";
import { writeFileAtomic } from "./atomic.ts";
import { decodeSafetensors, encodeSafetensors } from "./checkpoint.ts";

export interface ProgramFile {
  readonly name: string;
  readonly text: string;
}

export interface MetricsRow {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A state of a stage that is on disk. */
export interface CheckpointRecord {
  readonly step: number;
  /** a file name inside the directory */
  readonly weights: string;
  /** of the file; null in runs of format 1 */
  readonly sha256: string | null;
  /** by the stage's `selection`; null where nothing was measured */
  readonly score: number | null;
  readonly seconds: number;
}

/** What the best checkpoint of a stage is the best by. */
export interface Selection {
  readonly metric: string;
  readonly best: "lowest" | "highest";
}

/** Where a finished stage was taken from instead of being trained. */
export interface Provenance {
  readonly run: string;
  readonly target: string;
  /** of the program of that run */
  readonly sha256: string;
}

/** One `train` statement and how far it got. */
export interface StageRecord {
  /** e.g. "Faces.labels" */
  readonly target: string;
  readonly regime: string;
  readonly seed: number;
  readonly step: number;
  readonly steps: number;
  /** tables are computed and nothing is left to do */
  readonly done: boolean;
  /** file names inside the directory */
  readonly weights: string;
  readonly plan: string;
  readonly data: {
    readonly dataset: string;
    readonly rows: number;
    readonly fingerprint: string;
    /** of a training of labels: by node, how many of the rows have each state; runs of earlier versions do not say it */
    readonly states?: Readonly<Record<string, readonly number[]>>;
  };
  readonly history: readonly MetricsRow[];
  readonly seconds: number;
  /** what computed it, in order, where a stage was resumed on another engine; absent in runs of earlier versions */
  readonly engines?: readonly string[];
  /** oldest first: the last ones, the newest being `weights`, and the best */
  readonly checkpoints: readonly CheckpointRecord[];
  readonly selection: Selection | null;
  readonly from: Provenance | null;
}

export interface Manifest {
  readonly format: 2;
  readonly package: { readonly name: "causal-lang"; readonly version: string };
  /** the program as it was trained: its own file first, then its imports */
  readonly program: { readonly sha256: string; readonly files: readonly ProgramFile[] };
  readonly stages: readonly StageRecord[];
}

const manifestName = "manifest.json";

/** SHA-256 of the names and texts of the files, in order. */
export function hashProgram(files: readonly ProgramFile[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file.name}\0${file.text}\0`);
  return hash.digest("hex");
}

export function isRunDirectory(directory: string): boolean {
  return existsSync(join(directory, manifestName));
}

/** Throws RuntimeFault: missing-file, corrupt-checkpoint. Format 1, which knew one checkpoint a stage, is read as well. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, manifestName);
  if (!existsSync(path)) {
    throw new RuntimeFault(
      "missing-file",
      `${directory} is not a run directory: it has no ${manifestName}`,
      "train one with `causal train FILE --out DIRECTORY`",
    );
  }
  let manifest: (Omit<Manifest, "format"> & { readonly format: number }) | null;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new RuntimeFault("corrupt-checkpoint", `${path} is not valid JSON`, "restore it from a copy, or train again");
  }
  if (
    (manifest?.format !== 1 && manifest?.format !== 2) ||
    manifest.package?.name !== "causal-lang" ||
    !Array.isArray(manifest.program?.files) ||
    !Array.isArray(manifest.stages)
  ) {
    throw new RuntimeFault(
      "corrupt-checkpoint",
      `${path} is not a manifest that this version of causal-lang reads`,
      "use the version that wrote it, or train again",
    );
  }
  if (manifest.program.sha256 !== hashProgram(manifest.program.files)) {
    throw new RuntimeFault(
      "corrupt-checkpoint",
      `the program text in ${path} does not match its hash`,
      "the manifest was edited; restore it from a copy, or train again",
    );
  }
  const stages = manifest.format === 1 ? manifest.stages.map(withCheckpoints) : manifest.stages;
  return { ...manifest, format: 2, stages };
}

/** A record of format 1. */
function withCheckpoints(stage: StageRecord): StageRecord {
  const { step, weights, seconds } = stage;
  return {
    ...stage,
    checkpoints: [{ step, weights, sha256: null, score: null, seconds }],
    selection: null,
    from: null,
  };
}

/** The newest weights. Throws RuntimeFault: missing-file, corrupt-checkpoint. */
export function readWeights(directory: string, stage: StageRecord): Tensors {
  return readCheckpoint(directory, stage.checkpoints.at(-1)!);
}

/** Throws RuntimeFault: missing-file; corrupt-checkpoint where the file is not what was written. */
export function readCheckpoint(directory: string, { weights, sha256 }: CheckpointRecord): Tensors {
  const path = join(directory, weights);
  const bytes = readInside(directory, weights);
  const tensors = decodeSafetensors(bytes, path);
  if (sha256 === null || sha256 === hashBytes(bytes)) return tensors;
  throw new RuntimeFault(
    "corrupt-checkpoint",
    `${path} is not what was written: its bytes do not match the hash in ${manifestName}`,
    "restore it from a copy, resume from an earlier checkpoint, or train again",
  );
}

/** The checkpoint that is best by the stage's selection; of equals the newer. Null where none was measured. */
export function bestCheckpoint({ checkpoints, selection }: Pick<StageRecord, "checkpoints" | "selection">) {
  if (selection === null) return null;
  const sign = selection.best === "lowest" ? 1 : -1;
  return checkpoints.reduce<CheckpointRecord | null>((best, next) => {
    if (next.score === null) return best;
    return best === null || sign * next.score <= sign * best.score! ? next : best;
  }, null);
}

const hashBytes = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export function readPlan(directory: string, stage: StageRecord): TrainingPlan {
  const text = readInside(directory, stage.plan).toString("utf8");
  try {
    return decodePlan(text);
  } catch (error) {
    const why = error instanceof RuntimeFault ? error.message : "it is not a training plan";
    const path = join(directory, stage.plan);
    throw new RuntimeFault("corrupt-checkpoint", `${path}: ${why}`, "restore the file, or train this stage again");
  }
}

function readInside(directory: string, name: string): Buffer {
  const path = join(directory, name);
  try {
    return readFileSync(path);
  } catch {
    throw new RuntimeFault("missing-file", `cannot read ${path}`, "restore the file, or train this stage again");
  }
}

/** What tells the stages of a run apart, also in file names. */
export function stageKey(stage: { readonly target: string; readonly regime: string }): string {
  return `${stage.target}.${stage.regime}`;
}

/** A stage as it is to be saved; the names of its files follow from it. */
export type StageState = Omit<StageRecord, "weights" | "plan" | "checkpoints">;

export interface SaveOptions {
  /** the training plan as text, which is written where it is not there yet */
  readonly plan: string;
  readonly weights: Tensors;
  /** of these weights */
  readonly score: number | null;
  /** how many of the last checkpoints stay, besides the best */
  readonly keep: number;
}

/** Writes a stage's weights, makes the manifest point at them, and removes what is no longer kept; the new manifest. */
export async function saveStage(
  directory: string,
  manifest: Manifest,
  stage: StageState,
  { plan, weights, score, keep }: SaveOptions,
): Promise<Manifest> {
  const previous = manifest.stages.find((other) => stageKey(other) === stageKey(stage));
  const planName = planNameOf(stage);
  if (!(await holds(join(directory, planName), plan))) await writeFileAtomic(join(directory, planName), plan);
  const bytes = encodeSafetensors(weights);
  const { step, seconds } = stage;
  const name = `${stageKey(stage)}.${step}${stage.done ? ".done" : ""}.safetensors`;
  await writeFileAtomic(join(directory, name), bytes);

  const newest = { step, weights: name, sha256: hashBytes(bytes), score, seconds };
  // the end of a stage holds all that its last checkpoint did; one of a later step is of a training that did not go on
  const all = [...(previous?.checkpoints ?? []).filter((one) => one.step < step), newest];
  const best = bestCheckpoint({ checkpoints: all, selection: stage.selection });
  const kept = all.filter((one, i) => i >= all.length - keep || one === best);
  const next = withStage(manifest, { ...stage, weights: name, plan: planName, checkpoints: kept });
  await writeManifest(directory, next);
  const names = new Set(kept.map((one) => one.weights));
  for (const { weights: old } of previous?.checkpoints ?? []) {
    if (!names.has(old)) await rm(join(directory, old), { force: true });
  }
  return next;
}

export const planNameOf = (stage: { readonly target: string; readonly regime: string }) =>
  `${stageKey(stage)}.plan.json`;

/** The manifest with this record in place of the one of the same stage, or at the end. */
export function withStage(manifest: Manifest, record: StageRecord): Manifest {
  const known = manifest.stages.some((other) => stageKey(other) === stageKey(record));
  const stages = known
    ? manifest.stages.map((other) => (stageKey(other) === stageKey(record) ? record : other))
    : [...manifest.stages, record];
  return { ...manifest, stages };
}

async function holds(path: string, text: string): Promise<boolean> {
  return existsSync(path) && (await readFile(path, "utf8")) === text;
}

/** Removes what a kill has left: temporary files, and weights of these stages that the manifest does not name. */
export async function sweep(directory: string, { stages }: Manifest): Promise<void> {
  const named = new Set(stages.flatMap(({ checkpoints }) => checkpoints.map(({ weights }) => weights)));
  for (const name of await readdir(directory)) {
    const stage = /^(.+)\.\d+(\.done)?\.safetensors$/.exec(name)?.[1];
    const orphan = stages.some((other) => stageKey(other) === stage) && !named.has(name);
    if (orphan || /^\..+\.[0-9a-f]{8}\.tmp$/.test(name)) await rm(join(directory, name), { force: true });
  }
}

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  await writeFileAtomic(join(directory, manifestName), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
}

/** What a training writes besides its checkpoints, for people to look at. */
export const recordNames = {
  metrics: "metrics.jsonl",
  report: "report.html",
  samples: "samples",
  tensorboard: "tensorboard",
} as const;

/** Removes what a run wrote. */
export async function removeRun(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name === manifestName || /\.(safetensors|plan\.json|tmp)$/.test(name)) rmSync(join(directory, name));
  }
  for (const name of Object.values(recordNames)) rmSync(join(directory, name), { recursive: true, force: true });
}

/** Removes one stage of a run, so that it can be trained anew; the manifest without it. */
export async function removeStage(directory: string, manifest: Manifest, key: string): Promise<Manifest> {
  const gone = manifest.stages.filter((stage) => stageKey(stage) === key);
  const next = { ...manifest, stages: manifest.stages.filter((stage) => stageKey(stage) !== key) };
  await writeManifest(directory, next);
  for (const { checkpoints, plan } of gone) {
    for (const name of [plan, ...checkpoints.map(({ weights }) => weights)])
      rmSync(join(directory, name), { force: true });
  }
  for (const folder of [recordNames.samples, recordNames.tensorboard]) {
    rmSync(join(directory, folder, key), { recursive: true, force: true });
  }
  return next;
}

export interface Restored {
  /** as it stands at the newest checkpoint that can be read */
  readonly record: StageRecord;
  readonly weights: Tensors;
  /** why newer checkpoints cannot be read */
  readonly lost: readonly string[];
}

/** The newest checkpoint of a stage that can be read. Throws the fault of the newest one where none can. */
export function restoreStage(directory: string, stage: StageRecord): Restored {
  const faults: RuntimeFault[] = [];
  for (let count = stage.checkpoints.length; count > 0; count--) {
    const newest = stage.checkpoints[count - 1]!;
    try {
      const weights = readCheckpoint(directory, newest);
      const lost = faults.map((fault) => fault.message);
      if (count === stage.checkpoints.length) return { record: stage, weights, lost };
      const { step, seconds } = newest;
      const history = stage.history.filter((row) => row.step <= step);
      const checkpoints = stage.checkpoints.slice(0, count);
      const record = { ...stage, done: false, step, seconds, history, checkpoints, weights: newest.weights };
      return { record, weights, lost };
    } catch (error) {
      if (!(error instanceof RuntimeFault)) throw error;
      faults.push(error);
    }
  }
  throw faults[0] ?? new Error(`internal: the stage ${stageKey(stage)} has no checkpoint`);
}
