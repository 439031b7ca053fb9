/** The form of a gradient rule. The rules are in the files beside this one, the pass that applies them is `gradient.ts`. */
import type { OpAttributes, OpName } from "#runtime/program/ops";
import type { Builder, Value } from "../build.ts";

/** One operation of the forward program and the gradient that arrived at its result. */
export interface Step<K extends OpName> {
  readonly attrs: OpAttributes[K];
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** gradient of the loss in `output`; has its shape */
  readonly dy: Value;
}

/**
 * The gradient in one operand; only made when it is wanted. It may have the shape of the output where the operand was
 * broadcast: the pass sums it over what was repeated.
 */
export type Contribution = () => Value;

/** One entry an operand; null where the gradient is zero everywhere. */
export type GradientRule<K extends OpName> = (b: Builder, step: Step<K>) => readonly (Contribution | null)[];

/** Rules for some of the operations; null for those whose gradient is zero everywhere. */
export type GradientRules<Names extends OpName> = { readonly [K in Names]: GradientRule<K> | null };
