/**
 * Evaluating one trained image: its judge, the pictures of every regime and what is read off them, how far they are from real
 * ones, and the figures. Each step is a function below; what they compute is in the files that they call.
 */
import type { Executor } from "#runtime/executor";
import { generate } from "../api/images.ts";
import { interrupted, requireGoOn } from "../devices/stoppable.ts";
import { costOf, type Pace } from "./cost.ts";
import { distanceOf, diversityOf, type NearestFound, nearestOf } from "./distances.ts";
import { type Drawn, drawRegime, type Regime, regimeName, regimesOf } from "./drawn.ts";
import type { EvaluateOptions } from "./evaluate.ts";
import type { Diversity, Estimate, ImageEvaluation, PictureDistance, RareCombination } from "./evaluation.ts";
import {
  diversityFigures,
  doAgainstGiven,
  type Figure,
  type FigureContext,
  interpolations,
  keptOfAll,
  keptOfRegime,
  nearestFigure,
  truthFigure,
} from "./figures.ts";
import { accuracyOf, judgeSteps } from "./judge.ts";
import { mostFeatures } from "./judge-program.ts";
import { rareOf } from "./rare.ts";
import { interventionOf, observationOf, readLabels } from "./readings.ts";
import { type ChosenJudge, type ImageSubject, type JudgePlan, planJudge, type Subject } from "./subject.ts";

/** What every step looks at; `leftOut` grows. */
interface Work {
  readonly subject: Subject;
  readonly image: ImageSubject;
  readonly options: EvaluateOptions;
  readonly executor: Executor;
  readonly leftOut: string[];
}

/** Null where there is nothing to read pictures with. Throws RuntimeFault "interrupted". */
export async function evaluateImage(
  subject: Subject,
  image: ImageSubject,
  options: EvaluateOptions,
  leftOut: string[],
): Promise<{ readonly evaluation: ImageEvaluation; readonly figures: readonly Figure[] } | null> {
  const { node, discrete } = image;
  if (node.type.kind !== "image") throw new Error(`internal: ${node.name} is not an image`);
  const work: Work = { subject, image, options, executor: await subject.world.executor(), leftOut };
  const chosen = await chooseJudge(work);
  if (chosen === null) return null;
  const { drawn, distances } = await drawRegimes(work, chosen);
  const compared = await compare(work, chosen, drawn);
  const figures = options.figures ? await drawFigures(work, drawn, compared.nearest) : [];
  const { model } = subject.world;
  const { channels, height, width } = node.type;
  return {
    evaluation: {
      image: node.name,
      shape: [channels, height, width],
      judge: { ...chosen.judge.summary, assessedOn: chosen.assessed?.what ?? null, accuracy: chosen.accuracy },
      readLabels: readLabels(model, discrete, drawn.all),
      interventions: drawn.done.map((one) => interventionOf(model, discrete, drawn.all, one.drawn, one.regime)),
      observations: drawn.given.map((one) => observationOf(model, discrete, one.drawn, one.regime)),
      distances,
      diversity: compared.diversity,
      rare: compared.rare,
      nearest: compared.nearest?.summary ?? null,
    },
    figures,
  };
}

interface KnownJudge extends ChosenJudge {
  readonly accuracy: Readonly<Record<string, Estimate>> | null;
}

/** Says what all of this will cost, and trains the judge where none is there. */
async function chooseJudge(work: Work): Promise<KnownJudge | null> {
  const { subject, image, options, executor, leftOut } = work;
  const { name } = image.node;
  const plan = await planJudge(subject, image, options);
  if (plan.kind === "none") {
    leftOut.push(`all about the pictures of ${name}: ${plan.why}`);
    return null;
  }
  await tellCost(work, plan);
  if (plan.kind === "to train") options.observer?.phase?.(`${name}: training the judge`);
  const { signal, observer } = options;
  const chosen =
    plan.kind === "there"
      ? plan.chosen
      : await plan.train({
          ...(signal === undefined ? {} : { signal }),
          onProgress: (event) => observer?.progress?.(event),
        });
  if (chosen === null) throw interrupted();
  const { judge, assessed } = chosen;
  const accuracy = assessed === null ? null : await accuracyOf(judge, assessed.pictures, executor);
  if (accuracy === null) leftOut.push("the accuracy of the judge: there are no pictures that it has not seen");
  return { judge, assessed, accuracy };
}

async function tellCost({ subject, image, options }: Work, plan: Exclude<JudgePlan, { kind: "none" }>): Promise<void> {
  const { node, discrete, data, real } = image;
  if (options.observer?.cost === undefined || node.type.kind !== "image") return;
  const { channels, height, width } = node.type;
  const cost = costOf(
    {
      regimes: regimesOf(discrete).length,
      samples: options.samples,
      pictureSize: channels * height * width,
      width: plan.kind === "there" ? plan.chosen.judge.summary.width : mostFeatures,
      judged: plan.kind === "there" ? 0 : judgeSteps * 64,
      searched: data?.training.length ?? 0,
      compared: real !== null,
      reported: options.figures,
    },
    await paceOf(image, subject),
  );
  options.observer.cost(node.name, cost);
}

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

type Fixed = Exclude<Regime, { readonly kind: "all" }>;

/** Pictures by regime. */
interface AllDrawn {
  readonly all: Drawn;
  readonly done: readonly { readonly drawn: Drawn; readonly regime: Fixed }[];
  readonly given: readonly { readonly drawn: Drawn; readonly regime: Fixed }[];
}

/** Draws and reads pictures of every regime, and compares those that are shown with real ones. */
async function drawRegimes(
  { subject: { world }, image, options, executor, leftOut }: Work,
  { judge }: ChosenJudge,
): Promise<{ readonly drawn: AllDrawn; readonly distances: readonly PictureDistance[] }> {
  const { node, discrete, real } = image;
  const { samples: count, seed, signal, observer } = options;
  observer?.phase?.(`${node.name}: drawing and reading`);
  const regimes = regimesOf(discrete);
  const drawn: Drawn[] = [];
  const distances: PictureDistance[] = [];
  for (const [i, regime] of regimes.entries()) {
    requireGoOn(signal);
    const kept = regime.kind === "all" ? keptOfAll : keptOfRegime;
    const one = await drawRegime(world, node, judge, regime, { count, seed, kept });
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
  const fixed = (kind: Fixed["kind"]) =>
    drawn.flatMap((one) => (one.regime.kind === kind ? [{ drawn: one, regime: one.regime }] : []));
  return { drawn: { all: drawn[0]!, done: fixed("do"), given: fixed("observe") }, distances };
}

/** Tables and figures show one state of a bool, `true`, and all of another label. */
const isShown = (regime: Regime) => regime.kind === "all" || regime.node.type.kind !== "bool" || regime.value === 1;

interface Compared {
  readonly diversity: readonly Diversity[];
  readonly rare: readonly RareCombination[];
  readonly nearest: NearestFound | null;
}

/** Pictures that are looked up among the training pictures. */
const lookedUp = 200;

/** Diversity within labels, rare combinations, copies. */
async function compare(
  { subject: { world }, image, options, executor }: Work,
  { judge }: ChosenJudge,
  { all, given }: AllDrawn,
): Promise<Compared> {
  const { node, discrete, parents, data, real } = image;
  const { seed, signal, observer } = options;
  const diversity: Diversity[] = [];
  for (const one of given) diversity.push(await diversityOf(real, judge, executor, one.drawn, one.regime));
  const countable = data !== null && real !== null && discrete.length === parents.length;
  const rare = countable ? await rareOf(world, node, judge, data, real, seed) : [];
  if (data === null) return { diversity, rare, nearest: null };
  observer?.phase?.(`${node.name}: looking for copies`);
  const unseen = real === null ? null : (await real.some(lookedUp)).images;
  const nearest = await nearestOf(data, all.images.slice(0, lookedUp), unseen, (step, steps) =>
    observer?.progress?.({ step, steps }),
  );
  requireGoOn(signal);
  return { diversity, rare, nearest };
}

async function drawFigures(
  { subject: { world }, image, options, executor }: Work,
  { all, done, given }: AllDrawn,
  nearest: NearestFound | null,
): Promise<readonly Figure[]> {
  const { node, parents, real, truth } = image;
  const { seed, observer } = options;
  observer?.phase?.(`${node.name}: figures`);
  const context: FigureContext = { image: node, parents, stage: world.generators.get(node.name)!, executor, seed };
  const figures: Figure[] = [];
  const shown = done.filter(({ regime }) => isShown(regime));
  for (const [i, { drawn, regime }] of shown.entries()) {
    const same = given.find((other) => other.regime.node === regime.node && other.regime.value === regime.value);
    figures.push(...(await doAgainstGiven(context, drawn, same?.drawn ?? null)));
    observer?.progress?.({ step: i + 1, steps: shown.length });
  }
  figures.push(...(await diversityFigures(context, all.images, real === null ? null : (await real.some(256)).images)));
  figures.push(...(await interpolations(context, all.labels)));
  if (nearest !== null) figures.push(await nearestFigure(context, nearest));
  if (truth !== null && real !== null) {
    const rows = [];
    for (const { drawn, regime } of shown) {
      const truly = await real.done(regime.node.name, regime.value, 10);
      rows.push({ caption: regimeName(regime), images: drawn.images.slice(0, 10) });
      if (truly !== null) rows.push({ caption: "true", images: truly.images.images });
    }
    figures.push(await truthFigure(context, rows));
  }
  return figures;
}
