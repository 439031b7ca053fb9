/** Resampling: rows in proportion to their weights. */
import type { Stream } from "#runtime/random";

/** Systematic resampling (Kitagawa 1996) in random order: row numbers, each as often as its weight says. */
export function resample(weights: Float64Array, count: number, stream: Stream): Int32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = new Int32Array(count);
  const offset = stream.uniform();
  let row = 0;
  let passed = weights[0]!;
  for (let i = 0; i < count; i++) {
    const position = ((i + offset) / count) * total;
    while (passed < position && row < weights.length - 1) passed += weights[++row]!;
    chosen[i] = row;
  }
  const order = stream.permutation(count);
  return Int32Array.from(order, (i) => chosen[i]!);
}
