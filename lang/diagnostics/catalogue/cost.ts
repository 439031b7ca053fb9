/** C7xx: what would take too much time or memory. */
import { entry } from "../entry.ts";

/** Eight bytes an entry. */
function memory(entries: number): string {
  const gigabytes = (entries * 8) / 1e9;
  return gigabytes < 0.01 ? `${(entries * 8) / 1e3} kB` : `${Number(gigabytes.toPrecision(3))} GB`;
}

export const cost = {
  C701: entry<{ entries: number; limit: number }>({
    severity: "warning",
    message: ({ entries, limit }) =>
      `an exact answer needs a factor of ${entries} entries (${memory(entries)}), over the limit of ${limit}; the answer is sampled`,
    label: () => "too large for an exact answer",
    help: () => "raise --samples for a smaller standard error",
    explanation: "Exact inference multiplies tables; the largest one decides the memory. Past a limit we sample.",
  }),
};
