/** `batchnorm`: normalises each channel over the batch while training, and with stored statistics while drawing. */
import { moments } from "#compiler/tensor/compose";
import type { Layer } from "#compiler/vocabulary";
import { flagArgument, numberArgument } from "./arguments.ts";
import { ones, zeros } from "./initialise.ts";
import { epsilonParameter, follow, rescale, scaleParameter } from "./normalise.ts";

/** Ioffe and Szegedy 2015. Vectors are normalised by feature, maps by channel; the shape stays. */
export const batchnorm: Layer = {
  name: "batchnorm",
  inputs: 1,
  parameters: [
    {
      name: "decay",
      kind: "probability",
      default: 0.9,
      doc: "share of the stored statistics that survives a batch",
    },
    epsilonParameter,
    scaleParameter,
  ],
  doc: "Batch normalisation; drawing uses stored statistics, so that no example depends on its batch.",
  shape: ([input]) => ({ shape: input! }),
  lower(context, [x], args) {
    const { builder, mode } = context;
    const channels = x!.shape[1]!;
    const isMap = x!.shape.length === 4;
    const shape = isMap ? [channels, 1, 1] : [channels];
    const options = { epsilon: numberArgument(args, "epsilon"), scale: flagArgument(args, "scale"), shape };
    const storedMean = context.statistic("mean", shape, zeros);
    const storedVariance = context.statistic("variance", shape, ones);
    if (mode === "draw") return rescale(context, builder.sub(x!, storedMean), storedVariance, options);

    const { mean, variance } = moments(builder, x!, isMap ? [0, 2, 3] : [0], true);
    const decay = numberArgument(args, "decay");
    follow(context, "mean", storedMean, builder.reshape(mean, shape), decay);
    follow(context, "variance", storedVariance, builder.reshape(variance, shape), decay);
    return rescale(context, builder.sub(x!, mean), variance, options);
  },
};
