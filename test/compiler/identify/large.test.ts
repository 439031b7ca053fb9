/** Identification on graphs of 60 nodes: it ends, whatever the graph, and the time is printed. */
import { expect, it } from "vitest";
import { adjustmentSets } from "#compiler/identify/adjustment";
import { frontDoorSets } from "#compiler/identify/front-door";
import { identify, queryOf } from "#compiler/identify/id";
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
