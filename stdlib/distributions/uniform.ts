/** Uniform between two bounds. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter } from "./parameter.ts";

export const uniform: Distribution = {
  name: "Uniform",
  support: "real",
  parameters: [parameter("low", "the lower bound"), parameter("high", "the upper bound, above the lower one")],
  doc: "Every number between the bounds is equally likely.",
  sample: ([low, high], draw) => low! + (high! - low!) * draw(),
  logDensity: (value, [low, high]) => (value >= low! && value <= high! ? -Math.log(high! - low!) : -Infinity),
  mass: null,
  mean: ([low, high]) => (low! + high!) / 2,
};
