/** Gamma with shape and rate. */
import type { Distribution } from "#compiler/vocabulary";
import { logGamma, logGammaDraw } from "./log-gamma.ts";
import { parameter, positive } from "./parameter.ts";

export const gamma: Distribution = {
  name: "Gamma",
  support: "real",
  parameters: [
    parameter("shape", "the shape; at 1 the family is Exponential", positive),
    parameter("rate", "the rate; the mean is shape / rate", positive),
  ],
  doc: "A positive number; the sum of `shape` waiting times where the shape is an integer.",
  sample: ([shape, rate], uniform, normal) => Math.exp(logGammaDraw(shape!, uniform, normal)) / rate!,
  logDensity(value, [shape, rate]) {
    if (value < 0) return -Infinity;
    // 0 * log 0 is 0 here
    const power = shape === 1 ? 0 : (shape! - 1) * Math.log(value);
    return shape! * Math.log(rate!) + power - rate! * value - logGamma(shape!);
  },
  mass: null,
  mean: ([shape, rate]) => shape! / rate!,
};
