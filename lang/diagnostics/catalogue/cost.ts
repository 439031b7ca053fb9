/** C7xx: what would take too much time or memory. */
import { entry } from "../entry.ts";

/** Eight bytes an entry. */
function memory(entries: number): string {
  const gigabytes = (entries * 8) / 1e9;
  if (gigabytes < 0.01) return `${(entries * 8) / 1e3} kB`;
  return `${gigabytes < 1e6 ? Number(gigabytes.toPrecision(3)) : gigabytes.toExponential(0)} GB`;
}

export const cost = {
  C701: entry<{ entries: number; limit: number }>({
    severity: "warning",
    message: ({ entries, limit }) =>
      `an exact answer needs a factor of ${entries} entries (${memory(entries)}), over the limit of ${limit}; the answer is sampled`,
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
  C704: entry<{ what: string; entries: number; limit: number }>({
    severity: "error",
    message: ({ what, entries, limit }) => `${what} needs ${entries} numbers, over the limit of ${limit}`,
    label: () => "too large",
    help: () => "ask about fewer nodes at once, or give some of them values",
    explanation:
      "A table has one number for every combination of states, and their number grows with each node that it is about.",
  }),
  C705: entry<{ query: string }>({
    severity: "error",
    message: ({ query }) => `the estimand of \`${query}\` needs tables that are too large to fill from data`,
    label: () => "too many combinations of states",
    help: () =>
      "give nodes fewer states, or ask about fewer nodes at once; `identify` without `from` prints the estimand",
    explanation:
      "An estimand is evaluated on tables over the nodes that it sums over. Past some millions of entries most would be empty in any data.",
  }),
};
