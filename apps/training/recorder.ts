/**
 * What a training writes for people to look at while it runs and afterwards: the metrics log, sample grids, TensorBoard
 * events and the report. Checkpoints are not its business. Everything is written in the order in which it came, beside
 * the training, and `flush` waits for it.
 */
import { readdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic.ts";
import { encodePng, type Picture } from "../files/images.ts";
import { type Manifest, recordNames } from "../files/run-directory.ts";
import { appendRow, type LogRow, readLog, rewindLog } from "./metrics-log.ts";
import { reportHtml, type RunStatus, type StageOutline } from "./report.ts";
import { type EventWriter, openEvents } from "./tensorboard.ts";

export interface RecorderOptions {
  /** the run directory */
  readonly out: string;
  readonly report: boolean;
  readonly tensorboard: boolean;
  readonly executor: string;
}

export interface Recorder {
  /** Begins a stage, or goes on with it after `step` steps. */
  stage(outline: StageOutline, step: number, manifest: Manifest): Promise<StageRecorder>;
  /** The last word on the run; the report is written without a refresh. */
  finish(status: RunStatus, manifest: Manifest): Promise<void>;
}

export interface StageRecorder {
  metrics(step: number, metrics: Readonly<Record<string, number>>): void;
  assessment(step: number, scores: Readonly<Record<string, number>>, grid: Picture | null): void;
  checkpoint(manifest: Manifest): void;
  /** Waits until everything is on disk. Rejects with a RuntimeFault where something could not be written. */
  flush(): Promise<void>;
}

/** Milliseconds between two writings of the report, at least; and how much longer than a writing that is. */
const reportInterval = 5_000;
const reportPatience = 100;

export function createRecorder({ out, report, tensorboard, executor }: RecorderOptions): Recorder {
  const logPath = join(out, recordNames.metrics);
  let rows: readonly LogRow[] | null = null;
  const outlines = new Map<string, StageOutline>();
  let manifest: Manifest | null = null;
  let nextReport = 0;
  let queue: Promise<void> = Promise.resolve();
  let failure: { readonly error: unknown } | null = null;

  const enqueue = (work: () => Promise<void>) => {
    queue = queue.then(work).catch((error: unknown) => {
      failure ??= { error };
    });
  };
  const flush = async () => {
    await queue;
    if (failure !== null) throw failure.error;
  };
  const add = async (row: LogRow) => {
    rows = [...(rows ?? []), row];
    await appendRow(logPath, row);
  };
  const writeReport = async (status: RunStatus) => {
    if (!report || manifest === null) return;
    const began = performance.now();
    const text = await reportHtml({
      directory: out,
      manifest,
      rows: rows ?? (await readLog(logPath)),
      outlines,
      status,
      executor,
      now: new Date(),
    });
    await writeFileAtomic(join(out, recordNames.report), text);
    const time = performance.now();
    nextReport = time + Math.max(reportInterval, reportPatience * (time - began));
  };
  const maybeReport = async () => {
    if (performance.now() >= nextReport) await writeReport({ kind: "running" });
  };

  return {
    async stage(outline, step, known) {
      const { key } = outline;
      const began = performance.now();
      manifest = known;
      outlines.set(key, outline);
      rows = await rewindLog(logPath, key, step);
      await rewindSamples(join(out, recordNames.samples, key), step);
      const folder = join(out, recordNames.tensorboard, key);
      const events: EventWriter | null = tensorboard ? await openEvents(folder, step, Date.now) : null;
      enqueue(() => writeReport({ kind: "running" }));
      const seconds = () => Number((outline.seconds + (performance.now() - began) / 1000).toFixed(3));
      return {
        metrics(at, metrics) {
          const row = { stage: key, step: at, seconds: seconds(), metrics };
          enqueue(async () => {
            await add(row);
            await events?.scalars(at, "training", metrics);
            await maybeReport();
          });
        },
        assessment(at, scores, grid) {
          const name = `${recordNames.samples}/${key}/${String(at).padStart(8, "0")}.png`;
          const row = { stage: key, step: at, seconds: seconds(), scores, ...(grid === null ? {} : { samples: name }) };
          enqueue(async () => {
            if (grid !== null) {
              const png = await encodePng(grid);
              await writeFileAtomic(join(out, name), png);
              await events?.image(at, "samples", { png, width: grid.width, height: grid.height });
            }
            if (Object.keys(scores).length > 0) await events?.scalars(at, "assessment", scores);
            await add(row);
            await maybeReport();
          });
        },
        checkpoint(next) {
          manifest = next;
        },
        flush,
      };
    },
    async finish(status, last) {
      manifest = last;
      enqueue(() => writeReport(status));
      await flush();
    },
  };
}

/** Removes the grids of steps behind the one that a stage resumes from. */
async function rewindSamples(folder: string, step: number): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await readdir(folder)) {
    if (Number.parseInt(name, 10) > step) await rm(join(folder, name), { force: true });
  }
}
