/** The regime `cpt`: conditional probability tables by counting, the closed-form maximum likelihood of discrete nodes. */
import { type Builder, createBuilder, type Value } from "#compiler/tensor/build";
import type { Regime } from "#compiler/vocabulary";
import type { StateEntry } from "#runtime/program/plan";
import { tensor } from "#runtime/tensor";
import { assemble } from "./assemble.ts";
import { type LabelProblem, type LearnedNode, labelProblem, outputCertain, rowStrides } from "./labels.ts";
import { commonSettings, numberOr } from "./settings.ts";

export const cpt: Regime = {
  name: "cpt",
  target: "labels",
  doc: "Counts how often each state occurs with each configuration of the parents. One pass over the data, exact.",
  settings: [
    ...commonSettings,
    { name: "batch", kind: "int", default: 1000, range: [1, 1_000_000], doc: "rows counted at a time" },
    {
      name: "smoothing",
      kind: "number",
      default: 0,
      range: [0, 1e6],
      doc: "added to every count; with 0 a configuration that never occurs gets the uniform distribution",
    },
  ],

  plan(target, settings) {
    const problem = labelProblem(target.model);
    const batch = Math.max(1, Math.min(numberOr(settings, "batch", 1000), target.rows));
    const smoothing = numberOr(settings, "smoothing", 0);

    const count = createBuilder("count");
    const labels = count.input("labels", [batch, problem.width]);
    const weight = count.input("weight", [batch]);
    const state = appendCounts(count, problem, labels, weight);
    count.output("rows", count.sum(weight));

    const tables = createBuilder("tables");
    for (const node of problem.learned) {
      const counts = tables.input(countName(node), [node.rows, node.states]);
      tables.output(node.name, normalised(tables, counts, smoothing));
    }
    outputCertain(tables, problem);
    return assemble(target, {
      regime: "cpt",
      batch,
      order: "sequential",
      balance: 0,
      steps: Math.ceil(target.rows / batch),
      cycle: [{ program: "count", times: 1 }],
      state,
      programs: { count, tables },
      feeds: {
        labels: { kind: "batch", source: "data", column: "labels" },
        weight: { kind: "batch", source: "data", column: "weight" },
      },
      metrics: [{ program: "count", output: "rows", label: "rows" }],
      tables: { program: "tables", feeds: {}, repeat: 1 },
      draw: null,
      predict: null,
    });
  },
};

export function countName(node: LearnedNode): string {
  return `count/${node.name}`;
}

/**
 * Adds a batch to the counts [rows, states] of every learned node: labels [batch, width], weight [batch]. Counts are
 * sums of ones, exact in float32 up to 2^24 rows of data.
 */
export function appendCounts(b: Builder, problem: LabelProblem, labels: Value, weight: Value): readonly StateEntry[] {
  const batch = labels.shape[0]!;
  const rowOf = b.matmul(labels, b.constant(rowStrides(problem, problem.learned)));
  const weights = b.reshape(weight, [batch, 1]);
  return problem.learned.map((node, i) => {
    const { start, size } = node.columns;
    const own = b.mul(b.slice(labels, [0, start], [batch, start + size]), weights);
    const states = size === 1 ? b.concat([b.sub(weights, own), own], 1) : own;
    const row = b.slice(rowOf, [0, i], [batch, i + 1]);
    const isRow = b.equal(
      row,
      b.constant(
        tensor(
          [node.rows],
          Array.from({ length: node.rows }, (_, r) => r),
        ),
      ),
    );
    const name = countName(node);
    const known = b.input(name, [node.rows, node.states]);
    b.output(name, b.add(known, b.matmul(b.transpose(isRow, [1, 0]), states)));
    return { name, shape: known.shape, role: "statistic", init: { kind: "constant", value: 0 } } as const;
  });
}

/** Rows of counts [rows, states] as probabilities; uniform where there is nothing to go by. */
function normalised(b: Builder, counts: Value, smoothing: number): Value {
  const states = counts.shape[1]!;
  const total = b.add(b.sum(counts, [1], true), smoothing * states);
  const known = b.greater(total, 0);
  return b.where(known, b.div(b.add(counts, smoothing), b.where(known, total, 1)), 1 / states);
}
