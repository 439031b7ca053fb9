/** Labels drawn from a fitted model as a source of training batches: what a generator is conditioned on. */
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { drawSamples } from "#compiler/inference/draw";
import { encodeLabels, labelLayout } from "#compiler/lower/encoding";
import { shuffledRows } from "#runtime/batches";
import type { BatchSource } from "#runtime/train";
import { ProgramError } from "./errors.ts";
import { loadVocabulary } from "./project.ts";

/** Rows that are drawn once and then shuffled anew in each pass: enough for rare combinations to be there. */
const pool = 1 << 16;

export function drawLabelSource(model: CausalModel, nodes: readonly CausalNode[], seed: number): BatchSource {
  const drawn = drawSamples(model, [], pool, { vocabulary: loadVocabulary(), seed });
  if ("diagnostics" in drawn) throw new ProgramError(drawn.diagnostics, new Map());
  const layout = labelLayout(nodes);
  const encoded = encodeLabels(layout, drawn.columns, pool);
  return {
    rows: pool,
    batch(_columns, index, size) {
      const labels = new Float32Array(size * layout.width);
      shuffledRows(pool, size, index, seed).forEach((row, i) => {
        labels.set(encoded.subarray(row * layout.width, (row + 1) * layout.width), i * layout.width);
      });
      return { labels };
    },
  };
}
