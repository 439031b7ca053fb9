/** What lints are given beside the question: the program, its models and the vocabulary. */
import type { CheckedProgram } from "#lang/checked";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";

export interface LintContext {
  readonly program: CheckedProgram;
  /** by name; with what has been learned, where a run is asked */
  readonly models: ReadonlyMap<string, CausalModel>;
  readonly words: Words;
  /** entries of the largest table of an exact answer */
  readonly limit: number;
  /** values that nodes had in training data, by model and node, where a run is asked: rows by state */
  readonly trained?: ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>;
}
