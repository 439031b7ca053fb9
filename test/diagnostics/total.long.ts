/** The checker is total: thousands of random and mutated programs, and every state of the parser on every program. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { corpus } from "./corpus.ts";
import { arbitraries, survives } from "./fuzz.ts";
import { speaksTheLanguage } from "./states.ts";

describe("no text throws", () => {
  it.each(Object.entries(arbitraries))("%s", { timeout: 600_000 }, (_, texts) => {
    fc.assert(fc.property(texts, survives), { numRuns: 5000, seed: 21 });
  });
});

describe("every state of the parser", () => {
  it.each(corpus.map(({ name, text }) => [name, text] as const))("of %s", { timeout: 600_000 }, (_, text) => {
    speaksTheLanguage(text, { stride: text.length < 10_000 ? 1 : 37, offset: 0 });
  });
});
