/**
 * Sums over the discrete nodes of a mixture: what has been seen of a part is evidence about the nodes that it reads, like
 * an observed child of theirs (Pearl 1988, section 2.2.2), and enters exact inference as one.
 */
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Words } from "../../causal/evaluate.ts";
import type { CausalNode } from "../../causal/model.ts";
import { evidenceWeights, posterior } from "../exact.ts";
import { makeFactor } from "../factor.ts";
import type { FiniteVariable } from "../tabulate.ts";
import { type Configuration, compilePart } from "./configuration.ts";
import type { Mixture, Part } from "./parts.ts";

type Variables = ReadonlyMap<string, FiniteVariable>;

/** What is asked of a part in one configuration, a row of its scope. */
export type Goal = (configuration: Configuration, row: number) => number;

export interface Mixed {
  /** the variables of the rows, the last one fastest */
  readonly keep: readonly FiniteVariable[];
  /** by row, in proportion to the probability of the configuration given all evidence */
  readonly weights: Float64Array;
  /** by row, the product of the goals; 0 where the weight is */
  readonly values: Float64Array;
}

export type MixedOrNot = Mixed | { readonly impossible: true } | { readonly diagnostics: readonly Diagnostic[] };

const sizeOf = (scope: readonly FiniteVariable[]) => scope.reduce((product, { domain }) => product * domain.length, 1);

/** A variable with one state, which has been seen, and whose probability is the likelihood of the scope. */
export function witness(part: Part, id: number, likelihood: Float64Array): FiniteVariable {
  const node: CausalNode = { ...part.nodes[0]!, name: `evidence ${id}` };
  const vars = [...part.scope.map((variable) => variable.id), id];
  const factor = makeFactor(vars, [...part.scope.map(({ domain }) => domain.length), 1], likelihood);
  return { id, node, domain: Float64Array.of(0), factor };
}

/** The row of `scope` that each row of `keep` belongs to; `keep` has all of the scope. */
function rowsWithin(scope: readonly FiniteVariable[], keep: readonly FiniteVariable[]): Int32Array {
  const steps = new Map<FiniteVariable, number>();
  scope.reduceRight((step, variable) => {
    steps.set(variable, step);
    return step * variable.domain.length;
  }, 1);
  return Int32Array.from({ length: sizeOf(keep) }, (_, row) => {
    let [rest, index] = [row, 0];
    for (const variable of keep.toReversed()) {
      index += (rest % variable.domain.length) * (steps.get(variable) ?? 0);
      rest = Math.floor(rest / variable.domain.length);
    }
    return index;
  });
}

type Rows = readonly ReturnType<ReturnType<typeof compilePart>>[];

/**
 * @param goals by asked part; parts without one only weigh
 * @param free finite variables that are kept apart in the result
 */
export function mix(
  { model, variables, asked, others }: Mixture,
  goals: ReadonlyMap<Part, Goal>,
  free: readonly FiniteVariable[],
  words: Words,
): MixedOrNot {
  const weights = evidenceWeights(model.evidence, variables);
  const kept: Part[] = [...asked];
  const extended = new Map(variables);
  for (const part of others) {
    const configuration = compilePart(part, model, words);
    const rows = Array.from({ length: sizeOf(part.scope) }, (_, row) => configuration(row));
    const wrong = problemIn(part, rows, variables);
    if (wrong !== null) return { diagnostics: [wrong] };
    const possible = rows.filter((row): row is Configuration => row !== null && !("problem" in row));
    const largest = possible.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY);
    if (possible.length === 0) return { impossible: true };
    if (possible.some(({ rank }) => rank !== possible[0]!.rank)) {
      kept.push(part);
      continue;
    }
    const likelihood = Float64Array.from(rows, (row) =>
      row === null || "problem" in row ? 0 : Math.exp(row.logWeight - largest),
    );
    const id = model.nodes.length + extended.size;
    extended.set(`evidence ${id}`, witness(part, id, likelihood));
  }

  const scope = new Set([...free, ...kept.flatMap((part) => part.scope)]);
  const keep = [...variables.values()].filter((variable) => scope.has(variable));
  const { table } = posterior(
    extended,
    weights,
    keep.map(({ node }) => node.name),
  );
  const logs = table.map(Math.log);
  const values = new Float64Array(table.length).fill(1);
  const ranks = new Int32Array(table.length);
  for (const part of kept) {
    const configuration = compilePart(part, model, words);
    const goal = goals.get(part);
    const within = rowsWithin(part.scope, keep);
    const known = new Map<number, { readonly found: Configuration | null; readonly value: number }>();
    for (let row = 0; row < table.length; row++) {
      if (!(table[row]! > 0)) continue;
      const index = within[row]!;
      let entry = known.get(index);
      if (entry === undefined) {
        const found = configuration(index);
        if (found !== null && "problem" in found) return { diagnostics: [found.problem] };
        entry = { found, value: found === null || goal === undefined ? 1 : goal(found, index) };
        known.set(index, entry);
      }
      ranks[row]! += entry.found?.rank ?? 0;
      logs[row]! += entry.found?.logWeight ?? Number.NEGATIVE_INFINITY;
      values[row]! *= entry.value;
    }
  }
  // a density of fewer dimensions is infinitely larger
  let [rank, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  logs.forEach((log, row) => {
    if (log > Number.NEGATIVE_INFINITY) rank = Math.min(rank, ranks[row]!);
  });
  logs.forEach((log, row) => {
    if (ranks[row] === rank) largest = Math.max(largest, log);
  });
  if (largest === Number.NEGATIVE_INFINITY) return { impossible: true };
  const mixed = logs.map((log, row) => (ranks[row] === rank ? Math.exp(log - largest) : 0));
  return { keep, weights: mixed, values: values.map((value, row) => (mixed[row] === 0 ? 0 : value)) };
}

/** The first problem of a configuration that can occur at all. */
function problemIn(part: Part, rows: Rows, variables: Variables): Diagnostic | null {
  if (!rows.some((row) => row !== null && "problem" in row)) return null;
  const names = part.scope.map(({ node }) => node.name);
  const { table } = posterior(variables, new Map(), names);
  for (const [row, found] of rows.entries()) {
    if (found !== null && "problem" in found && table[row]! > 0) return found.problem;
  }
  return null;
}
