/**
 * Fits the label graphs of CelebA to real rows by every regime of labels and prints the total variation distance to the
 * rows learned from and to rows held out, the answer that differs most from that of counting
 * under the same graph, and the time. `npx tsx -C source test/bench/labels.ts ROWS.txt.gz [WORD ...]`
 * runs the regimes and graphs whose names are among the words; `name=value` words are settings. Not a test.
 */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { gunzipSync } from "node:zlib";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import type { TrainingTarget } from "#compiler/vocabulary";
import type { Constants } from "#lang/types/signature";
import { shuffledRows } from "#runtime/batches";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { forward } from "#runtime/forward";
import type { TrainingPlan } from "#runtime/program/plan";
import type { Tensors } from "#runtime/executor";
import { type BatchSource, train } from "#runtime/train";
import { regimes } from "#stdlib/regimes/index";

const names = [
  "Young",
  "Male",
  "Eyeglasses",
  "Bald",
  "Mustache",
  "Smiling",
  "Wearing_Lipstick",
  "Mouth_Slightly_Open",
  "Narrow_Eyes",
];
const g1: Readonly<Record<string, readonly string[]>> = {
  Young: [],
  Male: [],
  Eyeglasses: ["Young"],
  Bald: ["Male", "Young"],
  Mustache: ["Male", "Young"],
  Smiling: ["Male", "Young"],
  Wearing_Lipstick: ["Male", "Young"],
  Mouth_Slightly_Open: ["Young", "Smiling"],
  Narrow_Eyes: ["Male", "Young", "Smiling"],
};

function modelOf(name: string, parents: (node: string) => readonly string[]): CausalModel {
  const span = { source: "labels", start: 0, end: 0 } as unknown as CausalNode["span"];
  const nodes = names.map(
    (node): CausalNode => ({
      name: node,
      role: "sample",
      type: { kind: "bool" },
      parents: parents(node),
      mechanism: { kind: "learned", name: "neural", settings: { hidden: [32, 32] } },
      span,
    }),
  );
  return { name, nodes, params: {}, evidence: [] };
}

const graphs: readonly CausalModel[] = [
  modelOf("G1", (node) => g1[node]!),
  modelOf("cG1", (node) => names.slice(0, names.indexOf(node))),
];

/** Rows of zeros and ones in the order of `names`. */
function readRows(path: string): Float32Array {
  const [, header, ...lines] = gunzipSync(readFileSync(path)).toString("utf8").trim().split("\n");
  const columns = header!.trim().split(/\s+/);
  const wanted = names.map((name) => columns.indexOf(name) + 1);
  return Float32Array.from(
    lines.flatMap((line) => {
      const cells = line.trim().split(/\s+/);
      return wanted.map((column) => (cells[column] === "1" ? 1 : 0));
    }),
  );
}

function histogram(rows: Float32Array): Float64Array {
  const width = names.length;
  const counts = new Float64Array(2 ** width);
  for (let row = 0; row < rows.length; row += width) {
    let index = 0;
    for (let i = 0; i < width; i++) index = 2 * index + rows[row + i]!;
    counts[index]! += width / rows.length;
  }
  return counts;
}

/** P of every combination from the tables of the nodes. */
function joint(model: CausalModel, tables: Tensors): Float64Array {
  const width = names.length;
  return Float64Array.from({ length: 2 ** width }, (_, combination) => {
    const value = (name: string) => (combination >> (width - 1 - names.indexOf(name))) & 1;
    return model.nodes.reduce((product, node) => {
      const row = node.parents.reduce((index, parent) => 2 * index + value(parent), 0);
      return product * tables[node.name]!.data[2 * row + value(node.name)]!;
    }, 1);
  });
}

/** The queries of the paper: P(a = 1 | b = v), or P(a = 1), which is also what it is under do() of a descendant. */
const queries: readonly (readonly [string, string?, number?])[] = [
  ["Male"],
  ["Young"],
  ["Smiling"],
  ["Male", "Mustache", 1],
  ["Male", "Bald", 1],
  ["Male", "Wearing_Lipstick", 1],
  ["Male", "Wearing_Lipstick", 0],
  ["Young", "Bald", 1],
  ["Young", "Eyeglasses", 1],
  ["Young", "Mustache", 1],
  ["Smiling", "Mouth_Slightly_Open", 1],
  ["Smiling", "Mouth_Slightly_Open", 0],
  ["Smiling", "Narrow_Eyes", 1],
  ["Mustache", "Male", 1],
  ["Bald", "Male", 1],
  ["Wearing_Lipstick", "Male", 1],
  ["Wearing_Lipstick", "Male", 0],
  ["Mouth_Slightly_Open", "Smiling", 1],
  ["Mouth_Slightly_Open", "Smiling", 0],
  ["Eyeglasses", "Young", 1],
  ["Eyeglasses", "Young", 0],
];

function answers(p: Float64Array): readonly number[] {
  const value = (combination: number, name: string) => (combination >> (names.length - 1 - names.indexOf(name))) & 1;
  const mass = (test: (combination: number) => boolean) => p.reduce((sum, q, at) => sum + (test(at) ? q : 0), 0);
  return queries.map(([a, b, v]) => {
    const given = (at: number) => b === undefined || value(at, b) === v;
    return mass((at) => given(at) && value(at, a) === 1) / Math.max(mass(given), Number.MIN_VALUE);
  });
}

/** The tables of a model by counting rows, to compare answers with. */
function counted(model: CausalModel, rows: Float32Array): Tensors {
  const q = histogram(rows);
  return Object.fromEntries(
    model.nodes.map(({ name, parents }) => {
      const data = new Float32Array(2 ** (parents.length + 1));
      q.forEach((mass, combination) => {
        const value = (node: string) => (combination >> (names.length - 1 - names.indexOf(node))) & 1;
        data[[...parents, name].reduce((index, node) => 2 * index + value(node), 0)]! += mass;
      });
      for (let i = 0; i < data.length; i += 2) {
        const sum = data[i]! + data[i + 1]!;
        data[i] = sum === 0 ? 0.5 : data[i]! / sum;
        data[i + 1] = 1 - data[i]!;
      }
      return [name, { shape: [data.length / 2, 2], data }];
    }),
  );
}

function distance(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, value, i) => sum + Math.abs(value - q[i]!), 0) / 2;
}

async function main([path, ...words]: readonly string[]): Promise<void> {
  const all = readRows(path!);
  const settings: Record<string, Constants[string]> = {};
  for (const word of words.filter((word) => word.includes("="))) {
    const [name, value] = word.split("=") as [string, string];
    settings[name] =
      value === "true" ? true : value.startsWith("[") || !Number.isNaN(Number(value)) ? JSON.parse(value) : value;
  }
  const chosen = (name: string, among: readonly string[]) =>
    words.includes(name) || !among.some((other) => words.includes(other));
  const rows = all.length / names.length;
  const heldOut = settings.all === 1 ? 0 : Math.floor(rows / 5);
  const learned = all.subarray(0, (rows - heldOut) * names.length);
  const test = all.subarray(learned.length);
  const [inSample, outOfSample] = [histogram(learned), histogram(test)];
  console.log(
    `rows ${rows - heldOut} and ${heldOut} held out; floor (training against held out) ${distance(inSample, outOfSample).toFixed(4)}`,
  );
  const seed = Number(settings.seed ?? 1);
  const executor = await createOnnxExecutor({ threads: Number(settings.threads ?? 1) });
  for (const regime of regimes.values()) {
    for (const model of graphs) {
      if (
        regime.target !== "labels" ||
        !chosen(regime.name, [...regimes.keys()]) ||
        !chosen(
          model.name,
          graphs.map((graph) => graph.name),
        )
      )
        continue;
      const target: TrainingTarget = {
        model,
        node: null,
        rows: rows - heldOut,
        network: () => {
          throw new Error("internal: no network");
        },
      };
      const plan = regime.plan(target, settings);
      const start = performance.now();
      await train(plan, {
        executor,
        seed,
        sources: { data: sourceOf(learned, plan.order, seed) },
        now: () => performance.now(),
        checkpointEvery: Number(settings.every ?? plan.steps),
        async onCheckpoint(step, readState) {
          const tables = await forward(plan, plan.tables!, await readState(), { executor, seed });
          const p = joint(model, tables);
          const exact = answers(joint(model, counted(model, learned)));
          const errors = answers(p).map((value, i) => Math.abs(value - exact[i]!));
          const worst = errors.indexOf(Math.max(...errors));
          const [a, b, v] = queries[worst]!;
          const query = `P(${a}${b === undefined ? "" : ` | ${b} = ${v}`}) off by ${errors[worst]!.toFixed(4)}`;
          const time = ((performance.now() - start) / 1000).toFixed(1);
          console.log(
            `${regime.name} ${model.name}  step ${step}  tvd ${distance(p, inSample).toFixed(4)}  held out ${distance(p, outOfSample).toFixed(4)}  ${query}  ${time} s`,
          );
        },
      });
    }
  }
  await executor.close();
}

/** The rows as a source of batches, shuffled or in their order. */
function sourceOf(rows: Float32Array, order: TrainingPlan["order"], seed: number): BatchSource {
  const width = names.length;
  const count = rows.length / width;
  return {
    rows: count,
    batch(_columns, index, size) {
      const start = (index % Math.ceil(count / size)) * size;
      const chosen =
        order === "shuffled"
          ? shuffledRows(count, size, index, seed)
          : Int32Array.from({ length: size }, (_, i) => (start + i) % count);
      const labels = new Float32Array(size * width);
      chosen.forEach((row, i) => void labels.set(rows.subarray(row * width, (row + 1) * width), i * width));
      const weight = Float32Array.from(chosen, (_, i) => (order === "shuffled" || start + i < count ? 1 : 0));
      return { labels, weight };
    },
  };
}

await main(process.argv.slice(2));
