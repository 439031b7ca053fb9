/** Normal (Gaussian) with a mean and a standard deviation. */
import type { Distribution } from "#compiler/vocabulary";
import { parameter, positive } from "./parameter.ts";

const logRoot2Pi = Math.log(2 * Math.PI) / 2;

export const normal: Distribution = {
  name: "Normal",
  support: "real",
  parameters: [parameter("mean", "its mean"), parameter("std", "its standard deviation, not its variance", positive)],
  doc: "The bell curve with this mean and standard deviation.",
  sample: ([mean, std], _, standard) => mean! + std! * standard(),
  logDensity: (value, [mean, std]) => -(((value - mean!) / std!) ** 2) / 2 - Math.log(std!) - logRoot2Pi,
  mass: null,
  gaussian: true,
  mean: ([mean]) => mean!,
};
