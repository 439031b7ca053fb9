/** Arithmetic between parts of a query: of numbers with standard errors, and of intervals. */
import type { Interval } from "./answer.ts";
import type { Part } from "./session.ts";

export type Operator = "+" | "-" | "*" | "/";
export type NumberPart = Part & { readonly value: number };
type Result = Pick<Part, "sampled" | "bounds"> & { readonly value: number | Interval };

/** Value and partial derivatives, for the standard error of what is computed from estimates. */
const withDerivatives = {
  "+": (a: number, b: number) => ({ value: a + b, byLeft: 1, byRight: 1 }),
  "-": (a: number, b: number) => ({ value: a - b, byLeft: 1, byRight: -1 }),
  "*": (a: number, b: number) => ({ value: a * b, byLeft: b, byRight: a }),
  "/": (a: number, b: number) => ({ value: a / b, byLeft: 1 / b, byRight: -a / (b * b) }),
};

/** The errors of the two sides are independent: each sampled part has draws of its own. */
export function combineNumbers(operator: Operator, left: NumberPart, right: NumberPart): Result {
  const { value, byLeft, byRight } = withDerivatives[operator](left.value, right.value);
  const estimates = [left.sampled, right.sampled].filter((sampled) => sampled !== undefined);
  if (estimates.length === 0) return { value };
  const stderr = Math.hypot(byLeft * (left.sampled?.stderr ?? 0), byRight * (right.sampled?.stderr ?? 0));
  const moved = estimates.find(({ sampler }) => sampler !== undefined);
  const ess = Math.min(...estimates.map((estimate) => estimate.ess));
  return { value, sampled: { ...moved, stderr, ess } };
}

/**
 * The smallest interval with all results (Moore 1966). Where both sides are intervals it need not be sharp: their ends
 * may not be attained together. Division by an interval around zero has no bounds: NaN.
 */
export function combineIntervals(operator: Operator, left: Part, right: Part): Result {
  const [a, b] = [intervalOf(left), intervalOf(right)];
  const crossesZero = operator === "/" && b.low <= 0 && b.high >= 0;
  const corners = crossesZero
    ? [Number.NaN]
    : [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => withDerivatives[operator](x, y).value));
  const stderr = errorOfEnds(operator, left, right);
  const ess = [left.sampled, right.sampled].flatMap((sampled) => sampled?.ess ?? []);
  const outer = (left.bounds?.outer ?? false) || (right.bounds?.outer ?? false) || (isOpen(left) && isOpen(right));
  return {
    value: { low: Math.min(...corners), high: Math.max(...corners) },
    bounds: { outer },
    ...(ess.length === 0 ? {} : { sampled: { stderr, ess: Math.min(...ess) } }),
  };
}

/** The standard error of an end of the interval: the largest of all corners, as one side or both are estimates. */
function errorOfEnds(operator: Operator, left: Part, right: Part): number {
  const [a, b] = [intervalOf(left), intervalOf(right)];
  const errors = [a.low, a.high].flatMap((x) =>
    [b.low, b.high].map((y) => {
      const { byLeft, byRight } = withDerivatives[operator](x, y);
      return Math.hypot(byLeft * (left.sampled?.stderr ?? 0), byRight * (right.sampled?.stderr ?? 0));
    }),
  );
  return Math.max(...errors);
}

const isOpen = ({ bounds }: Part) => bounds !== undefined;
const intervalOf = ({ value }: Part): Interval =>
  typeof value === "number" ? { low: value, high: value } : (value as Interval);
