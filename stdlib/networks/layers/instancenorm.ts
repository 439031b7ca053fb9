/** `instancenorm`: normalises each channel of each example over its own pixels. */
import type { Layer } from "#compiler/vocabulary";
import { booleanSetting, numberSetting } from "../../settings.ts";
import { isProblem, mapShape } from "./feature-shape.ts";
import { epsilonParameter, moments, rescale, scaleParameter } from "./normalise.ts";

/** Ulyanov, Vedaldi and Lempitsky 2016: [h, w, c] -> [h, w, c], the same in training and drawing. */
export const instancenorm: Layer = {
  name: "instancenorm",
  inputs: 1,
  parameters: [epsilonParameter, scaleParameter],
  doc: "Instance normalisation: every channel of every example has mean 0 and variance 1 before scale and shift.",
  shape([input]) {
    const map = mapShape("instancenorm", input!);
    return isProblem(map) ? map : { shape: input! };
  },
  lower(context, [x], args) {
    const { centred, variance } = moments(context.builder, x!, [2, 3]);
    return rescale(context, centred, variance, {
      epsilon: numberSetting(args, "epsilon"),
      scale: booleanSetting(args, "scale"),
      shape: [x!.shape[1]!, 1, 1],
    });
  },
};
