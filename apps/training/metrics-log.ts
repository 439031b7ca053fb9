/**
 * `metrics.jsonl`: one JSON object a line, appended as a training goes on. A kill can cut the last line at most; whoever
 * resumes drops it, and the rows of the stage that lie behind the step it resumes from.
 */
import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { asFault, writeFileAtomic } from "../files/atomic.ts";

export interface LogRow {
  /** e.g. "Faces.Face.causalgan" */
  readonly stage: string;
  readonly step: number;
  /** of training this stage */
  readonly seconds: number;
  /** averages since the row before */
  readonly metrics?: Readonly<Record<string, number>>;
  /** measured on the state of this step */
  readonly scores?: Readonly<Record<string, number>>;
  /** a picture inside the run directory */
  readonly samples?: string;
}

/** What can be read of a log; a line that is cut is left out. */
export async function readLog(path: string): Promise<readonly LogRow[]> {
  if (!existsSync(path)) return [];
  return (await readFile(path, "utf8")).split("\n").flatMap((line) => {
    try {
      const row: LogRow = JSON.parse(line);
      return typeof row?.stage === "string" && typeof row.step === "number" ? [row] : [];
    } catch {
      return [];
    }
  });
}

/** Makes the log end where a stage resumes; the rows that stay. */
export async function rewindLog(path: string, stage: string, step: number): Promise<readonly LogRow[]> {
  const rows = (await readLog(path)).filter((row) => row.stage !== stage || row.step <= step);
  if (existsSync(path)) await writeFileAtomic(path, rows.map(lineOf).join(""));
  return rows;
}

/** Throws RuntimeFault: no-space, bad-file. */
export async function appendRow(path: string, row: LogRow): Promise<void> {
  try {
    await appendFile(path, lineOf(row));
  } catch (error) {
    throw asFault(error, path);
  }
}

const lineOf = (row: LogRow) => `${JSON.stringify(row)}\n`;
