/**
 * `npm run bench -- executors`: every engine of this machine beside PyTorch, each in a process of its own. Tables: `steps` (steps
 * of every regime, drawing, and the memory that they take), `around` (what a training costs besides its engine) and `loop` (how long
 * the main thread keeps others waiting). Progress is on standard error.
 *
 * Options: `--only WORD,WORD`, `--engines NAME,NAME`, `--rounds N` (5), `--threads N` (2), `--patience S` (60), `--parts TABLE,TABLE`, `--clock cpu`
 * (processor time in the table of steps).
 */
import { type EngineName, engineNames } from "#apps/devices/engines";
import type { Around } from "./around.ts";
import { chosen, type Options, readOptions } from "./options.ts";
import { NoEngine, type Own, openOwn } from "./own.ts";
import { openRival, type Rival, variantText } from "./peer.ts";
import { formatRatio, formatShare, formatTime, markdownHeader, markdownRow, median } from "./table.ts";
import type { Workload } from "./workloads.ts";

const workloads: Readonly<Record<string, Workload>> = {
  "controller, 9 labels, batch 256": { kind: "controller", size: 32, width: 24, batch: 256 },
  "CausalBEGAN of examples/faces, 32 px, batch 32": { kind: "faces_began", size: 32, width: 24, batch: 32 },
  "CausalGAN, 64 px, width 64, batch 16": { kind: "causalgan", size: 64, width: 64, batch: 16 },
  "CausalBEGAN, 64 px, width 32, batch 16": { kind: "causalbegan", size: 64, width: 32, batch: 16 },
  "drawing 1,024 pictures, 64 px, width 64": { kind: "drawing", size: 64, width: 64, batch: 64 },
};

/** Too slow for anything but the smallest workload. */
const smallOnly: readonly EngineName[] = ["reference"];

export async function run(args: readonly string[]): Promise<void> {
  const options = readOptions(args, ["steps", "around", "loop"], engineNames);
  const rows = chosen(workloads, options);
  const there = await enginesThere(options);
  if (options.parts.includes("steps")) await compareSteps(rows, there, options);
  if (options.parts.includes("around") || options.parts.includes("loop")) await compareTrainings(rows, there, options);
}

const progress = (text: string) => void process.stderr.write(`${text}\n`);

/** Those that open and make a step of the smallest workload; says of the others why they are not there. */
async function enginesThere({ engines, threads, patience, clock }: Options): Promise<readonly EngineName[]> {
  const there: EngineName[] = [];
  for (const engine of engines) {
    try {
      const own = await openOwn({ engine, threads, clock, workload: Object.values(workloads)[0]! }, patience);
      try {
        await own.time(1);
        there.push(engine);
      } finally {
        await own.close();
      }
    } catch (error) {
      if (!(error instanceof NoEngine)) throw error;
      console.log(`${engine}: not there: ${error.message}`);
    }
  }
  return there;
}

/** What one engine came to at one workload. */
interface Cell {
  readonly time: number;
  /** of neighbouring blocks; null without PyTorch */
  readonly ratio: number | null;
  /** MiB */
  readonly peak: number;
}

async function compareSteps(
  rows: readonly (readonly [string, Workload])[],
  engines: readonly EngineName[],
  options: Options,
): Promise<void> {
  const notes: string[] = [];
  console.log(`\nmedians, (ratio to PyTorch on ${options.threads} threads), peak resident set of the process\n`);
  console.log(markdownHeader(["", "PyTorch", ...engines]));
  for (const [name, workload] of rows) {
    progress(`${name}: PyTorch, its fastest variant`);
    const opened = await openRival(workload, options.threads, options.clock);
    const rival = opened === null ? null : measured(opened);
    if (opened !== null) notes.push(`${name}: PyTorch ${opened.torch} with ${variantText(opened.variant)}`);
    const cells: string[] = [];
    for (const engine of engines) {
      progress(`${name}: ${engine}`);
      try {
        cells.push(cellText(await measure(engine, workload, rival, options)));
      } catch (error) {
        if (!(error instanceof NoEngine)) throw error;
        notes.push(`${name}: ${engine}: ${error.message}`);
        cells.push("-");
      }
    }
    opened?.close();
    const own =
      rival === null || rival.times.length === 0 ? "-" : `${formatTime(median(rival.times))}, ${memory(rival.peak)}`;
    console.log(markdownRow([name, own, ...cells]));
  }
  if (notes.length > 0) console.log(`\n${notes.map((note) => `- ${note}`).join("\n")}`);
}

const memory = (peak: number) => `${peak.toFixed(0)} MiB`;

function cellText({ time, ratio, peak }: Cell): string {
  return `${formatTime(time)}${ratio === null ? "" : ` (${formatRatio(ratio)})`}, ${memory(peak)}`;
}

/** PyTorch at a workload, with all that was measured of it. */
interface Measured {
  readonly times: number[];
  peak: number;
  block(): Promise<number>;
}

const stepsInBlock = 4;
const long = 1000;
/** milliseconds that a block of short steps takes at least */
const steady = 200;

function measured(rival: Rival): Measured {
  const steps = blockOf(rival.step);
  const kept: Measured = {
    times: [],
    peak: 0,
    async block() {
      const { milliseconds, peak } = await rival.time(steps);
      kept.peak = peak;
      kept.times.push(median(milliseconds));
      return median(milliseconds);
    },
  };
  return kept;
}

function blockOf(step: number): number {
  return step > long ? 1 : Math.max(stepsInBlock, Math.ceil(steady / step));
}

/** In turns with PyTorch. What is slow gets fewer rounds: as many as the patience allows. */
async function measure(
  engine: EngineName,
  workload: Workload,
  rival: Measured | null,
  { threads, patience, rounds, clock }: Options,
): Promise<Cell> {
  if (smallOnly.includes(engine) && workload.kind !== "controller") throw new NoEngine("only measured at the smallest");
  const own = await openOwn({ engine, threads, workload, clock }, patience);
  try {
    const began = performance.now();
    const first = await own.time(1);
    const [step] = first.milliseconds as [number];
    const left = () => 1000 * patience - (performance.now() - began);
    if (step > left())
      return { time: step, ratio: rival === null ? null : step / (await rival.block()), peak: first.peak };
    return await turns(own, blockOf(step), rival, rounds, left);
  } finally {
    await own.close();
  }
}

async function turns(
  own: Own,
  steps: number,
  rival: Measured | null,
  rounds: number,
  left: () => number,
): Promise<Cell> {
  const times: number[] = [];
  const ratios: number[] = [];
  let peak = 0;
  for (let round = 0; round < rounds && (round === 0 || left() > 0); round++) {
    const block = await own.time(steps);
    times.push(median(block.milliseconds));
    peak = block.peak;
    if (rival !== null) ratios.push(times.at(-1)! / (await rival.block()));
  }
  return { time: median(times), ratio: rival === null ? null : median(ratios), peak };
}

/** Seconds of each measurement of a training. */
const seconds = 4;

async function compareTrainings(
  rows: readonly (readonly [string, Workload])[],
  engines: readonly EngineName[],
  options: Options,
): Promise<void> {
  const header = {
    around: [
      "engine alone",
      "training",
      "besides the engine: time",
      "processor time",
      "of it records",
      "main thread busy",
    ],
    loop: ["timers late by: p50", "p99", "max"],
  };
  const parts = (["around", "loop"] as const).filter((part) => options.parts.includes(part));
  console.log("\na step of the engine alone and of causal train\n");
  console.log(markdownHeader(["", ...parts.flatMap((part) => header[part])]));
  const notes: string[] = [];
  for (const engine of engines.filter((name) => !smallOnly.includes(name))) {
    for (const [name, workload] of rows) {
      if (workload.kind === "drawing") continue;
      progress(`a training: ${name}: ${engine}`);
      try {
        const own = await openOwn(
          { engine, threads: options.threads, workload, clock: options.clock },
          options.patience,
        );
        try {
          const around = await own.around(seconds, options.rounds);
          const cells = { around: shareCells(around), loop: delayCells(around) };
          console.log(markdownRow([`${engine}: ${name}`, ...parts.flatMap((part) => cells[part])]));
        } finally {
          await own.close();
        }
      } catch (error) {
        if (!(error instanceof NoEngine)) throw error;
        notes.push(`${engine}: ${name}: ${error.message}`);
      }
    }
  }
  if (notes.length > 0) console.log(`\n${notes.map((note) => `- ${note}`).join("\n")}`);
}

function shareCells({ alone, unrecorded, whole, busy }: Around): readonly string[] {
  return [
    formatTime(alone.wall),
    formatTime(whole.wall),
    formatShare((whole.wall - alone.wall) / whole.wall),
    formatShare((whole.processor - alone.processor) / whole.processor),
    formatShare((whole.processor - unrecorded.processor) / whole.processor),
    formatShare(busy),
  ];
}

function delayCells({ delay: { p50, p99, max } }: Around): readonly string[] {
  return [p50, p99, max].map(formatTime);
}
