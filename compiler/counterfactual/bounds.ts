/**
 * Bounds of ratios of multilinear functions of several response distributions, which are independent of each other: a
 * linear program for one node; for several, branch and bound between a search from inside and a relaxation from outside.
 */
import { createStream, type Stream } from "#runtime/random";
import { optimise } from "./linear-program.ts";
import { extremeRatios, type Polytope } from "./polytope.ts";
import { type Limit, type Relaxation, relaxationOf, type Term } from "./relaxation.ts";

/** A value, and the distributions of the responses that attain it. */
export interface Attained {
  readonly value: number;
  readonly at: readonly Float64Array[];
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
  /** the value where every row of every table has its own noise; null where the denominator is zero there */
  readonly independent: number | null;
  /** what is attained: within the bounds, and at their ends where the bounds are sharp */
  readonly attained: { readonly low: Attained; readonly high: Attained };
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Rounds of the search from inside; each begins at another point. */
const starts = 6;
const mostSweeps = 20;
/** Ends that are attained to within this count as sharp. */
export const attainable = 1e-6;
/** What branching may cost: linear programs, and columns of all of them together. */
const mostPrograms = 300;
const mostWork = 20_000;

/**
 * Bounds of each numerator over the denominator; null where the denominator is zero everywhere. With intervals that are
 * known to hold only the search from inside is left.
 */
export function boundRatios(
  polytopes: readonly Polytope[],
  terms: readonly Term[],
  holding: readonly Interval[] | null = null,
): readonly Bounds[] | null {
  const inside = polytopes.map((polytope) => polytope.independent);
  const count = terms[0]?.numerators.length ?? 0;
  const results: Bounds[] = [];
  const relaxation = polytopes.length === 1 || holding !== null ? null : relaxationOf(polytopes, terms);
  for (let goal = 0; goal < count; goal++) {
    const [low, high] = ([-1, 1] as const).map((sign) => extreme(polytopes, terms, relaxation, goal, sign));
    if (low == null || high == null) return null;
    const attained = { low: low.inside, high: high.inside };
    const ends = holding?.[goal] ?? { low: low.outside, high: high.outside };
    results.push({ ...ends, independent: evaluate(terms, goal, inside), attained });
  }
  return results;
}

function evaluate(terms: readonly Term[], goal: number, at: readonly Float64Array[]): number | null {
  let [top, bottom] = [0, 0];
  for (const { columns, numerators, denominator } of terms) {
    const weight = columns.reduce((product, column, i) => product * at[i]![column]!, 1);
    top += weight * numerators[goal]!;
    bottom += weight * denominator;
  }
  return bottom > 0 ? top / bottom : null;
}

interface Part {
  readonly limits: readonly Limit[];
  readonly bound: number;
  readonly at: readonly Float64Array[];
  readonly worst: { readonly axis: number; readonly column: number } | null;
}

/** The extreme from inside and from outside; for one polytope they are the same. */
function extreme(
  polytopes: readonly Polytope[],
  terms: readonly Term[],
  relaxation: Relaxation | null,
  goal: number,
  sign: 1 | -1,
): { readonly inside: Attained; readonly outside: number } | null {
  let best = search(polytopes, terms, goal, sign);
  if (best === null) return null;
  if (relaxation === null) return { inside: best, outside: best.value };
  const root = relaxation.solve(goal, sign, []);
  if (root === null) return { inside: best, outside: trivial(terms, goal, sign) };
  // parts of which none can hold more than their bounds; the one with the most to hope for is cut next
  let parts: Part[] = [{ ...root, bound: root.value, limits: [] }];
  const done: number[] = [];
  let programs = 0;
  while (parts.length > 0 && programs < mostPrograms && programs * relaxation.columns < mostWork) {
    const next = parts.reduce((a, b) => (sign * (b.bound - a.bound) > 0 ? b : a));
    parts = parts.filter((part) => part !== next);
    if (sign * (next.bound - best.value) < attainable / 2 || next.worst === null) {
      done.push(next.bound);
      continue;
    }
    const { axis, column } = next.worst;
    const known = next.limits.find((limit) => limit.axis === axis && limit.column === column);
    const { low, high } = known ?? { low: 0, high: mostOf(polytopes[axis]!, column) };
    const goodCut = (cut: number) => cut > low + 1e-7 && cut < high - 1e-7;
    const cut = [best.at[axis]![column]!, next.at[axis]![column]!].find(goodCut) ?? (low + high) / 2;
    const others = next.limits.filter((limit) => limit !== known);
    for (const [from, to] of [
      [low, cut],
      [cut, high],
    ] as const) {
      const limits = [...others, { axis, column, low: from, high: to }];
      const found = relaxation.solve(goal, sign, limits);
      programs++;
      if (found === null) continue;
      const improved = climb(polytopes, terms, goal, sign, found.at);
      if (improved !== null && sign * (improved.value - best.value) > 0) best = improved;
      // a part is never looser than what it is cut from
      const bound = sign * Math.min(sign * found.value, sign * next.bound);
      parts.push({ ...found, bound, limits });
    }
  }
  const bounds = [best.value, ...done, ...parts.map((part) => part.bound)];
  return { inside: best, outside: bounds.reduce((a, b) => (sign * (b - a) > 0 ? b : a)) };
}

/** A ratio of sums of non-negative parts is between the ratios of the parts. */
function trivial(terms: readonly Term[], goal: number, sign: 1 | -1): number {
  const ratios = terms.flatMap(({ numerators, denominator }) =>
    denominator > 0 ? [numerators[goal]! / denominator] : [],
  );
  return ratios.reduce((a, b) => (sign * (b - a) > 0 ? b : a));
}

/** The largest probability that the tables leave to one response. */
function mostOf(polytope: Polytope, column: number): number {
  return polytope.equations.reduce((least, { terms, right }) => {
    const only = terms.every(({ value }) => value === 1) && terms.some((term) => term.column === column);
    return only ? Math.min(least, right) : least;
  }, 1);
}

/** Exact for one polytope. For several, the best of some climbs. */
function search(polytopes: readonly Polytope[], terms: readonly Term[], goal: number, sign: 1 | -1): Attained | null {
  if (polytopes.length === 1) {
    const { numerator, denominator } = contracted(polytopes, terms, goal, 0, []);
    const found = extremeRatios(polytopes[0]!, [{ numerator, sign }], denominator)[0];
    return found == null ? null : { value: found.value, at: [found.x] };
  }
  const stream = createStream(goal, "bounds");
  let best: Attained | null = null;
  for (let start = 0; start < starts; start++) {
    const from = polytopes.map((polytope) => (start === 0 ? polytope.independent : randomVertex(polytope, stream)));
    const found = climb(polytopes, terms, goal, sign, from);
    if (found !== null && (best === null || sign * (found.value - best.value) > 0)) best = found;
  }
  return best;
}

/** One distribution after the other is optimised with the rest held, until nothing changes. */
function climb(
  polytopes: readonly Polytope[],
  terms: readonly Term[],
  goal: number,
  sign: 1 | -1,
  from: readonly Float64Array[],
): Attained | null {
  let at = from;
  let value: number | null = null;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const before: number | null = value;
    for (let i = 0; i < polytopes.length; i++) {
      const { numerator, denominator } = contracted(polytopes, terms, goal, i, at);
      const found = extremeRatios(polytopes[i]!, [{ numerator, sign }], denominator)[0];
      if (found == null) continue;
      value = found.value;
      at = at.map((point, place) => (place === i ? found.x : point));
    }
    if (value === null || (before !== null && sign * (value - before) < 1e-10)) break;
  }
  return value === null ? null : { value, at };
}

function randomVertex(polytope: Polytope, stream: Stream): Float64Array {
  const cost = Float64Array.from(polytope.blockOf, () => stream.uniform());
  const program = { columns: cost.length, equations: polytope.equations };
  return optimise(program, [{ cost, sign: 1 }])[0]?.x ?? polytope.independent;
}

/** The numerator and denominator as linear functions of one distribution, the others being held. */
function contracted(
  polytopes: readonly Polytope[],
  terms: readonly Term[],
  goal: number,
  open: number,
  at: readonly Float64Array[],
): { readonly numerator: Float64Array; readonly denominator: Float64Array } {
  const numerator = new Float64Array(polytopes[open]!.blockOf.length);
  const denominator = new Float64Array(numerator.length);
  for (const term of terms) {
    let weight = 1;
    for (let i = 0; i < polytopes.length; i++) if (i !== open) weight *= at[i]![term.columns[i]!]!;
    numerator[term.columns[open]!]! += weight * term.numerators[goal]!;
    denominator[term.columns[open]!]! += weight * term.denominator;
  }
  return { numerator, denominator };
}
