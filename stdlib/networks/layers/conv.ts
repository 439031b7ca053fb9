/** `conv`: a small window slides over a map; every filter gives one channel of the result. */
import type { Layer } from "#compiler/vocabulary";
import { printShape } from "#lang/types/type";
import type { Constants } from "#lang/types/signature";
import { flagArgument, numberArgument, wordArgument } from "./arguments.ts";
import { isProblem, mapShape } from "./feature-shape.ts";
import { biasParameter, initParameters, weightInitialiser, zeros } from "./initialise.ts";
import { convGeometry, convolvedSize, type Padding } from "./window.ts";

function settings(args: Constants) {
  return {
    filters: numberArgument(args, "filters"),
    kernel: numberArgument(args, "kernel"),
    stride: numberArgument(args, "stride"),
    padding: wordArgument(args, "padding") as Padding,
  };
}

/** [h, w, c] -> [ceil(h / stride), ceil(w / stride), filters] with "same" padding; weights [filters, c, kernel, kernel]. */
export const conv: Layer = {
  name: "conv",
  inputs: 1,
  parameters: [
    { name: "filters", kind: "int", range: [1, 65536], doc: "channels of the result" },
    { name: "kernel", kind: "int", default: 3, range: [1, 1024], doc: "height and width of the window" },
    { name: "stride", kind: "int", default: 1, range: [1, 1024], doc: "step of the window" },
    {
      name: "padding",
      kind: "string",
      default: "same",
      choices: ["same", "valid"],
      doc: '"same" pads with zeros as TensorFlow does, "valid" keeps the window inside the map',
    },
    biasParameter,
    ...initParameters,
  ],
  doc: "Convolution of a map.",
  shape([input], args) {
    const map = mapShape(input!);
    if (isProblem(map)) return map;
    const { filters, kernel, stride, padding } = settings(args);
    const sizes = [map.height, map.width].map((n) => n && convolvedSize(n, kernel, stride, padding));
    if (sizes.some((n) => n !== null && n! < 1)) {
      return {
        problem: `a window of ${kernel} x ${kernel} does not fit into a map ${printShape(input!)}`,
        help: 'use a smaller `kernel`, or `padding = "same"`',
      };
    }
    return { shape: [...sizes, filters] };
  },
  lower({ builder, parameter }, [x], args) {
    const { filters, kernel, stride, padding } = settings(args);
    const channels = x!.shape[1]!;
    const area = kernel * kernel;
    const init = weightInitialiser(args, channels * area, filters * area);
    const weights = parameter("weights", [filters, channels, kernel, kernel], init);
    const y = builder.conv(x!, weights, convGeometry(x!.shape, kernel, stride, padding));
    return flagArgument(args, "bias") ? builder.add(y, parameter("bias", [filters, 1, 1], zeros)) : y;
  },
};
