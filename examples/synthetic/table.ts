/** The table of the study as Markdown, and the published figures that it is set beside. */
import type { DataKind, GraphName } from "./data.ts";
import { type GeneratorName, generators } from "./networks.ts";

/** The distances of one data set: for each generator one a replicate. */
export interface Row {
  readonly data: GraphName;
  readonly cells: readonly (readonly number[])[];
}

/** After 50,001 steps, read off the figures of the release: mean and standard error for each generator. */
const published: Readonly<Record<GraphName, readonly (readonly [number, number])[]>> = {
  line: [
    [0.358, 0.041],
    [0.567, 0.068],
    [0.362, 0.045],
    [0.415, 0.041],
    [0.477, 0.042],
    [0.5, 0.033],
  ],
  collider: [
    [0.355, 0.062],
    [0.303, 0.056],
    [0.272, 0.04],
    [0.202, 0.041],
    [0.32, 0.032],
    [0.394, 0.046],
  ],
  complete: [
    [0.859, 0.047],
    [0.954, 0.02],
    [0.373, 0.068],
    [0.253, 0.026],
    [0.372, 0.046],
    [0.335, 0.028],
  ],
};

/** Mean and standard error of the mean; the latter is missing where there is one value. */
export function summary(values: readonly number[]): readonly [number, number | null] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  if (values.length < 2) return [mean, null];
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return [mean, Math.sqrt(variance / values.length)];
}

export function text([mean, error]: readonly [number, number | null]): string {
  const short = (x: number) => x.toFixed(3);
  return error === null ? short(mean) : `${short(mean)} ± ${short(error).slice(1)}`;
}

/** A Markdown table: a row for each data set, and below it what the paper has, which is of legacy data. */
export function table(
  kind: DataKind,
  rows: readonly Row[],
  { steps, seeds }: { readonly steps: number; readonly seeds: number },
): string {
  const titles: Readonly<Record<GeneratorName, string>> = {
    line: "Line",
    collider: "Collider",
    complete: "Complete",
    fc3: "FC3",
    fc5: "FC5",
    fc10: "FC10",
  };
  const lines = rows.flatMap(({ data, cells }) => [
    [data, ...cells.map((cell) => text(summary(cell)))],
    ...(kind === "legacy" ? [["*published*", ...published[data].map((pair) => `*${text(pair)}*`)]] : []),
  ]);
  return [
    `${kind} data, ${steps} steps, ${seeds} networks a cell: total variation distance, mean ± standard error`,
    "",
    `| data \\ generator | ${generators.map((name) => titles[name]).join(" | ")} |`,
    `| --- |${" ---: |".repeat(generators.length)}`,
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n");
}
