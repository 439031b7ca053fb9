/**
 * Soft evidence, `X ~ {a: 0.7, b: 0.3}`: X gets this distribution, and everything else stays as it is given X (Jeffrey's
 * rule). It is virtual evidence with weights that are found here: new over old probability, for several findings by
 * iterative proportional fitting (Valtorta, Kim and Vomlel 2002; Peng, Zhang and Pan 2010).
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import { statesOf } from "#lang/types/type";
import type { Words } from "../causal/evaluate.ts";
import { type CausalModel, type Evidence, nodeOf } from "../causal/model.ts";
import { printEvidence } from "../causal/print.ts";
import { type Planned, planQuery } from "../plan/query-plan.ts";
import type { Conditioned } from "./conditions.ts";
import { estimateShares } from "./estimate.ts";
import { evidenceWeights, posterior } from "./exact.ts";
import { mixtureCells } from "./gaussian/answer.ts";
import type { Draws } from "./sample.ts";
import { drawGiven } from "./sampling.ts";

type Soft = Extract<Evidence, { kind: "states" }> & { readonly target: readonly number[] };
type Failure = { readonly diagnostics: readonly Diagnostic[] };

export interface SoftOptions {
  readonly words: Words;
  readonly limit: number;
  /** draws, where what is known before is not exact */
  readonly samples: number;
  readonly seed: number | string;
}

/** Whether its weights are to be found first. */
export const isSoft = (piece: Evidence): piece is Soft => piece.kind === "states" && piece.target !== undefined;

/** Entries of the largest joint table of the nodes with soft evidence. */
const mostEntries = 2 ** 22;
const mostSweeps = 10_000;
/** Steps of fitting: about ten seconds. */
const mostWork = 2 ** 31;
/** Distributions that agree this well are the same. */
const tolerance = 1e-13;
const accepted = 1e-9;

/**
 * The conditions with weights for all soft evidence, so that every node with some has its distribution given all
 * conditions together; or why no weights do that (C516). The other evidence must be possible.
 */
export function calibrated(conditioned: Conditioned, options: SoftOptions): Conditioned | Failure {
  const { model, spans } = conditioned;
  const soft = model.evidence.filter(isSoft);
  if (soft.length === 0) return conditioned;
  const span = spans.get(soft[0]!) ?? nodeOf(model, soft[0]!.node).span;
  const names = [...new Set(soft.map((piece) => piece.node))];
  const before = jointBefore(
    { ...model, evidence: model.evidence.filter((piece) => !isSoft(piece)) },
    names,
    span,
    options,
  );
  if ("diagnostics" in before) return before;
  const sizes = names.map((name) => statesOf(nodeOf(model, name).type)!.length);
  const weights = fitWeights(before.table, sizes, soft, names);
  if ("state" in weights) {
    const { piece, state } = weights;
    const { name, type } = nodeOf(model, piece.node);
    const why = `\`${name}\` is never \`${statesOf(type)![state]}\` under the other conditions`;
    return refused([piece], why);
  }
  if (weights.worst > accepted) return refused(soft, "no distribution of this model has all of this at once");
  const found = new Map<Evidence, Soft>(soft.map((piece, i) => [piece, { ...piece, weights: [...weights.lists[i]!] }]));
  const replaced = (piece: Evidence) => found.get(piece) ?? piece;
  return {
    ...conditioned,
    model: { ...model, evidence: model.evidence.map(replaced) },
    spans: new Map([...spans].map(([piece, at]) => [replaced(piece), at])),
  };

  function refused(pieces: readonly Soft[], why: string): Failure {
    const findings = pieces.map((piece) => printEvidence(nodeOf(model, piece.node), piece));
    return { diagnostics: [diagnose("C516", spans.get(pieces[0]!) ?? span, { findings, why })] };
  }
}

/** P(nodes | evidence), the last node fastest. */
function jointBefore(
  model: CausalModel,
  names: readonly string[],
  span: Span,
  { words, limit, samples, seed }: SoftOptions,
): { readonly table: Float64Array } | Failure {
  const sizes = names.map((name) => statesOf(nodeOf(model, name).type)!.length);
  const entries = sizes.reduce((product, size) => product * size, 1);
  if (entries > mostEntries) {
    return {
      diagnostics: [diagnose("C704", span, { what: "soft evidence on all of this", entries, limit: mostEntries })],
    };
  }
  const planned: Planned | Failure = planQuery(model, names, names, { words, limit, span });
  if ("diagnostics" in planned) return planned;
  const { variables } = planned;
  if (planned.mixture !== undefined) {
    const cells = mixtureCells(planned.mixture, [], names, words);
    if ("impossible" in cells) return { diagnostics: [diagnose("C453", span, { ess: 0, samples })] };
    return "diagnostics" in cells ? cells : { table: Float64Array.from(cells) };
  }
  if (planned.plan.method === "exact") {
    const { table } = posterior(variables, evidenceWeights(planned.model.evidence, variables), names);
    const total = table.reduce((sum, entry) => sum + entry, 0);
    return { table: table.map((entry) => entry / total) };
  }
  const sampled = drawGiven(planned.model, samples, { words, limit, seed });
  if ("diagnostics" in sampled) return sampled;
  const { draws } = sampled;
  if (draws.ess === 0) return { diagnostics: [diagnose("C453", span, { ess: 0, samples })] };
  const columns = names.map((name) => draws.columns.get(name)!);
  const shares = estimateShares(draws, entries, (row) =>
    columns.reduce((index, column, i) => index * sizes[i]! + column[row]!, 0),
  );
  return { table: Float64Array.from(shares, ({ mean }) => mean) };
}

/** Weights by finding; or the state of a finding that has probability zero before. */
function fitWeights(
  table: Float64Array,
  sizes: readonly number[],
  soft: readonly Soft[],
  names: readonly string[],
):
  | { readonly lists: readonly Float64Array[]; readonly worst: number }
  | { readonly piece: Soft; readonly state: number } {
  const current = Float64Array.from(table);
  const axes = soft.map((piece) => {
    const axis = names.indexOf(piece.node);
    const step = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
    return { step, size: sizes[axis]! };
  });
  const stateAt = (i: number, cell: number) => Math.floor(cell / axes[i]!.step) % axes[i]!.size;
  const lists = soft.map((piece) => new Float64Array(piece.target.length).fill(1));
  const marginal = (i: number) => {
    const shares = new Float64Array(axes[i]!.size);
    current.forEach((entry, cell) => {
      shares[stateAt(i, cell)]! += entry;
    });
    return shares;
  };
  const sweeps = Math.min(mostSweeps, Math.ceil(mostWork / (table.length * soft.length)));
  let worst = Number.POSITIVE_INFINITY;
  for (let sweep = 0; sweep < sweeps && worst > tolerance; sweep++) {
    worst = 0;
    for (const [i, { target }] of soft.entries()) {
      const shares = marginal(i);
      const ratio = Float64Array.from(target, (share, state) => (share === 0 ? 0 : share / shares[state]!));
      const never = ratio.findIndex((factor) => !Number.isFinite(factor));
      if (never !== -1) return { piece: soft[i]!, state: never };
      for (const [state, share] of target.entries()) worst = Math.max(worst, Math.abs(share - shares[state]!));
      for (let cell = 0; cell < current.length; cell++) current[cell]! *= ratio[stateAt(i, cell)]!;
      const scaled = lists[i]!.map((weight, state) => weight * ratio[state]!);
      const largest = scaled.reduce((most, weight) => Math.max(most, weight), 0);
      lists[i] = scaled.map((weight) => weight / largest);
    }
    // one finding is met at once
    if (soft.length === 1) worst = 0;
  }
  return { lists, worst };
}

/**
 * Weighted draws in which every node with soft evidence has its distribution exactly, and not only up to the error of
 * the draws that its weights were found with (raking, Deming and Stephan 1940).
 */
export function raked(draws: Draws, evidence: readonly Evidence[]): Draws {
  const soft = evidence.filter(isSoft);
  if (soft.length === 0 || draws.weights === null || draws.ess === 0) return draws;
  const weights = Float64Array.from(draws.weights);
  const columns = soft.map((piece) => draws.columns.get(piece.node)!);
  const sweeps = soft.length === 1 ? 1 : 100;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const [i, { target }] of soft.entries()) {
      const column = columns[i]!;
      const shares = new Float64Array(target.length);
      let total = 0;
      weights.forEach((weight, row) => {
        shares[column[row]!]! += weight;
        total += weight;
      });
      // a state without draws cannot be weighed up; the effective sample size says whether the rest is worth anything
      if (target.some((share, state) => share > 0 && shares[state] === 0)) return draws;
      for (let row = 0; row < weights.length; row++) {
        const state = column[row]!;
        if (shares[state]! > 0) weights[row]! *= (target[state]! * total) / shares[state]!;
      }
    }
  }
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  // where draws depend on each other they are worth less than their weights say, before and after
  const ess = (draws.ess * kish(weights)) / kish(draws.weights);
  return { ...draws, weights: weights.map((weight) => weight / largest), ess };
}

/** What independent draws with these weights are worth. */
function kish(weights: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return (sum * sum) / squares;
}
