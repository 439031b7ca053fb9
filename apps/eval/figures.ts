/** The figures of an evaluation: those of the CausalGAN paper, and drawn pictures beside real ones. */
import type { CausalNode } from "#compiler/causal/model";
import { encodeLabels, labelLayout } from "#compiler/lower/encoding";
import { statesOf } from "#lang/types/type";
import type { Executor } from "#runtime/executor";
import { generateEncoded, type TrainedStage } from "../api/images.ts";
import { type GridRow, imageGrid } from "../files/grid.ts";
import { encodeForPage, encodePng } from "../files/images.ts";
import { type Drawn, regimeName } from "./drawn.ts";
import type { NearestFound } from "./distances.ts";

export interface Figure {
  /** of the file, without its ending */
  readonly name: string;
  readonly title: string;
  /** what is to be seen */
  readonly caption: string;
  readonly png: Uint8Array;
  /** the same as AVIF, a fifth as large; null where a larger figure of the page begins with the same pictures */
  readonly inPage: Uint8Array | null;
  /** pixels */
  readonly width: number;
  readonly height: number;
}

export interface FigureContext {
  readonly image: CausalNode;
  readonly parents: readonly CausalNode[];
  readonly stage: TrainedStage;
  readonly executor: Executor;
  readonly seed: number;
}

/** Pictures that a figure takes at most from one regime, and from all. */
export const keptOfRegime = 64;
export const keptOfAll = 256;

async function figure(
  { image }: FigureContext,
  about: Pick<Figure, "name" | "title" | "caption">,
  rows: readonly GridRow[],
  columns: number,
  inPage = true,
): Promise<Figure> {
  if (image.type.kind !== "image") throw new Error(`internal: ${image.name} is not an image`);
  const grid = { rows, size: image.type.height, channels: image.type.channels, columns };
  const picture = imageGrid(grid);
  const { width, height } = picture;
  return {
    ...about,
    png: await encodePng(picture),
    inPage: inPage ? await encodeForPage(picture) : null,
    width,
    height,
  };
}

/** Letters, digits and `_`; everything else in a name becomes `_`. */
const fileName = (text: string) => text.replace(/\W+/g, "_");

/** For each state: do() above, the same state given below, as 2 x 10 and as 8 x 16 pictures. */
export async function doAgainstGiven(context: FigureContext, done: Drawn, given: Drawn | null): Promise<Figure[]> {
  if (done.regime.kind === "all") throw new Error("internal: no intervention");
  const { node, value } = done.regime;
  const state = statesOf(node.type)![value]!;
  const rows = (count: number): GridRow[] =>
    [done, given].flatMap((drawn) =>
      drawn === null ? [] : [{ caption: regimeName(drawn.regime), images: drawn.images.slice(0, count) }],
    );
  const name = [context.image.name, "do", node.name, state].map(fileName).join("-");
  const title = `do(${node.name} = ${state}) against ${node.name} = ${state}`;
  const caption = `${context.image.name} under the intervention above, given the observation below.`;
  return [
    await figure(context, { name: `${name}-2x10`, title, caption }, rows(10), 10, false),
    await figure(context, { name: `${name}-8x16`, title, caption }, rows(64), 16),
  ];
}

/** 16 x 16 pictures of the model, and of the data where there are any. */
export async function diversityFigures(
  context: FigureContext,
  drawn: readonly Float32Array[],
  real: readonly Float32Array[] | null,
): Promise<Figure[]> {
  const one = (name: string, title: string, images: readonly Float32Array[]) => {
    const caption = title;
    return figure(context, { name: `${context.image.name}-${name}`, title, caption }, [{ caption: "", images }], 16);
  };
  return [
    await one("diversity", "Pictures of the model", drawn.slice(0, 256)),
    ...(real === null ? [] : [await one("diversity-real", "Real pictures", real.slice(0, 256))]),
  ];
}

const interpolationSteps = 10;

/**
 * At fixed noise, the labels go from one vector to another in ten steps. First one label at a time, the others as
 * drawn; then from the labels of one draw to those of another, for eight noises.
 */
export async function interpolations(context: FigureContext, labels: Drawn["labels"]): Promise<Figure[]> {
  const { parents, image, stage, executor, seed } = context;
  const layout = labelLayout(parents);
  const one = (row: number) =>
    encodeLabels(layout, Object.fromEntries(parents.map(({ name }) => [name, [labels[name]![row]!]])), 1);
  const from = one(0);
  const generate = async (vectors: readonly Float32Array[], count: number) => {
    const rows: Float32Array[][] = Array.from({ length: count }, () => []);
    for (const vector of vectors) {
      const encoded = new Float32Array(count * layout.width);
      for (let i = 0; i < count; i++) encoded.set(vector, i * layout.width);
      // the same seed gives row i the same noise each time
      const { images } = await generateEncoded(stage, encoded, count, { executor, seed });
      for (const [i, picture] of images.entries()) rows[i]!.push(picture);
    }
    return rows;
  };
  const between = (a: Float32Array, b: Float32Array) =>
    Array.from({ length: interpolationSteps }, (_, k) => {
      const share = k / (interpolationSteps - 1);
      return a.map((value, i) => value + share * (b[i]! - value));
    });
  const eachLabel: GridRow[] = [];
  for (const { name, offset, states, width } of layout.entries) {
    if (states === null) continue;
    const ends = [0, states - 1].map((state) => {
      const vector = from.slice();
      if (width === 1) vector[offset] = state;
      else for (let i = 0; i < width; i++) vector[offset + i] = i === state ? 1 : 0;
      return vector;
    }) as [Float32Array, Float32Array];
    const node = parents.find((parent) => parent.name === name)!;
    const spelled = statesOf(node.type)!;
    const [images] = await generate(between(...ends), 1);
    eachLabel.push({ caption: `${name}: ${spelled[0]} to ${spelled.at(-1)}`, images: images! });
  }
  const other = mostDifferent(from, labels, one);
  const vectors = await generate(between(from, other), 8);
  const name = `${image.name}-interpolation`;
  return [
    ...(eachLabel.length === 0
      ? []
      : [
          await figure(
            context,
            {
              name: `${name}-labels`,
              title: "One label at a time",
              caption: "At fixed noise and other labels as drawn.",
            },
            eachLabel,
            interpolationSteps,
          ),
        ]),
    await figure(
      context,
      {
        name: `${name}-vectors`,
        title: "From the labels of one draw to those of another",
        caption: "Eight noises, one a row; all labels change together.",
      },
      vectors.map((images) => ({ caption: "", images })),
      interpolationSteps,
    ),
  ];
}

/** Of the first draws, the one whose labels differ most from these. */
function mostDifferent(from: Float32Array, labels: Drawn["labels"], one: (row: number) => Float32Array): Float32Array {
  const rows = Math.min(50, Object.values(labels)[0]?.length ?? 1);
  const candidates = Array.from({ length: rows }, (_, row) => one(row));
  const distance = (vector: Float32Array) => vector.reduce((sum, value, i) => sum + Math.abs(value - from[i]!), 0);
  return candidates.reduce((best, vector) => (distance(vector) > distance(best) ? vector : best));
}

/** The ten drawn pictures that are nearest to a training picture, and ten from the middle, with the training picture below. */
export async function nearestFigure(context: FigureContext, { pairs }: NearestFound): Promise<Figure> {
  const middle = Math.max(0, Math.floor(pairs.length / 2) - 5);
  const rows = [
    { what: "nearest to a training picture", chosen: pairs.slice(0, 10) },
    { what: "of median distance", chosen: pairs.slice(middle, middle + 10) },
  ].flatMap(({ what, chosen }) => [
    { caption: `drawn, ${what}`, images: chosen.map(({ drawn }) => drawn) },
    { caption: "training pictures", images: chosen.map(({ training }) => training) },
  ]);
  const about = {
    name: `${context.image.name}-nearest`,
    title: "Nearest training pictures",
    caption: "A generator that copies draws the same picture twice above each other.",
  };
  return figure(context, about, rows, 10);
}

/** Drawn pictures above, pictures of the true model under the same intervention below. */
export async function truthFigure(
  context: FigureContext,
  rows: readonly { readonly caption: string; readonly images: readonly Float32Array[] }[],
): Promise<Figure> {
  const about = {
    name: `${context.image.name}-truth`,
    title: "Interventions, drawn and true",
    caption: "Under each intervention: pictures of the model, then pictures of the true model.",
  };
  return figure(context, about, rows, 10);
}
