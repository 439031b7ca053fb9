/** Bounds of random models: every structural model with the same tables is inside, and one is at each sharp end. */
import { beforeAll, describe, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import { checkBounds, type Tally } from "./attained.ts";

beforeAll(prepareSolver);

const none = (): Tally => ({ exact: 0, sharp: 0, outer: 0, impossible: 0, attained: 0 });

describe("random models", () => {
  it("of two to four nodes, which mostly have sharp bounds", () => {
    const tally = none();
    for (let seed = 0; seed < 350; seed++) checkBounds(seed, 4, 1, 3, tally);
    console.log("up to 4 nodes", tally);
    expect(tally.sharp).toBeGreaterThan(120);
    expect(tally.attained).toBe(2 * tally.sharp);
  });

  it("of up to twelve nodes, sharp or outer", () => {
    const tally = none();
    for (let seed = 1000; seed < 1200; seed++) checkBounds(seed, 12, 2, 2, tally);
    console.log("up to 12 nodes", tally);
    expect(tally.sharp).toBeGreaterThan(50);
    expect(tally.attained).toBe(2 * tally.sharp);
  });
});
