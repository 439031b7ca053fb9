/** Opening a `data` statement: its columns as states of the model's nodes, the rows held out, and batches for training. */
import type { CausalNode } from "#compiler/causal/model";
import { encodeLabels, type LabelLayout, labelLayout } from "#compiler/lower/encoding";
import type { CheckedData } from "#lang/checked";
import { closest } from "#lang/diagnostics/suggest";
import { statesOf } from "#lang/types/type";
import { shuffledRows } from "#runtime/batches";
import { RuntimeFault } from "#runtime/fault";
import { createStream } from "#runtime/random";
import type { BatchSource } from "#runtime/train";
import type { Column, DataSource, Reader } from "#stdlib/datasets/dataset";
import { datasets } from "#stdlib/datasets/index";
import { sizeOf } from "#runtime/tensor";

export interface OpenData {
  readonly name: string;
  readonly dataset: string;
  readonly source: DataSource;
  /** rows that are trained on, in the order of the file */
  readonly training: Int32Array;
  /** rows that are kept away from training: the data set's `holdout` share of them */
  readonly heldOut: Int32Array;
}

/** Throws RuntimeFault: missing-file, bad-data. */
export async function openData(data: CheckedData, reader: Reader): Promise<OpenData> {
  const dataset = datasets.get(data.dataset);
  if (dataset === undefined) throw new Error(`internal: no data set ${data.dataset}`);
  const source = await dataset.open(data.args, reader);
  const share = typeof data.args.holdout === "number" ? data.args.holdout : 0;
  const held = Math.round(share * source.rows);
  if (held >= source.rows) {
    throw new RuntimeFault(
      "bad-data",
      `data ${data.name} has ${source.rows} rows and holds all of them out`,
      "lower holdout",
    );
  }
  // the split belongs to the data, not to a training run: the same rows are held out whatever the seed of the run is
  const order = createStream(0, "holdout", source.rows).permutation(source.rows);
  return {
    name: data.name,
    dataset: data.dataset,
    source,
    training: Int32Array.from(order.subarray(held)).sort(),
    heldOut: Int32Array.from(order.subarray(0, held)).sort(),
  };
}

/** The state index of a node for every row of the data; throws RuntimeFault("bad-data") with the place of the row. */
export function statesOfNode(data: OpenData, node: CausalNode): ArrayLike<number> {
  const column = data.source.columns.get(node.name);
  if (column === undefined) {
    const names = [...data.source.columns.keys()];
    const near = closest(node.name, names);
    throw new RuntimeFault(
      "bad-data",
      `data ${data.name} has no column for the node ${node.name}`,
      near === null
        ? `its columns are ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", ..." : ""}`
        : `did you mean ${near}?`,
    );
  }
  const states = statesOf(node.type);
  if (states === null) return column.values;
  return translate(data, node, column, states);
}

const spellings: Readonly<Record<string, string>> = {
  "1": "true",
  "0": "false",
  "-1": "false",
  True: "true",
  False: "false",
  TRUE: "true",
  FALSE: "false",
  yes: "true",
  no: "false",
};

/** From the spelling of the data set to the index of the node's state. */
function translate(data: OpenData, node: CausalNode, column: Column, states: readonly string[]): ArrayLike<number> {
  if (column.kind === "real") {
    return Uint8Array.from(column.values, (value, row) => indexOf(data, node, states, String(value), row));
  }
  const texts = column.kind === "states" ? column.states : column.texts;
  const map = texts.map((text) => stateIndex(node, states, text));
  const { values } = column;
  const result = new Uint16Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const index = map[values[row]!]!;
    result[row] = index >= 0 ? index : indexOf(data, node, states, texts[values[row]!]!, row);
  }
  return result;
}

function stateIndex(node: CausalNode, states: readonly string[], text: string): number {
  const exact = states.indexOf(text.trim());
  if (exact >= 0 || node.type.kind !== "bool") return exact;
  return states.indexOf(spellings[text.trim()] ?? "");
}

function indexOf(data: OpenData, node: CausalNode, states: readonly string[], text: string, row: number): number {
  const index = stateIndex(node, states, text);
  if (index >= 0) return index;
  throw new RuntimeFault(
    "bad-data",
    `${data.source.place(row)}: "${text}" is not a state of ${node.name}`,
    `its states are ${states.join(", ")}`,
  );
}

export interface Labels {
  readonly layout: LabelLayout;
  /** state indices for all rows of the data, by node */
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
  /** [rows, layout.width] */
  readonly encoded: Float32Array;
}

export function labelsOf(data: OpenData, nodes: readonly CausalNode[]): Labels {
  const layout = labelLayout(nodes);
  const columns = Object.fromEntries(nodes.map((node) => [node.name, statesOfNode(data, node)]));
  return { layout, columns, encoded: encodeLabels(layout, columns, data.source.rows) };
}

/**
 * Batches of the training rows: columns `labels` [size, width], `image` [size, channels, height, width] in [-1, 1], and
 * `weight` [size], 0 for the rows that fill up the last batch of a sequential pass.
 */
export function batchesOf(data: OpenData, labels: Labels, order: "shuffled" | "sequential", seed: number): BatchSource {
  const { width } = labels.layout;
  const rows = data.training.length;
  const image = data.source.image;
  const imageSize = image === null ? 0 : sizeOf([image.channels, image.height, image.width]);

  const rowsOf = (index: number, size: number): Int32Array => {
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
        if (column === "labels") {
          const out = new Float32Array(size * width);
          chosen.forEach((row, i) => out.set(labels.encoded.subarray(row * width, (row + 1) * width), i * width));
          result.labels = out;
        } else if (column === "weight") result.weight = weights(index, size);
        else if (column === "image" && image !== null) {
          result.image = new Float32Array(size * imageSize);
          await image.read(chosen, result.image);
        } else throw new Error(`internal: data ${data.name} has no column ${column} to train on`);
      }
      return result;
    },
  };
}
