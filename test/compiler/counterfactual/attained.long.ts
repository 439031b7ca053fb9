/** The same as in `attained.test.ts`, on more and larger models: 700 of them, up to twelve nodes of two to four states. */
import { beforeAll, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import { checkBounds, emptyTally } from "./attained.ts";

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
