/**
 * The judge: a classifier that reads the labels off pictures, and whose features they are compared by. A trained `classifier` of
 * the run, where it can be trusted; else one that is trained here on real pictures and kept for all runs with the same data.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CausalNode } from "#compiler/causal/model";
import { planTraining } from "#compiler/compile";
import { decodeLabels, labelLayout } from "#compiler/lower/encoding";
import { statesOf } from "#lang/types/type";
import type { Executor } from "#runtime/executor";
import { decodePlan, encodePlan } from "#runtime/program/codec";
import { train } from "#runtime/train";
import { batchesOf, type OpenData, labelsOf } from "../api/data.ts";
import { inBatches, type TrainedStage } from "../api/images.ts";
import type { Project } from "../api/project.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { decodeSafetensors, encodeSafetensors } from "../files/checkpoint.ts";
import { packageVersion } from "../files/package-root.ts";
import { cacheDirectory } from "../files/shards.ts";
import type { Estimate, JudgeSummary } from "./evaluation.ts";
import { withFeatures } from "./judge-program.ts";
import type { Features } from "./metrics/features.ts";
import { wilson } from "./metrics/intervals.ts";
import type { Labelled } from "./real.ts";

export interface Judge {
  readonly stage: TrainedStage;
  readonly parents: readonly CausalNode[];
  readonly summary: Omit<JudgeSummary, "accuracy" | "assessedOn">;
}

export interface ReadPictures {
  /** the likeliest state of each label, by picture */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
  readonly features: Features;
}

/** Steps and batch of a judge that is trained here: enough to read cartoon faces almost without error. */
export const judgeSteps = 600;
const judgeBatch = 64;

/** A judge from a finished `classifier` stage. */
export function judgeOf(
  stage: TrainedStage,
  parents: readonly CausalNode[],
  about: Pick<JudgeSummary, "origin" | "trainedOn" | "seed">,
): Judge {
  const plan = withFeatures(stage.plan);
  const program = plan.programs[plan.predict!.program]!;
  const features = program.outputs.find(({ name }) => name === "features")!;
  const width = program.nodes[features.node]!.shape[1]!;
  return { stage: { plan, state: stage.state }, parents, summary: { ...about, steps: plan.steps, width } };
}

export async function readPictures(
  { stage, parents }: Judge,
  images: readonly Float32Array[],
  executor: Executor,
): Promise<ReadPictures> {
  const size = images[0]?.length ?? 0;
  const joined = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) joined.set(image, i * size);
  const predict = stage.plan.predict!;
  const options = { executor, seed: 0 };
  const read = await inBatches(stage, predict, "image", joined, images.length, ["labels", "features"], options);
  const { data } = read.features!;
  return {
    columns: decodeLabels(labelLayout(parents), read.labels!.data),
    features: { rows: images.length, width: images.length === 0 ? 0 : data.length / images.length, data },
  };
}

/** How often the judge is right about pictures that it was not trained on, by discrete label. */
export async function accuracyOf(
  judge: Judge,
  { images, columns }: Labelled,
  executor: Executor,
): Promise<Readonly<Record<string, Estimate>>> {
  const read = await readPictures(judge, images, executor);
  const discrete = judge.parents.filter(({ type }) => statesOf(type) !== null);
  return Object.fromEntries(
    discrete.map(({ name }) => {
      const right = images.filter((_, i) => read.columns[name]![i] === columns[name]![i]).length;
      return [name, wilson(right, images.length)];
    }),
  );
}

export interface JudgeTraining {
  readonly project: Project;
  readonly model: string;
  readonly image: string;
  readonly parents: readonly CausalNode[];
  /** its `training` rows are learned from */
  readonly data: OpenData;
  readonly seed: number;
  readonly executor: Executor;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: { readonly step: number; readonly steps: number }) => void;
}

/** Two files in the cache of the system, named by all that the judge follows from: runs with the same data share it. */
function pathsOf({ data, seed, parents }: JudgeTraining): { readonly plan: string; readonly weights: string } {
  const { image, fingerprint } = data.source;
  const hash = createHash("sha256").update(
    JSON.stringify([
      packageVersion(),
      fingerprint,
      [image!.channels, image!.height, image!.width],
      seed,
      judgeSteps,
      judgeBatch,
      parents.map(({ name, type }) => [name, statesOf(type)]),
    ]),
  );
  hash.update(data.training);
  const name = hash.digest("hex").slice(0, 32);
  const path = (ending: string) => join(cacheDirectory(), "judges", `${name}.${ending}`);
  return { plan: path("plan.json"), weights: path("safetensors") };
}

/** The judge that is kept of this training, or null where there is none or a damaged one. */
export function keptJudge(training: JudgeTraining): Judge | null {
  const paths = pathsOf(training);
  try {
    const plan = decodePlan(readFileSync(paths.plan, "utf8"));
    return judgeFrom({ plan, state: decodeSafetensors(readFileSync(paths.weights), paths.weights) }, training);
  } catch {
    // nothing is lost with a cache that cannot be read: it is made anew
    return null;
  }
}

/** Trains a judge and keeps it. Null where the signal stopped it. */
export async function trainJudge(training: JudgeTraining): Promise<Judge | null> {
  const { project, model, image, parents, data, seed, executor, signal, onProgress } = training;
  const plan = planTraining(
    project,
    {
      model,
      part: image,
      regime: "classifier",
      settings: { data: data.name, seed, steps: judgeSteps, batch: judgeBatch, rate: 1e-3, network: null },
      span: { source: "", start: 0, end: 0 },
    },
    project.vocabulary,
    data.training.length,
  );
  const source = batchesOf(data, labelsOf(data, parents), { order: plan.order, balance: null, seed });
  const { state, interrupted } = await train(plan, {
    executor,
    seed,
    sources: { data: source },
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (interrupted) return null;
  const used = new Set(
    plan.programs[plan.predict!.program]!.nodes.flatMap((node) => (node.op === "input" ? [node.name] : [])),
  );
  const kept = Object.fromEntries(Object.entries(state).filter(([name]) => used.has(name)));
  const paths = pathsOf(training);
  await writeFileAtomic(paths.plan, encodePlan(plan));
  await writeFileAtomic(paths.weights, encodeSafetensors(kept));
  return judgeFrom({ plan, state: kept }, training);
}

function judgeFrom(stage: TrainedStage, { parents, data, seed }: JudgeTraining): Judge {
  const trainedOn = `${data.training.length.toLocaleString("en")} rows of ${data.name}`;
  return judgeOf(stage, parents, { origin: "evaluation", trainedOn, seed });
}
