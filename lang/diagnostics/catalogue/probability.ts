/** C4xx: probabilities that are none, tables with holes, impossible evidence. */
import { entry } from "../entry.ts";

export const probability = {
  C401: entry<{ sum: number; row: string }>({
    severity: "error",
    message: ({ sum, row }) => `the probabilities of ${row} sum to ${sum}, not 1`,
    label: ({ sum }) => `sums to ${sum}`,
    help: () => "change the numbers so that they sum to 1 (within 1e-6)",
    explanation: "Each row of a conditional probability table is a distribution over the states of the node.",
  }),
};
