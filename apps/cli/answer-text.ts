/** Answers as text for people and as the JSON of the documentation. */
import { type Answer, intervalsByState } from "#compiler/inference/answer";
import { formatNumber } from "./text.ts";

/** One line for a number or an interval, a line a state for a distribution; how it was found is in the last part. */
export function answerText(answer: Answer, name: string | null = null): string {
  const head = name === null ? answer.query : `${name} = ${answer.query}`;
  const how = [
    `rung ${answer.rung}`,
    answer.outer === true ? "outer bounds" : answer.method,
    ...(answer.sampler === undefined ? [] : [answer.sampler]),
    ...(answer.stderr === undefined ? [] : [`stderr ${answer.stderr.toPrecision(2)}`]),
    ...(answer.samples === undefined ? [] : [`${answer.samples} samples`]),
    ...(answer.ess === undefined ? [] : [`effective ${Math.round(answer.ess)}`]),
    ...(answer.seed === undefined ? [] : [`seed ${answer.seed}`]),
  ].join(", ");
  const cells = [...intervalsByState(answer)].map(([state, { low, high }]) => {
    const text = answer.method === "bounds" ? `[${formatNumber(low)}, ${formatNumber(high)}]` : formatNumber(low);
    return { state, text };
  });
  if (cells[0]?.state === "" && cells.length === 1) return `${head} = ${cells[0].text}   (${how})`;
  const width = Math.max(...cells.map(({ state }) => state.length));
  const lines = cells.map(({ state, text }) => `  ${state.padEnd(width)}  ${text}`);
  return [`${head}   (${how})`, ...lines].join("\n");
}
