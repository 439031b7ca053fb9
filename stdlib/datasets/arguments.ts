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
export const validation: Parameter = {
  name: "validation",
  kind: "number",
  default: 0,
  range: [0, 1],
  doc: "share of the rows that is kept away from training and from measuring, for choosing settings",
};
export const bad: Parameter = {
  name: "bad",
  kind: "string",
  default: "refuse",
  choices: ["refuse", "skip"],
  doc: "pictures that are missing, damaged or too small: refuse the data and name them, or leave their rows out",
};
export const cache: Parameter = {
  name: "cache",
  kind: "string",
  default: "auto",
  choices: ["auto", "memory", "disk", "none"],
  doc: "where decoded pictures are kept; auto: in memory if the budget holds them, else on disk",
};
export const budget: Parameter = {
  name: "budget",
  kind: "int",
  default: 2048,
  range: [1, 1_000_000],
  doc: "decoded pictures in memory at most, in MB",
};
/** Whether pictures are mirrored left to right at random in training. */
export const flip = (standard: boolean): Parameter => ({
  name: "flip",
  kind: "boolean",
  default: standard,
  doc: "mirror every picture left to right with probability 1/2, anew for each use in training",
});
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
