/** Categorical: one of the states of the node, each with its own probability. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter } from "./parameter.ts";

/** Its arguments are one probability a state, in the order of the states; the value is the index of the state. */
export const categorical: Distribution = {
  name: "Categorical",
  support: "states",
  parameters: [parameter("probabilities", "a map from every state to its probability, {a: 0.2, b: 0.8}")],
  doc: "One of the states, each with its own probability.",
  sample(probabilities, uniform) {
    let rest = uniform();
    for (const [state, probability] of probabilities.entries()) {
      rest -= probability;
      if (rest < 0) return state;
    }
    // rounding may leave a crumb above the last state that is possible
    return probabilities.findLastIndex((probability) => probability > 0);
  },
  logDensity: (value, probabilities) => Math.log(probabilities[value] ?? 0),
  mass(probabilities, states) {
    if (probabilities.length !== states) {
      throw new Error(`internal: ${probabilities.length} probabilities for ${states} states`);
    }
    return probabilities;
  },
  mean: () => null,
};
