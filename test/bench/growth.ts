/**
 * `npm run bench -- growth`: how the time of a step and the memory grow with the batch, the width and the size of the pictures,
 * ours on `cpu` and PyTorch's, each point in processes of its own. Options as those of `executors`.
 */
import { chosen, type Options, readOptions } from "./options.ts";
import { openOwn } from "./own.ts";
import { openRival, variantText } from "./peer.ts";
import type { Sizes } from "./programs.ts";
import { formatRatio, formatTime, markdownHeader, markdownRow, median } from "./table.ts";
import type { Workload } from "./workloads.ts";

const base: Sizes = { size: 64, width: 32, batch: 16 };

const points: readonly (readonly [string, Sizes])[] = [
  ...([8, 16, 32, 64] as const).map((batch) => [`batch ${batch}`, { ...base, batch }] as const),
  ...([16, 64] as const).map((width) => [`width ${width}`, { ...base, width }] as const),
  ...([32, 128] as const).map((size) => [`${size} px`, { ...base, size }] as const),
];

const workloads: Readonly<Record<string, Workload>> = Object.fromEntries(
  (["causalgan", "causalbegan"] as const).flatMap((kind) =>
    points.map(([name, sizes]) => [`${kind}, ${name}`, { kind, ...sizes }] as const),
  ),
);

export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ["growth"], ["cpu"]);
  console.log(
    `otherwise ${base.size} px, width ${base.width}, batch ${base.batch}; medians; peaks of resident sets in MiB`,
  );
  console.log(`\n${markdownHeader(["", "ours", "PyTorch", "ratio", "our peak", "PyTorch's peak"])}`);
  for (const [name, workload] of chosen(workloads, options)) {
    process.stderr.write(`${name}\n`);
    for (const engine of options.engines) {
      const label = options.engines.length === 1 ? name : `${engine}: ${name}`;
      console.log(markdownRow([label, ...(await point(engine, workload, options))]));
    }
  }
}

async function point(
  engine: Options["engines"][number],
  workload: Workload,
  { threads, patience, rounds, clock }: Options,
): Promise<readonly string[]> {
  const rival = await openRival(workload, threads, clock);
  const own = await openOwn({ engine, threads, workload, clock }, patience);
  try {
    await own.time(1);
    const times = { own: [] as number[], peer: [] as number[], ratio: [] as number[] };
    const peaks = { own: 0, peer: 0 };
    for (let round = 0; round < rounds; round++) {
      const mine = await own.time(stepsInBlock);
      const block = median(mine.milliseconds);
      times.own.push(block);
      peaks.own = mine.peak;
      if (rival === null) continue;
      const theirs = await rival.time(stepsInBlock);
      peaks.peer = theirs.peak;
      times.peer.push(median(theirs.milliseconds));
      times.ratio.push(block / median(theirs.milliseconds));
    }
    if (rival === null) return [formatTime(median(times.own)), "-", "-", peaks.own.toFixed(0), "-"];
    process.stderr.write(`  PyTorch: ${variantText(rival.variant)}\n`);
    return [
      formatTime(median(times.own)),
      formatTime(median(times.peer)),
      formatRatio(median(times.ratio)),
      peaks.own.toFixed(0),
      peaks.peer.toFixed(0),
    ];
  } finally {
    await own.close();
    rival?.close();
  }
}

const stepsInBlock = 2;
