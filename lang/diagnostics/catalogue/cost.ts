/** C7xx: what would take too much time or memory. */
import { entry } from "../entry.ts";

function gigabytes(entries: number): string {
  const size = (entries * 8) / 2 ** 30;
  return size < 10
    ? `${size.toPrecision(2)} GB`
    : size < 1e6
      ? `${Math.round(size)} GB`
      : `${size.toExponential(0)} GB`;
}

export const cost = {
  C701: entry<{ entries: number; limit: number }>({
    severity: "warning",
    message: ({ entries, limit }) =>
      `an exact answer needs a table of ${gigabytes(entries)} (${entries} entries, over the limit of ${limit}); the answer is sampled`,
    label: () => "too large for an exact answer",
    help: () => "raise --samples for a smaller standard error, or condition on nodes that part the model",
    explanation:
      "Exact inference multiplies tables; the largest one decides the memory, eight bytes an entry. It is predicted before " +
      "anything is computed: `causal check` says so of each query of a program. Past a limit the answer is sampled.",
  }),
  C702: entry<{ copies: number; limit: number }>({
    severity: "error",
    message: ({ copies, limit }) => `the plates of this model make ${copies} nodes, over the limit of ${limit}`,
    label: () => "too many copies",
    help: () => "make fewer copies",
    explanation: "Every copy that a plate makes is a node of the model, with its mechanism and its place in the graph.",
  }),
};
