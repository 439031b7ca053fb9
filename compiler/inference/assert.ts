/** Assertions of test blocks: both sides answered and compared, with a sentence about the outcome. */

import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Assertion, PredicateExpr } from "#lang/syntax/ast";
import type { CausalModel } from "../causal/model.ts";
import { printQuery } from "../causal/print-expression.ts";
import { holdsPredicate } from "../identify/predicate.ts";
import { type Answer, intervalsByState } from "./answer.ts";
import { answer } from "./query.ts";
import type { QueryContext } from "./session.ts";

export interface Verdict {
  readonly passed: boolean;
  /** null where that side has no answer */
  readonly left: Answer | null;
  readonly right: Answer | null;
  /** what was compared and how it came out, in one line */
  readonly message: string;
  /** why a side has no answer, and warnings */
  readonly diagnostics: readonly Diagnostic[];
}

/** Exact answers are equal when they agree to rounding, sampled ones within this many standard errors. */
const exactTolerance = 1e-9;
const sampledErrors = 4;

/** The largest difference between two answers, end by end; infinite when they are not about the same states. */
function distance(left: Answer, right: Answer): number {
  const [a, b] = [intervalsByState(left), intervalsByState(right)];
  if (a.size !== b.size) return Number.POSITIVE_INFINITY;
  const differences = [...a].map(([state, { low, high }]) => {
    const other = b.get(state);
    return other === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(Math.abs(low - other.low), Math.abs(high - other.high));
  });
  return Math.max(...differences);
}

function toleranceOf(assertion: Assertion, left: Answer, right: Answer): number {
  // the slack lets `0.77 == 0.78 +- 0.01` hold in binary
  if (assertion.tolerance !== null) return assertion.tolerance.value * (1 + 1e-12) + 1e-12;
  return Math.max(exactTolerance, sampledErrors * Math.hypot(left.stderr ?? 0, right.stderr ?? 0));
}

/**
 * Without a tolerance, sampled sides are compared by four standard errors. Of bounds an order holds when it holds for all
 * numbers between them.
 */
function holds(assertion: Assertion, left: Answer, right: Answer): boolean {
  const difference = distance(left, right);
  const tolerance = toleranceOf(assertion, left, right);
  if (assertion.operator === "==") return difference <= tolerance;
  if (assertion.operator === "!=") return difference > tolerance;
  const [a, b] = [intervalsByState(left).get("")!, intervalsByState(right).get("")!];
  switch (assertion.operator) {
    case "<":
      return a.high < b.low;
    case "<=":
      return a.high <= b.low + exactTolerance;
    case ">":
      return a.low > b.high;
    case ">=":
      return a.low >= b.high - exactTolerance;
    default:
      throw new Error("internal: an assertion without a comparison");
  }
}

function printAnswer(answer: Answer): string {
  const digits = (x: number) => String(Number(x.toPrecision(6)));
  const parts = [...intervalsByState(answer)].map(([state, { low, high }]) => {
    const text = answer.method === "bounds" ? `[${digits(low)}, ${digits(high)}]` : digits(low);
    return state === "" ? text : `${state}: ${text}`;
  });
  const single = parts.length === 1 && intervalsByState(answer).has("");
  const text = single ? parts[0]! : `{${parts.join(", ")}}`;
  return answer.stderr === undefined ? text : `${text} (stderr ${answer.stderr.toPrecision(2)})`;
}

const isSingle = (answer: Answer): boolean => intervalsByState(answer).has("");

/** `assert independent(A, B | C)`, with or without `== false` or `!= true`. */
function checkPredicate(
  model: CausalModel,
  predicate: PredicateExpr,
  { operator, right }: Assertion,
  context: QueryContext,
): Verdict {
  const stated = right?.kind === "boolean" ? right.value : true;
  const expected = operator === "!=" ? !stated : stated;
  const claim = `${printQuery(predicate)}${operator === null ? "" : ` ${operator} ${stated}`}`;
  const found = holdsPredicate(model, predicate, context);
  if ("diagnostics" in found) {
    return { passed: false, left: null, right: null, message: `${claim}: no answer`, diagnostics: found.diagnostics };
  }
  const message = `${claim}: ${found.holds}, ${found.reason}`;
  return { passed: found.holds === expected, left: null, right: null, message, diagnostics: [] };
}

/** Checks one assertion about a model; problems with a side make it fail and are reported. */
export function checkAssertion(model: CausalModel, assertion: Assertion, context: QueryContext): Verdict {
  const { left: leftQuery, operator, right: rightQuery, tolerance } = assertion;
  if (leftQuery.kind === "predicate") return checkPredicate(model, leftQuery, assertion, context);
  if (operator === null || rightQuery === null || rightQuery.kind === "boolean") {
    throw new Error("internal: an assertion that is not a comparison of numbers passed the checks");
  }
  const suffix = tolerance === null ? "" : ` +- ${tolerance.value}`;
  const claim = `${printQuery(leftQuery)} ${operator} ${printQuery(rightQuery)}${suffix}`;
  const outcomes = [
    answer(model, leftQuery, context),
    answer(model, rightQuery, { ...context, seed: context.seed + 1 }),
  ];
  const diagnostics = outcomes.flatMap((outcome) => ("answer" in outcome ? outcome.warnings : outcome.diagnostics));
  const [left = null, right = null] = outcomes.map((outcome) => ("answer" in outcome ? outcome.answer : null));
  if (left === null || right === null) {
    return { passed: false, left, right, message: `${claim}: no answer`, diagnostics };
  }
  const ordered = operator !== "==" && operator !== "!=";
  const distribution = [leftQuery, rightQuery].find(
    (_, side) => !isSingle([left, right][side]!) && (ordered || isSingle(left) !== isSingle(right)),
  );
  if (distribution !== undefined) {
    const problem = diagnose("C514", distribution.span, { name: printQuery(distribution) });
    return {
      passed: false,
      left,
      right,
      message: `${claim}: ${problem.message}`,
      diagnostics: [...diagnostics, problem],
    };
  }
  const passed = holds(assertion, left, right);
  const found = rightQuery.kind === "number" ? printAnswer(left) : `${printAnswer(left)} and ${printAnswer(right)}`;
  return { passed, left, right, message: `${claim}: ${found}`, diagnostics };
}
