/** The loss of an autoencoder as a discriminator (BEGAN, Berthelot et al. 2017), and the feedback that balances two losses. */
import type { Builder, Value } from "#compiler/tensor/build";
import type { StateEntry } from "#runtime/program/plan";

/** Mean of |decoded - image| over the batch, the channels and the pixels: a scalar. */
export function reconstructionLoss(b: Builder, image: Value, decoded: Value): Value {
  return b.mean(b.abs(b.sub(decoded, image)));
}

/**
 * A weight in [0, 1] that follows a margin by feedback (BEGAN, section 3.4), as a state entry that starts at 0. `now` is its
 * value before the step.
 */
export function control(b: Builder, name: string): { readonly now: Value; readonly state: StateEntry } {
  return { now: b.input(name, []), state: { name, shape: [], role: "counter", init: { kind: "constant", value: 0 } } };
}

/** The weight after a step: clip(now + rate * margin, 0, 1). */
export function adjusted(b: Builder, now: Value, rate: number, margin: Value): Value {
  return b.clip(b.add(now, b.mul(margin, rate)), 0, 1);
}
