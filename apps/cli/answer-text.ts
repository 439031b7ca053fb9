/** Answers as text for people and as the JSON of the documentation. */
import type { Answer } from "#compiler/inference/answer";
import { formatNumber } from "./text.ts";

/** One line for a number, a line a state for a distribution; how it was found is in the last part. */
export function answerText(answer: Answer, name: string | null = null): string {
  const head = name === null ? answer.query : `${name} = ${answer.query}`;
  const how = [
    `rung ${answer.rung}`,
    answer.method,
    ...(answer.stderr === undefined ? [] : [`stderr ${answer.stderr.toPrecision(2)}`]),
    ...(answer.samples === undefined ? [] : [`${answer.samples} samples`]),
    ...(answer.ess === undefined ? [] : [`effective ${Math.round(answer.ess)}`]),
    ...(answer.seed === undefined ? [] : [`seed ${answer.seed}`]),
  ].join(", ");
  if (typeof answer.value === "number") return `${head} = ${formatNumber(answer.value)}   (${how})`;
  const entries = Object.entries(answer.value);
  const width = Math.max(...entries.map(([state]) => state.length));
  const lines = entries.map(([state, value]) => `  ${state.padEnd(width)}  ${formatNumber(value)}`);
  return [`${head}   (${how})`, ...lines].join("\n");
}
