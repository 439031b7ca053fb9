/** The answer of a query, with how it was found and how sure it is. */

export interface Answer {
  readonly query: string;
  /** 1 seeing, 2 doing, 3 imagining */
  readonly rung: 1 | 2 | 3;
  /** `exact`: to rounding; `sampled`: by Monte Carlo; `network`: from samples of a neural sampler */
  readonly method: "exact" | "bounds" | "sampled" | "network";
  readonly value: number | Readonly<Record<string, number>> | { readonly low: number; readonly high: number };
  /** Monte-Carlo standard error (the largest, for a distribution) */
  readonly stderr?: number;
  readonly samples?: number;
  /** effective sample size (Kish): (sum w)^2 / sum w^2 */
  readonly ess?: number;
  readonly seed?: number;
}
