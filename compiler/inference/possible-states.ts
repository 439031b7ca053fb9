/**
 * Which states of each variable can occur at all given the evidence: what a table says has probability zero is taken out
 * of all tables before anything is multiplied. An observed variable is left with one state and so disappears. Networks with
 * logical or sparse tables shrink by orders of magnitude; the answers stay the same, and the tables stay dense.
 */
import type { Factor } from "./factor.ts";

/** For each variable its possible states in order; empty for ids without a variable. */
export type Domains = readonly Int32Array[];

/** Marks the states of each axis that have a positive entry together with possible states of the others. */
function support(factor: Factor, domains: Domains, marks: readonly Uint8Array[]): void {
  const { vars, sizes, values } = factor;
  const last = vars.length - 1;
  const steps = new Array<number>(vars.length).fill(1);
  for (let axis = last - 1; axis >= 0; axis--) steps[axis] = steps[axis + 1]! * sizes[axis + 1]!;
  const axes = vars.map((id) => domains[id]!);
  const inner = axes[last]!;
  const innerMarks = marks[last]!;
  const index = new Int32Array(vars.length);
  for (;;) {
    let place = 0;
    for (let axis = 0; axis < last; axis++) place += axes[axis]![index[axis]!]! * steps[axis]!;
    let found = false;
    for (let k = 0; k < inner.length; k++) {
      if (values[place + inner[k]!]! === 0) continue;
      innerMarks[inner[k]!] = 1;
      found = true;
    }
    if (found) for (let axis = 0; axis < last; axis++) marks[axis]![axes[axis]![index[axis]!]!] = 1;
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      if (++index[axis]! < axes[axis]!.length) break;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/**
 * Arc consistency (Mackworth 1977) of the supports of the factors.
 * @param sparse the factors with zeros; the others exclude nothing
 * @param start states that the evidence leaves
 * @returns null when some variable has no state left: the evidence is impossible. The converse does not hold.
 */
export function possibleStates(sparse: readonly Factor[], start: Domains): Domains | null {
  const domains = [...start];
  const users = new Map<number, Factor[]>();
  for (const factor of sparse) {
    for (const id of factor.vars) {
      const list = users.get(id) ?? [];
      list.push(factor);
      users.set(id, list);
    }
  }
  const waiting = new Set(sparse);
  for (const factor of waiting) {
    waiting.delete(factor);
    const marks = factor.sizes.map((size) => new Uint8Array(size));
    support(factor, domains, marks);
    for (const [axis, id] of factor.vars.entries()) {
      const known = domains[id]!;
      const left = known.filter((state) => marks[axis]![state] === 1);
      if (left.length === 0) return null;
      if (left.length === known.length) continue;
      domains[id] = left;
      for (const user of users.get(id)!) if (user !== factor) waiting.add(user);
    }
  }
  return domains;
}
