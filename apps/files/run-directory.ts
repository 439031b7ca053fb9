/**
 * A run directory: a manifest that names everything else, and one safetensors file a stage. A checkpoint is written
 * under a new name first, then the manifest is replaced, then the old file goes: a kill at any moment leaves the last
 * complete checkpoint in place.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
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
}

export interface Manifest {
  readonly format: 1;
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

/** Throws RuntimeFault: missing-file, corrupt-checkpoint. */
export function readManifest(directory: string): Manifest {
  const path = join(directory, manifestName);
  if (!existsSync(path)) {
    throw new RuntimeFault(
      "missing-file",
      `${directory} is not a run directory: it has no ${manifestName}`,
      "train one with `causal train FILE --out DIRECTORY`",
    );
  }
  let manifest: Manifest | null;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new RuntimeFault("corrupt-checkpoint", `${path} is not valid JSON`, "restore it from a copy, or train again");
  }
  if (
    manifest?.format !== 1 ||
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
  return manifest;
}

export function readWeights(directory: string, stage: StageRecord): Tensors {
  return decodeSafetensors(readInside(directory, stage.weights), join(directory, stage.weights));
}

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

/** Writes a stage's plan (as text) and weights and makes the manifest point at them; returns the new manifest. */
export async function saveStage(
  directory: string,
  manifest: Manifest,
  stage: Omit<StageRecord, "weights" | "plan">,
  plan: string,
  weights: Tensors,
): Promise<Manifest> {
  const previous = manifest.stages.find((other) => stageKey(other) === stageKey(stage));
  const planName = `${stageKey(stage)}.plan.json`;
  await writeFileAtomic(join(directory, planName), Buffer.from(plan));
  const weightsName = `${stageKey(stage)}.${stage.step}${stage.done ? ".done" : ""}.safetensors`;
  await writeFileAtomic(join(directory, weightsName), encodeSafetensors(weights));

  const record: StageRecord = { ...stage, weights: weightsName, plan: planName };
  const stages = previous
    ? manifest.stages.map((other) => (other === previous ? record : other))
    : [...manifest.stages, record];
  const next: Manifest = { ...manifest, stages };
  await writeManifest(directory, next);
  if (previous !== undefined && previous.weights !== weightsName) {
    await rm(join(directory, previous.weights), { force: true });
  }
  return next;
}

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  await writeFileAtomic(join(directory, manifestName), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
}

/** Removes what a run wrote, and the directory if nothing else is in it. */
export async function removeRun(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name === manifestName || /\.(safetensors|plan\.json|tmp)$/.test(name)) rmSync(join(directory, name));
  }
}
