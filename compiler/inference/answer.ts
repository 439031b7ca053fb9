/** The answer of a query, with how it was found and how sure it is. */

/** All that is known of a number: it lies between these, both included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Values by state; nested where they are about several nodes. */
export interface Table<T> {
  readonly [state: string]: T | Table<T>;
}

export interface Answer {
  readonly query: string;
  /** 1 seeing, 2 doing, 3 imagining */
  readonly rung: 1 | 2 | 3;
  /** `exact`: to rounding; `bounds`: intervals; `sampled`: by Monte Carlo; `network`: from samples of a neural sampler */
  readonly method: "exact" | "bounds" | "sampled" | "network";
  /** a number or a table of them; with the method `bounds` of intervals; of a predicate whether it holds */
  readonly value: number | boolean | Table<number> | Interval | Table<Interval>;
  /** the nodes whose states a nested table goes by, from outside; absent where there is one at most */
  readonly axes?: readonly string[];
  /** the bounds hold, but are not known to be attained; absent where they are sharp */
  readonly outer?: true;
  /** Monte-Carlo standard error (the largest, for a table; of either end, for an interval) */
  readonly stderr?: number;
  readonly samples?: number;
  /** effective sample size (Kish): (sum w)^2 / sum w^2 */
  readonly ess?: number;
  readonly seed?: number;
  /** where it is not likelihood weighting: sequential Monte Carlo whose draws are resampled and moved */
  readonly sampler?: "resample-move";
}

/** Whether the value of bounds is one interval, and not a table of them. */
export function isInterval(value: Answer["value"]): value is Interval {
  return typeof value === "object" && typeof value.low === "number" && typeof value.high === "number";
}

/** The interval that each number of the answer lies in, by state ("small, A" in nested tables); a lone one has the name "". */
export function intervalsByState({ value, method }: Pick<Answer, "value" | "method">): ReadonlyMap<string, Interval> {
  const found = new Map<string, Interval>();
  const add = (part: Answer["value"] | Table<number> | Table<Interval>, states: readonly string[]): void => {
    if (typeof part !== "object") found.set(states.join(", "), { low: Number(part), high: Number(part) });
    else if (method === "bounds" && isInterval(part)) found.set(states.join(", "), part);
    else for (const [state, inner] of Object.entries(part)) add(inner, [...states, state]);
  };
  add(value, []);
  return found;
}
