/**
 * The synthetic study of CausalGAN (Kocaoglu et al. 2018, section 6): generators that know the causal graph, know a wrong one or
 * know none, on data of three graphs. Prints the mean total variation distance and its standard error, the published one below.
 */
import { parseArgs } from "node:util";
import { createOnnxExecutor } from "#runtime/executors/onnx";
import { type DataKind, graphNames } from "./data.ts";
import { run } from "./gan.ts";
import { generators } from "./networks.ts";
import { type Row, summary, table, text } from "./table.ts";

const help = `usage: npm run synthetic -- [--steps N] [--seeds N] [--seed N] [--data legacy|corrected|both] [--paper]

  --steps N   steps of each training (default 1000)
  --seeds N   networks and data sets for each cell (default 4)
  --seed N    of all random streams (default 1)
  --data      legacy: as the released code makes them; corrected; or both, one table after the other (default legacy)
  --paper     the published size: 50,001 steps and 20 networks a cell; hours
`;

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    process.stdout.write(help);
    return 0;
  }
  const options = readOptions();
  if (options === null) return 2;
  const executor = await createOnnxExecutor({ threads: 1 });
  const began = performance.now();
  for (const kind of options.kinds) {
    const rows: Row[] = [];
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

/** null where the command line is wrong, which has been said. */
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
      options: { steps: string, seeds: string, seed: string, data: string, paper: boolean },
    });
    const kinds = { legacy: ["legacy"], corrected: ["corrected"], both: ["legacy", "corrected"] } as const;
    const chosen = kinds[(values.data ?? "legacy") as keyof typeof kinds];
    if (chosen === undefined) throw new Error(`--data takes legacy, corrected or both, not ${values.data}`);
    return {
      steps: number(values.steps, values.paper ? 50_001 : 1000),
      seeds: number(values.seeds, values.paper ? 20 : 4),
      seed: number(values.seed, 1),
      kinds: chosen,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    return null;
  }
}

process.exitCode = await main();
