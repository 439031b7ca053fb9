/** Numbers of the benchmarks as text: medians, ranges, ratios, and tables as pages have them. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

export function spread(values: readonly number[], digits: number): string {
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
}

/** "4.2 ms", "552 ms", "12.3 s" */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 10_000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(milliseconds < 100_000 ? 1 : 0)} s`;
}

/** Three figures at most. */
export function formatRatio(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(2) : ratio < 100 ? ratio.toFixed(1) : ratio.toFixed(0);
}

export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The lines of a table of Markdown, which can be printed as rows come; its first column is text, the others stand to the right. */
export function markdownHeader(cells: readonly string[]): string {
  return `${markdownRow(cells)}\n${markdownRow(cells.map((_, i) => (i === 0 ? "---" : "--:")))}`;
}

export function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
