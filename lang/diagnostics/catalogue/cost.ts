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
};
