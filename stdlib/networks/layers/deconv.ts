/** `deconv`: the transpose of a strided convolution, which makes a map larger. */
import type { Layer } from "#compiler/vocabulary";
import { flagArgument, numberArgument } from "./arguments.ts";
import { isProblem, mapShape } from "./feature-shape.ts";
import { biasParameter, initParameters, weightInitialiser, zeros } from "./initialise.ts";
import { deconvGeometry } from "./window.ts";

/**
 * [h, w, c] -> [h * stride, w * stride, filters], padded as TensorFlow's conv2d_transpose with "SAME"; weights
 * [c, filters, kernel, kernel].
 */
export const deconv: Layer = {
  name: "deconv",
  inputs: 1,
  parameters: [
    { name: "filters", kind: "int", range: [1, 65536], doc: "channels of the result" },
    { name: "kernel", kind: "int", default: 5, range: [1, 1024], doc: "height and width of the window" },
    { name: "stride", kind: "int", default: 2, range: [1, 1024], doc: "how many times larger the map becomes" },
    biasParameter,
    ...initParameters,
  ],
  doc: "Transposed convolution: a map `stride` times as large.",
  shape([input], args) {
    const map = mapShape(input!);
    if (isProblem(map)) return map;
    const stride = numberArgument(args, "stride");
    return {
      shape: [map.height && map.height * stride, map.width && map.width * stride, numberArgument(args, "filters")],
    };
  },
  lower({ builder, parameter }, [x], args) {
    const filters = numberArgument(args, "filters");
    const kernel = numberArgument(args, "kernel");
    const channels = x!.shape[1]!;
    const area = kernel * kernel;
    const init = weightInitialiser(args, channels * area, filters * area);
    const weights = parameter("weights", [channels, filters, kernel, kernel], init);
    const { geometry, outputPadding } = deconvGeometry(x!.shape, kernel, numberArgument(args, "stride"));
    const y = builder.convTranspose(x!, weights, geometry, outputPadding);
    return flagArgument(args, "bias") ? builder.add(y, parameter("bias", [filters, 1, 1], zeros)) : y;
  },
};
