/** Answers `P(events | conditions)`. */
import type { ProbabilityExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import type { CausalNode } from "../causal/model.ts";
import { type Planned, planQuery } from "../plan/query-plan.ts";
import type { Interval, Table } from "./answer.ts";
import { readEvents, type Targets } from "./events.ts";
import { estimateShares } from "./estimate.ts";
import { evidenceWeights, multiplyWeights, posterior, type Weights } from "./exact.ts";
import { mixtureCells } from "./gaussian/answer.ts";
import { diagnoseImpossible } from "./impossible.ts";
import type { Draws } from "./sample.ts";
import type { SharedMarginal } from "./shared.ts";
import { condition, drawFor, type Failure, type Part, sampledBy, type Session } from "./session.ts";

/** Indicators of the events by state. */
function testWeights({ tests }: Targets, planned: Planned): Weights {
  let weights: Weights = new Map();
  for (const { node, holds } of tests) {
    const { domain } = planned.variables.get(node.name)!;
    weights = multiplyWeights(weights, new Map([[node.name, domain.map((stored) => Number(holds(stored)))]]));
  }
  return weights;
}

/** One number a cell: P(events, free nodes in that cell | evidence). */
function exactCells(targets: Targets, planned: Planned): number[] {
  const { variables, model } = planned;
  const evidence = evidenceWeights(model.evidence, variables);
  const keep = targets.free.map((node) => node.name);
  const { table, exponent } = posterior(variables, multiplyWeights(evidence, testWeights(targets, planned)), keep);
  if (targets.tests.length === 0) {
    const total = table.reduce((sum, entry) => sum + entry, 0);
    return Array.from(table, (entry) => entry / total);
  }
  const whole = posterior(variables, evidence, []);
  const scale = 2 ** (exponent - whole.exponent) / whole.table[0]!;
  return Array.from(table, (entry) => Math.min(1, entry * scale));
}

function sampledCells({ tests, free }: Targets, draws: Draws): { readonly cells: number[]; readonly stderr: number } {
  const checks = tests.map(({ node, holds }) => ({ column: draws.columns.get(node.name)!, holds }));
  const axes = free.map((node) => ({ column: draws.columns.get(node.name)!, states: statesOf(node.type)!.length }));
  const count = axes.reduce((product, { states }) => product * states, 1);
  const shares = estimateShares(draws, count, (row) => {
    if (!checks.every(({ column, holds }) => holds(column[row]!))) return -1;
    return axes.reduce((index, { column, states }) => index * states + column[row]!, 0);
  });
  return {
    cells: shares.map((share) => share.mean),
    stderr: shares.reduce((largest, share) => Math.max(largest, share.stderr), 0),
  };
}

/** One value where no node is bare; else a table by the states of the bare nodes, of whose cells the last varies fastest. */
export function shaped<T extends number | Interval>(
  free: readonly CausalNode[],
  cells: readonly T[],
): { readonly value: T | Table<T>; readonly axes?: readonly string[] } {
  const [first, ...rest] = free;
  if (first === undefined) return { value: cells[0]! };
  const states = statesOf(first.type)!;
  const block = cells.length / states.length;
  const entries = states.map((state, i) => [state, shaped(rest, cells.slice(i * block, (i + 1) * block)).value]);
  return { value: Object.fromEntries(entries), axes: free.map(({ name }) => name) };
}

/** The answer to a question about one node, from its posterior. */
function fromShared({ query, known, session }: SharedQuestion): Part | Failure {
  const targets = readEvents(session.model, query.events, session.vocabulary);
  if ("diagnostics" in targets) return targets;
  const kept = known.probabilities.map((p, state) => (targets.tests.every(({ holds }) => holds(state)) ? p : 0));
  const sum = kept.reduce((total, p) => total + p, 0);
  const cells = targets.free.length > 0 ? [...kept] : [Math.min(1, sum)];
  return { ...shaped(targets.free, cells), rung: known.intervened ? 2 : 1, warnings: [] };
}

interface SharedQuestion {
  readonly query: ProbabilityExpr;
  readonly known: SharedMarginal;
  readonly session: Session;
}

/** P(events | conditions): a number, or one for each combination of the bare nodes. */
export function probability(query: ProbabilityExpr, session: Session): Part | Failure {
  const known = session.shared?.get(query);
  if (known !== undefined) return fromShared({ query, known, session });
  const conditioned = condition(query.given, session);
  if ("diagnostics" in conditioned) return conditioned;
  const targets = readEvents(conditioned.model, query.events, session.vocabulary);
  if ("diagnostics" in targets) return targets;
  const keep = targets.free.map((node) => node.name);
  const names = [...new Set([...targets.tests.map(({ node }) => node.name), ...keep])];
  const { vocabulary: words, limit } = session;
  const planned = planQuery(targets.model, names, keep, { words, limit, span: query.span });
  if ("diagnostics" in planned) return planned;
  const rung = conditioned.intervened ? 2 : 1;
  const value = (cells: readonly number[]) => shaped(targets.free, cells);
  if (planned.mixture !== undefined) {
    const events = targets.tests.map(({ node, holds, interval }) => ({ node: node.name, holds, region: interval }));
    const cells = mixtureCells(planned.mixture, events, keep, words);
    if ("impossible" in cells) {
      return { diagnostics: [diagnoseImpossible(conditioned.model, conditioned.model.evidence, conditioned.spans)] };
    }
    if ("diagnostics" in cells) return cells;
    return { ...value(cells), rung, warnings: planned.warnings };
  }
  if (planned.plan.method === "exact") {
    return { ...value(exactCells(targets, planned)), rung, warnings: planned.warnings };
  }
  const draws = drawFor(planned, query, session);
  if ("diagnostics" in draws) return draws;
  const { cells, stderr } = sampledCells(targets, draws);
  return { ...value(cells), rung, sampled: sampledBy(draws, stderr), warnings: planned.warnings };
}
