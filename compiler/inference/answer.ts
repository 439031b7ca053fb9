/** The answer of a query, with how it was found and how sure it is. */

/** All that is known of a number: it lies between these, both included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Answer {
  readonly query: string;
  /** 1 seeing, 2 doing, 3 imagining */
  readonly rung: 1 | 2 | 3;
  /** `exact`: to rounding; `bounds`: intervals; `sampled`: by Monte Carlo; `network`: from samples of a neural sampler */
  readonly method: "exact" | "bounds" | "sampled" | "network";
  /** a number, or one for each state; with the method `bounds` an interval, or one for each state */
  readonly value: number | Readonly<Record<string, number>> | Interval | Readonly<Record<string, Interval>>;
  /** the bounds hold, but are not known to be attained; absent where they are sharp */
  readonly outer?: true;
  /** Monte-Carlo standard error (the largest, for a distribution) */
  readonly stderr?: number;
  readonly samples?: number;
  /** effective sample size (Kish): (sum w)^2 / sum w^2 */
  readonly ess?: number;
  readonly seed?: number;
  /** where it is not likelihood weighting: sequential Monte Carlo whose draws are resampled and moved */
  readonly sampler?: "resample-move";
}

/** Whether the value of bounds is one interval, and not one for each state. */
export function isInterval(value: Answer["value"]): value is Interval {
  return typeof value === "object" && typeof value.low === "number" && typeof value.high === "number";
}

/** The numbers of an answer by state; a lone number has the name "". Bounds have none. */
export function numbersByState(answer: Pick<Answer, "value" | "method">): ReadonlyMap<string, number> {
  const { value, method } = answer;
  if (typeof value === "number") return new Map([["", value]]);
  return new Map(method === "bounds" ? [] : Object.entries(value as Readonly<Record<string, number>>));
}

/** The interval that each number of the answer lies in, by state; a lone number has the name "". */
export function intervalsByState(answer: Pick<Answer, "value" | "method">): ReadonlyMap<string, Interval> {
  const { value, method } = answer;
  if (method !== "bounds") {
    return new Map([...numbersByState(answer)].map(([state, number]) => [state, { low: number, high: number }]));
  }
  return new Map(isInterval(value) ? [["", value]] : Object.entries(value as Readonly<Record<string, Interval>>));
}
