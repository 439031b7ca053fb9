/** Scaling values to mean 0 and variance 1 over some axes: what the normalisation layers share. */
import type { LayerContext } from "#compiler/vocabulary";
import type { Value } from "#compiler/tensor/build";
import type { Parameter } from "#lang/types/signature";
import type { Shape } from "#runtime/tensor";
import { ones, zeros } from "./initialise.ts";

export const epsilonParameter: Parameter = {
  name: "epsilon",
  kind: "number",
  default: 1e-5,
  range: [0, 1],
  doc: "added to the variance before the division",
};
export const scaleParameter: Parameter = {
  name: "scale",
  kind: "boolean",
  default: true,
  doc: "multiply each channel of the result by a learned number",
};

/** centred / sqrt(variance + epsilon) * scale + shift, with learned scale and shift of that shape. */
export function rescale(
  { builder, parameter }: LayerContext,
  centred: Value,
  variance: Value,
  options: { readonly epsilon: number; readonly scale: boolean; readonly shape: Shape },
): Value {
  const deviation = builder.sqrt(builder.add(variance, options.epsilon));
  // the factor is small, so that only one product is as large as the map
  const factor = builder.div(options.scale ? parameter("scale", options.shape, ones) : 1, deviation);
  return builder.add(builder.mul(centred, factor), parameter("shift", options.shape, zeros));
}

/** A statistic that follows `value` from batch to batch: old * decay + value * (1 - decay). */
export function follow(context: LayerContext, name: string, old: Value, value: Value, decay: number): void {
  const { builder } = context;
  context.update(name, builder.add(builder.mul(old, decay), builder.mul(value, 1 - decay)));
}
