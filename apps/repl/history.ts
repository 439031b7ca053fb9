/** The lines of earlier sessions, in a file of the user's state directory. Failing to keep them is never an error. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

export const historyLength = 1000;

/** After the XDG base directory specification: $XDG_STATE_HOME/causal/history, else ~/.local/state/causal/history. */
export function historyPath(environment: Readonly<Record<string, string | undefined>>): string {
  return join(environment.XDG_STATE_HOME || join(homedir(), ".local", "state"), "causal", "history");
}

/** The latest lines, newest first, as readline wants them. A file that has grown long is cut. */
export function readHistory(path: string): string[] {
  try {
    const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
    const kept = lines.slice(-historyLength);
    if (lines.length > 2 * historyLength) writeFileSync(path, `${kept.join("\n")}\n`);
    return kept.reverse();
  } catch {
    return [];
  }
}

export function appendHistory(path: string, line: string): void {
  if (line.trim() === "") return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${line}\n`);
  } catch {
    // a read-only home: the session works, only the next one does not remember
  }
}
