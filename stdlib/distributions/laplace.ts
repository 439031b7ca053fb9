/** Laplace: two exponential tails around a centre. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter, positive } from "./parameter.ts";

export const laplace: Distribution = {
  name: "Laplace",
  support: "real",
  parameters: [parameter("mean", "the centre"), parameter("scale", "mean distance from the centre", positive)],
  doc: "Two exponential tails, one on either side of the mean.",
  sample([mean, scale], uniform) {
    const side = uniform() < 0.5 ? -1 : 1;
    return mean! - side * scale! * Math.log1p(-uniform());
  },
  logDensity: (value, [mean, scale]) => -Math.abs(value - mean!) / scale! - Math.log(2 * scale!),
  mass: null,
  mean: ([mean]) => mean!,
};
