/** How labels enter a generator of images: as they are, as signs, or as noisy probabilities as in the released CausalGAN. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { Feed } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import type { ImageProblem } from "./image.ts";

/**
 * - `plain`: 0 and 1;
 * - `sign`: -1 and 1;
 * - `discrete`: probabilities 0.3 and 0.7;
 * - `noisy`: these with noise that never crosses 0.5, drawn for each label;
 * - `released`: the same with one draw for all labels of an example and three to five times the noise, which is what the
 *   released code computes (its rates are not those that its comments say).
 *
 * Of a categorical, the state that holds has the probability that `true` has, and the others share the rest.
 */
export const labelInputs = ["plain", "sign", "discrete", "noisy", "released"] as const;
export type LabelInput = (typeof labelInputs)[number];

/** How the generator reads probabilities: as they are, or as their logits log(p / (1 - p)). */
export const labelValues = ["logits", "probabilities"] as const;
export type LabelValues = (typeof labelValues)[number];

export interface LabelFeatures {
  /** [batch, width], what the generator reads; real columns as they are */
  readonly input: Value;
  /** [batch, width], the labels as soft probabilities within (0, 1), for cross entropies; real columns as they are */
  readonly soft: Value;
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** The soft labels are 0.3 and 0.7, and at most 0.3 of noise is added outwards, 0.2 inwards. */
const margin = 0.2;
const outwards = 0.3;
const inwards = 0.2;
const rates = { noisy: { inwards: 25, outwards: 50 }, released: { inwards: 5, outwards: 15 } };

/** Keeps logits finite, as in the release; there, a probability that noise has brought to 1 still gives a NaN. */
const tiny = 1e-6;

/** Labels [batch, width] of zeros and ones, `prefix` names the inputs of the noise. */
export function labelFeatures(
  b: Builder,
  problem: ImageProblem,
  labels: Value,
  kind: LabelInput,
  prefix: string,
  values: LabelValues = "logits",
): LabelFeatures {
  const noise = kind === "noisy" || kind === "released" ? noiseOf(b, problem, labels.shape[0]!, kind, prefix) : null;
  const soft = keepReal(b, problem, soften(b, problem, labels, noise?.distance ?? margin), labels);
  const feeds = noise?.feeds ?? {};
  if (kind === "plain") return { input: labels, soft, feeds };
  const signs = () => b.sub(b.mul(labels, 2), 1);
  const logits = () => b.log(b.div(soft, b.sub(1, soft)));
  const input = kind === "sign" ? signs() : values === "logits" ? logits() : soft;
  return { input: keepReal(b, problem, input, labels), soft, feeds };
}

/** Labels that are sure of themselves as probabilities whose logarithms are finite. */
export function sureLabels(b: Builder, problem: ImageProblem, labels: Value): Value {
  return keepReal(b, problem, b.clip(labels, tiny, 1 - tiny), labels);
}

/** How far the probability of what holds is from 1/2: [batch, width]. */
function noiseOf(b: Builder, problem: ImageProblem, batch: number, kind: keyof typeof rates, prefix: string) {
  const { groups, width } = problem;
  const shape = [batch, kind === "released" ? 1 : groups.length];
  const back = b.input(`${prefix}/inwards`, shape);
  const forth = b.input(`${prefix}/outwards`, shape);
  const drawn = b.add(b.sub(margin, back), forth);
  const rate = rates[kind];
  const feeds: Record<string, Feed> = {
    [`${prefix}/inwards`]: { kind: "truncatedExponential", rate: rate.inwards, max: inwards },
    [`${prefix}/outwards`]: { kind: "truncatedExponential", rate: rate.outwards, max: outwards },
  };
  if (kind === "released" || groups.length === width) return { distance: drawn, feeds };
  // one draw for each label, whose columns all get it
  const columns = new Float32Array(groups.length * width);
  groups.forEach(({ start, size }, i) => void columns.fill(1, i * width + start, i * width + start + size));
  return { distance: b.matmul(drawn, b.constant(tensor([groups.length, width], columns))), feeds };
}

/** 1/2 + distance where a label holds; what is left is shared by the other states. */
function soften(b: Builder, { groups, width }: ImageProblem, labels: Value, distance: Value | number): Value {
  const shares = new Float32Array(width).fill(1);
  for (const { start, size, kind } of groups) if (kind === "states") shares.fill(1 / (size - 1), start, start + size);
  const holds = b.add(distance, 0.5);
  const others = b.mul(b.sub(1, holds), b.constant(tensor([width], shares)));
  return b.clip(b.add(others, b.mul(labels, b.sub(holds, others))), tiny, 1 - tiny);
}

function keepReal(b: Builder, { groups, width }: ImageProblem, discrete: Value, labels: Value): Value {
  if (groups.every(({ kind }) => kind !== "real")) return discrete;
  const isReal = new Float32Array(width);
  for (const { start, size, kind } of groups) if (kind === "real") isReal.fill(1, start, start + size);
  return b.where(b.constant(tensor([width], isReal)), labels, discrete);
}
