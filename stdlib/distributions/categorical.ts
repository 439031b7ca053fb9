/** Categorical: one of the states of the node, each with its own probability. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter } from "./parameter.ts";

function normalised(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Its arguments are one weight a state, in the order of the states; the value is the index of the state. */
export const categorical: Distribution = {
  name: "Categorical",
  support: "states",
  parameters: [parameter("probabilities", "a map from every state to its probability, {a: 0.2, b: 0.8}")],
  doc: "One of the states, each with its own probability.",
  sample(weights, uniform) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let rest = uniform() * total;
    for (const [state, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return state;
    }
    // rounding may leave a crumb above the last state that is possible
    return weights.findLastIndex((weight) => weight > 0);
  },
  logDensity: (value, weights) => Math.log(normalised(weights)[value] ?? 0),
  mass(weights, states) {
    if (weights.length !== states) throw new Error(`internal: ${weights.length} weights for ${states} states`);
    return normalised(weights);
  },
  mean: () => null,
};
