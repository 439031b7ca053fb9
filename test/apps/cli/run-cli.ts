/** Calls `causal` in this process: what it writes and its exit code, and places for its files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll } from "vitest";
import { main } from "../../../apps/cli/main.ts";

export interface Transcript {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** sees every text as it is written */
  readonly watch?: (text: string) => void;
}

export async function causal(args: readonly string[], options: CliOptions = {}): Promise<Transcript> {
  const written = { out: "", err: "" };
  const write = (stream: "out" | "err") => (text: string) => {
    written[stream] += text;
    options.watch?.(text);
  };
  const code = await main(args, {
    input: Readable.from([options.input ?? ""]),
    inputIsTerminal: false,
    out: write("out"),
    err: write("err"),
    outIsTerminal: false,
    errIsTerminal: false,
    colour: false,
    columns: 100,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, ...written };
}

export const fixtures = resolve(import.meta.dirname, "../fixtures");
export const examples = resolve(import.meta.dirname, "../../../examples");
export const stones = join(examples, "stones/stones.causal");
export const tiny = join(fixtures, "tiny.causal");

/** A folder that is gone after the tests of the calling file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "causal-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a program into a folder and returns its path. */
export function writeProgram(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
