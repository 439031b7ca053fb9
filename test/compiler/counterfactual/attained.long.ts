/** The same as in `attained.test.ts`, on more and larger models: 700 of them, up to twelve nodes of two to four states. */
import { beforeAll, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import type { Interval } from "#compiler/inference/answer";
import { createStream } from "#runtime/random";
import { checkBounds, emptyTally } from "./attained.ts";
import { ask } from "./brute.ts";
import { chainModel } from "./structural.ts";

beforeAll(prepareSolver);

it("hold and are attained in 400 models of two to four nodes", () => {
  const tally = emptyTally();
  for (let seed = 0; seed < 400; seed++) checkBounds(seed, 4, 2, 6, tally);
  console.log("up to 4 nodes", tally);
  expect(tally.sharp).toBeGreaterThan(150);
  expect(tally.attained).toBe(2 * tally.sharp);
});

it("hold in 300 models of up to twelve nodes, and are attained where they are sharp", () => {
  const tally = emptyTally();
  for (let seed = 1000; seed < 1300; seed++) checkBounds(seed, 12, 2, 4, tally);
  console.log("up to 12 nodes", tally);
  expect(tally.sharp).toBeGreaterThan(80);
  expect(tally.outer).toBeGreaterThan(20);
  expect(tally.attained).toBe(2 * tally.sharp);
});

it("takes seconds at most, whatever is asked: the time by the number of rows and states", () => {
  const shapes: readonly (readonly [string, number, number, number])[] = [
    ["one node, read through", 2, 3, 3],
    ["one node, read through", 2, 4, 4],
    ["two nodes", 3, 2, 2],
    ["two nodes", 3, 3, 2],
    ["two nodes", 3, 3, 3],
    ["two nodes", 3, 4, 3],
    ["three nodes", 4, 2, 2],
    ["three nodes", 4, 3, 2],
    ["eight nodes", 9, 2, 2],
    ["eight nodes", 9, 3, 3],
    ["eleven nodes", 12, 4, 4],
  ];
  for (const [words, length, states, last] of shapes) {
    const stream = createStream(length * 100 + states * 10 + last, "times");
    const sizes = Array.from({ length }, (_, i) => (i === length - 1 ? last : states));
    const net = chainModel(stream, sizes);
    const start = performance.now();
    const { value, outer } = ask(net, `P(N${length - 1}[N0 = s0] = s0 | N0 = s1, N${length - 1} = s1)`);
    const { low, high } = value as Interval;
    const took = `${(performance.now() - start).toFixed(0)} ms`;
    console.log(
      `${words}, ${states} states, the last ${last}: [${low.toFixed(4)}, ${high.toFixed(4)}] ${outer === true ? "outer" : "sharp"} ${took}`,
    );
    expect(low).toBeLessThanOrEqual(high);
  }
});
