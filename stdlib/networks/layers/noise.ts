/** `dropout` and `gaussian_noise`: layers that disturb their input while training and do nothing while drawing. */
import type { Layer } from "#compiler/vocabulary";
import { numberArgument } from "./arguments.ts";

/** Srivastava et al. 2014, with the survivors scaled up so that the expectation stays. */
export const dropout: Layer = {
  name: "dropout",
  inputs: 1,
  parameters: [{ name: "rate", kind: "number", default: 0.5, range: [0, 0.999], doc: "share of the numbers set to 0" }],
  doc: "Sets numbers to 0 at random while training.",
  shape: ([input]) => ({ shape: input! }),
  lower({ builder, mode, noise }, [x], args) {
    const rate = numberArgument(args, "rate");
    if (mode === "draw" || rate === 0) return x!;
    const kept = builder.less(rate, noise("mask", x!.shape, { kind: "uniform", low: 0, high: 1 }));
    return builder.mul(x!, builder.mul(kept, 1 / (1 - rate)));
  },
};

export const gaussianNoise: Layer = {
  name: "gaussian_noise",
  inputs: 1,
  parameters: [
    {
      name: "std",
      kind: "number",
      default: 0.1,
      range: [0, Number.POSITIVE_INFINITY],
      doc: "standard deviation of the noise",
    },
  ],
  doc: "Adds normal noise while training.",
  shape: ([input]) => ({ shape: input! }),
  lower({ builder, mode, noise }, [x], args) {
    const std = numberArgument(args, "std");
    if (mode === "draw" || std === 0) return x!;
    return builder.add(x!, builder.mul(noise("noise", x!.shape, { kind: "normal", mean: 0, std: 1 }), std));
  },
};
