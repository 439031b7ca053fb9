/** Bounds of random models: every structural model with the same tables is inside, and one is at each sharp end. */
import { beforeAll, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import { checkBounds, emptyTally } from "./attained.ts";

beforeAll(prepareSolver);

it("hold and are attained in models of two to four nodes", () => {
  const tally = emptyTally();
  for (let seed = 0; seed < 180; seed++) checkBounds(seed, 4, 1, 3, tally);
  expect(tally.sharp).toBeGreaterThan(90);
  expect(tally.attained).toBe(2 * tally.sharp);
});

it("hold in models of up to twelve nodes, and are attained where they are sharp", () => {
  const tally = emptyTally();
  for (let seed = 1002; seed < 1026; seed++) checkBounds(seed, 12, 2, 2, tally);
  expect(tally.sharp).toBeGreaterThan(5);
  expect(tally.outer).toBeGreaterThan(1);
  expect(tally.attained).toBe(2 * tally.sharp);
});
