/**
 * Valid bounds where the responses are too many: a linear program over the joint distribution of all worlds, built up
 * node by node from the roots. A row of a table holds whatever is known of the nodes before it, and the copies of a node
 * hang together in any way, in each situation in another one if need be: that is more than any structural model can do.
 */
import type { Weights } from "../inference/exact.ts";
import type { FiniteVariable } from "../inference/tabulate.ts";
import type { Interval } from "./bounds.ts";
import { type Copies, rowKey, rowsByKey } from "./copies.ts";
import { type Equation, optimise } from "./linear-program.ts";

/** Columns of the largest program of this kind, and states of the variables that are carried along. */
const mostColumns = 8_000;
const mostStates = 40_000;

/** One combination of the states that are carried along, with what has been seen and asked of the nodes before. */
interface Situation {
  readonly states: ReadonlyMap<number, number>;
  /** its probability as a linear function of the columns */
  readonly form: ReadonlyMap<number, number>;
  /** its probability if every row had its own noise; zero where it is impossible */
  readonly mass: number;
  /** the weight of each goal so far */
  readonly goals: readonly number[];
}

/** Variables that are introduced together: the copies of one node. */
interface Group {
  readonly members: readonly FiniteVariable[];
  readonly parents: readonly number[];
  /** given where their joint distribution is open */
  readonly open: Copies | null;
}

/**
 * An interval for each goal, in which the answers of all structural models lie. Null where the copies of a node depend
 * on each other's values, or the program would be too large.
 */
export function frontierBounds(
  variables: ReadonlyMap<string, FiniteVariable>,
  evidence: Weights,
  goals: readonly Weights[],
  open: readonly Copies[],
  together: readonly (readonly string[])[],
): readonly Interval[] | null {
  const waiting = new Set(groupsOf(variables, open, together));
  const equations: Equation[] = [];
  let columns = 1;
  const placed = new Map<number, FiniteVariable>();
  let front: readonly Situation[] = [
    { states: new Map(), form: new Map([[0, 1]]), mass: 1, goals: goals.map(() => 1) },
  ];
  let carried: readonly number[] = [];

  const sizeOf = (id: number) => placed.get(id)!.domain.length;
  const neededAfter = (group: Group) =>
    new Set([...waiting].flatMap((other) => (other === group ? [] : other.parents)));
  const widthAfter = (group: Group) => {
    const needed = neededAfter(group);
    const kept = carried.filter((id) => needed.has(id)).reduce((product, id) => product * sizeOf(id), 1);
    return group.members.reduce((product, { id, domain }) => product * (needed.has(id) ? domain.length : 1), kept);
  };
  while (waiting.size > 0) {
    const ready = [...waiting].filter(({ parents }) => parents.every((id) => placed.has(id)));
    if (ready.length === 0) return null;
    const group = ready.reduce((best, other) => (widthAfter(other) < widthAfter(best) ? other : best));
    const needed = neededAfter(group);
    waiting.delete(group);
    for (const member of group.members) placed.set(member.id, member);
    carried = [...carried, ...group.members.map(({ id }) => id)].filter((id) => needed.has(id));

    const merged = new Map<
      string,
      { states: Map<number, number>; form: Map<number, number>; mass: number; goals: readonly number[]; parts: number }
    >();
    const arrive = (from: Situation, added: readonly number[], form: ReadonlyMap<number, number>, mass: number) => {
      let weight = 1;
      const goalWeights = [...from.goals];
      group.members.forEach(({ node }, i) => {
        weight *= evidence.get(node.name)?.[added[i]!] ?? 1;
        goals.forEach((goal, g) => {
          goalWeights[g]! *= goal.get(node.name)?.[added[i]!] ?? 1;
        });
      });
      if (weight === 0) return;
      const at = new Map(from.states);
      for (const [i, { id }] of group.members.entries()) at.set(id, added[i]!);
      const states = new Map(carried.map((id) => [id, at.get(id)!]));
      const key = `${[...states.values()].join(",")};${goalWeights.join(",")}`;
      const known = merged.get(key) ?? { states, form: new Map(), mass: 0, goals: goalWeights, parts: 0 };
      for (const [column, value] of form) known.form.set(column, (known.form.get(column) ?? 0) + weight * value);
      known.mass += weight * mass;
      known.parts++;
      merged.set(key, known);
    };
    const rows = group.open === null ? null : rowsByKey(group.open);
    const combinations = group.members.reduce((product, { domain }) => product * domain.length, 1);
    if (group.open === null && combinations > mostStates) return null;
    for (const situation of front) {
      if (merged.size > mostStates || columns > mostColumns) return null;
      if (group.open === null) {
        for (const { added, probability } of knownStates(group, situation)) {
          const form = new Map([...situation.form].map(([column, value]) => [column, value * probability]));
          arrive(situation, added, form, situation.mass * probability);
        }
        continue;
      }
      const keys = group.open.copies.map(({ parents }) =>
        rowKey(parents.map(({ id, domain }) => domain[situation.states.get(id)!]!)),
      );
      const distinct = [...new Set(keys)];
      const places = keys.map((key) => distinct.indexOf(key));
      const tables = distinct.map((key) => rows!.get(key)!);
      const { states } = group.open;
      const first = columns;
      const size = states ** distinct.length;
      const stateIn = (cell: number, row: number) => Math.floor(cell / states ** row) % states;
      if (size > mostStates) return null;
      if (distinct.length > 1) columns += size;
      for (let cell = 0; cell < size; cell++) {
        const probability = tables.reduce((product, table, row) => product * table[stateIn(cell, row)]!, 1);
        if (probability === 0) continue;
        const form =
          distinct.length > 1
            ? new Map([[first + cell, 1]])
            : new Map([...situation.form].map(([column, value]) => [column, value * probability]));
        arrive(
          situation,
          places.map((row) => stateIn(cell, row)),
          form,
          situation.mass * probability,
        );
      }
      if (distinct.length > 1) {
        tables.forEach((table, row) => {
          for (let state = 0; state < states; state++) {
            const cells = Array.from({ length: size }, (_, cell) => cell).filter(
              (cell) => stateIn(cell, row) === state,
            );
            const taken = [...situation.form].map(([column, value]) => ({ column, value: -value * table[state]! }));
            const given = cells.map((cell) => ({ column: first + cell, value: 1 }));
            equations.push({ terms: [...given, ...taken.filter(({ value }) => value !== 0)], right: 0 });
          }
        });
      }
    }
    // long sums get a column of their own
    front = [...merged.values()].map((situation) => {
      if (situation.form.size <= 4) return situation;
      const sum = columns++;
      const terms = [...situation.form].map(([column, value]) => ({ column, value }));
      equations.push({ terms: [...terms, { column: sum, value: -1 }], right: 0 });
      return { ...situation, form: new Map([[sum, 1]]) };
    });
    if (front.length > mostStates || columns > mostColumns) return null;
  }
  return extremes(front, equations, columns, goals.length);
}

function groupsOf(
  variables: ReadonlyMap<string, FiniteVariable>,
  open: readonly Copies[],
  together: readonly (readonly string[])[],
): readonly Group[] {
  const groups: Group[] = [];
  const grouped = new Set<string>();
  const add = (names: readonly string[], copies: Copies | null) => {
    const members = names.map((name) => variables.get(name)!);
    const own = new Set(members.map(({ id }) => id));
    const read =
      copies === null
        ? members.flatMap(({ factor }) => factor.vars)
        : copies.copies.flatMap(({ parents }) => parents.map(({ id }) => id));
    for (const name of names) grouped.add(name);
    groups.push({ members, parents: [...new Set(read)].filter((id) => !own.has(id)), open: copies });
  };
  for (const copies of open) {
    add(
      copies.copies.map(({ variable }) => variable.node.name),
      copies,
    );
  }
  for (const names of together) if (!names.some((name) => grouped.has(name))) add(names, null);
  for (const name of variables.keys()) if (!grouped.has(name)) add([name], null);
  return groups;
}

/** The states that the members of a group can take after their parents, with their joint probability. */
function* knownStates(
  { members }: Group,
  { states }: Situation,
): Generator<{ readonly added: readonly number[]; readonly probability: number }> {
  const sizes = members.map(({ domain }) => domain.length);
  const count = sizes.reduce((product, size) => product * size, 1);
  for (let cell = 0; cell < count; cell++) {
    let rest = cell;
    const added = sizes.toReversed().map((size) => {
      const state = rest % size;
      rest = Math.floor(rest / size);
      return state;
    });
    added.reverse();
    const own = new Map(members.map(({ id }, i) => [id, added[i]!]));
    let probability = 1;
    for (const { factor } of members) {
      const index = factor.vars.reduce(
        (sum, id, axis) => sum * factor.sizes[axis]! + (own.get(id) ?? states.get(id)!),
        0,
      );
      probability *= factor.values[index]!;
    }
    if (probability > 0) yield { added, probability };
  }
}

/** The extremes of E[goal | evidence], by the substitution of Charnes and Cooper: what remains weighs one. */
function extremes(
  front: readonly Situation[],
  equations: readonly Equation[],
  columns: number,
  goals: number,
): readonly Interval[] | null {
  const scale = front.reduce((sum, { mass }) => sum + mass, 0);
  if (scale === 0) return null;
  const whole = new Map<number, number>();
  for (const { form } of front) {
    for (const [column, value] of form) whole.set(column, (whole.get(column) ?? 0) + value / scale);
  }
  const terms = [...whole].map(([column, value]) => ({ column, value }));
  const program = { columns, equations: [...equations, { terms, right: 1 }] };
  const intervals: Interval[] = [];
  for (let goal = 0; goal < goals; goal++) {
    const cost = new Float64Array(columns);
    for (const situation of front) {
      for (const [column, value] of situation.form) cost[column]! += (value * situation.goals[goal]!) / scale;
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
