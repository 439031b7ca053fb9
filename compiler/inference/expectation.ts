/** Answers `E[expression | conditions]`. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { ExpectationExpr, Expr } from "#lang/syntax/ast";
import { compileExpression, nodesOf, type Words } from "../causal/evaluate.ts";
import { printQuery } from "../causal/print-expression.ts";
import { type Planned, planQuery } from "../plan/query-plan.ts";
import { estimateMean } from "./estimate.ts";
import { evidenceWeights, posterior } from "./exact.ts";
import { mixtureMean } from "./gaussian/answer.ts";
import { diagnoseImpossible } from "./impossible.ts";
import { condition, drawFor, type Failure, type Part, sampledBy, type Session } from "./session.ts";
import { enumerateRows } from "./tabulate.ts";

/** Summands of the expression: expectations add up, and small tables are cheaper than a joint one. */
function termsOf(expr: Expr, sign: 1 | -1 = 1): { readonly sign: 1 | -1; readonly term: Expr }[] {
  const opposite = sign === 1 ? -1 : 1;
  if (expr.kind === "unary" && expr.operator === "-") return termsOf(expr.operand, opposite);
  if (expr.kind === "binary" && (expr.operator === "+" || expr.operator === "-")) {
    return [...termsOf(expr.left, sign), ...termsOf(expr.right, expr.operator === "+" ? sign : opposite)];
  }
  return [{ sign, term: expr }];
}

function exactMean(term: Expr, planned: Planned, words: Words): number {
  const { variables, model } = planned;
  const reads = nodesOf(term, model).map((name) => variables.get(name)!);
  const { columns } = enumerateRows(reads);
  const compute = compileExpression(term, { model, words, columns });
  const keep = reads.map(({ node }) => node.name);
  const { table } = posterior(variables, evidenceWeights(model.evidence, variables), keep);
  let [total, sum] = [0, 0];
  table.forEach((weight, row) => {
    // values where nothing ever is may be infinite or no number
    if (weight === 0) return;
    total += weight;
    sum += weight * compute(row);
  });
  return sum / total;
}

/** E[expression | conditions], with booleans as 0 and 1. */
export function expectation(query: ExpectationExpr, session: Session): Part | Failure {
  const conditioned = condition(query.given, session);
  if ("diagnostics" in conditioned) return conditioned;
  const { model } = conditioned;
  const { vocabulary: words, limit } = session;
  const options = { words, limit, span: query.span };
  const rung = conditioned.intervened ? 2 : 1;
  const impossible = () => ({ diagnostics: [diagnoseImpossible(model, model.evidence, conditioned.spans)] });
  let mean = 0;
  let allExact = true;
  for (const { sign, term } of termsOf(query.value)) {
    const names = nodesOf(term, model);
    const planned = planQuery(model, names, names, { ...options, value: term });
    if ("diagnostics" in planned) return planned;
    if (planned.plan.method === "sampled") {
      allExact = false;
      break;
    }
    if (planned.mixture === undefined) {
      mean += sign * exactMean(term, planned, words);
      continue;
    }
    const found = mixtureMean(planned.mixture, term, words);
    if (typeof found !== "number") return "impossible" in found ? impossible() : found;
    mean += sign * found;
  }
  const finite = (part: Part & { readonly value: number }): Part | Failure => {
    if (Number.isFinite(part.value)) return part;
    const problem = { what: `\`${printQuery(query)}\``, problem: String(part.value) };
    return { diagnostics: [diagnose("C454", query.span, problem)] };
  };
  if (allExact) return finite({ value: mean, rung, warnings: [] });
  const names = nodesOf(query.value, model);
  const planned = planQuery(model, names, names, { ...options, value: query.value });
  if ("diagnostics" in planned) return planned;
  const draws = drawFor(planned, query, session);
  if ("diagnostics" in draws) return draws;
  const compute = compileExpression(query.value, { model: planned.model, words, columns: draws.columns });
  const { mean: value, stderr } = estimateMean(draws, compute);
  return finite({ value, rung, sampled: sampledBy(draws, stderr), warnings: planned.warnings });
}
