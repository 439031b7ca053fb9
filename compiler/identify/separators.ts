/** Vertex separators of an undirected graph: the smallest sets in the sense of inclusion, one or all of them. */
import type { Names } from "./admg.ts";

/** Neighbours by name, both ways. */
export type Undirected = ReadonlyMap<string, Names>;

/**
 * All minimal sets of `allowed` nodes that separate two sets, at most `cap` of them; empty where none does. From the one
 * nearest to `left`, each separator gives others nearer to `right` (Shen and Liang 1997, Efficient enumeration of all
 * minimal separators in a graph); nodes that are not allowed are first contracted away.
 */
export function minimalSeparators(
  graph: Undirected,
  left: Names,
  right: Names,
  allowed: Names,
  cap: number,
): readonly Names[] {
  const contracted = contract(graph, (name) => allowed.has(name) || left.has(name) || right.has(name));
  const touching = [...left].some((name) => [...contracted.get(name)!].some((other) => right.has(other)));
  if (touching) return [];
  const border = (component: Names) => {
    const around = [...component].flatMap((name) => [...contracted.get(name)!]);
    return new Set(around.filter((name) => !component.has(name)).sort());
  };
  const found = new Map<string, Names>();
  // what cannot be reached from the right does not separate anything from it
  const add = (removed: Iterable<string>) => {
    const blocked = new Set(removed);
    for (const name of right) if (blocked.has(name)) return;
    const separator = border(reach(contracted, right, blocked));
    const key = [...separator].join("\n");
    if (found.size < cap && !found.has(key)) found.set(key, separator);
  };
  add(border(left));
  for (const separator of found.values()) {
    for (const name of separator)
      add([...separator, ...[...contracted.get(name)!].filter((other) => !left.has(other))]);
  }
  return [...found.values()].sort((a, b) => a.size - b.size || ([...a].join() < [...b].join() ? -1 : 1));
}

function reach(graph: Undirected, start: Names, blocked: Names): Names {
  const reached = new Set(start);
  for (const name of reached) for (const next of graph.get(name)!) if (!blocked.has(next)) reached.add(next);
  return reached;
}

/** Removes nodes and joins what was connected through them. */
function contract(graph: Undirected, keep: (name: string) => boolean): Undirected {
  const result = new Map<string, Set<string>>();
  for (const [name, neighbours] of graph) {
    if (!keep(name)) continue;
    const through = new Set<string>();
    const near = new Set<string>();
    const visit = (others: Iterable<string>) => {
      for (const other of others)
        if (keep(other)) near.add(other);
        else through.add(other);
    };
    visit(neighbours);
    for (const other of through) visit(graph.get(other)!);
    near.delete(name);
    result.set(name, near);
  }
  return result;
}
