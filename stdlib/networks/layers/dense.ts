/** `dense`: every unit of the result is a weighted sum of the whole vector. */
import type { Layer } from "#compiler/vocabulary";
import { flagArgument, numberArgument } from "./arguments.ts";
import { isProblem, vectorLength } from "./feature-shape.ts";
import { biasParameter, initParameters, weightInitialiser, zeros } from "./initialise.ts";

/** [n] -> [units]; weights [n, units]. */
export const dense: Layer = {
  name: "dense",
  inputs: 1,
  parameters: [
    { name: "units", kind: "int", range: [1, 2 ** 24], doc: "length of the result" },
    biasParameter,
    ...initParameters,
  ],
  doc: "Fully connected layer: x W + b.",
  shape([input], args) {
    const vector = vectorLength(input!);
    return isProblem(vector) ? vector : { shape: [numberArgument(args, "units")] };
  },
  lower({ builder, parameter }, [x], args) {
    const n = x!.shape[1]!;
    const units = numberArgument(args, "units");
    const product = builder.matmul(x!, parameter("weights", [n, units], weightInitialiser(args, n, units)));
    return flagArgument(args, "bias") ? builder.add(product, parameter("bias", [units], zeros)) : product;
  },
};
