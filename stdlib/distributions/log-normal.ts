/** LogNormal: the exponential of a normal number. */
import type { Distribution } from "#compiler/vocabulary";
import { normal } from "./normal.ts";
import { parameter, positive } from "./parameter.ts";

export const logNormal: Distribution = {
  name: "LogNormal",
  support: "real",
  parameters: [
    parameter("mean", "mean of the logarithm"),
    parameter("std", "standard deviation of the logarithm", positive),
  ],
  doc: "A positive number whose logarithm is normal.",
  sample: (args, uniform, standard) => Math.exp(normal.sample(args, uniform, standard)),
  logDensity: (value, args) => (value > 0 ? normal.logDensity(Math.log(value), args) - Math.log(value) : -Infinity),
  mass: null,
  mean: ([mean, std]) => Math.exp(mean! + std! ** 2 / 2),
};
