/** `minibatch_features`: tells a discriminator how close an example is to the rest of its batch. */
import type { Layer } from "#compiler/vocabulary";
import { tensor } from "#runtime/tensor";
import { numberArgument } from "./arguments.ts";
import { isProblem, vectorLength } from "./feature-shape.ts";
import { initParameters, weightInitialiser, zeros } from "./initialise.ts";
import { follow } from "./normalise.ts";

/** Share of the stored mean that survives a batch; read only when drawing. */
const decay = 0.9;

/**
 * Minibatch discrimination, Salimans et al. 2016, section 3.2: [n] -> [kernels]. A dense layer gives each example
 * `kernels` rows of `dims` numbers; feature k of example i is the mean over the other examples j of
 * exp(-|row k of i - row k of j|), the distance being L1. Drawing gives the stored mean over past batches, so that
 * no example depends on its batch. Memory: batch^2 * kernels * dims numbers.
 */
export const minibatchFeatures: Layer = {
  name: "minibatch_features",
  inputs: 1,
  parameters: [
    { name: "kernels", kind: "int", default: 100, range: [1, 65536], doc: "length of the result" },
    { name: "dims", kind: "int", default: 5, range: [1, 65536], doc: "numbers compared by each kernel" },
    ...initParameters,
  ],
  doc: "How close each example is to the others of its batch, by `kernels` learned measures.",
  shape([input], args) {
    const vector = vectorLength(input!);
    return isProblem(vector) ? vector : { shape: [numberArgument(args, "kernels")] };
  },
  lower(context, [x], args) {
    const { builder, parameter } = context;
    const [batch, n] = x!.shape as readonly [number, number];
    const kernels = numberArgument(args, "kernels");
    const dims = numberArgument(args, "dims");
    const weights = parameter("weights", [n, kernels * dims], weightInitialiser(args, n, kernels * dims));
    const stored = context.statistic("mean", [kernels], zeros);
    if (context.mode === "draw") return builder.broadcastTo(stored, [batch, kernels]);

    // no bias: it would cancel in the differences
    const rows = builder.matmul(x!, weights);
    const here = builder.reshape(rows, [batch, 1, kernels, dims]);
    const there = builder.reshape(rows, [1, batch, kernels, dims]);
    const closeness = builder.exp(builder.neg(builder.sum(builder.abs(builder.sub(here, there)), [3])));
    const others = Float32Array.from({ length: batch * batch }, (_, i) => (i % (batch + 1) === 0 ? 0 : 1));
    const features = builder.mul(
      builder.sum(builder.mul(closeness, builder.constant(tensor([batch, batch, 1], others))), [1]),
      1 / Math.max(batch - 1, 1),
    );
    follow(context, "mean", stored, builder.mean(features, [0]), decay);
    return features;
  },
};
