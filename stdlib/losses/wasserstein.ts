/** Losses of a Wasserstein critic and its gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028). */
import type { Builder, Value } from "#compiler/tensor/build";
import { square } from "#compiler/tensor/compose";
import { gradient } from "#compiler/tensor/gradient";

/** What the critic minimises without its penalty: E[D(fake)] - E[D(real)], a scalar, from scores of any shape. */
export function criticLoss(b: Builder, real: Value, fake: Value): Value {
  return b.sub(b.mean(fake), b.mean(real));
}

/** What the generator minimises: -E[D(fake)], a scalar. */
export function wassersteinGeneratorLoss(b: Builder, fake: Value): Value {
  return b.neg(b.mean(fake));
}

/** Keeps the derivative of the norm finite where the gradient of the critic vanishes. */
const tiny = 1e-12;

/**
 * E[(|grad D(x)| - 1)^2] at x = mix real + (1 - mix) fake, a scalar, not yet multiplied by lambda. Real and fake are
 * [batch, n], mix is [batch, 1] in [0, 1]. Differentiable in the critic's parameters (second order).
 */
export function gradientPenalty(b: Builder, critic: (x: Value) => Value, real: Value, fake: Value, mix: Value): Value {
  const between = b.add(fake, b.mul(mix, b.sub(real, fake)));
  const [slope] = gradient(b, b.sum(critic(between)), [between]);
  const norm = b.sqrt(b.add(b.sum(square(b, slope!), [1]), tiny));
  return b.mean(square(b, b.sub(norm, 1)));
}
