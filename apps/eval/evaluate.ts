/**
 * Evaluating a run, as one readable driver: the labels first; then for each trained image its judge, what is read off its
 * pictures, how far they are from real ones, and the figures. Definitions are in `metrics`, the result is `evaluation.ts`.
 */
import type { Executor } from "#runtime/executor";
import type { CheckpointChoice } from "../api/checkpoints.ts";
import { generate } from "../api/images.ts";
import { interrupted, requireGoOn } from "../devices/stoppable.ts";
import { packageVersion } from "../files/package-root.ts";
import { type StageRecord, stageKey } from "../files/run-directory.ts";
import { type Cost, costOf, type Pace } from "./cost.ts";
import { distanceOf, diversityOf, nearestOf } from "./distances.ts";
import { type Drawn, drawRegime, type Regime, regimeName, regimesOf } from "./drawn.ts";
import type { Evaluation, ImageEvaluation, LabelEvaluation, PictureDistance } from "./evaluation.ts";
import {
  type Figure,
  type FigureContext,
  diversityFigures,
  doAgainstGiven,
  interpolations,
  keptOfAll,
  keptOfRegime,
  nearestFigure,
  truthFigure,
} from "./figures.ts";
import { accuracyOf, judgeSteps } from "./judge.ts";
import { evaluateLabels } from "./labels.ts";
import { mostFeatures } from "./judge-program.ts";
import { rareOf } from "./rare.ts";
import { interventionOf, observationOf, readLabels } from "./readings.ts";
import {
  comparedLabels,
  type ImageSubject,
  openImage,
  openSubject,
  planJudge,
  type Subject,
  usableLabels,
} from "./subject.ts";

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

/** Pictures that are looked up among the training pictures. */
const lookedUp = 200;

async function evaluateImage(
  subject: Subject,
  image: ImageSubject,
  options: EvaluateOptions,
  leftOut: string[],
): Promise<{ readonly evaluation: ImageEvaluation; readonly figures: readonly Figure[] } | null> {
  const { world } = subject;
  const { node, discrete, parents, data, real } = image;
  const { samples, seed, signal, observer } = options;
  if (node.type.kind !== "image") throw new Error(`internal: ${node.name} is not an image`);
  const executor = await world.executor();
  const { channels, height, width } = node.type;

  // 1: the judge, and what all of this will cost
  const plan = await planJudge(subject, image, options);
  if (plan.kind === "none") {
    leftOut.push(`all about the pictures of ${node.name}: ${plan.why}`);
    return null;
  }
  const regimes = regimesOf(discrete);
  const work = {
    regimes: regimes.length,
    samples,
    pictureSize: channels * height * width,
    width: plan.kind === "there" ? plan.chosen.judge.summary.width : mostFeatures,
    judged: plan.kind === "there" ? 0 : judgeSteps * 64,
    searched: data?.training.length ?? 0,
    compared: real !== null,
    reported: options.figures,
  };
  observer?.cost?.(node.name, costOf(work, await paceOf(image, subject)));
  if (plan.kind === "to train") observer?.phase?.(`${node.name}: training the judge`);
  const chosen = plan.kind === "there" ? plan.chosen : await plan.train(hooksOf(options));
  if (chosen === null) throw interrupted();
  const { judge, assessed } = chosen;
  const accuracy = assessed === null ? null : await accuracyOf(judge, assessed.pictures, executor);
  if (accuracy === null) leftOut.push("the accuracy of the judge: there are no pictures that it has not seen");

  // 2: pictures of every regime, and what is read off them
  observer?.phase?.(`${node.name}: drawing and reading`);
  const drawn: Drawn[] = [];
  const distances: PictureDistance[] = [];
  for (const [i, regime] of regimes.entries()) {
    requireGoOn(signal);
    const kept = regime.kind === "all" ? keptOfAll : keptOfRegime;
    const one = await drawRegime(world, node, judge, regime, { count: samples, seed, kept });
    if (one === null) leftOut.push(`pictures given ${regimeName(regime)}: the model never draws it`);
    else {
      drawn.push(one);
      const distance = real === null || !isShown(regime) ? null : await distanceOf(real, judge, executor, one, seed);
      if (distance !== null) distances.push(distance);
      else if (real !== null && isShown(regime))
        leftOut.push(`the distance of ${regimeName(regime)}: too few real pictures of it`);
    }
    observer?.progress?.({ step: i + 1, steps: regimes.length });
  }
  const base = drawn[0]!;
  const fixed = (kind: "do" | "observe") =>
    drawn.flatMap((one) => (one.regime.kind === kind ? [{ drawn: one, regime: one.regime }] : []));

  // 3: diversity, rare combinations, copies
  const diversity = [];
  for (const one of fixed("observe")) diversity.push(await diversityOf(real, judge, executor, one.drawn, one.regime));
  const rare =
    data === null || real === null || discrete.length < parents.length
      ? []
      : await rareOf(world, node, judge, data, real, seed);
  const unseen = real === null ? null : (await real.some(lookedUp)).images;
  if (data !== null) observer?.phase?.(`${node.name}: looking for copies`);
  const nearest =
    data === null
      ? null
      : await nearestOf(data, base.images.slice(0, lookedUp), unseen, (step, steps) => {
          requireGoOn(signal);
          observer?.progress?.({ step, steps });
        });
  requireGoOn(signal);

  // 4: the figures
  const figures: Figure[] = [];
  if (options.figures) {
    observer?.phase?.(`${node.name}: figures`);
    const context: FigureContext = { image: node, parents, stage: world.generators.get(node.name)!, executor, seed };
    const shown = fixed("do").filter(({ regime }) => isShown(regime));
    for (const [i, { drawn: done, regime }] of shown.entries()) {
      const given = fixed("observe").find(
        (other) => other.regime.node === regime.node && other.regime.value === regime.value,
      );
      figures.push(...(await doAgainstGiven(context, done, given?.drawn ?? null)));
      observer?.progress?.({ step: i + 1, steps: shown.length });
    }
    figures.push(
      ...(await diversityFigures(context, base.images, real === null ? null : (await real.some(256)).images)),
    );
    figures.push(...(await interpolations(context, base.labels)));
    if (nearest !== null) figures.push(await nearestFigure(context, nearest));
    if (image.truth !== null && real !== null) {
      const rows = [];
      for (const { drawn: done, regime } of shown) {
        const truly = await real.done(regime.node.name, regime.value, 10);
        rows.push({ caption: regimeName(regime), images: done.images.slice(0, 10) });
        if (truly !== null) rows.push({ caption: "true", images: truly.images.images });
      }
      figures.push(await truthFigure(context, rows));
    }
  }

  return {
    evaluation: {
      image: node.name,
      shape: [channels, height, width],
      judge: { ...judge.summary, assessedOn: assessed?.what ?? null, accuracy },
      readLabels: readLabels(world.model, discrete, base),
      interventions: fixed("do").map((one) => interventionOf(world.model, discrete, base, one.drawn, one.regime)),
      observations: fixed("observe").map((one) => observationOf(world.model, discrete, one.drawn, one.regime)),
      distances,
      diversity,
      rare,
      nearest: nearest?.summary ?? null,
    },
    figures,
  };
}

/** Tables and figures show one state of a bool, `true`, and all of another label. */
const isShown = (regime: Regime) => regime.kind === "all" || regime.node.type.kind !== "bool" || regime.value === 1;

const hooksOf = ({ signal, observer }: EvaluateOptions) => ({
  ...(signal === undefined ? {} : { signal }),
  onProgress: (event: { readonly step: number; readonly steps: number }) => observer?.progress?.(event),
});

/** The first of each are slower than the others, so that they are made before the clock starts. */
async function paceOf({ node, parents, real }: ImageSubject, { world }: Subject): Promise<Pace> {
  const options = { executor: await world.executor(), seed: 0 };
  const drawn = (count: number) => {
    const columns = Object.fromEntries(parents.map(({ name }) => [name, new Float64Array(count)]));
    return generate(world.generators.get(node.name)!, parents, columns, count, options);
  };
  const time = async (count: number, make: (count: number) => Promise<unknown>) => {
    await make(count / 4);
    const began = performance.now();
    await make(count);
    return (performance.now() - began) / 1000 / count;
  };
  return { drawn: await time(256, drawn), real: real === null ? 0 : await time(64, (count) => real.some(count)) };
}
