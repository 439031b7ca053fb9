/** Opening a `data` statement: its columns as states of the model's nodes, the rows held out, and batches for training. */
import type { CausalNode } from "#compiler/causal/model";
import { encodeLabels, type LabelLayout, labelLayout } from "#compiler/lower/encoding";
import type { CheckedData } from "#lang/checked";
import { printType } from "#lang/types/type";
import { gatherRows, shuffledRows, weightedRows } from "#runtime/batches";
import { RuntimeFault } from "#runtime/fault";
import { createStream } from "#runtime/random";
import type { BatchSource } from "#runtime/train";
import { nodeColumn } from "#stdlib/datasets/columns";
import type { DataSource, ImageColumn, Reader } from "#stdlib/datasets/dataset";
import { datasets } from "#stdlib/datasets/index";
import { mirror } from "#stdlib/datasets/pixels";
import { sizeOf } from "#runtime/tensor";
import type { Balance } from "./balance.ts";

export interface OpenData {
  readonly name: string;
  readonly dataset: string;
  readonly source: DataSource;
  /** rows that are trained on, in the order of the file */
  readonly training: Int32Array;
  /** rows that are kept away from training, to choose settings by: the data set's `validation` share of them */
  readonly validation: Int32Array;
  /** rows that are kept away from training, to measure with: the data set's `holdout` share of them */
  readonly heldOut: Int32Array;
  /** whether pictures are mirrored at random in training */
  readonly flip: boolean;
}

/** Throws RuntimeFault: missing-file, bad-data. */
export async function openData(data: CheckedData, reader: Reader): Promise<OpenData> {
  const dataset = datasets.get(data.dataset);
  if (dataset === undefined) throw new Error(`internal: no data set ${data.dataset}`);
  const source = await dataset.open(data.args, reader);
  return { name: data.name, dataset: data.dataset, source, ...splitRows(data, source), flip: data.args.flip === true };
}

type Parts = Pick<OpenData, "training" | "validation" | "heldOut">;

/** The split belongs to the data, not to a training run: the same rows are held out whatever the seed of the run is. */
function splitRows({ name, args }: CheckedData, { rows, parts }: DataSource): Parts {
  const share = (parameter: string) => (typeof args[parameter] === "number" ? args[parameter] : 0);
  const [held, chosen] = [Math.round(share("holdout") * rows), Math.round(share("validation") * rows)];
  if (parts !== undefined) {
    if (held + chosen > 0) {
      throw new RuntimeFault(
        "bad-data",
        `data ${name} has the official split, and shares besides`,
        'leave out validation and holdout, or the split: split = "random"',
      );
    }
    const [training, validation, heldOut] = [0, 1, 2].map((part) =>
      Int32Array.from(parts.keys()).filter((row) => parts[row] === part),
    ) as [Int32Array, Int32Array, Int32Array];
    if (training.length > 0) return { training, validation, heldOut };
    throw new RuntimeFault("bad-data", `data ${name} has no training rows in the official split`, "use more rows");
  }
  if (held + chosen >= rows) {
    throw new RuntimeFault(
      "bad-data",
      `data ${name} has ${rows} rows and holds all of them out`,
      chosen > 0 ? "lower holdout or validation" : "lower holdout",
    );
  }
  const order = createStream(0, "holdout", rows).permutation(rows);
  const part = (from: number, to: number) => Int32Array.from(order.subarray(from, to)).sort();
  return { training: part(held + chosen, rows), validation: part(held, held + chosen), heldOut: part(0, held) };
}

/** The data of a statement with another path, where one is given. */
export function withPath(data: CheckedData, path: string | undefined): CheckedData {
  return path === undefined ? data : { ...data, args: { ...data.args, path } };
}

/** Throws RuntimeFault "bad-data" when the data has no pictures, or pictures that are not of the type of the image node. */
export function requirePictures({ name, source: { image } }: OpenData, { name: node, type }: CausalNode): void {
  if (type.kind !== "image") throw new Error(`internal: ${node} is not an image`);
  if (image === null) {
    throw new RuntimeFault(
      "bad-data",
      `data ${name} has labels only, and ${node} is learned from pictures`,
      "put the pictures beside the labels, or leave out the train statements of images",
    );
  }
  const { channels, height, width } = image;
  if (channels === type.channels && height === type.height && width === type.width) return;
  throw new RuntimeFault(
    "bad-data",
    `the pictures of data ${name} are ${printType({ kind: "image", channels, height, width })}, but ${node} is ${printType(type)}`,
    channels === type.channels
      ? `change the type of ${node}, or the size of the data`
      : `change the type of ${node}, or name other data`,
  );
}

export interface Labels {
  readonly layout: LabelLayout;
  /** state indices for all rows of the data, by node */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
  /** [rows, layout.width] */
  readonly encoded: Float32Array;
}

/** Throws RuntimeFault "bad-data", which names the data: a missing column, a cell that is no state of its node. */
export function labelsOf(data: OpenData, nodes: readonly CausalNode[]): Labels {
  const layout = labelLayout(nodes);
  const column = (node: CausalNode) => {
    try {
      return nodeColumn(data.source, node.name, node.type);
    } catch (error) {
      if (!(error instanceof RuntimeFault)) throw error;
      throw new RuntimeFault(error.code, `data ${data.name}: ${error.message}`, error.advice);
    }
  };
  const columns = Object.fromEntries(nodes.map((node) => [node.name, column(node)]));
  return { layout, columns, encoded: encodeLabels(layout, columns, data.source.rows) };
}

/** The encoded labels of the training rows: [training rows, layout.width]. */
export function trainingRows(data: OpenData, { layout: { width }, encoded }: Labels): Float32Array {
  return gatherRows(encoded, width, data.training);
}

/**
 * Batches of the training rows: columns `labels` [size, width], `image` [size, channels, height, width] in [-1, 1], and
 * `weight` [size], 0 for the rows that fill up the last batch of a sequential pass.
 */
export function batchesOf(
  data: OpenData,
  labels: Labels,
  options: { readonly order: "shuffled" | "sequential"; readonly balance: Balance | null; readonly seed: number },
): BatchSource {
  const { order, balance, seed } = options;
  const cumulative = balance?.cumulative(trainingRows(data, labels)) ?? null;
  const { width } = labels.layout;
  const rows = data.training.length;
  const image = data.source.image;
  const imageSize = image === null ? 0 : sizeOf([image.channels, image.height, image.width]);

  const rowsOf = (index: number, size: number): Int32Array => {
    if (cumulative !== null) return weightedRows(cumulative, size, index, seed).map((row) => data.training[row]!);
    if (order === "shuffled") return shuffledRows(rows, size, index, seed).map((row) => data.training[row]!);
    const start = (index * size) % (Math.ceil(rows / size) * size);
    return Int32Array.from({ length: size }, (_, i) => data.training[Math.min(start + i, rows - 1)]!);
  };
  const weights = (index: number, size: number): Float32Array => {
    if (order === "shuffled") return new Float32Array(size).fill(1);
    const start = (index * size) % (Math.ceil(rows / size) * size);
    return Float32Array.from({ length: size }, (_, i) => (start + i < rows ? 1 : 0));
  };

  return {
    rows,
    async batch(columns, index, size) {
      const chosen = rowsOf(index, size);
      const result: Record<string, Float32Array> = {};
      for (const column of columns) {
        if (column === "labels") result.labels = gatherRows(labels.encoded, width, chosen);
        else if (column === "weight") result.weight = weights(index, size);
        else if (column === "image" && image !== null) {
          result.image = new Float32Array(size * imageSize);
          await image.read(chosen, result.image);
          if (data.flip) flipSome(result.image, image, index, seed);
        } else throw new Error(`internal: data ${data.name} has no column ${column} to train on`);
      }
      return result;
    },
  };
}

/** Mirrors each picture of batch `index` with probability 1/2: the same ones whenever that batch is made. */
function flipSome(pictures: Float32Array, { channels, height, width }: ImageColumn, index: number, seed: number): void {
  const stream = createStream(seed, "flip", index);
  const each = channels * height * width;
  for (let start = 0; start < pictures.length; start += each) {
    if (stream.uniform() < 0.5) mirror(pictures, start, channels * height, width);
  }
}
