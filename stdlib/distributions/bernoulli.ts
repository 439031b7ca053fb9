/** Bernoulli: true with probability p. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter, unit } from "./parameter.ts";

export const bernoulli: Distribution = {
  name: "Bernoulli",
  support: "bool",
  parameters: [parameter("p", "probability of true", unit)],
  doc: "True with probability p.",
  sample: ([p], uniform) => (uniform() < p! ? 1 : 0),
  logDensity: (value, [p]) => (value === 1 ? Math.log(p!) : value === 0 ? Math.log1p(-p!) : -Infinity),
  mass: ([p]) => [1 - p!, p!],
  mean: ([p]) => p!,
};
