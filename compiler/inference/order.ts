/** In which order to eliminate variables, and what it will cost before any table is made. */
import { createStream } from "#runtime/random";

/** A variable as it is summed out, with the variables that its table has besides. */
export interface Step {
  readonly variable: number;
  readonly others: readonly number[];
}

export interface Elimination {
  readonly order: readonly number[];
  /** the same with scopes: step i sums out `order[i]` */
  readonly steps: readonly Step[];
  /** entries of the largest table that is walked; may be infinite */
  readonly largest: number;
  /** entries of all tables that are walked: proportional to the time */
  readonly total: number;
  /** what found it */
  readonly heuristic: string;
}

/** Variables 0 .. n - 1 here; they are joined when a factor has both. */
interface Graph {
  readonly ids: readonly number[];
  readonly neighbours: readonly (readonly number[])[];
  readonly sizes: Float64Array;
  /** log2, whose sums do not overflow */
  readonly logs: Float64Array;
  readonly kept: Uint8Array;
}

function interactionGraph(
  scopes: readonly (readonly number[])[],
  keep: ReadonlySet<number>,
  sizeOf: (variable: number) => number,
): Graph {
  const ids = [...new Set(scopes.flat())].sort((a, b) => a - b);
  const index = new Map(ids.map((id, i) => [id, i]));
  const sets = ids.map(() => new Set<number>());
  for (const scope of scopes) {
    for (const a of scope) for (const b of scope) if (a !== b) sets[index.get(a)!]!.add(index.get(b)!);
  }
  const sizes = Float64Array.from(ids, sizeOf);
  const kept = Uint8Array.from(ids, (id) => Number(keep.has(id)));
  return { ids, neighbours: sets.map((set) => [...set]), sizes, logs: sizes.map(Math.log2), kept };
}

/**
 * What a greedy choice minimises (Koller and Friedman 2009, section 9.4.3.2), ties by weight. `fill`: edges that are
 * added; `weighted-fill`: the same, each with the product of the sizes of its ends; `weight`: entries of the table;
 * `neighbours`: variables of the table.
 */
const heuristics = ["fill", "weighted-fill", "weight", "neighbours"] as const;
type Heuristic = (typeof heuristics)[number];

/** A graph while variables are taken out of it. */
interface State {
  readonly adjacent: number[][];
  readonly mark: Int32Array;
  stamp: number;
}

function weightOf({ logs }: Graph, { adjacent }: State, v: number): number {
  let weight = logs[v]!;
  for (const u of adjacent[v]!) weight += logs[u]!;
  return weight;
}

/** Sum over the missing edges among the neighbours of `v`: of 1, or of the product of the sizes of both ends. */
function fillOf({ sizes }: Graph, state: State, v: number, weighted: boolean): number {
  const around = state.adjacent[v]!;
  const { mark, adjacent } = state;
  const stamp = ++state.stamp;
  for (const u of around) mark[u] = stamp;
  let [sum, squares, present] = [0, 0, 0];
  for (const u of around) {
    const size = weighted ? sizes[u]! : 1;
    sum += size;
    squares += size * size;
    let known = 0;
    for (const w of adjacent[u]!) if (mark[w] === stamp) known += weighted ? sizes[w]! : 1;
    present += size * known;
  }
  return (sum * sum - squares - present) / 2;
}

/** Takes `v` out and joins its neighbours. Calls `added` for each new edge, before it is there. */
function takeOut(state: State, v: number, added: (a: number, b: number) => void): void {
  const { adjacent, mark } = state;
  const around = adjacent[v]!;
  for (const a of around) {
    const list = adjacent[a]!;
    list[list.indexOf(v)] = list.at(-1)!;
    list.pop();
  }
  for (let i = 0; i < around.length; i++) {
    const a = around[i]!;
    const stamp = ++state.stamp;
    for (const w of adjacent[a]!) mark[w] = stamp;
    for (let j = i + 1; j < around.length; j++) {
      const b = around[j]!;
      if (mark[b] === stamp) continue;
      added(a, b);
      adjacent[a]!.push(b);
      adjacent[b]!.push(a);
    }
  }
}

/**
 * Greedy elimination. `noise` of a variable multiplies its cost, to break ties in other ways than by weight; stops when
 * the total passes `bound`, and then gives null.
 */
function greedy(
  graph: Graph,
  heuristic: Heuristic,
  bound: number,
  noise: ((v: number) => number) | null = null,
): Omit<Elimination, "order"> | null {
  const { ids, logs, sizes, kept } = graph;
  const state: State = {
    adjacent: graph.neighbours.map((list) => [...list]),
    mark: new Int32Array(ids.length),
    stamp: 0,
  };
  const { adjacent } = state;
  const byFill = heuristic === "fill" || heuristic === "weighted-fill";
  const weighted = heuristic === "weighted-fill";
  const weights = new Float64Array(ids.length);
  const costs = new Float64Array(ids.length);
  const factor = Float64Array.from(ids, (_, v) => noise?.(v) ?? 1);
  const rank = (v: number) => {
    weights[v] = weightOf(graph, state, v);
    costs[v] = byFill ? fillOf(graph, state, v, weighted) : heuristic === "weight" ? weights[v]! : adjacent[v]!.length;
  };
  const waiting: number[] = [];
  for (let v = 0; v < ids.length; v++) {
    if (kept[v] === 1) continue;
    waiting.push(v);
    rank(v);
  }
  const common = new Int32Array(ids.length);
  let seen = 0;
  const steps: Step[] = [];
  let largest = 0;
  let total = 0;
  while (waiting.length > 0) {
    let at = 0;
    let [least, lightest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < waiting.length; i++) {
      const v = waiting[i]!;
      const cost = costs[v]! * factor[v]!;
      if (cost < least || (cost === least && weights[v]! < lightest)) [at, least, lightest] = [i, cost, weights[v]!];
    }
    const v = waiting[at]!;
    waiting[at] = waiting.at(-1)!;
    waiting.pop();
    largest = Math.max(largest, weights[v]!);
    total += 2 ** weights[v]!;
    if (total > bound) return null;
    const around = adjacent[v]!;
    steps.push({ variable: ids[v]!, others: around.map((u) => ids[u]!) });
    takeOut(state, v, (a, b) => {
      if (!byFill) return;
      // whoever knows both ends misses one edge less; the neighbours of v are counted anew below
      const share = weighted ? sizes[a]! * sizes[b]! : 1;
      const known = ++seen;
      for (const w of adjacent[a]!) common[w] = known;
      for (const w of adjacent[b]!) if (common[w] === known) costs[w]! -= share;
    });
    for (const u of around) if (kept[u] === 0) rank(u);
  }
  let rest = 0;
  for (let v = 0; v < ids.length; v++) if (kept[v] === 1) rest += logs[v]!;
  const whole = total + 2 ** rest;
  const name = noise === null ? heuristic : `${heuristic} with random ties`;
  return { steps, largest: Math.round(2 ** Math.max(largest, rest)), total: Math.round(whole), heuristic: name };
}

/** Below this many entries another heuristic costs more time than it could save. */
const cheap = 2 ** 12;
/** From this many on, random ties are tried as well: so many rounds. */
const expensive = 2 ** 22;
const rounds = 12;

/**
 * The cheapest order that the heuristics find, by predicted cost; the more expensive the best so far, the more are
 * tried. `scopes` are the variables of each factor; variables in `keep` stay. The same arguments give the same order.
 */
export function eliminationOrder(
  scopes: readonly (readonly number[])[],
  keep: ReadonlySet<number>,
  sizeOf: (variable: number) => number,
): Elimination {
  const graph = interactionGraph(scopes, keep, sizeOf);
  let best = greedy(graph, "fill", Number.POSITIVE_INFINITY)!;
  for (const heuristic of heuristics.slice(1)) {
    if (best.total <= cheap) break;
    best = greedy(graph, heuristic, best.total) ?? best;
  }
  if (best.total > expensive) {
    const stream = createStream(1, "order");
    for (let round = 0; round < rounds; round++) {
      const heuristic = heuristics[round % 3]!;
      best = greedy(graph, heuristic, best.total, () => 1 + 0.3 * stream.uniform()) ?? best;
    }
  }
  return { ...best, order: best.steps.map(({ variable }) => variable) };
}
