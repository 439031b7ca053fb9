/** C6xx: data statements, train statements and their settings. */
import { entry } from "../entry.ts";

export const training = {
  C601: entry<{ name: string; model: string }>({
    severity: "error",
    message: ({ name, model }) => `the mechanism of \`${name}\` in \`${model}\` has not been learned yet`,
    label: () => "not fitted",
    help: () => "train the model first (`causal train FILE`), then ask the run directory",
    explanation: "A `neural` mechanism has no probabilities until a `train` statement has been run.",
  }),
};
