/** Exponential: waiting times at a constant rate. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter, positive } from "./parameter.ts";

export const exponential: Distribution = {
  name: "Exponential",
  support: "real",
  parameters: [parameter("rate", "events per unit; the mean is 1 / rate", positive)],
  doc: "The time to the next event when events come at a constant rate.",
  // log1p keeps the smallest times exact, and uniform() may be 0
  sample: ([rate], uniform) => -Math.log1p(-uniform()) / rate!,
  logDensity: (value, [rate]) => (value >= 0 ? Math.log(rate!) - rate! * value : -Infinity),
  mass: null,
  mean: ([rate]) => 1 / rate!,
};
