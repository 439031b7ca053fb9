/**
 * Answers queries: exactly where the relevant part of the model is finite and affordable, else by sampling. Here are the
 * arithmetic between probabilities and expectations, and the answer around it.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { QueryExpr } from "#lang/syntax/ast";
import type { CausalModel } from "../causal/model.ts";
import { printQuery } from "../causal/print-expression.ts";
import { defaultLimit } from "../plan/query-plan.ts";
import { counterfactual } from "../counterfactual/answer.ts";
import { expandEffect } from "../counterfactual/effects.ts";
import { isCounterfactual } from "../counterfactual/imagine.ts";
import { type Answer, isInterval } from "./answer.ts";
import { combineIntervals, combineNumbers, type NumberPart } from "./arithmetic.ts";
import { holdsPredicate } from "../identify/predicate.ts";
import { expectation } from "./expectation.ts";
import { tabled } from "./family.ts";
import { probability } from "./probability.ts";
import type { Failure, Part, QueryContext, Session } from "./session.ts";

function combine(query: Extract<QueryExpr, { kind: "query-binary" }>, session: Session): Part | Failure {
  const left = evaluate(query.left, session);
  const right = evaluate(query.right, session);
  if ("diagnostics" in left || "diagnostics" in right) {
    const both = [left, right].flatMap((part) => ("diagnostics" in part ? part.diagnostics : []));
    return { diagnostics: both };
  }
  for (const [part, source] of [
    [left, query.left],
    [right, query.right],
  ] as const) {
    if (typeof part.value === "boolean") {
      return { diagnostics: [diagnose("C211", source.span, { expected: "a number", found: "a truth value" })] };
    }
    if (typeof part.value !== "number" && !(part.bounds !== undefined && isInterval(part.value))) {
      return { diagnostics: [diagnose("C514", source.span, { name: printQuery(source) })] };
    }
  }
  const bounded = left.bounds !== undefined || right.bounds !== undefined;
  const result = bounded
    ? combineIntervals(query.operator, left, right)
    : combineNumbers(query.operator, left as NumberPart, right as NumberPart);
  const wrong = (isInterval(result.value) ? [result.value.low, result.value.high] : [result.value]).find(
    (value) => !Number.isFinite(value),
  );
  if (wrong !== undefined) {
    const problem = { what: `\`${printQuery(query)}\``, problem: String(wrong) };
    return { diagnostics: [diagnose("C454", query.span, problem)] };
  }
  const rung = Math.max(left.rung, right.rung) as 1 | 2 | 3;
  return { ...result, rung, warnings: [...left.warnings, ...right.warnings] };
}

/** An effect is asked as what it stands for; its rung is that of its definition. */
function effect(query: Extract<QueryExpr, { kind: "effect" }>, session: Session): Part | Failure {
  const part = tabled(query, session.model, (single) => evaluate(expandEffect(single, session.model), session));
  const imagined = query.effect !== "ATE" && query.effect !== "CATE" && query.effect !== "CDE";
  return "diagnostics" in part || !imagined ? part : { ...part, rung: 3 };
}

/** Whether something is independent or identifiable: a fact of the graph, or exact. */
function predicate(query: Extract<QueryExpr, { kind: "predicate" }>, session: Session): Part | Failure {
  const found = holdsPredicate(session.model, query, session);
  if ("diagnostics" in found) return found;
  return { value: found.holds, rung: query.name === "identifiable" ? 2 : 1, warnings: [] };
}

/** The answer of an earlier query as a part of this one. */
function recall(query: Extract<QueryExpr, { kind: "name" }>, session: Session): Part | Failure {
  const name = query.name.text;
  const known = session.previous?.get(name);
  if (known === undefined) {
    return { diagnostics: [diagnose("C201", query.span, { what: "query", name, suggestion: null })] };
  }
  const { value, rung, axes, stderr, ess = 0, sampler } = known;
  const bounds = known.method === "bounds" ? { bounds: { outer: known.outer === true } } : {};
  const sampled =
    stderr === undefined ? {} : { sampled: { stderr, ess, ...(sampler === undefined ? {} : { sampler }) } };
  return { value, rung, ...(axes === undefined ? {} : { axes }), ...bounds, ...sampled, warnings: [] };
}

function evaluate(query: QueryExpr, session: Session): Part | Failure {
  switch (query.kind) {
    case "number":
      return { value: query.value, rung: 1, warnings: [] };
    case "name":
      return recall(query, session);
    case "probability":
      return tabled(query, session.model, (single) =>
        isCounterfactual(single) ? counterfactual(single, session) : probability(single, session),
      );
    case "expectation":
      return tabled(query, session.model, (single) =>
        isCounterfactual(single) ? counterfactual(single, session) : expectation(single, session),
      );
    case "query-unary": {
      const zero: QueryExpr = { kind: "number", value: 0, span: query.span };
      return combine(
        { kind: "query-binary", operator: "-", left: zero, right: query.operand, span: query.span },
        session,
      );
    }
    case "query-binary":
      return combine(query, session);
    case "effect":
      return effect(query, session);
    case "predicate":
      return predicate(query, session);
    case "missing":
      throw new Error("internal: a query with a syntax error is asked");
  }
}

/** As written where the text is known, on one line. What a `counterfactual` block reports is printed as the query it is. */
function textOf(query: QueryExpr, { sources }: QueryContext): string {
  const { source, start, end } = query.span;
  const written = sources?.get(source)?.text.slice(start, end).trim().replace(/\s+/g, " ");
  const reported =
    (query.kind === "probability" || query.kind === "expectation") && !/^[PE]\s*[([]/.test(written ?? "");
  return written === undefined || reported ? printQuery(query) : written;
}

/**
 * Answers a checked query about a model: exactly where everything that matters is finite, else by sampling with
 * `context.samples` draws. The same seed gives the same answer to the last bit.
 * @returns the answer with warnings, or at least one error
 */
export function answer(
  model: CausalModel,
  query: QueryExpr,
  context: QueryContext,
): { readonly answer: Answer; readonly warnings: readonly Diagnostic[] } | Failure {
  let parts = 0;
  const session: Session = {
    ...context,
    model,
    limit: context.limit ?? defaultLimit,
    nextSeed: () => `${context.seed}/${parts++}`,
  };
  const part = evaluate(query, session);
  if ("diagnostics" in part) return part;
  const { value, rung, axes = [], bounds, sampled, warnings } = part;
  const { samples, seed } = context;
  const method = bounds !== undefined ? "bounds" : sampled !== undefined ? "sampled" : "exact";
  const answer: Answer = {
    query: textOf(query, context),
    rung,
    value,
    method,
    ...(axes.length > 1 ? { axes } : {}),
    ...(bounds?.outer ? { outer: true } : {}),
    ...(sampled === undefined ? {} : { ...sampled, samples, seed }),
  };
  return { answer, warnings };
}

export type { QueryContext };
