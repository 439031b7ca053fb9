/** C7xx: what would take too much time or memory. */
import { entry } from "../entry.ts";

export const cost = {
  C701: entry<{ entries: number; limit: number }>({
    severity: "warning",
    message: ({ entries, limit }) =>
      `an exact answer needs a factor of ${entries} entries, over the limit of ${limit}; the answer is sampled`,
    label: () => "too large for an exact answer",
    help: () => "raise --samples for a smaller standard error",
    explanation: "Exact inference multiplies tables; the largest one decides the memory. Past a limit we sample.",
  }),
  C702: entry<{ copies: number; limit: number }>({
    severity: "error",
    message: ({ copies, limit }) => `the plates of this model make ${copies} nodes, over the limit of ${limit}`,
    label: () => "too many copies",
    help: () => "make fewer copies",
    explanation: "Every copy that a plate makes is a node of the model, with its mechanism and its place in the graph.",
  }),
};
