/** Losses of the two players of a generative adversarial network, from the discriminator's logits [batch, 1]. */
import type { Builder, Value } from "#compiler/tensor/build";

/** Goodfellow et al. 2014: mean of -log D(real) - log(1 - D(fake)), a scalar. */
export function discriminatorLoss(b: Builder, real: Value, fake: Value): Value {
  return b.add(b.mean(b.softplus(b.neg(real))), b.mean(b.softplus(fake)));
}

/**
 * What the generator minimises:
 * - `ratio`: mean log((1 - D) / D), equation 5 of the CausalGAN paper, minus the logit;
 * - `nonsaturating`: mean -log D;
 * - `minimax`: mean log(1 - D), the negative of its part of the discriminator's loss.
 */
export type GeneratorLoss = "ratio" | "nonsaturating" | "minimax";

export function generatorLoss(b: Builder, kind: GeneratorLoss, fake: Value): Value {
  switch (kind) {
    case "ratio":
      return b.neg(b.mean(fake));
    case "nonsaturating":
      return b.mean(b.softplus(b.neg(fake)));
    case "minimax":
      return b.neg(b.mean(b.softplus(fake)));
  }
}
