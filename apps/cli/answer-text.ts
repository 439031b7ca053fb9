/** Answers as text for people and as the JSON of the documentation. */
import { type Answer, intervalsByState } from "#compiler/inference/answer";
import type { Posteriors } from "#compiler/inference/posteriors";
import { formatNumber, table } from "./text.ts";

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
  const { axes = [] } = answer;
  const cells = [...intervalsByState(answer)].map(([state, { low, high }]) => {
    const text = answer.method === "bounds" ? `[${formatNumber(low)}, ${formatNumber(high)}]` : formatNumber(low);
    return { state, text };
  });
  if (typeof answer.value === "boolean") return `${head} = ${answer.value}   (${how})`;
  if (cells[0]?.state === "" && cells.length === 1) return `${head} = ${cells[0].text}   (${how})`;
  if (axes.length > 1) {
    const rows = cells.map(({ state, text }) => [...state.split(", "), text]);
    return [`${head}   (${how})`, ...table([...axes, ""], rows).split("\n")].join("\n  ");
  }
  const width = Math.max(...cells.map(({ state }) => state.length));
  const lines = cells.map(({ state, text }) => `  ${state.padEnd(width)}  ${text}`);
  return [`${head}   (${how})`, ...lines].join("\n");
}

/** One line a node: its states with their probabilities, and how they were found where that is not exact. */
export function posteriorsText({ rung, nodes }: Posteriors): string {
  const entries = Object.entries(nodes);
  const width = entries.reduce((most, [name]) => Math.max(most, name.length), 0);
  const lines = entries.map(([name, { method, value, stderr }]) => {
    const cells = Object.entries(value).map(([state, p]) => `${state} ${formatNumber(p)}`);
    const how = method === "exact" ? "" : `   (sampled, stderr ${stderr!.toPrecision(2)})`;
    return `${name.padEnd(width)}  ${cells.join("  ")}${how}`;
  });
  return `${lines.join("\n")}\n(rung ${rung})\n`;
}

/** One JSON object a node. */
export function posteriorsJson({ rung, nodes }: Posteriors): string {
  return Object.entries(nodes)
    .map(([node, found]) => `${JSON.stringify({ node, rung, ...found })}\n`)
    .join("");
}
