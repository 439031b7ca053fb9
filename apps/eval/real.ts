/**
 * Real pictures to compare drawn ones with: rows of the data, or fresh ones where the data set knows how its pictures come about.
 * Labels are columns of state indices.
 */
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { jointTable } from "#compiler/inference/joint";
import { statesOf } from "#lang/types/type";
import { createStream } from "#runtime/random";
import { weightedRows } from "#runtime/batches";
import { type Labels, type OpenData, labelsOf } from "../api/data.ts";
import { loadVocabulary } from "../api/project.ts";

export interface Labelled {
  /** each [channels, height, width] */
  readonly images: readonly Float32Array[];
  readonly columns: Readonly<Record<string, ArrayLike<number>>>;
}

/** States by node. */
export type States = Readonly<Record<string, number>>;

export interface RealPictures {
  /** what they are, for people */
  readonly what: string;
  /** pictures of the distribution of the data, none of which the judge has been trained on */
  some(count: number): Promise<Labelled>;
  /** other ones */
  more(count: number): Promise<Labelled>;
  /** pictures whose labels have these states, as many as there are up to `count` */
  given(states: States, count: number): Promise<Labelled>;
  /** pictures under do(node = value), and how they were come by; null where the data do not tell */
  done(node: string, value: number, count: number): Promise<{ readonly how: string; readonly images: Labelled } | null>;
}

/** How the rows of data are shared out: none that a judge learns from is one that pictures are compared with. */
export interface Split {
  /** the rows held out, or a fifth of the training rows where none are */
  readonly reference: Int32Array;
  readonly judge: Int32Array;
  readonly heldOut: boolean;
}

export function splitRows(data: OpenData): Split {
  const { training, heldOut } = data;
  if (heldOut.length >= 100) return { reference: heldOut, judge: training, heldOut: true };
  const order = createStream(0, "evaluation split", training.length).permutation(training.length);
  const cut = Math.ceil(training.length / 5);
  const rows = (part: Int32Array) => part.map((i) => training[i]!).sort();
  return { reference: rows(order.subarray(0, cut)), judge: rows(order.subarray(cut)), heldOut: false };
}

/** The pictures of rows of data, one after the other. */
export async function readImages(data: OpenData, rows: Int32Array): Promise<readonly Float32Array[]> {
  const { image } = data.source;
  if (image === null) throw new Error(`internal: data ${data.name} has no pictures`);
  const size = image.channels * image.height * image.width;
  const images: Float32Array[] = [];
  for (let start = 0; start < rows.length; start += readAtOnce) {
    const part = rows.subarray(start, start + readAtOnce);
    const out = new Float32Array(part.length * size);
    await image.read(part, out);
    for (let i = 0; i < part.length; i++) images.push(out.subarray(i * size, (i + 1) * size));
  }
  return images;
}

const readAtOnce = 64;

/** Least effective rows that stand for a distribution after weighting. */
const leastEffective = 50;

/** Real pictures are the rows of the data: `parents` are the labels of the image, which the data has columns for. */
export function rowPictures(
  data: OpenData,
  model: CausalModel,
  parents: readonly CausalNode[],
  seed: number,
): RealPictures {
  const labels = labelsOf(data, parents);
  const { reference, judge, heldOut } = splitRows(data);
  const all = Int32Array.from([...reference, ...judge]);
  const shuffled = (rows: Int32Array, name: string) =>
    createStream(seed, "real pictures", name)
      .permutation(rows.length)
      .map((i) => rows[i]!);
  const [first, second] = [shuffled(reference, "reference"), shuffled(judge, "others")];
  const read = async (rows: Int32Array): Promise<Labelled> => ({
    images: await readImages(data, rows),
    columns: Object.fromEntries(
      Object.entries(labels.columns).map(([name, column]) => [name, Uint16Array.from(rows, (row) => column[row]!)]),
    ),
  });
  return {
    what: heldOut
      ? `rows of ${data.name} that were held out`
      : `rows of ${data.name}, which the generator was trained on`,
    some: (count) => read(first.subarray(0, count)),
    more: (count) => read(second.subarray(0, count)),
    given(states, count) {
      const has = (row: number) =>
        Object.entries(states).every(([name, value]) => labels.columns[name]![row] === value);
      const rows = [...first, ...second].filter(has).slice(0, count);
      return read(Int32Array.from(rows));
    },
    async done(node, value, count) {
      const weights = backDoorWeights(model, labels, all, node, value);
      if (weights === null) return null;
      const chosen = weightedRows(weights, count, 0, `${seed} ${node} ${value}`).map((i) => all[i]!);
      return { how: `rows of ${data.name}, weighted by 1 / P(${node} | its causes)`, images: await read(chosen) };
    },
  };
}

/**
 * Running sums of the weights 1[X = x] / P(X = x | parents), with which rows stand for do(X = x): inverse probability
 * weighting with the parents as the back-door set (Pearl, Causality, section 3.3.1). Null where a parent has no column or
 * few rows carry all the weight.
 */
function backDoorWeights(
  model: CausalModel,
  labels: Labels,
  rows: Int32Array,
  name: string,
  value: number,
): Float64Array | null {
  const node = model.nodes.find((other) => other.name === name)!;
  const states = (other: string) => statesOf(model.nodes.find((each) => each.name === other)!.type)?.length ?? null;
  if (node.parents.some((parent) => labels.columns[parent] === undefined || states(parent) === null)) return null;
  const joint = jointTable(model, [...node.parents, name], loadVocabulary());
  const size = states(name)!;
  let [sum, squares] = [0, 0];
  const cumulative = Float64Array.from(rows, (row) => {
    if (labels.columns[name]![row] === value) {
      const cell = node.parents.reduce((index, parent) => index * states(parent)! + labels.columns[parent]![row]!, 0);
      const entries = joint.subarray(cell * size, (cell + 1) * size);
      const total = entries.reduce((all, entry) => all + entry, 0);
      const weight = entries[value]! > 0 ? total / entries[value]! : 0;
      sum += weight;
      squares += weight * weight;
    }
    return sum;
  });
  return squares > 0 && (sum * sum) / squares >= leastEffective ? cumulative : null;
}
