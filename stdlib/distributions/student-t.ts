/** StudentT: like a standard normal, with heavier tails. */
import type { Distribution } from "#compiler/vocabulary";
import { logGamma, logGammaDraw } from "./log-gamma.ts";
import { parameter, positive } from "./parameter.ts";

export const studentT: Distribution = {
  name: "StudentT",
  support: "real",
  parameters: [parameter("degrees", "degrees of freedom: the fewer, the heavier the tails", positive)],
  doc: "A bell curve around 0 with heavy tails.",
  sample([degrees], uniform, normal) {
    // normal / sqrt(chi-squared / degrees), and chi-squared is twice a gamma of half the shape
    const spread = Math.exp(logGammaDraw(degrees! / 2, uniform, normal) / 2) * Math.sqrt(2 / degrees!);
    return normal() / spread;
  },
  logDensity(value, [degrees]) {
    const half = degrees! / 2;
    const scale = logGamma(half + 0.5) - logGamma(half) - Math.log(degrees! * Math.PI) / 2;
    return scale - (half + 0.5) * Math.log1p(value ** 2 / degrees!);
  },
  mass: null,
  mean: ([degrees]) => (degrees! > 1 ? 0 : null),
};
