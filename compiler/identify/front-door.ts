/** Front-door sets: mediators that carry the whole effect and are themselves not confounded (Pearl 1995). */
import { type Admg, descendants, meet, minus, type Names, union, withoutIncoming, withoutOutgoing } from "./admg.ts";
import { defaultCap } from "./adjustment.ts";
import { separated } from "./separation.ts";

/** Pearl's three conditions: interception, no confounding of the mediators, and their confounding with Y blocked by X. */
export function isFrontDoorSet(graph: Admg, treatments: Names, outcomes: Names, set: Names): boolean {
  if ([...set].some((name) => treatments.has(name) || outcomes.has(name))) return false;
  return (
    intercepts(graph, treatments, outcomes, set) &&
    separated(withoutOutgoing(graph, treatments), treatments, set, new Set()) &&
    separated(withoutOutgoing(graph, set), set, outcomes, treatments)
  );
}

function intercepts(graph: Admg, treatments: Names, outcomes: Names, set: Names): boolean {
  const open = withoutIncoming(graph, set);
  return meet(descendants(open, treatments), outcomes).size === 0;
}

/**
 * Minimal front-door sets, small ones first, at most `cap`; empty where there is none. What violates the third condition
 * in a set violates it in every smaller one, so that leaving it out leads to the one largest set, and from there leaving
 * out single nodes to the minimal ones. Polynomial for the first set.
 */
export function frontDoorSets(graph: Admg, treatments: Names, outcomes: Names, cap = defaultCap): readonly Names[] {
  const cut = withoutOutgoing(graph, treatments);
  const candidates = [...minus(graph.nodes, union(treatments, outcomes))].filter((name) =>
    separated(cut, treatments, new Set([name]), new Set()),
  );
  const largest = unconfounded(graph, treatments, outcomes, new Set(candidates));
  if (!intercepts(graph, treatments, outcomes, largest)) return [];
  const minimal: Names[] = [];
  const waiting = [largest];
  const seen = new Set<string>();
  for (
    let set = waiting.pop();
    set !== undefined && minimal.length < cap && seen.size < 20 * cap;
    set = waiting.pop()
  ) {
    const key = [...set].sort().join("\n");
    if (seen.has(key)) continue;
    seen.add(key);
    const current = set;
    const smaller = [...set]
      .map((name) => unconfounded(graph, treatments, outcomes, minus(current, new Set([name]))))
      .filter((rest) => intercepts(graph, treatments, outcomes, rest));
    if (smaller.length === 0) minimal.push(set);
    waiting.push(...smaller);
  }
  return minimal.sort((a, b) => a.size - b.size || ([...a].join() < [...b].join() ? -1 : 1));
}

/** The largest subset whose confounding with the outcomes the treatments block. */
function unconfounded(graph: Admg, treatments: Names, outcomes: Names, set: Names): Names {
  const cut = withoutOutgoing(graph, set);
  const good = [...set].filter((name) => separated(cut, new Set([name]), outcomes, treatments));
  return good.length === set.size ? set : unconfounded(graph, treatments, outcomes, new Set(good));
}
