/**
 * Valid bounds from what each world shows by itself: its events have known probabilities given what the worlds share, and
 * hang together in any way (Frechet 1935). The widest bounds, and those that can always be had.
 */
import { posterior, predictCost, type Weights } from "../inference/exact.ts";
import type { FiniteVariable } from "../inference/tabulate.ts";
import type { Interval } from "./bounds.ts";
import type { Copies } from "./copies.ts";
import { type Equation, optimise } from "./linear-program.ts";

type Variables = ReadonlyMap<string, FiniteVariable>;

/** Columns of the largest program of this kind. */
const mostColumns = 4_000;

/** What is asked and seen in variables that are, with all their causes, of one world: their distribution is known. */
interface Margin {
  readonly names: readonly string[];
  readonly causes: ReadonlySet<string>;
}

/** What one margin can show: the weights of the goals, and whether it agrees with the evidence. */
interface Atom {
  readonly seen: boolean;
  readonly goals: readonly number[];
}

/** An interval for each goal, in which the answers of all structural models lie; null where a world is too large. */
export function marginBounds(
  variables: Variables,
  evidence: Weights,
  goals: readonly Weights[],
  open: readonly Copies[],
  together: readonly (readonly string[])[],
  limit: number,
): readonly Interval[] | null {
  const causesOf = upstream(variables, together);
  const copiedBy = new Map(
    open.flatMap(({ copies }, i) => copies.map(({ variable }) => [variable.node.name, i] as const)),
  );
  const isOneWorld = (names: ReadonlySet<string>) => {
    const nodes = [...names].flatMap((name) => copiedBy.get(name) ?? []);
    return new Set(nodes).size === nodes.length;
  };
  const mentioned = [...new Set([...evidence.keys(), ...goals.flatMap((goal) => [...goal.keys()])])];
  const margins: { names: string[]; causes: ReadonlySet<string> }[] = [];
  const unknown: string[] = [];
  for (const name of mentioned) {
    const causes = causesOf(name);
    if (!isOneWorld(causes)) {
      unknown.push(name);
      continue;
    }
    const home = margins.find((margin) => isOneWorld(new Set([...margin.causes, ...causes])));
    if (home === undefined) margins.push({ names: [name], causes });
    else {
      home.names.push(name);
      home.causes = new Set([...home.causes, ...causes]);
    }
  }
  const shared = sharedParents(variables, margins, copiedBy);
  for (let kept = shared.length; kept >= 0; kept--) {
    const found = program(variables, evidence, goals, margins, unknown, shared.slice(0, kept), limit);
    if (found !== "too large") return found;
  }
  return null;
}

/** A variable with everything that it depends on; copies whose coupling is declared depend on the same. */
function upstream(variables: Variables, together: readonly (readonly string[])[]) {
  const names = new Map([...variables].map(([name, { id }]) => [id, name]));
  const companions = new Map(together.flatMap((group) => group.map((name) => [name, group] as const)));
  return (name: string): ReadonlySet<string> => {
    const reached = new Set([name]);
    // a Set visits what is added while it is walked
    for (const one of reached) {
      for (const id of variables.get(one)!.factor.vars) reached.add(names.get(id)!);
      for (const other of companions.get(one) ?? []) reached.add(other);
    }
    return reached;
  };
}

/** What all margins depend on and the copies read: given these the worlds have nothing else in common but noise. */
function sharedParents(variables: Variables, margins: readonly Margin[], copied: ReadonlyMap<string, number>) {
  const names = new Map([...variables].map(([name, { id }]) => [id, name]));
  const read = [...copied.keys()].flatMap((name) => variables.get(name)!.factor.vars.map((id) => names.get(id)!));
  return [...new Set(read)].filter((name) => {
    const { domain } = variables.get(name)!;
    return !copied.has(name) && domain.length > 1 && margins.every(({ causes }) => causes.has(name));
  });
}

function program(
  variables: Variables,
  evidence: Weights,
  goals: readonly Weights[],
  margins: readonly Margin[],
  unknown: readonly string[],
  shared: readonly string[],
  limit: number,
): readonly Interval[] | "too large" | null {
  const size = (names: readonly string[]) => names.reduce((n, name) => n * variables.get(name)!.domain.length, 1);
  const contexts = size(shared);
  if (contexts > mostColumns) return "too large";
  const measured = margins.map((margin) => {
    const { names, causes } = margin;
    const part = new Map([...variables].filter(([name]) => causes.has(name)));
    const keep = [...shared, ...names.filter((name) => !shared.includes(name))];
    if (size(keep) > limit || predictCost(part, new Map(), keep).largest > limit) return null;
    const { table, exponent } = posterior(part, new Map(), keep);
    const inside = keep.slice(shared.length);
    const block = size(inside);
    const atoms = new Map<string, { readonly atom: Atom; readonly weights: Float64Array }>();
    const add = (atom: Atom, context: number, weight: number) => {
      if (weight === 0) return;
      const key = atom.seen ? atom.goals.join(",") : "unseen";
      const known = atoms.get(key) ?? { atom, weights: new Float64Array(contexts) };
      known.weights[context]! += weight;
      atoms.set(key, known);
    };
    table.forEach((entry, cell) => {
      const states = statesAt(variables, keep, cell);
      const at = (weights: Weights) => names.reduce((n, name) => n * (weights.get(name)?.[states.get(name)!] ?? 1), 1);
      const seen = at(evidence);
      const probability = entry * 2 ** exponent;
      const context = Math.floor(cell / block);
      add({ seen: true, goals: goals.map(at) }, context, probability * seen);
      add({ seen: false, goals: [] }, context, probability * (1 - seen));
    });
    return [...atoms.values()];
  });
  if (measured.includes(null)) return shared.length === 0 ? null : "too large";
  // what mixes worlds before it is asked may be in any of its states
  const free = unknown.map((name) =>
    [...variables.get(name)!.domain.keys()].map((state) => ({
      atom: {
        seen: (evidence.get(name)?.[state] ?? 1) > 0,
        goals: goals.map((goal) => goal.get(name)?.[state] ?? 1),
      },
      weights: null,
    })),
  );
  const sides = [...(measured as readonly NonNullable<(typeof measured)[number]>[]), ...free];
  const cells = sides.reduce((n, side) => n * side.length, 1);
  const columns = contexts * cells;
  if (columns > mostColumns) return shared.length === 0 ? null : "too large";
  const atomsOf = (cell: number) => {
    let rest = cell;
    return sides.map((side) => {
      const atom = side[rest % side.length]!;
      rest = Math.floor(rest / side.length);
      return atom;
    });
  };
  const equations: Equation[] = [];
  const each = Array.from({ length: cells }, (_, cell) => atomsOf(cell));
  for (let context = 0; context < contexts; context++) {
    for (const side of sides) {
      for (const one of side) {
        if (one.weights === null) continue;
        const terms = each.flatMap((atoms, cell) =>
          atoms.includes(one as (typeof atoms)[number]) ? [{ column: context * cells + cell, value: 1 }] : [],
        );
        equations.push({ terms: [...terms, { column: columns, value: -one.weights[context]! }], right: 0 });
      }
    }
  }
  return solve(equations, each, contexts, goals.length);
}

function statesAt(variables: Variables, names: readonly string[], cell: number): ReadonlyMap<string, number> {
  const states = new Map<string, number>();
  let rest = cell;
  for (const name of names.toReversed()) {
    const { length } = variables.get(name)!.domain;
    states.set(name, rest % length);
    rest = Math.floor(rest / length);
  }
  return states;
}

function solve(
  equations: readonly Equation[],
  cells: readonly (readonly { readonly atom: Atom }[])[],
  contexts: number,
  goals: number,
): readonly Interval[] | null {
  const seen = cells.map((atoms) => atoms.every(({ atom }) => atom.seen));
  const columns = contexts * cells.length;
  const whole = Array.from({ length: columns }, (_, column) => column).filter((column) => seen[column % cells.length]);
  const program = {
    columns: columns + 1,
    equations: [...equations, { terms: whole.map((column) => ({ column, value: 1 })), right: 1 }],
  };
  const intervals: Interval[] = [];
  for (let goal = 0; goal < goals; goal++) {
    const cost = new Float64Array(columns + 1);
    for (const column of whole) {
      cost[column] = cells[column % cells.length]!.reduce((product, { atom }) => product * atom.goals[goal]!, 1);
    }
    const [low, high] = optimise(program, [
      { cost, sign: -1 },
      { cost, sign: 1 },
    ]);
    if (low == null || high == null) return null;
    intervals.push({ low: low.value, high: high.value });
  }
  return intervals;
}
