/**
 * Trains `causalgan` on the generated faces and lets an attribute classifier, trained on other faces, read the drawn ones:
 * for each attribute how many show it under do(attribute = 1) and do(attribute = 0), and how many show their other labels.
 * `npx tsx -C source test/bench/images.ts [name=value ...]`: settings of the regime, and `width`, `every`, `out=FILE.png`.
 * Not a test.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { lowerNetwork } from "#compiler/lower/network";
import type { TrainingTarget } from "#compiler/vocabulary";
import { parseFile } from "#lang/syntax/parse";
import type { Constants, NetworkReference } from "#lang/types/signature";
import { shuffledRows } from "#runtime/batches";
import type { Executor, Tensors } from "#runtime/executor";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { openForward } from "#runtime/forward";
import { tensor } from "#runtime/tensor";
import { type BatchSource, train } from "#runtime/train";
import type { DataSource, Reader } from "#stdlib/datasets/dataset";
import { faces } from "#stdlib/datasets/faces";
import { attributes } from "#stdlib/datasets/faces/labels";
import { imageGrid } from "../../apps/files/grid.ts";
import { encodePng } from "../../apps/files/images.ts";
import { regimes } from "#stdlib/regimes/index";
import { vocabulary } from "#stdlib/vocabulary";

const size = 32;
const width = attributes.length;
const library = ["dcgan", "classifier"].flatMap((name) => {
  const text = readFileSync(new URL(`../../stdlib/networks/${name}.causal`, import.meta.url), "utf8");
  return parseFile({ name, text }).file.statements.flatMap((item) => (item.kind === "network" ? [item] : []));
});
const networks = new Map(library.map((decl) => [decl.name.text, decl]));

function targetOf(generator: NetworkReference, rows: number): TrainingTarget {
  const span = { source: "images", start: 0, end: 0 };
  const label = (name: string): CausalNode => {
    const mechanism = { kind: "learned", name: "neural", settings: {} } as const;
    return { name, role: "sample", type: { kind: "bool" }, parents: [], mechanism, span };
  };
  const image: CausalNode = {
    name: "Face",
    role: "image",
    type: { kind: "image", channels: 3, height: size, width: size },
    parents: attributes,
    mechanism: { kind: "learned", name: "generator", settings: { network: generator, noise: 64 } },
    span,
  };
  const model: CausalModel = { name: "Faces", nodes: [...attributes.map(label), image], params: {}, evidence: [] };
  return {
    model,
    node: "Face",
    rows,
    network: (builder, reference, inputs, { scope, mode }) =>
      lowerNetwork(builder, networks.get(reference.name)!, reference.args, inputs, {
        scope,
        mode,
        vocabulary,
        networks,
      }),
  };
}

/** Rows of labels and images of a data set, read as they are asked for. */
function sourceOf(data: DataSource, seed: number): BatchSource {
  return {
    rows: data.rows,
    async batch(columns, index, count) {
      const rows = shuffledRows(data.rows, count, index, seed);
      const image = new Float32Array(columns.includes("image") ? count * 3 * size * size : 0);
      if (image.length > 0) await data.image!.read(rows, image);
      return { image, labels: labelsOf(data, rows) };
    },
  };
}

function labelsOf(data: DataSource, rows: Int32Array): Float32Array {
  const columns = attributes.map((name) => data.columns.get(name)!.values as Uint8Array);
  return Float32Array.from(
    { length: rows.length * width },
    (_, i) => columns[i % width]![rows[Math.floor(i / width)]!]!,
  );
}

async function main(words: readonly string[]): Promise<void> {
  const settings: Record<string, Constants[string]> = {};
  for (const word of words) {
    const [name, value] = word.split("=") as [string, string];
    settings[name] = /^[-0-9.]|true|false/.test(value) ? JSON.parse(value) : value;
  }
  const executor = await createOnnxExecutor({ threads: Number(settings.threads ?? 2) });
  const open = (args: Constants) => faces.open({ size, holdout: 0, ...args }, {} as Reader);
  const read = await reader(executor, await open({ n: 6000, labels: "uniform", seed: 99 }));
  const data = await open({ n: 20000, labels: "g1", seed: 1 });
  const generator: NetworkReference = {
    kind: "network-reference",
    name: "dcgan32",
    args: { width: Number(settings.width ?? 24) },
  };
  const plan = regimes.get("causalgan")!.plan(targetOf(generator, data.rows), { steps: 2500, ...settings });
  const start = performance.now();
  const labels = labelsOf(data, shuffledRows(data.rows, 512, 0, 5));
  await train(plan, {
    executor,
    seed: Number(settings.seed ?? 1),
    sources: { data: sourceOf(data, 1), model: sourceOf(data, 2) },
    now: () => performance.now(),
    logEvery: Number(settings.every ?? 500),
    checkpointEvery: Number(settings.every ?? 500),
    onProgress: ({ step, metrics, stepsPerSecond }) => {
      const shown = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      const time = ((performance.now() - start) / 1000).toFixed(0);
      console.log(`step ${step}  ${time} s  ${(1000 / stepsPerSecond!).toFixed(0)} ms a step  ${shown.join("  ")}`);
    },
    async onCheckpoint(_step, readState) {
      const state = await readState();
      const forward = await openForward(plan, plan.draw!, state, { executor, seed: 9 });
      const draw = async (wanted: Float32Array): Promise<Float32Array> => {
        const images = new Float32Array((wanted.length / width) * 3 * size * size);
        for (let row = 0; row < wanted.length / width; row += plan.batch) {
          const part = new Float32Array(plan.batch * width);
          part.set(wanted.subarray(row * width, (row + plan.batch) * width));
          const { image } = await forward.run({ labels: tensor([plan.batch, width], part) }, row);
          images.set(image!.data.subarray(0, images.length - row * 3 * size * size), row * 3 * size * size);
        }
        return images;
      };
      const rows: string[] = [];
      for (const [i, name] of attributes.entries()) {
        const shown = await Promise.all(
          [1, 0].map(async (value) => {
            const wanted = labels.map((x, j) => (j % width === i ? value : x));
            const seen = await read(await draw(wanted));
            const agree = wanted.map((x, j) => (seen[j]! >= 0.5 === (x === 1) ? 1 : 0));
            const own = agree.filter((_, j) => j % width === i);
            return [own, agree].map((hits) => hits.reduce((sum, hit) => sum + hit, 0) / hits.length);
          }),
        );
        rows.push(`${name} ${shown.map(([own]) => own!.toFixed(2)).join(" ")} (${shown[0]![1]!.toFixed(3)})`);
      }
      console.log(rows.join("  "));
      if (typeof settings.out === "string") {
        const row = async (caption: string, mustache: number | null) => {
          const wanted = labels
            .slice(0, 24 * width)
            .map((x, j) => (mustache !== null && j % width === 4 ? mustache : x));
          const drawn = await draw(wanted);
          const each = 3 * size * size;
          return { caption, images: Array.from({ length: 24 }, (_, i) => drawn.slice(i * each, (i + 1) * each)) };
        };
        const grid = [await row("labels of the data", null), await row("do(Mustache = true)", 1)];
        writeFileSync(settings.out, await encodePng(imageGrid({ rows: grid, size, channels: 3, columns: 12 })));
      }
      await forward.close();
    },
  });
  await executor.close();
}

/** Trains the classifier and gives a function from images [n, 3, size, size] to probabilities [n, width]. */
async function reader(executor: Executor, data: DataSource): Promise<(images: Float32Array) => Promise<Float32Array>> {
  const plan = regimes
    .get("classifier")!
    .plan(targetOf({ kind: "network-reference", name: "dcgan32", args: {} }, data.rows), {
      steps: 600,
      network: { kind: "network-reference", name: "classifier32", args: { units: width, width: 16 } },
    });
  const { state } = await train(plan, { executor, seed: 1, sources: { data: sourceOf(data, 1) } });
  const predict = async (images: Float32Array): Promise<Float32Array> => {
    const forward = await openForward(plan, plan.predict!, state as Tensors, { executor, seed: 1 });
    const each = 3 * size * size;
    const result = new Float32Array((images.length / each) * width);
    for (let row = 0; row < images.length / each; row += plan.batch) {
      const image = new Float32Array(plan.batch * each);
      image.set(images.subarray(row * each, (row + plan.batch) * each));
      const { labels } = await forward.run({ image: tensor([plan.batch, 3, size, size], image) });
      result.set(labels!.data.subarray(0, result.length - row * width), row * width);
    }
    await forward.close();
    return result;
  };
  const rows = shuffledRows(data.rows, 512, 0, 77);
  const image = new Float32Array(512 * 3 * size * size);
  await data.image!.read(rows, image);
  const wanted = labelsOf(data, rows);
  const seen = await predict(image);
  const right = seen.filter((p, i) => p >= 0.5 === (wanted[i] === 1)).length / seen.length;
  console.log(`the classifier reads ${(100 * right).toFixed(2)} % of the labels of real faces`);
  return predict;
}

await main(process.argv.slice(2));
