/** The shape of a row of the catalogue: the words of one code, given its arguments. */
import type { Severity } from "./diagnostic.ts";

export interface Entry<Args> {
  readonly severity: Severity;
  /** one sentence: what is wrong, with the names involved in backquotes */
  readonly message: (args: Args) => string;
  /** a few words under the span */
  readonly label: (args: Args) => string;
  /** the way out; empty where the message says it */
  readonly help: (args: Args) => string;
  /** one paragraph for `causal explain CODE`, with a small example */
  readonly explanation: string;
}

/** Fixes the argument type of a row. */
export function entry<Args>(row: Entry<Args>): Entry<Args> {
  return row;
}
