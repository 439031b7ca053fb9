/**
 * Whether an answer of identification is right: an estimand on the observed joint is the effect in the mutilated model, and
 * a hedge is one, with two models that agree on what is observed and not on what is done.
 */
import { expect } from "vitest";
import { type Admg, ancestors, componentOf, minus, subgraph } from "#compiler/identify/admg";
import { evaluateEstimand, fixStates } from "#compiler/identify/evaluate";
import type { Hedge } from "#compiler/identify/hedge";
import { type CausalQuery, identify } from "#compiler/identify/id";
import { assignments, bruteForce, type RandomModel, randomModel } from "./graphs.ts";

/** Checks the answer, whichever it is, and says whether the effect is identifiable. */
export function checkIdentification(graph: Admg, query: CausalQuery, seed: number, states = 2 + (seed % 2)): boolean {
  const found = identify(graph, query);
  if (!found.identified) {
    checkHedge(graph, query, found.hedge);
    checkParity(graph, query, found.hedge);
    return false;
  }
  const model = randomModel(graph, seed, states);
  const observed = bruteForce(model);
  const asked = [...query.outcomes, ...query.treatments, ...query.given];
  const table = evaluateEstimand(found.estimand, observed, [...asked, ...found.arbitrary])!;
  const known = new Map<string, number>();
  for (const at of assignments(table.names, observed)) {
    const value = fixStates(table, at, observed).values[0]!;
    const key = asked.map((name) => at.get(name)).join(",");
    if (!known.has(key)) known.set(key, truth(model, query, at));
    expect(Math.abs(value - known.get(key)!), `seed ${seed}`).toBeLessThan(1e-9);
  }
  return true;
}

/** P(outcomes, given | do(treatments)) / P(given | do(treatments)) of the mutilated model. */
export function truth(model: RandomModel, query: CausalQuery, states: ReadonlyMap<string, number>): number {
  const actions = new Map([...query.treatments].map((name) => [name, states.get(name)!]));
  const mutilated = bruteForce(model, actions);
  const probability = (names: readonly string[]) => {
    const cell = names.reduce((index, name) => index * mutilated.sizeOf(name) + states.get(name)!, 0);
    return mutilated.marginal(names)[cell]!;
  };
  return probability([...query.outcomes, ...query.given]) / probability([...query.given]);
}

export function checkHedge(graph: Admg, { outcomes, treatments, given }: CausalQuery, hedge: Hedge): void {
  const { outer, inner, roots, arrows, bidirected } = hedge;
  for (const name of inner) expect(outer.has(name) && !treatments.has(name)).toBe(true);
  expect([...outer].some((name) => treatments.has(name))).toBe(true);
  // each is a c-forest with these roots: one child each, a tree of two-headed arrows
  for (const part of [outer, inner]) {
    const own = arrows.filter(([from, to]) => part.has(from) && part.has(to));
    expect(own.map(([from]) => from).sort()).toEqual([...minus(part, roots)].sort());
    const tree = bidirected.filter(([a, b]) => part.has(a) && part.has(b));
    expect(tree).toHaveLength(part.size - 1);
    const joined = new Map([...part].map((name) => [name, new Set<string>()]));
    for (const [a, b] of tree) joined.get(a)!.add(b) && joined.get(b)!.add(a);
    const whole = { ...subgraph(graph, part), siblings: joined };
    expect(componentOf(whole, [...part][0]!).size).toBe(part.size);
  }
  for (const [from, to] of arrows) expect(graph.children.get(from)!.has(to)).toBe(true);
  for (const [a, b] of bidirected) expect(graph.siblings.get(a)!.has(b)).toBe(true);
  const untreated = subgraph(graph, minus(graph.nodes, treatments));
  const causes = ancestors(
    untreated,
    [...outcomes, ...given].filter((name) => !treatments.has(name)),
  );
  for (const root of roots) expect(causes.has(root)).toBe(true);
}

/**
 * Two models of the graph that agree on what is observed and differ in what the treatments do to the roots of the hedge
 * (Shpitser and Pearl 2006, theorem 4): every node of the forest is the parity of what it reads in it; in the second
 * model nodes of the inner forest read nothing from outside of it. All else is fair coins.
 */
function checkParity(
  graph: Admg,
  { treatments }: CausalQuery,
  { outer, inner, roots, arrows, bidirected }: Hedge,
): void {
  if (graph.nodes.length > 8) return;
  const fair = randomModel(graph, 1, 2);
  const parity = (innerOnly: boolean): RandomModel => {
    const reads = (child: string, parent: string): boolean => {
      const source = innerOnly && inner.has(child) ? inner : outer;
      const hidden = bidirected.find(([a, b]) => parent === `U ${a} ${b}` || parent === `U ${b} ${a}`);
      if (hidden !== undefined) return hidden.includes(child) && hidden.every((end) => source.has(end));
      return source.has(parent) && arrows.some(([from, to]) => from === parent && to === child);
    };
    const tables = new Map(
      fair.order.map((name) => {
        const parents = fair.parents.get(name)!;
        if (!outer.has(name)) return [name, new Float64Array(2 ** (parents.length + 1)).fill(0.5)] as const;
        const table = new Float64Array(2 ** (parents.length + 1));
        for (let row = 0; row < 2 ** parents.length; row++) {
          const odd = parents.filter((parent, i) => {
            return reads(name, parent) && (row >> (parents.length - 1 - i)) % 2 === 1;
          });
          table[2 * row + (odd.length % 2)] = 1;
        }
        return [name, table] as const;
      }),
    );
    return { ...fair, tables };
  };
  const [first, second] = [parity(false), parity(true)];
  const distance = (a: Float64Array, b: Float64Array) => Math.max(...a.map((p, i) => Math.abs(p - b[i]!)));
  const seen = [first, second].map((model) => bruteForce(model).marginal(graph.nodes));
  expect(distance(seen[0]!, seen[1]!)).toBeLessThan(1e-12);
  const cut = new Map([...treatments].map((name) => [name, 0]));
  const done = [first, second].map((model) => bruteForce(model, cut).marginal([...roots]));
  expect(distance(done[0]!, done[1]!)).toBeGreaterThan(0.1);
}
