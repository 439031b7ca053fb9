/** The junction tree as it is printed, its promises, plans that are used again, and numbers that would underflow. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { type JunctionTree, junctionTree, printJunctionTree } from "#compiler/inference/junction-tree";
import { allMarginals, createNetwork, type Likelihoods, situate } from "#compiler/inference/network";
import { eliminationOrder } from "#compiler/inference/order";
import { tabulate } from "#compiler/inference/tabulate";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { coin, labels, model, randomModel, table } from "../causal/models.ts";

const networkOf = (net: CausalModel) => createNetwork(tabulate(net, vocabulary).variables.values());
const seen = (states: number, state: number) => Float64Array.from({ length: states }, (_, s) => Number(s === state));

const asia = model([
  coin("asia", [], 0.01),
  coin("tub", ["asia"], 0.01, 0.05),
  coin("smoke", [], 0.5),
  coin("lung", ["smoke"], 0.01, 0.1),
  coin("bronc", ["smoke"], 0.3, 0.6),
  coin("either", ["lung", "tub"], 0, 1, 1, 1),
  coin("xray", ["either"], 0.05, 0.98),
  coin("dysp", ["bronc", "either"], 0.1, 0.7, 0.8, 0.9),
]);

function show(net: CausalModel, likelihoods: Likelihoods = new Map()): string {
  const { plan } = situate(networkOf(net), likelihoods)!;
  const name = (id: number) => net.nodes[id]!.name;
  return printJunctionTree(plan.tree, name, (factor) => net.nodes[factor]?.name ?? "evidence");
}

describe("a junction tree", () => {
  it("prints its cliques, what they share and where nothing has been seen", () => {
    expect(show(asia)).toMatchInlineSnapshot(`
      "junction tree by fill: largest 8, together 57 entries
        {bronc, smoke, lung} 8: smoke, lung, bronc
          {bronc, lung, either} 8 shares {bronc, lung}
            {either, xray} 4 shares {either}, silent: xray
            {bronc, either, dysp} 8 shares {bronc, either}, silent: dysp
            {lung, either, tub} 8 shares {lung, either}: either
              {tub, asia} 4 shares {tub}: asia, tub
      "
    `);
    expect(show(asia, new Map([[6, seen(2, 1)]]))).toMatchInlineSnapshot(`
      "junction tree by fill: largest 8, together 51 entries
        {bronc, smoke, lung} 8: smoke, lung, bronc
          {bronc, lung, either} 8 shares {bronc, lung}: xray
            {bronc, either, dysp} 8 shares {bronc, either}, silent: dysp
            {lung, either, tub} 8 shares {lung, either}: either
              {tub, asia} 4 shares {tub}: asia, tub
      "
    `);
  });

  it("has each family in a clique and each variable in one connected part", () => {
    for (let seed = 0; seed < 200; seed++) {
      const net = randomModel(seed, 12);
      const ids = new Map(net.nodes.map((node, i) => [node.name, i]));
      const scopes = net.nodes.map((node, i) => ({ variables: [...node.parents.map((p) => ids.get(p)!), i], head: i }));
      const sizes = net.nodes.map((_, i) => 2 + (i % 3));
      const order = eliminationOrder(
        scopes.map(({ variables }) => variables),
        new Set(),
        (v) => sizes[v]!,
      );
      const tree = junctionTree(order, scopes, sizes);
      expect([...order.order].sort((a, b) => a - b)).toEqual(net.nodes.map((_, i) => i));
      expect(
        tree.cliques.flatMap(({ operands }) => operands.map(({ factor }) => factor)).sort((a, b) => a - b),
      ).toEqual(net.nodes.map((_, i) => i));
      for (const { scope, operands } of tree.cliques) {
        for (const { factor } of operands)
          expect(scope).toEqual(expect.arrayContaining([...scopes[factor]!.variables]));
      }
      runsTogether(tree, sizes.length);
    }
  });

  /** The cliques that have a variable are one subtree: all but one of them share it with their parent. */
  function runsTogether({ cliques }: JunctionTree, variables: number): void {
    for (let v = 0; v < variables; v++) {
      const tops = cliques.filter(({ scope, separator }) => scope.includes(v) && !separator.includes(v));
      expect(tops).toHaveLength(1);
    }
    for (const [i, { separator, parent }] of cliques.entries()) {
      if (parent === null) expect(separator).toEqual([]);
      else {
        expect(parent).toBeLessThan(i);
        expect(cliques[parent]!.scope).toEqual(expect.arrayContaining([...separator]));
      }
    }
  }
});

describe("plans", () => {
  it("are used again for other states of the same nodes, and not for other nodes", () => {
    const network = networkOf(asia);
    const first = situate(network, new Map([[7, seen(2, 1)]]))!;
    expect(situate(network, new Map([[7, seen(2, 0)]]))!.plan).toBe(first.plan);
    expect(situate(network, new Map([[6, seen(2, 1)]]))!.plan).not.toBe(first.plan);
    expect(network.plans.size).toBe(2);
    const answers = [1, 0, 1].map((state) => {
      return allMarginals(network, situate(network, new Map([[7, seen(2, state)]]))!)!.byVariable.get(2)![1];
    });
    expect(answers[0]).toBe(answers[2]);
    expect(answers[0]).toBeCloseTo(0.634, 3);
    expect(answers[1]).not.toBeCloseTo(answers[0]!, 2);
  });

  it("leave out what cannot occur", () => {
    const many = labels("a", "b", "c", "d", "e", "f", "g", "h");
    const sure = Array.from({ length: 8 }, (_, s) => Number(s === 2) * 0.5 + Number(s === 5) * 0.5);
    const spread = Array.from({ length: 512 }, () => sure).flat();
    const net = model([
      table("A", many, [], sure),
      table("B", many, [], sure),
      table("C", many, [], sure),
      table("D", many, ["A", "B", "C"], spread),
    ]);
    const network = networkOf(net);
    const all = situate(network, new Map(), Number.POSITIVE_INFINITY)!;
    const possible = situate(network, new Map(), 0)!;
    expect(all.plan.tree.largest).toBe(4096);
    expect(possible.plan.tree.largest).toBe(16);
    expect(allMarginals(network, possible)!.byVariable.get(3)).toEqual(Float64Array.from(sure));
    expect(situate(network, new Map([[3, seen(8, 0)]]), 0)).toBeNull();
    expect(allMarginals(network, situate(network, new Map([[3, seen(8, 0)]]), Number.POSITIVE_INFINITY)!)).toBeNull();
  });
});

describe("much evidence", () => {
  it("does not underflow: a thousand features of one class", () => {
    const stream = createStream(1, "features");
    const features = Array.from({ length: 1000 }, (_, i) => {
      const [p, q] = [0.001 * (1 + stream.uniform()), 0.001 * (1 + stream.uniform())];
      return { p, q, node: coin(`F${i}`, ["C"], p, q) };
    });
    const network = networkOf(model([coin("C", [], 0.5), ...features.map(({ node }) => node)]));
    const evidence = new Map(features.map((_, i) => [i + 1, seen(2, 1)]));
    const found = allMarginals(network, situate(network, evidence)!)!;
    const odds = features.reduce((sum, { p, q }) => sum + Math.log(q) - Math.log(p), 0);
    expect(found.byVariable.get(0)![1]).toBeCloseTo(1 / (1 + Math.exp(-odds)), 10);
    expect(found.logEvidence).toBeLessThan(-9000);
  });

  it("does not underflow along a chain of two thousand nodes either", () => {
    const nodes = [coin("X0", [], 0.5)];
    const evidence = new Map<number, Float64Array>();
    for (let i = 1; i < 2000; i++) {
      nodes.push(coin(`X${i}`, [`X${i - 1}`], 0.3, 0.6));
      evidence.set(i, Float64Array.of(1e-3, 2e-3));
    }
    const network = networkOf(model(nodes));
    const { byVariable, logEvidence } = allMarginals(network, situate(network, evidence)!)!;
    expect(logEvidence).toBeLessThan(-15_000);
    let [zero, one] = [0.5, 0.5];
    for (let i = 1; i < 2000; i++) {
      [zero, one] = [(zero * 0.7 + one * 0.4) * 1, (zero * 0.3 + one * 0.6) * 2];
      [zero, one] = [zero / (zero + one), one / (zero + one)];
    }
    expect(byVariable.get(1999)![1]).toBeCloseTo(one, 10);
  });
});
