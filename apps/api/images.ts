/** Trained image nodes at work: pictures from labels, and labels read off pictures by a trained classifier. */
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { encodeLabels, type LabelColumns, labelLayout } from "#compiler/lower/encoding";
import type { Executor, Tensors } from "#runtime/executor";
import { openForward } from "#runtime/forward";
import type { ForwardPlan, TrainingPlan } from "#runtime/program/plan";
import { inputsOf } from "#runtime/program/program";
import { sizeOf } from "#runtime/tensor";

/** What a finished stage of training left. */
export interface TrainedStage {
  readonly plan: TrainingPlan;
  readonly state: Tensors;
}

export interface Pictures {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** each [channels, height, width], values in [-1, 1] */
  readonly images: readonly Float32Array[];
}

/** The parents of an image node in the order in which its generator reads them. */
export function parentsOf(model: CausalModel, image: string): readonly CausalNode[] {
  const node = model.nodes.find((other) => other.name === image);
  if (node === undefined) throw new Error(`internal: no image ${image}`);
  return node.parents.map((name) => model.nodes.find((other) => other.name === name)!);
}

/** A picture for each row of the columns. The same seed and rows give the same pictures. */
export async function generate(
  stage: TrainedStage,
  parents: readonly CausalNode[],
  columns: LabelColumns,
  count: number,
  options: { readonly executor: Executor; readonly seed: number | string },
): Promise<Pictures> {
  return generateEncoded(stage, encodeLabels(labelLayout(parents), columns, count), count, options);
}

/** As `generate`, from label columns [count, width] that may lie between states. Row i has the noise of the seed and i. */
export async function generateEncoded(
  stage: TrainedStage,
  labels: Float32Array,
  count: number,
  options: { readonly executor: Executor; readonly seed: number | string },
): Promise<Pictures> {
  const plan = requireForward(stage, "draw");
  const { image } = await inBatches(stage, plan, "labels", labels, count, ["image"], options);
  const { data, shape } = image!;
  const [channels, height, width] = shape.slice(1) as [1 | 3, number, number];
  const size = sizeOf([channels, height, width]);
  return {
    channels,
    height,
    width,
    images: Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size)),
  };
}

/** Probabilities of the label columns [images, width] as the classifier reads them. */
export async function classify(
  stage: TrainedStage,
  images: readonly Float32Array[],
  executor: Executor,
): Promise<Float32Array> {
  const plan = requireForward(stage, "predict");
  const size = images[0]?.length ?? 0;
  const joined = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) joined.set(image, i * size);
  const { labels } = await inBatches(stage, plan, "image", joined, images.length, ["labels"], { executor, seed: 0 });
  return labels!.data;
}

function requireForward({ plan }: TrainedStage, kind: "draw" | "predict"): ForwardPlan {
  const forward = plan[kind];
  if (forward === null) throw new Error(`internal: ${plan.regime} leaves nothing to ${kind} with`);
  return forward;
}

/**
 * Runs a program of a fixed batch size over any number of rows; the last batch is filled up and cut off again. The results
 * have the shapes of the program's outputs, with the number of rows first.
 */
export async function inBatches(
  stage: TrainedStage,
  forward: ForwardPlan,
  input: string,
  rows: Float32Array,
  count: number,
  outputs: readonly string[],
  options: { readonly executor: Executor; readonly seed: number | string },
): Promise<Tensors> {
  const program = stage.plan.programs[forward.program]!;
  const node = inputsOf(program).find(({ name }) => name === input);
  if (node === undefined) throw new Error(`internal: ${forward.program} has no ${input}`);
  const [batch] = node.shape as [number];
  const inputSize = sizeOf(node.shape) / batch;
  const results = outputs.map((name) => {
    const output = program.outputs.find((other) => other.name === name);
    if (output === undefined) throw new Error(`internal: ${forward.program} has no ${name}`);
    const [, ...rest] = program.nodes[output.node]!.shape;
    return { name, shape: [count, ...rest], size: sizeOf(rest), data: new Float32Array(count * sizeOf(rest)) };
  });
  const open = await openForward(stage.plan, forward, stage.state, options);
  try {
    for (let start = 0; start < count; start += batch) {
      const chunk = new Float32Array(batch * inputSize);
      chunk.set(rows.subarray(start * inputSize, Math.min(start + batch, count) * inputSize));
      const found = await open.run({ [input]: { shape: node.shape, data: chunk } }, start / batch);
      for (const { name, size, data } of results) {
        data.set(found[name]!.data.subarray(0, Math.min(batch, count - start) * size), start * size);
      }
    }
  } finally {
    await open.close();
  }
  return Object.fromEntries(results.map(({ name, shape, data }) => [name, { shape, data }]));
}
