/** Laws of the transforms on random models: what do() cuts, that nothing is mutated, that pruning keeps answers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ancestorsOf, childrenOf, descendantsOf } from "#compiler/causal/graph";
import type { CausalModel, Evidence } from "#compiler/causal/model";
import { jointTable } from "#compiler/inference/joint";
import { type Intervention, intervene } from "#compiler/transforms/do";
import { observe } from "#compiler/transforms/observe";
import { prune } from "#compiler/transforms/prune";
import { statesOf } from "#lang/types/type";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { enumerate, randomModel } from "../causal/models.ts";

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const edges = (model: CausalModel) =>
  model.nodes.flatMap((node) => node.parents.map((parent) => `${parent} -> ${node.name}`));

/** Between one and all nodes, each set to a state or replaced by a root distribution. */
function randomActions(model: CausalModel, seed: number): Intervention[] {
  const stream = createStream(seed, "actions");
  const chosen = model.nodes.filter(() => stream.uniform() < 0.4);
  return chosen.map((node) => {
    const states = statesOf(node.type)!.length;
    if (stream.uniform() < 0.5) return { kind: "set", node: node.name, value: stream.integer(states) };
    const probabilities = new Float64Array(states).fill(1 / states);
    return {
      kind: "replace",
      node: node.name,
      mechanism: { kind: "table", probabilities },
      parents: [],
      span: node.span,
    };
  });
}

/** Evidence that some possible world satisfies. */
function randomEvidence(model: CausalModel, seed: number): Evidence[] {
  const stream = createStream(seed, "evidence");
  const worlds = [...enumerate(model)];
  const { world } = worlds[stream.integer(worlds.length)]!;
  return model.nodes
    .filter(() => stream.uniform() < 0.35)
    .map((node) => {
      const soft = stream.uniform() < 0.3;
      const weights = statesOf(node.type)!.map((_, state) => (state === world[node.name] ? 1 : soft ? 0.4 : 0));
      return { kind: "states", node: node.name, weights };
    });
}

describe("intervene", () => {
  it("cuts exactly the edges into the nodes it sets", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seed);
        const actions = randomActions(model, seed);
        const set = new Set(actions.map((action) => action.node));
        const expected = edges(model).filter((edge) => !set.has(edge.split(" -> ")[1]!));
        const after = intervene(model, actions);
        expect(edges(after)).toEqual(expected);
        for (const [i, node] of model.nodes.entries()) {
          if (!set.has(node.name)) expect(after.nodes[i]).toBe(node);
        }
      }),
    );
  });

  it("leaves its argument alone and does not change when repeated", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seed);
        const before = structuredClone(model);
        const actions = randomActions(model, seed);
        const once = intervene(model, actions);
        expect(model).toEqual(before);
        expect(intervene(once, actions)).toEqual(once);
        expect(intervene(model, [])).toEqual(model);
      }),
    );
  });

  it("stacks in any order, with observe too", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seed);
        const actions = randomActions(model, seed);
        const evidence = randomEvidence(model, seed);
        const oneByOne = actions.reduce((sofar, action) => intervene(sofar, [action]), model);
        const reversed = actions.reduceRight((sofar, action) => intervene(sofar, [action]), model);
        expect(oneByOne).toEqual(intervene(model, actions));
        expect(reversed).toEqual(oneByOne);
        expect(intervene(observe(model, evidence), actions)).toEqual(observe(intervene(model, actions), evidence));
      }),
    );
  });

  it("makes setting and seeing a root the same, and keeps what does not descend from it", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seed, 6);
        const root = model.nodes.find((node) => node.parents.length === 0)!;
        if (root.mechanism.kind !== "table") throw new Error("random models have tables");
        const state = root.mechanism.probabilities.findIndex((p) => p > 0);
        const done = intervene(model, [{ kind: "set", node: root.name, value: state }]);
        const weights = statesOf(root.type)!.map((_, s) => Number(s === state));
        const seen = observe(model, [{ kind: "states", node: root.name, weights }]);
        const below = descendantsOf(model, [root.name]);
        for (const { name } of model.nodes) {
          if (name === root.name) continue;
          const after = [...jointTable(done, [name], vocabulary)];
          expect(after).toEqual([...jointTable(seen, [name], vocabulary)].map((p) => expect.closeTo(p, 10)));
          if (!below.has(name)) {
            expect(after).toEqual([...jointTable(model, [name], vocabulary)].map((p) => expect.closeTo(p, 10)));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("prune", () => {
  it("keeps the distribution of the target given the evidence", () => {
    let smaller = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seed, 7);
        const observed = observe(model, randomEvidence(model, seed));
        const target = model.nodes[createStream(seed, "target").integer(model.nodes.length)]!;
        const pruned = prune(observed, [target.name]);
        smaller += model.nodes.length - pruned.nodes.length;
        const truth = new Float64Array(statesOf(target.type)!.length);
        for (const { world, probability } of enumerate(model)) {
          let weight = probability;
          for (const piece of observed.evidence) {
            if (piece.kind === "states") weight *= piece.weights[world[piece.node]!]!;
          }
          truth[world[target.name]!]! += weight;
        }
        const total = truth.reduce((sum, entry) => sum + entry, 0);
        // enumerate what is left, so that this does not rest on the pruning inside of the exact engine
        const found = new Float64Array(truth.length);
        const asTables = pruned.nodes.map((node) => {
          if (node.mechanism.kind !== "fixed") return node;
          const probabilities = new Float64Array(statesOf(node.type)!.length);
          probabilities[node.mechanism.value] = 1;
          return { ...node, mechanism: { kind: "table", probabilities } as const };
        });
        for (const { world, probability } of enumerate({ ...pruned, nodes: asTables })) {
          let weight = probability;
          for (const piece of pruned.evidence) {
            if (piece.kind === "states") weight *= piece.weights[world[piece.node]!]!;
          }
          found[world[target.name]!]! += weight;
        }
        const left = found.reduce((sum, entry) => sum + entry, 0);
        for (const [state, p] of truth.entries()) expect(found[state]! / left).toBeCloseTo(p / total, 10);
      }),
      { numRuns: 200 },
    );
    expect(smaller).toBeGreaterThan(100);
  });

  it("drops what a pinned node separates: a chain is cut at the evidence", () => {
    const chain = randomModel(3);
    const names = chain.nodes.map((node) => node.name);
    expect(prune(chain, [names[0]!]).nodes.map((node) => node.name)).toEqual([names[0]]);
    const collider = chain.nodes.find((node) => node.parents.length >= 2)!;
    const [a, b] = collider.parents as [string, string];
    const open = observe(chain, [
      { kind: "states", node: collider.name, weights: statesOf(collider.type)!.map((_, s) => Number(s === 0)) },
    ]);
    expect(prune(open, [a]).nodes.map((node) => node.name)).toContain(b);
  });
});

describe("graph", () => {
  it("knows ancestors as the reverse of descendants", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const model = randomModel(seed);
        for (const a of model.nodes) {
          for (const b of model.nodes) {
            expect(ancestorsOf(model, [b.name]).has(a.name)).toBe(descendantsOf(model, [a.name]).has(b.name));
          }
        }
        const children = childrenOf(model);
        for (const node of model.nodes)
          for (const parent of node.parents) expect(children.get(parent)).toContain(node.name);
      }),
    );
  });
});
