/** An evaluation as text for a terminal. */
import { type Block, chaptersOf, leadOf } from "../eval/blocks.ts";
import type { Evaluation } from "../eval/evaluation.ts";
import { table } from "./text.ts";

export function evaluationText(evaluation: Evaluation): string {
  const parts = chaptersOf(evaluation).flatMap(({ title, blocks }) => [
    `${title}\n${"=".repeat(title.length)}`,
    ...blocks.map(blockText),
  ]);
  return `${[leadOf(evaluation), ...parts].join("\n\n")}\n`;
}

function blockText({ title, note, header, rows }: Block): string {
  const lines = [title, ...note.split("\n").map((line) => `  ${line}`)].filter((line) => line.trim() !== "");
  return [...lines, ...(rows.length === 0 ? [] : [table(header, rows)])].join("\n");
}
