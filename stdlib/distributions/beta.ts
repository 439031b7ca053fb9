/** Beta: a number between 0 and 1, such as an unknown probability. */
import type { Distribution } from "#compiler/vocabulary";
import { logGamma, logGammaDraw } from "./log-gamma.ts";
import { parameter, positive } from "./parameter.ts";

export const beta: Distribution = {
  name: "Beta",
  support: "real",
  parameters: [
    parameter("a", "weight of the side of 1", positive),
    parameter("b", "weight of the side of 0", positive),
  ],
  doc: "A number between 0 and 1 with mean a / (a + b).",
  sample([a, b], uniform, normal) {
    const forOne = logGammaDraw(a!, uniform, normal);
    const forZero = logGammaDraw(b!, uniform, normal);
    return 1 / (1 + Math.exp(forZero - forOne));
  },
  logDensity(value, [a, b]) {
    if (value < 0 || value > 1) return -Infinity;
    // 0 * log 0 is 0 here
    const low = a === 1 ? 0 : (a! - 1) * Math.log(value);
    const high = b === 1 ? 0 : (b! - 1) * Math.log1p(-value);
    return low + high + logGamma(a! + b!) - logGamma(a!) - logGamma(b!);
  },
  mass: null,
  mean: ([a, b]) => a! / (a! + b!),
};
