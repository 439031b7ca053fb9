/**
 * Labels drawn from a fitted model as sources of training batches, which a generator is conditioned on: as the model has
 * them, or under do() of one label at random.
 */
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { drawSamples } from "#compiler/inference/draw";
import { encodeLabels, type LabelLayout, labelLayout } from "#compiler/lower/encoding";
import { intervene } from "#compiler/transforms/do";
import { statesOf } from "#lang/types/type";
import { gatherRows, shuffledRows, weightedRows } from "#runtime/batches";
import type { BatchSource } from "#runtime/train";
import type { Balance } from "./balance.ts";
import { ProgramError } from "./errors.ts";
import { loadVocabulary } from "./project.ts";

/** Rows that are drawn once and then used in a new order in each pass: enough for rare combinations to be there. */
const pool = 1 << 16;

/** [rows, layout.width] */
function drawLabels(model: CausalModel, layout: LabelLayout, rows: number, seed: number): Float32Array {
  const targets = layout.entries.map((entry) => entry.name);
  const drawn = drawSamples(model, [], rows, { vocabulary: loadVocabulary(), seed, targets });
  if ("diagnostics" in drawn) throw new ProgramError(drawn.diagnostics, new Map());
  return encodeLabels(layout, drawn.columns, rows);
}

/** Batches of `labels` [size, width] from the model as it is, chosen by the weights of their labels. */
export function drawnLabels(
  model: CausalModel,
  nodes: readonly CausalNode[],
  balance: Balance | null,
  seed: number,
): BatchSource {
  const layout = labelLayout(nodes);
  const encoded = drawLabels(model, layout, pool, seed);
  const cumulative = balance?.cumulative(encoded) ?? null;
  return rowsOf(encoded, layout.width, (index, size) =>
    cumulative === null ? shuffledRows(pool, size, index, seed) : weightedRows(cumulative, size, index, seed),
  );
}

/** Batches of `labels` [size, width], each row drawn under do(X = x) for a label X and a state x at random. */
export function intervenedLabels(model: CausalModel, nodes: readonly CausalNode[], seed: number): BatchSource {
  const layout = labelLayout(nodes);
  const actions = nodes.flatMap((node) =>
    (statesOf(node.type) ?? []).map((_, value) => ({ kind: "set", node: node.name, value }) as const),
  );
  const rows = Math.ceil(pool / Math.max(1, actions.length));
  const encoded = new Float32Array(actions.length * rows * layout.width);
  actions.forEach((action, i) => {
    encoded.set(drawLabels(intervene(model, [action]), layout, rows, seed), i * rows * layout.width);
  });
  return rowsOf(encoded, layout.width, (index, size) => shuffledRows(actions.length * rows, size, index, seed));
}

function rowsOf(
  encoded: Float32Array,
  width: number,
  choose: (index: number, size: number) => Int32Array,
): BatchSource {
  return {
    rows: encoded.length / width,
    batch: (_columns, index, size) => ({ labels: gatherRows(encoded, width, choose(index, size)) }),
  };
}
