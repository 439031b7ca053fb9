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
 * E[(|grad D(x)| - slope)^2] at x = mix real + (1 - mix) fake, a scalar, not yet multiplied by lambda. Real and fake are
 * [..., n], mix is [..., 1] in [0, 1], and the critic scores each row of n numbers by itself. Differentiable in the
 * critic's parameters (second order).
 */
export function gradientPenalty(
  b: Builder,
  critic: (x: Value) => Value,
  real: Value,
  fake: Value,
  mix: Value,
  slope = 1,
): Value {
  const between = b.add(fake, b.mul(mix, b.sub(real, fake)));
  const [steepness] = gradient(b, b.sum(critic(between)), [between]);
  const squared = b.sum(square(b, steepness!), [-1]);
  if (slope === 0) return b.mean(squared);
  return b.mean(square(b, b.sub(b.sqrt(b.add(squared, tiny)), slope)));
}
