/**
 * Which checkpoint of each stage a run is asked with: the newest, the best, or that of a step. Of what a checkpoint is the best is
 * the `selection` of its stage (see `training/assess.ts`); reading it is `files/run-directory.ts`.
 */
import { RuntimeFault } from "#runtime/fault";
import { bestCheckpoint, type CheckpointRecord, type StageRecord, stageKey } from "../files/run-directory.ts";

/** A number is a step: a stage without a checkpoint of it is asked with its newest. */
export type CheckpointChoice = "last" | "best" | number;

export const bestMeans =
  "of labels the lowest total variation to held-out rows (to training rows where none are), of CausalGAN the lowest loss of the labeler on drawn pictures, of CausalBEGAN the lowest convergence measure; what has no such number, and classifiers, as last";

/** The checkpoint of a stage; `reads` says that the stage is a classifier, which judges and is not chosen. */
export function checkpointOf(stage: StageRecord, choice: CheckpointChoice, reads: boolean): CheckpointRecord {
  const newest = stage.checkpoints.at(-1)!;
  if (choice === "best") return (reads ? null : bestCheckpoint(stage)) ?? newest;
  return stage.checkpoints.find(({ step }) => step === choice) ?? newest;
}

/** Throws RuntimeFault "missing-file", which lists what there is, where no stage has a checkpoint of the step. */
export function requireCheckpoint(directory: string, stages: readonly StageRecord[], choice: CheckpointChoice): void {
  if (typeof choice !== "number" || stages.some(({ checkpoints }) => checkpoints.some(({ step }) => step === choice))) {
    return;
  }
  const has = stages.map((stage) => `${stageKey(stage)} has those of ${stepsOf(stage)}`).join("; ");
  throw new RuntimeFault(
    "missing-file",
    `${directory} has no checkpoint of step ${choice}: ${has === "" ? "nothing has been trained in it" : has}`,
    "name one of these, best or last; training keeps the last ones (--keep) and the best",
  );
}

function stepsOf(stage: StageRecord): string {
  const best = bestCheckpoint(stage);
  const steps = stage.checkpoints.map((one) => `${one.step}${one === best ? " (the best)" : ""}`);
  return `${steps.length === 1 ? "step" : "steps"} ${steps.join(", ")}`;
}

/** For people: which one it is and how good. */
export function checkpointText(stage: StageRecord, { step, score }: CheckpointRecord): string {
  const measured =
    stage.selection === null || score === null ? "" : `, ${stage.selection.metric} ${score.toPrecision(4)}`;
  return `${stageKey(stage)}: step ${step} of ${stage.steps}${measured}`;
}
