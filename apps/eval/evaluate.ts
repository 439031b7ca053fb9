/**
 * Evaluating a run: the labels first, then each trained image, whose driver is `evaluate-image.ts`. Definitions are in `metrics`,
 * the result is `evaluation.ts`.
 */
import type { Executor } from "#runtime/executor";
import type { CheckpointChoice } from "../api/checkpoints.ts";
import { packageVersion } from "../files/package-root.ts";
import { type StageRecord, stageKey } from "../files/run-directory.ts";
import type { Cost } from "./cost.ts";
import { evaluateImage } from "./evaluate-image.ts";
import type { Evaluation, ImageEvaluation, LabelEvaluation } from "./evaluation.ts";
import type { Figure } from "./figures.ts";
import { evaluateLabels } from "./labels.ts";
import { comparedLabels, openImage, openSubject, type Subject, usableLabels } from "./subject.ts";

export interface EvaluateOptions {
  /** the run directory */
  readonly directory: string;
  /** by default the last one that has been trained */
  readonly model?: string;
  /** pictures drawn for each intervention and observation */
  readonly samples: number;
  readonly seed: number;
  readonly executor: () => Promise<Executor>;
  /** of each stage; the last by default */
  readonly checkpoint?: CheckpointChoice;
  /** paths of data sets by the name of their `data` statement, instead of the program's */
  readonly data?: Readonly<Record<string, string>>;
  /** whether figures are made */
  readonly figures: boolean;
  readonly signal?: AbortSignal;
  readonly observer?: EvaluateObserver;
}

/** What a caller can watch; all of it is optional. */
export interface EvaluateObserver {
  /** before the work on an image begins */
  cost?(image: string, cost: Cost): void;
  phase?(title: string): void;
  progress?(event: { readonly step: number; readonly steps: number }): void;
  /** bad pictures are looked for before anything else */
  readingPictures?(done: number, total: number): void;
  /** about the data: rows that are left out, where pictures are kept */
  notice?(text: string): void;
}

export interface Evaluated {
  readonly evaluation: Evaluation;
  readonly figures: readonly Figure[];
  /** with the losses over training */
  readonly stages: readonly StageRecord[];
}

/** Throws RuntimeFault: missing-file where nothing is trained, interrupted by the signal, and what opening a run throws. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluated> {
  const subject = await openSubject(options);
  const leftOut: string[] = [];
  const stages = subject.manifest.stages.filter(({ target }) => target.startsWith(`${subject.model}.`));
  for (const { target, regime, step, steps, done } of stages) {
    if (!done) leftOut.push(`${target} with ${regime} stopped at step ${step} of ${steps}: the rest of its training`);
  }
  const stepOf = (stage: StageRecord) => {
    return subject.run.checkpoints.find((one) => stageKey(one.stage) === stageKey(stage))!.checkpoint.step;
  };
  const labels = labelsOfSubject(subject, leftOut);
  const images: ImageEvaluation[] = [];
  const figures: Figure[] = [];
  for (const node of subject.images) {
    const image = await openImage(subject, node, options.seed);
    leftOut.push(...image.leftOut.map((why) => `real pictures of ${node.name}: ${why}`));
    const found = await evaluateImage(subject, image, options, leftOut);
    if (found === null) continue;
    images.push(found.evaluation);
    figures.push(...found.figures);
  }
  return {
    evaluation: {
      format: 1,
      package: { name: "causal-lang", version: packageVersion() },
      run: options.directory,
      model: subject.model,
      seed: options.seed,
      samples: options.samples,
      stages: stages.map((stage) => {
        const { target, regime, steps, done, seconds } = stage;
        return { target, regime, step: stepOf(stage), steps, done, seconds };
      }),
      labels,
      images,
      leftOut: [...new Set(leftOut)],
    },
    figures,
    stages,
  };
}

function labelsOfSubject(subject: Subject, leftOut: string[]): LabelEvaluation | null {
  const { world, labelData } = subject;
  if (labelData?.missing != null) leftOut.push(`label distances: ${labelData.missing}`);
  let data = labelData?.open ?? null;
  const wrong = data === null ? null : usableLabels(subject, data, "labels");
  if (wrong !== null) {
    leftOut.push(`label distances: ${wrong}`);
    data = null;
  }
  const trained = subject.manifest.stages.filter(({ target }) => target === `${subject.model}.labels`);
  if (data !== null && trained.some(({ data: used }) => used.fingerprint !== data?.source.fingerprint)) {
    leftOut.push(
      `the rows that were trained on: data ${data.name} has changed since, and what follows is about what it is now`,
    );
  }
  const taught = new Set(comparedLabels(subject).map(({ name }) => name));
  const found = evaluateLabels(world.model, data, taught, labelData?.truth?.labels ?? null);
  leftOut.push(...found.leftOut);
  return found.labels.nodes.length === 0 ? null : found.labels;
}
