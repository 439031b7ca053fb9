/**
 * Answers about conditional linear-Gaussian models: what they cost, probabilities of events, means of polynomials, and
 * whether evidence can be at all.
 */
import type { Expr } from "#lang/syntax/ast";
import type { Words } from "../../causal/evaluate.ts";
import type { CausalModel } from "../../causal/model.ts";
import { evidenceWeights, predictCost } from "../exact.ts";
import type { FiniteVariable } from "../tabulate.ts";
import { enumerateRows } from "../tabulate.ts";
import { type Goal, mix, type Mixed, type MixedOrNot, witness } from "./mix.ts";
import { falseRegion, type Mixture, type Part, takeApart, trueRegion, type Wanted } from "./parts.ts";
import { compilePolynomial } from "./polynomial.ts";
import { massOfRegions, meanInRegions, type Region } from "./regions.ts";

const sizeOf = (scope: readonly FiniteVariable[]) => scope.reduce((product, { domain }) => product * domain.length, 1);

/** The work of a part in entries of tables, each of which takes about as long as eight steps of a scalar product. */
function entriesOf(part: Part): number {
  const noises = part.nodes.filter(({ mechanism }) => mechanism.kind === "distribution").length;
  return Math.ceil((sizeOf(part.scope) * Math.max(1, noises) * (part.nodes.length + part.values.length ** 2)) / 8);
}

export interface MixturePlan {
  readonly mixture: Mixture;
  /** numbers in the largest table, or in the forms of the largest part, and in all of them */
  readonly cost: { readonly largest: number; readonly total: number };
}

/** A mixture that is worth taking apart, or why there is none. */
export function planMixture(
  pruned: CausalModel,
  finite: ReadonlySet<string>,
  wanted: Wanted,
  words: Words,
): MixturePlan | { readonly reason: string } {
  const mixture = takeApart(pruned, finite, wanted, words);
  if ("reason" in mixture) return mixture;
  const { model, variables, asked, others } = mixture;
  const parts = [...asked, ...others].map(entriesOf);
  const most = Math.max(0, ...parts);
  // no table of likelihoods is made before it is known to be affordable
  if (most > 2 ** 30) return { mixture, cost: { largest: most, total: most } };
  const extended = new Map(variables);
  others.forEach((part, i) => {
    const id = model.nodes.length + i;
    extended.set(`evidence ${id}`, witness(part, id, new Float64Array(sizeOf(part.scope))));
  });
  const keep = new Set([...asked.flatMap((part) => part.scope.map(({ node }) => node.name)), ...wanted.targets]);
  const names = [...keep].filter((name) => variables.has(name));
  const tables = predictCost(extended, evidenceWeights(model.evidence, variables), names);
  const total = tables.total + parts.reduce((sum, entries) => sum + entries, 0);
  return { mixture, cost: { largest: Math.max(tables.largest, most), total } };
}

/** Whether the evidence of the model can be, as far as its linear-Gaussian mechanisms tell; true where they do not. */
export function isMixturePossible(
  model: CausalModel,
  finite: ReadonlySet<string>,
  words: Words,
  limit: number,
): boolean {
  const plan = planMixture(model, finite, { targets: [], value: null }, words);
  if ("reason" in plan || plan.cost.largest > limit) return true;
  return !("impossible" in mix(plan.mixture, new Map(), [], words));
}

/** An event on a node of the model before it was taken apart. */
export interface NodeEvent {
  readonly node: string;
  /** of a continuous node */
  readonly region: Omit<Region, "node"> | null;
  readonly holds: (stored: number) => boolean;
}

/** P(events, cell) by cell of the free nodes, the last one fastest. */
export function mixtureCells(
  mixture: Mixture,
  events: readonly NodeEvent[],
  free: readonly string[],
  words: Words,
): readonly number[] | Exclude<MixedOrNot, Mixed> {
  const { variables, asked, model } = mixture;
  const goals = new Map<Part, Goal>();
  for (const part of asked) {
    const own = events.filter(({ node }) => part.nodes.some(({ name }) => name === node));
    const regions = own.flatMap(({ node, region, holds }): Region[] => {
      if (region !== null) return [{ ...region, node }];
      const threshold = model.nodes.find(({ name }) => name === node)!;
      // an event that holds for both values, or for none, is no region
      if (holds(0) && holds(1)) return [];
      if (!holds(0) && !holds(1)) return [{ node, low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }];
      return [holds(1) ? trueRegion(threshold) : falseRegion(threshold)];
    });
    goals.set(part, ({ forms }) => {
      const seen = massOfRegions(part.regions, forms);
      return Math.min(1, massOfRegions([...part.regions, ...regions], forms) / seen);
    });
  }
  const finite = events.filter(({ node }) => variables.has(node));
  const variable = (name: string) => variables.get(name)!;
  const mixed = mix(mixture, goals, [...finite.map(({ node }) => variable(node)), ...free.map(variable)], words);
  if (!("keep" in mixed)) return mixed;
  const { columns } = enumerateRows(mixed.keep);
  const tests = finite.map(({ node, holds }) => ({ column: columns.get(node)!, holds }));
  const cells = new Float64Array(sizeOf(free.map(variable)));
  const states = enumerateIndices(mixed.keep);
  let total = 0;
  mixed.weights.forEach((weight, row) => {
    total += weight;
    if (weight === 0 || !tests.every(({ column, holds }) => holds(column[row]!))) return;
    const cell = free.reduce((index, name) => index * variable(name).domain.length + states.get(name)![row]!, 0);
    cells[cell]! += weight * mixed.values[row]!;
  });
  return Array.from(cells, (cell) => Math.min(1, cell / total));
}

/** The index of the state of each variable by row. */
function enumerateIndices(keep: readonly FiniteVariable[]): ReadonlyMap<string, Float64Array> {
  const indexed = keep.map((variable) => ({ ...variable, domain: variable.domain.map((_, state) => state) }));
  return enumerateRows(indexed).columns;
}

/** E[value] of an expression that is a polynomial in the continuous nodes. */
export function mixtureMean(mixture: Mixture, value: Expr, words: Words): number | Exclude<MixedOrNot, Mixed> {
  const { asked, model } = mixture;
  const [part] = asked;
  if (part === undefined) throw new Error("internal: a mean of no part");
  const unknown = new Set(part.nodes.map(({ name }) => name));
  const { columns } = enumerateRows(part.scope);
  const polynomial = compilePolynomial(value, { model, words, columns }, (name) => unknown.has(name));
  const goal: Goal = ({ forms }, row) => meanInRegions(polynomial(row, forms), part.regions, forms);
  const mixed = mix(mixture, new Map([[part, goal]]), [], words);
  if (!("keep" in mixed)) return mixed;
  let [total, sum] = [0, 0];
  mixed.weights.forEach((weight, row) => {
    if (weight === 0) return;
    total += weight;
    sum += weight * mixed.values[row]!;
  });
  return sum / total;
}
