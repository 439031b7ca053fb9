/** C5xx: what do, observe and counterfactuals may say. */
import { entry } from "../entry.ts";

export const causal = {
  C501: entry<{ name: string }>({
    severity: "error",
    message: ({ name }) => `\`${name}\` is set twice by do()`,
    label: () => "second intervention on the same variable",
    help: () => "keep one of them",
    explanation: "An intervention replaces the mechanism of a variable; one query can replace it only once.",
  }),
};
