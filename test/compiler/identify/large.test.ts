/** Identification on graphs of 60 nodes: it ends, whatever the graph, and the time is printed. */
import { expect, it } from "vitest";
import { adjustmentSets, backDoorSets } from "#compiler/identify/adjustment";
import { frontDoorSets } from "#compiler/identify/front-door";
import { identify, queryOf } from "#compiler/identify/id";
import { printEstimand } from "#compiler/identify/print";
import { createStream } from "#runtime/random";
import { graph, randomGraph, set } from "./graphs.ts";

it("identifies effects in random graphs of 60 nodes", () => {
  const outcomes = { estimand: 0, hedge: 0 };
  let slowest = 0;
  const count = 40;
  for (let seed = 0; seed < count; seed++) {
    const stream = createStream(seed, "large");
    const large = randomGraph(stream, 60, 0.02 + 0.1 * stream.uniform(), 0.06 * stream.uniform());
    const start = performance.now();
    const found = identify(large, queryOf(large, ["V59", "V55"], ["V10", "V30", "V45"], seed % 2 === 0 ? ["V20"] : []));
    slowest = Math.max(slowest, performance.now() - start);
    outcomes[found.identified ? "estimand" : "hedge"]++;
    adjustmentSets(large, set("V10"), set("V59"), 3);
    frontDoorSets(large, set("V10"), set("V59"), 1);
  }
  console.log(`60 nodes: slowest of ${count} effects ${slowest.toFixed(0)} ms`);
  expect(outcomes.estimand).toBeGreaterThan(5);
  expect(outcomes.hedge).toBeGreaterThan(5);
});

it("identifies, prints and lists sets in dense graphs of 60 nodes", () => {
  for (const [directed, bidirected] of [
    [0.05, 0.02],
    [0.5, 0.02],
    [0.5, 0.3],
    [0.9, 0.1],
  ] as const) {
    let slowest = 0;
    for (let seed = 0; seed < 4; seed++) {
      const dense = randomGraph(createStream(seed, "dense"), 60, directed, bidirected);
      const start = performance.now();
      const found = identify(dense, queryOf(dense, ["V59"], ["V20"]));
      if (found.identified) expect(printEstimand(found.estimand, dense).length).toBeLessThan(100_000);
      expect(backDoorSets(dense, set("V20"), set("V59"), 10).length).toBeLessThanOrEqual(10);
      expect(adjustmentSets(dense, set("V20"), set("V59"), 10).length).toBeLessThanOrEqual(10);
      frontDoorSets(dense, set("V20"), set("V59"), 10);
      slowest = Math.max(slowest, performance.now() - start);
    }
    console.log(`60 nodes, arrows ${directed} and ${bidirected} of all: slowest of 4 ${slowest.toFixed(0)} ms`);
  }
});

it("identifies through many napkins in a row", () => {
  // each step needs the quotient of the one before
  const count = 15;
  const steps = Array.from(
    { length: count },
    (_, i) => `A${i} -> B${i} -> A${i + 1}; A${i} <-> A${i + 1}; A${i} <-> Y`,
  );
  const long = graph(`${steps.join("; ")}; A${count} -> Y`);
  const start = performance.now();
  const found = identify(long, queryOf(long, ["Y"], [`A${count}`]));
  console.log(`${long.nodes.length} nodes, ${count} napkins: ${(performance.now() - start).toFixed(0)} ms`);
  expect(found.identified).toBe(true);
});
