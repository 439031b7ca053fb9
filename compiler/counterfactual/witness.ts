/** A structural model in which a bound is attained: for each node that was left open, how often it responds in which way. */
import type { CausalNode } from "../causal/model.ts";
import { digitOf } from "./responses.ts";
import type { Block, Polytope } from "./polytope.ts";

/** A response and its probability: the state index under each row in reach, by row key (see `copies.ts`). */
export interface Behaviour {
  readonly probability: number;
  readonly states: ReadonlyMap<string, number>;
}

export type Witness = readonly { readonly node: string; readonly behaviours: readonly Behaviour[] }[];

/** The distributions of the responses of all nodes, from their points in the polytopes (which must be exact). */
export function witnessOf(
  nodes: readonly CausalNode[],
  polytopes: readonly Polytope[],
  at: readonly Float64Array[],
): Witness {
  return nodes.map(({ name }, i) => ({ node: name, behaviours: glued(polytopes[i]!, at[i]!) }));
}

/** One distribution over the responses to all rows, of which the blocks are the marginals. */
function glued({ blocks, states }: Polytope, x: Float64Array): readonly Behaviour[] {
  let whole: readonly Behaviour[] = [{ probability: 1, states: new Map() }];
  const placed = new Set<string>();
  const waiting = new Set(blocks);
  while (waiting.size > 0) {
    // the block that has most in common with those before it has that in common with one of them, as they are acyclic
    const shared = (block: Block) => block.rows.filter((row) => placed.has(row)).length;
    const next = [...waiting].reduce((best, block) => (shared(block) > shared(best) ? block : best));
    waiting.delete(next);
    const own = Array.from({ length: next.size }, (_, number) => ({
      probability: Math.max(0, x[next.first + number]!),
      states: new Map(next.rows.map((row, place) => [row, digitOf(number, next.rows.length - 1 - place, states)])),
    }));
    const common = next.rows.filter((row) => placed.has(row));
    whole = joined(whole, own, common);
    for (const row of next.rows) placed.add(row);
  }
  return whole;
}

/** Joins two distributions that agree on what they have in common; the rest hangs together in one certain way. */
function joined(left: readonly Behaviour[], right: readonly Behaviour[], common: readonly string[]): Behaviour[] {
  const groups = new Map<string, [Behaviour[], Behaviour[]]>();
  [left, right].forEach((list, side) => {
    for (const one of list) {
      const key = common.map((row) => one.states.get(row)).join(",");
      const group = groups.get(key) ?? [[], []];
      if (one.probability > 0) group[side]!.push(one);
      groups.set(key, group);
    }
  });
  return [...groups.values()].flatMap(([ours, theirs]) => {
    const total = (list: readonly Behaviour[]) => list.reduce((sum, { probability }) => sum + probability, 0);
    const scale = total(ours) / total(theirs);
    const result: Behaviour[] = [];
    let [i, j] = [0, 0];
    let [restLeft, restRight] = [ours[0]?.probability ?? 0, (theirs[0]?.probability ?? 0) * scale];
    while (i < ours.length && j < theirs.length) {
      const probability = Math.min(restLeft, restRight);
      if (probability > 0) {
        result.push({ probability, states: new Map([...theirs[j]!.states, ...ours[i]!.states]) });
      }
      restLeft -= probability;
      restRight -= probability;
      if (restLeft <= restRight) restLeft = ours[++i]?.probability ?? 0;
      else restRight = (theirs[++j]?.probability ?? 0) * scale;
    }
    return result;
  });
}
