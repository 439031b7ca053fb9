/**
 * The joint distribution of the states that one node has under several rows of its table, for each coupling that a
 * program can declare.
 */
import type { Coupling } from "../causal/model.ts";

/**
 * P(x_1, ..., x_d), the last state fastest, where x_i is the state under a row with probabilities `rows[i]`. Each
 * marginal is its row. Rows are different rows of one table: equal rows that are one row would have equal states.
 */
export function coupledStates(coupling: Coupling, rows: readonly Float64Array[]): Float64Array {
  const [first] = rows;
  if (first === undefined) return Float64Array.of(1);
  if (rows.length === 1) return first;
  switch (coupling) {
    case "independent":
      return independent(rows);
    case "monotone":
      return monotone(rows);
    case "gumbel":
      return gumbel(rows);
  }
}

function independent(rows: readonly Float64Array[]): Float64Array {
  return rows.reduce((joint, row) => {
    const next = new Float64Array(joint.length * row.length);
    for (let i = 0; i < next.length; i++) next[i] = joint[Math.floor(i / row.length)]! * row[i % row.length]!;
    return next;
  }, Float64Array.of(1));
}

/** x_i is the state at which the cumulated row i passes U ~ Uniform(0, 1): U is cut where any of the states ends. */
function monotone(rows: readonly Float64Array[]): Float64Array {
  const states = rows[0]!.length;
  const joint = new Float64Array(states ** rows.length);
  const ends = rows.map((row) => {
    let sum = 0;
    return row.map((entry) => {
      sum += entry;
      return sum;
    });
  });
  const cuts = [0, ...new Set(ends.flatMap((row) => [...row.subarray(0, states - 1)])), 1].sort((a, b) => a - b);
  for (let n = 0; n + 1 < cuts.length; n++) {
    const [from, to] = [cuts[n]!, cuts[n + 1]!];
    const middle = (from + to) / 2;
    const index = ends.reduce((sum, row) => {
      const state = row.findIndex((end) => end > middle);
      return sum * states + (state === -1 ? states - 1 : state);
    }, 0);
    joint[index]! += to - from;
  }
  return joint;
}

/**
 * Gumbel-max (Oberst and Sontag 2019): x_i = argmax_k log p_ik + G_k, which is argmin_k E_k / p_ik with E_k ~
 * Exponential(1). The states x_1, ..., x_d win where E_k >= E_j p_ik / p_ij for all i, with j = x_i, and all k: a cone.
 */
function gumbel(rows: readonly Float64Array[]): Float64Array {
  const states = rows[0]!.length;
  const names = Array.from({ length: states }, (_, state) => state);
  return Float64Array.from({ length: states ** rows.length }, (_, cell) => {
    const winners = rows.map((_, i) => Math.floor(cell / states ** (rows.length - 1 - i)) % states);
    if (winners.some((j, i) => rows[i]![j] === 0)) return 0;
    const least = names.map((k) =>
      names.map((j) => rows.reduce((most, row, i) => (winners[i] === j ? Math.max(most, row[k]! / row[j]!) : most), 0)),
    );
    return coneMass(names, new Array<number>(states).fill(1), least);
  });
}

/**
 * The integral of exp(-rates . u) over u >= 0 with u_k >= least[k][j] u_j for all k and j (0 where nothing is asked):
 * exact, one variable after the other. Over the first it is the difference of two exponentials at its largest lower and
 * its smallest upper limit; where a certain limit is that one is a cone of the same kind in the other variables.
 */
function coneMass(names: readonly number[], rates: readonly number[], least: readonly (readonly number[])[]): number {
  // what loses everywhere has no upper limit: such variables first keep the sums short
  const first = names.find((k) => names.every((t) => t === k || least[t]![k] === 0)) ?? names[0]!;
  const others = names.filter((k) => k !== first);
  const rate = rates[first]!;
  if (others.length === 0) return 1 / rate;
  const lower = others.filter((j) => least[first]![j]! > 0);
  const upper = others.filter((t) => least[t]![first]! > 0);
  // between the limits there must be room
  const room = least.map((row) => [...row]);
  for (const t of upper) {
    for (const j of lower) room[t]![j] = Math.max(room[t]![j]!, least[t]![first]! * least[first]![j]!);
  }
  if (others.some((k) => room[k]![k]! >= 1 + 1e-12)) return 0;
  for (const k of others) room[k]![k] = 0;
  const at = (limit: number, factor: number, binding: readonly (readonly number[])[]) =>
    coneMass(
      others,
      rates.map((r, k) => (k === limit ? r + rate * factor : r)),
      binding,
    );
  const restricted = (set: (next: number[][]) => void) => {
    const next = room.map((row) => [...row]);
    set(next);
    return next;
  };
  let mass = 0;
  if (lower.length === 0) mass += coneMass(others, rates, room);
  for (const j of lower) {
    // first[j] u_j >= first[i] u_i: j sets the lower limit
    const binding = restricted((next) => {
      for (const i of lower) if (i !== j) next[j]![i] = Math.max(next[j]![i]!, least[first]![i]! / least[first]![j]!);
    });
    mass += at(j, least[first]![j]!, binding);
  }
  for (const t of upper) {
    // u_t / least[t][first] is the smallest upper limit
    const binding = restricted((next) => {
      for (const i of upper) if (i !== t) next[i]![t] = Math.max(next[i]![t]!, least[i]![first]! / least[t]![first]!);
    });
    mass -= at(t, 1 / least[t]![first]!, binding);
  }
  return mass / rate;
}
