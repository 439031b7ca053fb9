/** Drawn pictures beside real ones: distances of their features, diversity within labels, rare combinations, copies. */
import type { CausalNode } from "#compiler/causal/model";
import { statesOf } from "#lang/types/type";
import type { Executor } from "#runtime/executor";
import type { OpenData } from "../api/data.ts";
import { type Drawn, type Regime, regimeName } from "./drawn.ts";
import type { Diversity, DiversityIn, NearestSummary, PictureDistance } from "./evaluation.ts";
import { type Judge, readPictures } from "./judge.ts";
import { coverage } from "./metrics/coverage.ts";
import { meanDistance } from "./metrics/diversity.ts";
import { type Features, firstRows, stackRows, takeRows } from "./metrics/features.ts";
import { frechetDistance, momentsOf } from "./metrics/frechet.ts";
import { ratio, wilson } from "./metrics/intervals.ts";
import { kernelDistance } from "./metrics/kernel.ts";
import { boundsOf, type Nearest, nearestRow, type Thumbnails, thumbnailOf } from "./metrics/nearest.ts";
import { type Labelled, type RealPictures, readImages } from "./real.ts";

/** Fewer pictures a side give no distance. */
const leastPictures = 50;
const kernelSubsets = { subsets: 10, size: 250 };
/** Precision and recall compare every pair. */
const mostCovered = 500;

interface Side {
  readonly against: string;
  readonly real: Features;
  /** more real ones, for the floor */
  readonly other: Features;
}

/** Real pictures that belong to a regime, half of them for the floor; null where there are none to compare with. */
async function sideOf(
  real: RealPictures,
  judge: Judge,
  executor: Executor,
  regime: Regime,
  count: number,
): Promise<Side | null> {
  const features = async ({ images }: Labelled) => (await readPictures(judge, images, executor)).features;
  if (regime.kind === "all") {
    const [some, more] = [await features(await real.some(count)), await features(await real.more(count))];
    return { against: real.what, real: some, other: more };
  }
  const found =
    regime.kind === "do"
      ? await real.done(regime.node.name, regime.value, 2 * count)
      : {
          how: `${real.what} with the label`,
          images: await real.given({ [regime.node.name]: regime.value }, 2 * count),
        };
  if (found === null) return null;
  const all = await features(found.images);
  const half = Math.min(count, Math.max(Math.floor(all.rows / 2), Math.min(all.rows, leastPictures)));
  const rest = Array.from({ length: Math.min(half, all.rows - half) }, (_, i) => half + i);
  return { against: found.how, real: firstRows(all, half), other: takeRows(all, rest) };
}

/** Null where there are too few real pictures of the regime. */
export async function distanceOf(
  real: RealPictures,
  judge: Judge,
  executor: Executor,
  drawn: Drawn,
  seed: number,
): Promise<PictureDistance | null> {
  const side = await sideOf(real, judge, executor, drawn.regime, drawn.count);
  if (side === null) return null;
  const n = Math.min(drawn.count, side.real.rows);
  if (n < Math.min(leastPictures, drawn.count)) return null;
  const [generated, reference] = [firstRows(drawn.features, n), firstRows(side.real, n)];
  const enough = side.other.rows >= n;
  const moments = momentsOf(reference);
  const kernel = (features: Features) => kernelDistance(features, reference, { ...kernelSubsets, seed });
  const kid = kernel(generated);
  const covered = coverageOf(generated, reference);
  const truly = enough ? coverageOf(firstRows(side.other, n), reference) : null;
  return {
    pictures: regimeName(drawn.regime),
    against: side.against,
    n,
    fid: frechetDistance(momentsOf(generated), moments),
    fidFloor: enough ? frechetDistance(momentsOf(firstRows(side.other, n)), moments) : null,
    kid: kid.value,
    kidError: kid.error,
    kidFloor: enough ? kernel(firstRows(side.other, n)).value : null,
    ...covered,
    precisionReal: truly?.precision ?? null,
    recallReal: truly?.recall ?? null,
  };
}

function coverageOf(generated: Features, reference: Features): Pick<PictureDistance, "precision" | "recall"> {
  const compared = Math.min(reference.rows, mostCovered);
  const { precision, recall } = coverage(firstRows(reference, compared), firstRows(generated, compared));
  const share = (value: number) => wilson(Math.round(value * compared), compared);
  return { precision: share(precision), recall: share(recall) };
}

/** Fewer real pictures do not show how diverse they are. */
export const leastDiverse = 10;

/** Of real pictures there may be more than drawn ones: the first as many are compared with, the others tell what chance shows. */
export function diversityIn(drawn: Features, real: Features | null): DiversityIn {
  const own = meanDistance(drawn);
  if (real === null || real.rows < 2) return { drawn: own, real: null, ratio: null, ratioReal: null };
  const theirs = meanDistance(firstRows(real, drawn.rows));
  const others = takeRows(
    real,
    Array.from({ length: Math.max(0, real.rows - drawn.rows) }, (_, i) => drawn.rows + i),
  );
  return {
    drawn: own,
    real: theirs,
    ratio: theirs.value === 0 ? null : ratio(own, theirs),
    ratioReal: theirs.value === 0 || others.rows < leastDiverse ? null : ratio(meanDistance(others), theirs),
  };
}

/** Diversity of the kept pictures of an observed label, in pixels and in features. */
export async function diversityOf(
  real: RealPictures | null,
  judge: Judge,
  executor: Executor,
  drawn: Drawn,
  { node, value }: { readonly node: CausalNode; readonly value: number },
): Promise<Diversity> {
  const count = drawn.images.length;
  const theirs = real === null ? null : await real.given({ [node.name]: value }, 2 * count);
  const known = theirs !== null && theirs.images.length >= 2;
  return {
    node: node.name,
    state: statesOf(node.type)![value]!,
    n: count,
    pixels: diversityIn(stackRows(drawn.images), known ? stackRows(theirs.images) : null),
    features: diversityIn(
      firstRows(drawn.features, count),
      known ? (await readPictures(judge, theirs.images, executor)).features : null,
    ),
  };
}

/** Training pictures that are searched at most, chosen evenly. */
const mostSearched = 50_000;
const thumbnailSide = 8;
/** Pictures whose bounds to all that is searched are in memory together. */
const boundedAtOnce = 32;

export interface NearestFound {
  readonly summary: NearestSummary;
  /** pairs of a drawn picture and its nearest training picture, by closeness */
  readonly pairs: readonly {
    readonly drawn: Float32Array;
    readonly training: Float32Array;
    readonly distance: number;
  }[];
}

/** The nearest training pictures of drawn ones, and of real ones that were not trained on, for comparison. */
export async function nearestOf(
  data: OpenData,
  drawn: readonly Float32Array[],
  unseen: readonly Float32Array[] | null,
  onProgress: (done: number, total: number) => void,
): Promise<NearestFound> {
  const { channels, height, width } = data.source.image!;
  const shape = [channels, height, width] as const;
  const stride = Math.max(1, Math.ceil(data.training.length / mostSearched));
  const rows = data.training.filter((_, i) => i % stride === 0);
  const total = rows.length + drawn.length + (unseen?.length ?? 0);
  const thumbnails: Float32Array[] = [];
  let block = 1;
  for (let start = 0; start < rows.length; start += 256) {
    for (const picture of await readImages(data, rows.subarray(start, start + 256))) {
      const small = thumbnailOf(picture, shape, thumbnailSide);
      thumbnails.push(small.thumbnail);
      block = small.block;
    }
    onProgress(Math.min(start + 256, rows.length), total);
  }
  const set: Thumbnails = { features: stackRows(thumbnails), block };
  const read = async (chosen: Int32Array) =>
    stackRows(
      await readImages(
        data,
        chosen.map((i) => rows[i]!),
      ),
    );
  let done = rows.length;
  const search = async (pictures: readonly Float32Array[]) => {
    const found: Nearest[] = [];
    for (let start = 0; start < pictures.length; start += boundedAtOnce) {
      const some = pictures.slice(start, start + boundedAtOnce);
      const small = stackRows(some.map((picture) => thumbnailOf(picture, shape, thumbnailSide).thumbnail));
      const bounds = boundsOf(small, set);
      for (const [i, picture] of some.entries()) {
        found.push(await nearestRow(picture, bounds.subarray(i * rows.length, (i + 1) * rows.length), read));
        onProgress(++done, total);
      }
    }
    return found;
  };
  const ofDrawn = await search(drawn);
  const ofReal = unseen === null ? null : (await search(unseen)).map(({ distance }) => distance).sort((a, b) => a - b);
  const order = ofDrawn.map((_, i) => i).sort((a, b) => ofDrawn[a]!.distance - ofDrawn[b]!.distance);
  const nearest = await read(Int32Array.from(order, (i) => ofDrawn[i]!.row));
  const threshold = ofReal === null ? null : quantile(ofReal, 0.01);
  return {
    summary: {
      searched: rows.length,
      n: drawn.length,
      drawnMedian: quantile(
        order.map((i) => ofDrawn[i]!.distance),
        0.5,
      ),
      realMedian: ofReal === null ? null : quantile(ofReal, 0.5),
      copies:
        threshold === null ? null : wilson(ofDrawn.filter(({ distance }) => distance < threshold).length, drawn.length),
    },
    pairs: order.map((i, k) => ({
      drawn: drawn[i]!,
      training: nearest.data.slice(k * nearest.width, (k + 1) * nearest.width),
      distance: ofDrawn[i]!.distance,
    })),
  };
}

/** Of ascending numbers, interpolated linearly. */
export function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const next = sorted[Math.min(low + 1, sorted.length - 1)]!;
  return sorted[low]! + (position - low) * (next - sorted[low]!);
}
