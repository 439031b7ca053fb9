/** The parameters of distributions as rows of a signature: expressions over the parents, with the range they must keep. */
import type { Parameter } from "#lang/types/signature";

const everything: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** The smallest closed interval of positive numbers. */
export const positive: readonly [number, number] = [Number.MIN_VALUE, Number.POSITIVE_INFINITY];
export const unit: readonly [number, number] = [0, 1];

export function parameter(name: string, doc: string, range: readonly [number, number] = everything): Parameter {
  return { name, kind: "expression", range, doc };
}
