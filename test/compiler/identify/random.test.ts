/**
 * Identification against brute force: on random graphs with random models, an estimand evaluated on the observed joint is
 * the distribution of the mutilated model, and where there is none the hedge is one.
 */
import { describe, expect, it } from "vitest";
import type { Admg } from "#compiler/identify/admg";
import { adjustmentSets, backDoorSets, isAdjustmentSet, isBackDoorSet } from "#compiler/identify/adjustment";
import { evaluateEstimand, fixStates } from "#compiler/identify/evaluate";
import { frontDoorSets, isFrontDoorSet } from "#compiler/identify/front-door";
import type { CausalQuery } from "#compiler/identify/id";
import { createStream } from "#runtime/random";
import { assignments, bruteForce, randomGraph, randomModel } from "./graphs.ts";
import { checkIdentification, truth } from "./verdict.ts";

interface Case {
  readonly graph: Admg;
  readonly query: CausalQuery;
  readonly seed: number;
}

function randomCase(seed: number): Case {
  const stream = createStream(seed, "graph");
  const count = 3 + Math.floor(stream.uniform() * 4);
  const graph = randomGraph(stream, count, 0.25 + 0.4 * stream.uniform(), 0.45 * stream.uniform());
  const names = [...graph.nodes].sort(() => stream.uniform() - 0.5);
  const treatments = new Set(names.slice(0, 1 + Math.floor(stream.uniform() * 2)));
  const left = names.slice(treatments.size);
  const outcomes = new Set(left.slice(0, left.length > 1 && stream.uniform() < 0.3 ? 2 : 1));
  const rest = left.slice(outcomes.size);
  const given = new Set(stream.uniform() < 0.4 ? rest.slice(0, 1 + Math.floor(stream.uniform() * 2)) : []);
  return { graph, query: { outcomes, treatments, given }, seed };
}

const cases = Array.from({ length: 500 }, (_, i) => randomCase(i));

describe("random graphs", () => {
  it("estimands equal the mutilated model, and hedges are hedges", () => {
    let identified = 0;
    let conditional = 0;
    let refused = 0;
    for (const { graph, query, seed } of cases) {
      if (checkIdentification(graph, query, seed)) {
        identified++;
        if (query.given.size > 0) conditional++;
      } else refused++;
    }
    expect(identified).toBeGreaterThan(200);
    expect(conditional).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(50);
  });
});

describe("random graphs of seven and eight nodes", () => {
  it("estimands equal the mutilated model, and hedges are hedges", () => {
    let [identified, refused] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const stream = createStream(seed, "eight");
      const graph = randomGraph(stream, 7 + (seed % 2), 0.35, 0.06 + 0.12 * stream.uniform());
      const hidden = [...graph.siblings.values()].reduce((sum, ends) => sum + ends.size, 0) / 2;
      if (hidden > 7) continue;
      const [x, given] = [graph.nodes[1 + (seed % 3)]!, seed % 4 === 0 ? [graph.nodes[4]!] : []];
      const query = { outcomes: new Set(graph.nodes.slice(-1)), treatments: new Set([x]), given: new Set(given) };
      if (checkIdentification(graph, query, seed, 2)) identified++;
      else refused++;
    }
    expect(identified).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(5);
  });
});

/** All subsets that satisfy the test and of which no proper subset does. */
function minimalSets(names: readonly string[], holds: (set: ReadonlySet<string>) => boolean): string[] {
  const valid = Array.from({ length: 2 ** names.length }, (_, mask) => mask).filter((mask) =>
    holds(new Set(names.filter((_, i) => mask & (1 << i)))),
  );
  const minimal = valid.filter((mask) => !valid.some((other) => other !== mask && (other & mask) === other));
  return minimal
    .map((mask) =>
      names
        .filter((_, i) => mask & (1 << i))
        .sort()
        .join(" "),
    )
    .sort();
}

describe("covariate sets of random graphs", () => {
  const kinds = [
    { kind: "back-door", list: backDoorSets, holds: isBackDoorSet },
    { kind: "adjustment", list: adjustmentSets, holds: isAdjustmentSet },
    { kind: "front-door", list: frontDoorSets, holds: isFrontDoorSet },
  ];
  it.each(kinds)("lists exactly the minimal $kind sets", ({ list, holds }) => {
    let some = 0;
    for (let seed = 0; seed < 300; seed++) {
      const stream = createStream(seed, "sets");
      const graph = randomGraph(stream, 4 + (seed % 4), 0.4, 0.1 + 0.1 * stream.uniform());
      const treatments = new Set(graph.nodes.slice(1, seed % 3 === 0 ? 3 : 2));
      const outcomes = new Set(graph.nodes.slice(-1));
      const names = graph.nodes.filter((name) => !treatments.has(name) && !outcomes.has(name));
      const found = list(graph, treatments, outcomes).map((one) => [...one].sort().join(" "));
      const expected = minimalSets(names, (one) => holds(graph, treatments, outcomes, one));
      expect([...found].sort()).toEqual(expected);
      if (found.some((text) => text !== "")) some++;
    }
    expect(some).toBeGreaterThan(5);
  });

  it("adjusting for a set gives the effect, and no set means that adjusting fails for some model", () => {
    let checked = 0;
    for (const { graph, query, seed } of cases.slice(0, 150)) {
      const { treatments, outcomes } = query;
      const names = graph.nodes.filter((name) => !treatments.has(name) && !outcomes.has(name));
      const model = randomModel(graph, seed, 2);
      const observed = bruteForce(model);
      for (const size of [0, 1, names.length]) {
        const set = new Set(names.slice(0, size));
        const value = {
          kind: "sum",
          over: set,
          of: {
            kind: "product",
            factors: [
              { kind: "probability", of: outcomes, given: new Set([...treatments, ...set]) },
              { kind: "probability", of: set, given: new Set<string>() },
            ],
          },
        } as const;
        const table = evaluateEstimand(value, observed, [...outcomes, ...treatments])!;
        let worst = 0;
        for (const states of assignments(table.names, observed)) {
          const found = fixStates(table, states, observed).values[0]!;
          worst = Math.max(worst, Math.abs(found - truth(model, { ...query, given: new Set() }, states)));
        }
        expect(worst < 1e-9, `seed ${seed}, ${[...set]}`).toBe(isAdjustmentSet(graph, treatments, outcomes, set));
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(300);
  });
});
