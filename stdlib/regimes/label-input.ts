/** How labels enter a generator of images: as signs, or as noisy logits as in the released CausalGAN. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { Feed } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import type { ImageProblem } from "./image.ts";

/**
 * - `sign`: -1 and 1;
 * - `noisy`: logits of 0.3 and 0.7 after noise that never crosses 0.5, drawn for each label;
 * - `released`: the same with one draw for all labels of an example and three to five times the noise, which is what the
 *   released code computes (its rates are not those that its comments say).
 */
export type LabelInput = "sign" | "noisy" | "released";

export interface LabelFeatures {
  /** [batch, width], what the generator reads; real columns as they are */
  readonly input: Value;
  /** [batch, width], logits of the labels as soft probabilities, for the swapped cross entropy */
  readonly logits: Value;
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** The soft labels are 0.3 and 0.7, and at most 0.3 of noise is added outwards, 0.2 inwards. */
const margin = 0.2;
const outwards = 0.3;
const inwards = 0.2;
const rates = { noisy: { inwards: 25, outwards: 50 }, released: { inwards: 5, outwards: 15 } };

/** As in the release: keeps logits finite. */
const tiny = 1e-6;

/** Labels [batch, width] of zeros and ones, `prefix` names the inputs of the noise. */
export function labelFeatures(
  b: Builder,
  problem: ImageProblem,
  labels: Value,
  kind: LabelInput,
  prefix: string,
): LabelFeatures {
  const signs = b.sub(b.mul(labels, 2), 1);
  if (kind === "sign") {
    const logits = b.mul(signs, Math.log((0.5 + margin) / (0.5 - margin)));
    return { input: keepReal(b, problem, signs, labels), logits, feeds: {} };
  }
  const shape = [labels.shape[0]!, kind === "released" ? 1 : problem.width];
  const back = b.input(`${prefix}/inwards`, shape);
  const forth = b.input(`${prefix}/outwards`, shape);
  const distance = b.add(b.sub(margin, back), forth);
  const soft = b.clip(b.add(b.mul(signs, distance), 0.5), tiny, 1 - tiny);
  const logits = b.log(b.div(soft, b.sub(1, soft)));
  const rate = rates[kind];
  return {
    input: keepReal(b, problem, logits, labels),
    logits,
    feeds: {
      [`${prefix}/inwards`]: { kind: "truncatedExponential", rate: rate.inwards, max: inwards },
      [`${prefix}/outwards`]: { kind: "truncatedExponential", rate: rate.outwards, max: outwards },
    },
  };
}

function keepReal(b: Builder, { groups, width }: ImageProblem, discrete: Value, labels: Value): Value {
  if (groups.every(({ kind }) => kind !== "real")) return discrete;
  const isReal = new Float32Array(width);
  for (const { start, size, kind } of groups) if (kind === "real") isReal.fill(1, start, start + size);
  return b.where(b.constant(tensor([width], isReal)), labels, discrete);
}
