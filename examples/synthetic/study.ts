/**
 * The synthetic study of CausalGAN (Kocaoglu et al. 2018, section 6): generators that know the causal graph, know a wrong one or
 * know none, on data of three graphs. Prints the mean total variation distance and its standard error, the published one below.
 */
import { parseArgs } from "node:util";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { type DataKind, type GraphName, graphNames } from "./data.ts";
import { run } from "./gan.ts";
import { type GeneratorName, generators } from "./networks.ts";

/** After 50,001 steps, read off the figures of the release: mean and standard error for each generator. */
export const published: Readonly<Record<GraphName, readonly (readonly [number, number])[]>> = {
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

const help = `usage: npm run synthetic -- [--steps N] [--seeds N] [--seed N] [--data legacy|corrected|both] [--paper]

  --steps N   steps of each training (default 1000)
  --seeds N   networks and data sets for each cell (default 3)
  --seed N    of all random streams (default 1)
  --data      legacy: as the released code makes them; corrected; or both, one table after the other (default legacy)
  --paper     the published size: 50,001 steps and 20 networks a cell; hours
`;

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 2;
  const executor = await createOnnxExecutor();
  const began = performance.now();
  for (const kind of options.kinds) {
    const rows: { readonly data: GraphName; readonly cells: readonly (readonly number[])[] }[] = [];
    for (const data of graphNames) {
      const cells: (readonly number[])[] = [];
      for (const generator of generators) {
        const cell = { data, generator, kind, replicates: options.seeds, steps: options.steps, seed: options.seed };
        cells.push(await run(cell, executor));
        process.stderr.write(`${kind} ${data} by ${generator}: ${text(summary(cells.at(-1)!))}\n`);
      }
      rows.push({ data, cells });
    }
    process.stdout.write(`${table(kind, rows, options)}\n`);
  }
  process.stderr.write(`took ${Math.round((performance.now() - began) / 1000)} s\n`);
  return 0;
}

interface Options {
  readonly steps: number;
  readonly seeds: number;
  readonly seed: number;
  readonly kinds: readonly DataKind[];
}

/** null where the command line is wrong or asks for help, which has been said. */
function readOptions(): Options | null {
  const number = (value: string | undefined, fallback: number): number => {
    const parsed = Number(value ?? fallback);
    if (!Number.isInteger(parsed) || parsed < 1) throw new Error(`${value} is not a whole number above 0`);
    return parsed;
  };
  try {
    const string = { type: "string" } as const;
    const boolean = { type: "boolean" } as const;
    const { values } = parseArgs({
      options: { steps: string, seeds: string, seed: string, data: string, paper: boolean, help: boolean },
    });
    if (values.help) throw new Error("");
    const kinds = { legacy: ["legacy"], corrected: ["corrected"], both: ["legacy", "corrected"] } as const;
    const chosen = kinds[(values.data ?? "legacy") as keyof typeof kinds];
    if (chosen === undefined) throw new Error(`--data takes legacy, corrected or both, not ${values.data}`);
    return {
      steps: number(values.steps, values.paper ? 50_001 : 1000),
      seeds: number(values.seeds, values.paper ? 20 : 3),
      seed: number(values.seed, 1),
      kinds: chosen,
    };
  } catch (error) {
    process.stderr.write(`${[(error as Error).message, help].filter((part) => part !== "").join("\n\n")}`);
    return null;
  }
}

/** Mean and standard error of the mean; the latter is missing where there is one value. */
function summary(values: readonly number[]): readonly [number, number | null] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  if (values.length < 2) return [mean, null];
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return [mean, Math.sqrt(variance / values.length)];
}

function text([mean, error]: readonly [number, number | null]): string {
  const short = (x: number) => x.toFixed(3);
  return error === null ? short(mean) : `${short(mean)} ± ${short(error).slice(1)}`;
}

/** A Markdown table: a row for each data set, and below it what the paper has. */
function table(
  kind: DataKind,
  rows: readonly { readonly data: GraphName; readonly cells: readonly (readonly number[])[] }[],
  { steps, seeds }: Options,
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
    ["*published*", ...published[data].map((pair) => `*${text(pair)}*`)],
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

process.exitCode = await main();
