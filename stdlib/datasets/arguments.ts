/** Parameters that several data sets share, and reading checked arguments. */
import type { Constants, Parameter } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";

export const holdout: Parameter = {
  name: "holdout",
  kind: "number",
  default: 0,
  range: [0, 1],
  doc: "share of the rows that is kept away from training, for measuring",
};
export const skip: Parameter = {
  name: "skip",
  kind: "int",
  default: 0,
  range: [0, Number.MAX_SAFE_INTEGER],
  doc: "rows left out at the beginning",
};
export const limit: Parameter = {
  name: "limit",
  kind: "int",
  default: null,
  range: [1, Number.MAX_SAFE_INTEGER],
  doc: "at most this many rows, after `skip`",
};

export function textArgument(args: Constants, name: string): string {
  const value = args[name];
  if (typeof value !== "string") throw new Error(`internal: argument ${name} is not a string`);
  return value;
}

export function numberArgument(args: Constants, name: string): number {
  const value = args[name];
  if (typeof value !== "number") throw new Error(`internal: argument ${name} is not a number`);
  return value;
}

/** The rows that `skip` and `limit` leave of `rows`; throws RuntimeFault "bad-data" when none is left. */
export function chosenRows(
  args: Constants,
  rows: number,
  source: string,
): { readonly start: number; readonly end: number } {
  const start = numberArgument(args, "skip");
  const end = Math.min(rows, args.limit === null ? rows : start + numberArgument(args, "limit"));
  if (start >= end) {
    throw new RuntimeFault(
      "bad-data",
      `${source} has ${rows} rows, and skip = ${start} leaves none`,
      "skip fewer rows",
    );
  }
  return { start, end };
}
