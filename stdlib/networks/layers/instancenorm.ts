/** `instancenorm`: normalises each channel of each example over its own pixels. */
import { moments } from "#compiler/tensor/compose";
import type { Layer } from "#compiler/vocabulary";
import { flagArgument, numberArgument } from "./arguments.ts";
import { isProblem, mapShape } from "./feature-shape.ts";
import { epsilonParameter, rescale, scaleParameter } from "./normalise.ts";

/** Ulyanov, Vedaldi and Lempitsky 2016: [h, w, c] -> [h, w, c], the same in training and drawing. */
export const instancenorm: Layer = {
  name: "instancenorm",
  inputs: 1,
  parameters: [epsilonParameter, scaleParameter],
  doc: "Instance normalisation: every channel of every example has mean 0 and variance 1 before scale and shift.",
  shape([input]) {
    const map = mapShape(input!);
    return isProblem(map) ? map : { shape: input! };
  },
  lower(context, [x], args) {
    const { mean, variance } = moments(context.builder, x!, [2, 3], true);
    return rescale(context, context.builder.sub(x!, mean), variance, {
      epsilon: numberArgument(args, "epsilon"),
      scale: flagArgument(args, "scale"),
      shape: [x!.shape[1]!, 1, 1],
    });
  },
};
