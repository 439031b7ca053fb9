/** In which order to eliminate variables, and what it will cost before any table is made. */

export interface Elimination {
  readonly order: readonly number[];
  /** entries of the largest table that is walked */
  readonly largest: number;
  /** entries of all tables that are walked: proportional to the time */
  readonly total: number;
}

type Graph = Map<number, Set<number>>;

/** Variables are joined when a factor has both. */
function interactionGraph(scopes: readonly (readonly number[])[]): Graph {
  const graph: Graph = new Map();
  for (const scope of scopes) {
    for (const a of scope) {
      const neighbours = graph.get(a) ?? new Set();
      for (const b of scope) if (b !== a) neighbours.add(b);
      graph.set(a, neighbours);
    }
  }
  return graph;
}

/** Edges that eliminating the variable would add. */
function fillOf(graph: Graph, variable: number): number {
  const neighbours = [...graph.get(variable)!];
  let fill = 0;
  for (let i = 0; i < neighbours.length; i++) {
    const known = graph.get(neighbours[i]!)!;
    for (let j = i + 1; j < neighbours.length; j++) if (!known.has(neighbours[j]!)) fill++;
  }
  return fill;
}

function weightOf(graph: Graph, variable: number, sizeOf: (variable: number) => number): number {
  let weight = sizeOf(variable);
  for (const neighbour of graph.get(variable)!) weight *= sizeOf(neighbour);
  return weight;
}

/** Greedy: always the variable that is cheapest by `cost` now; ties go to the smaller table, then to the smaller id. */
function greedy(
  scopes: readonly (readonly number[])[],
  keep: ReadonlySet<number>,
  sizeOf: (variable: number) => number,
  cost: (graph: Graph, variable: number) => number,
): Elimination {
  const graph = interactionGraph(scopes);
  const rank = (variable: number) => ({ cost: cost(graph, variable), weight: weightOf(graph, variable, sizeOf) });
  const waiting = new Map(
    [...graph.keys()]
      .filter((v) => !keep.has(v))
      .sort((a, b) => a - b)
      .map((v) => [v, rank(v)]),
  );
  const order: number[] = [];
  let largest = 1;
  let total = 0;
  while (waiting.size > 0) {
    let best = -1;
    let bestRank = { cost: Number.POSITIVE_INFINITY, weight: Number.POSITIVE_INFINITY };
    for (const [variable, now] of waiting) {
      if (now.cost < bestRank.cost || (now.cost === bestRank.cost && now.weight < bestRank.weight) || best === -1) {
        best = variable;
        bestRank = now;
      }
    }
    largest = Math.max(largest, bestRank.weight);
    total += bestRank.weight;
    const neighbours = [...graph.get(best)!];
    for (const a of neighbours) {
      const known = graph.get(a)!;
      known.delete(best);
      for (const b of neighbours) if (b !== a) known.add(b);
    }
    graph.delete(best);
    waiting.delete(best);
    order.push(best);
    // only the neighbourhood of the neighbours has changed
    const touched = new Set(neighbours.flatMap((a) => [a, ...graph.get(a)!]));
    for (const variable of touched) if (waiting.has(variable)) waiting.set(variable, rank(variable));
  }
  const kept = [...graph.keys()].reduce((product, variable) => product * sizeOf(variable), 1);
  return { order, largest: Math.max(largest, kept), total: total + kept };
}

/**
 * The cheaper of min-fill and min-weight (Koller and Friedman 2009, section 9.4.3.2). `scopes` are the variables of
 * each factor; variables in `keep` stay.
 */
export function eliminationOrder(
  scopes: readonly (readonly number[])[],
  keep: ReadonlySet<number>,
  sizeOf: (variable: number) => number,
): Elimination {
  const byFill = greedy(scopes, keep, sizeOf, fillOf);
  const byWeight = greedy(scopes, keep, sizeOf, (graph, variable) => weightOf(graph, variable, sizeOf));
  return byWeight.total < byFill.total ? byWeight : byFill;
}
