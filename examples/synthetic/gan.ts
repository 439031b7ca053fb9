/** A cell of the study: a generator trained on a data set, and how far what it makes is from the data. */
import { createBuilder, type Value } from "#compiler/tensor/build";
import { gradient } from "#compiler/tensor/gradient";
import { simplify } from "#compiler/tensor/simplify";
import type { Executor, Tensors } from "#runtime/executor";
import { drawInputs, needsOf } from "#runtime/feeds";
import type { Feed, TrainingPlan } from "#runtime/program/plan";
import type { Program } from "#runtime/program/program";
import { train } from "#runtime/train";
import { adam } from "#stdlib/optimizers/adam";
import { type DataKind, dataOf, type GraphName } from "./data.ts";
import { discriminate, type GeneratorName, generate, noiseSize, noParameters } from "./networks.ts";

export interface Cell {
  readonly data: GraphName;
  readonly generator: GeneratorName;
  /** `corrected` also gives generators without a graph all of the noise */
  readonly kind: DataKind;
  /** networks that are trained beside each other, each on data of its own */
  readonly replicates: number;
  readonly steps: number;
  readonly seed: number;
}

const batch = 64;
const uniform: Feed = { kind: "uniform", low: 0, high: 1 };
const feeds = { e: uniform, z: uniform };
const settings = { rate: 5e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** Data and generated rows [replicates, n, 3] from the inputs `e` and `z`. */
function rowsOf(cell: Cell, n: number) {
  const b = createBuilder("gan");
  const { replicates, kind } = cell;
  const parameters = { generator: noParameters(), discriminator: noParameters() };
  const real = dataOf(b, cell.data, kind, b.input("e", [replicates, n, 3]), cell.seed);
  const z = b.input("z", [replicates, n, 3 * noiseSize]);
  // what the released code gives the generators without a graph is the first third of the noise
  const fake = generate(b, cell.generator, parameters.generator, z, kind === "legacy" ? 10 : 30);
  return { b, real, fake, parameters };
}

/** The plan: each step updates both players once, from the same values. */
export function planOf(cell: Cell): TrainingPlan {
  const { b, real, fake, parameters } = rowsOf(cell, batch);
  const judge = (x: Value) => discriminate(b, parameters.discriminator, x);
  // summed over the replicates, which share nothing: the gradients are those of each by itself
  const total = (x: Value) => b.mul(b.sum(x), 1 / batch);
  const judged = judge(fake);
  const losses = {
    discriminator: b.add(total(b.softplus(b.neg(judge(real)))), total(b.softplus(judged))),
    generator: total(b.softplus(b.neg(judged))),
  };
  const state = [...parameters.generator.state, ...parameters.discriminator.state];
  for (const player of ["discriminator", "generator"] as const) {
    const { values } = parameters[player];
    const step = adam(b, player, values, gradient(b, losses[player], [...values.values()]), settings);
    state.push(...step.state);
    for (const [name, value] of step.updates) b.output(name, value);
    b.output(`${player}_loss`, b.mul(losses[player], 1 / cell.replicates));
  }
  return {
    format: 1,
    regime: "gan",
    target: `${cell.data} by ${cell.generator}`,
    batch,
    order: "shuffled",
    balance: 0,
    steps: cell.steps,
    cycle: [{ program: "joint", times: 1 }],
    state,
    programs: { joint: simplify(b.build()) },
    feeds,
    metrics: ["discriminator_loss", "generator_loss"].map((output) => ({ program: "joint", output, label: output })),
    tables: null,
    draw: null,
    predict: null,
  };
}

/** The total variation distance of each replicate after training. */
export async function run(cell: Cell, executor: Executor, rows = 50_000): Promise<readonly number[]> {
  const { state } = await train(planOf(cell), {
    executor,
    seed: seedOf(cell),
    sources: {},
    now: () => performance.now(),
  });
  return distances(cell, state, executor, rows);
}

/** Every cell has networks of its own; the data of a graph are the same for all generators. */
function seedOf({ data, generator, kind, seed }: Cell): string {
  return [seed, data, generator, kind].join(" ");
}

/** Bins of a histogram along each axis of the unit cube. */
const bins = 10;
const rowsAtOnce = 5000;

async function distances(cell: Cell, state: Tensors, executor: Executor, rows: number): Promise<readonly number[]> {
  const { b, real, fake, parameters } = rowsOf(cell, Math.min(rows, rowsAtOnce));
  b.output("real", real);
  b.output("fake", fake);
  const sample: Program = simplify(b.build());
  const own = Object.fromEntries(parameters.generator.state.map(({ name }) => [name, state[name]!]));
  const needs = needsOf(sample, feeds, new Set(Object.keys(own)));
  const counts = Array.from({ length: cell.replicates }, () => new Float64Array(bins ** 3));
  const session = await executor.open({ sample }, own);
  try {
    const runs = Math.ceil(rows / rowsAtOnce);
    for (let i = 0; i < runs; i++) {
      const inputs = drawInputs(needs, seedOf(cell), "sample", i);
      const [results] = await session.run([{ program: "sample", inputs }]);
      count(results!.real!.data, 1, counts);
      count(results!.fake!.data, -1, counts);
    }
    const drawn = runs * Math.min(rows, rowsAtOnce);
    return counts.map((differences) => differences.reduce((sum, x) => sum + Math.abs(x), 0) / (2 * drawn));
  } finally {
    await session.close();
  }
}

/** Adds `sign` to the cell of each row [replicates, n, 3]. */
function count(rows: Float32Array, sign: 1 | -1, counts: readonly Float64Array[]): void {
  const each = rows.length / counts.length;
  const bin = (x: number) => Math.min(bins - 1, Math.max(0, Math.floor(x * bins)));
  for (let i = 0; i < rows.length; i += 3) {
    const cell = (bin(rows[i]!) * bins + bin(rows[i + 1]!)) * bins + bin(rows[i + 2]!);
    counts[Math.floor(i / each)]![cell]! += sign;
  }
}
