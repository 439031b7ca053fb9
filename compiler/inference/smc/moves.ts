/** Metropolis moves of all particles at once: a few columns are proposed, what follows from them is computed again. */
import type { Stream } from "#runtime/random";
import type { Step, Target, Term } from "./target.ts";

/** How much the terms count at one temperature. */
export interface Temperature {
  /** of the likelihood, 0 to 1 */
  readonly power: number;
  /** of the distances; infinite at the end */
  readonly pull: number;
}

/** An array and what it was before the last proposal. */
interface Saved {
  readonly values: Float64Array;
  readonly before: Float64Array;
}

/** A set of sites and all that follows from them. */
export interface Move {
  readonly sites: readonly Step[];
  readonly updated: readonly Step[];
  readonly terms: readonly (Saved & { readonly term: Term })[];
  readonly columns: readonly Saved[];
  /** log density of the proposal against that of what was there, by row */
  readonly difference: Float64Array;
}

const saved = (values: Float64Array): Saved => ({ values, before: new Float64Array(values.length) });

export function prepareMove(target: Target, sites: readonly Step[]): Move {
  const dirty = new Set(sites.map(({ name }) => name));
  const updated: Step[] = [];
  const terms: Term[] = [];
  for (const step of target.steps) {
    const follows = step.needs.some((name) => dirty.has(name));
    if (follows && step.update !== null) {
      updated.push(step);
      dirty.add(step.name);
    }
    if (follows || sites.includes(step)) terms.push(...step.terms);
  }
  return {
    sites,
    updated,
    terms: terms.map((term) => ({ term, ...saved(term.values) })),
    columns: [...sites, ...updated].map(({ column }) => saved(column)),
    difference: new Float64Array(target.count),
  };
}

/** Computes columns and terms from the columns that they need. */
export function recompute(updated: readonly Step[], terms: readonly Term[], count: number): void {
  for (const { column, update } of updated) for (let row = 0; row < count; row++) column[row] = update!(row);
  for (const { values, compute } of terms) for (let row = 0; row < count; row++) values[row] = compute(row);
}

/** Adds what the terms say of the proposals against what was there. */
function compare({ terms, difference }: Move, { power, pull }: Temperature): void {
  for (const { term, values, before } of terms) {
    if (term.kind === "distance") {
      // a distance that is met adds nothing, however much it counts
      const penalty = (distance: number) => (distance === 0 ? 0 : (pull * distance) / term.unit);
      for (let row = 0; row < difference.length; row++) {
        if (values[row] !== before[row]) difference[row]! += penalty(before[row]!) - penalty(values[row]!);
      }
      continue;
    }
    const factor = term.kind === "prior" ? 1 : power;
    for (let row = 0; row < difference.length; row++) {
      if (values[row] !== before[row]) difference[row]! += factor * (values[row]! - before[row]!);
    }
  }
}

/**
 * One Metropolis step. `propose` writes new values of the sites. `chosenBy`: terms whose sum is the log probability of the
 * proposals up to a constant, where they do not come from symmetric steps.
 * @returns the share of rows that moved
 */
export function metropolis(
  move: Move,
  temperature: Temperature,
  stream: Stream,
  propose: () => void,
  chosenBy: ReadonlySet<Term> = new Set(),
): number {
  const { updated, terms, columns, difference } = move;
  const arrays: readonly Saved[] = [...columns, ...terms];
  const count = difference.length;
  for (const { values, before } of arrays) before.set(values);
  propose();
  recompute(
    updated,
    terms.map(({ term }) => term),
    count,
  );
  difference.fill(0);
  compare(
    chosenBy.size === 0 ? move : { ...move, terms: terms.filter(({ term }) => !chosenBy.has(term)) },
    temperature,
  );
  let accepted = 0;
  for (let row = 0; row < count; row++) {
    // not a number: a mechanism gave no distribution there
    if (difference[row]! >= 0 || Math.log(stream.uniform()) < difference[row]!) accepted++;
    else for (const { values, before } of arrays) values[row] = before[row]!;
  }
  return accepted / count;
}
