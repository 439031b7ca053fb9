/**
 * The joint distribution of the states that one node has under several rows of its table, for each coupling that a
 * program can declare.
 */
import type { Coupling } from "../causal/model.ts";

/** A Gumbel coupling has a closed form for this many rows at once. */
export const mostGumbelRows = 2;

/**
 * P(x_1, ..., x_d), the last state fastest, where x_i is the state under a row with probabilities `rows[i]`. Each
 * marginal is its row. Rows are different rows of one table: equal rows that are one row would have equal states.
 */
export function coupledStates(coupling: Coupling, rows: readonly Float64Array[]): Float64Array {
  const [first, second] = rows;
  if (first === undefined) return Float64Array.of(1);
  if (second === undefined) return first;
  switch (coupling) {
    case "independent":
      return independent(rows);
    case "monotone":
      return monotone(rows);
    case "gumbel":
      if (rows.length > mostGumbelRows) throw new Error(`internal: ${rows.length} rows with a Gumbel coupling`);
      return gumbel(first, second);
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
 * Gumbel-max (Oberst and Sontag 2019): x = argmax_k log p_k + G_k, which is argmin_k E_k / p_k with E_k ~ Exponential(1).
 * With t = E_j / E_i, states i under p and j under q win when p_j / p_i <= t <= q_j / q_i and E_k / E_i is at least
 * max(p_k / p_i, t q_k / q_j) for all k; integrating E_i out leaves the integral over t of 1 / S(t)^2, where S is the sum
 * over k of that maximum, and S is linear between the points at which a maximum changes sides.
 */
function gumbel(p: Float64Array, q: Float64Array): Float64Array {
  const states = p.length;
  const joint = new Float64Array(states * states);
  for (let i = 0; i < states; i++) {
    if (p[i] === 0) continue;
    for (let j = 0; j < states; j++) if (q[j]! > 0) joint[i * states + j] = gumbelCell(p, q, i, j);
  }
  return joint;
}

function gumbelCell(p: Float64Array, q: Float64Array, i: number, j: number): number {
  if (i === j) {
    let sum = 0;
    for (let k = 0; k < p.length; k++) sum += Math.max(p[k]! / p[i]!, q[k]! / q[i]!);
    return 1 / sum;
  }
  const low = p[j]! / p[i]!;
  const high = q[i] === 0 ? Number.POSITIVE_INFINITY : q[j]! / q[i]!;
  if (!(high > low)) return 0;
  const turns = Array.from(p, (_, k) => p[k]! / p[i]! / (q[k]! / q[j]!)).filter((t) => t > low && t < high);
  const points = [low, ...turns.sort((a, b) => a - b), high];
  let integral = 0;
  for (let n = 0; n + 1 < points.length; n++) {
    const [from, to] = [points[n]!, points[n + 1]!];
    const middle = to === Number.POSITIVE_INFINITY ? 2 * from + 1 : (from + to) / 2;
    let [constant, slope] = [0, 0];
    for (let k = 0; k < p.length; k++) {
      const [a, b] = [p[k]! / p[i]!, q[k]! / q[j]!];
      if (a >= b * middle) constant += a;
      else slope += b;
    }
    const atFrom = constant + slope * from;
    integral +=
      to === Number.POSITIVE_INFINITY ? 1 / (slope * atFrom) : (to - from) / (atFrom * (constant + slope * to));
  }
  return integral;
}
