/** Schedules of step sizes, as scalars computed inside a training program from the number of updates made so far. */
import type { Builder, Operand, Value } from "#compiler/tensor/build";

/**
 * Falls from `rate` at update 0 to zero at update `total` along half a cosine (Loshchilov and Hutter 2017, SGDR, without
 * restarts); stays at zero afterwards.
 */
export function cosineDecay(b: Builder, rate: number, updates: Value, total: number): Operand {
  const angle = b.minimum(b.mul(updates, Math.PI / total), Math.PI);
  return b.mul(b.add(b.cos(angle), 1), rate / 2);
}

/** `rate` until update `hold`, then in a straight line to zero at update `total`. */
export function linearDecay(b: Builder, rate: number, updates: Value, hold: number, total: number): Operand {
  const left = b.div(b.sub(total, updates), Math.max(1, total - hold));
  return b.mul(b.clip(left, 0, 1), rate);
}

/** `rate`, halved after each `period` updates; half an update keeps the quotients away from the whole numbers. */
export function halving(b: Builder, rate: number, updates: Value, period: number): Operand {
  return b.mul(b.pow(0.5, b.floor(b.div(b.add(updates, 0.5), period))), rate);
}
