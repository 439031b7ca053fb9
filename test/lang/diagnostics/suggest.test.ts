/** "Did you mean". */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closest, distance } from "#lang/diagnostics/suggest";

describe("distance", () => {
  it.each([
    ["", "", 0],
    ["abc", "", 3],
    ["smaple", "sample", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ])("%s to %s is %i", (a, b, expected) => {
    expect(distance(a, b)).toBe(expected);
  });

  it("is symmetric, and zero only for equal names", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, b) === 0).toBe(a === b);
      }),
      { seed: 4 },
    );
  });
});

describe("closest", () => {
  it.each([
    ["Mle", ["Male", "Young"], "Male"],
    ["male", ["Mele", "Male"], "Male"],
    ["Mustahce", ["Moustache", "Mustache"], "Mustache"],
    ["X", ["Y", "Z"], null],
    ["x", ["X"], "X"],
    ["Smoking", ["Cancer", "Tar"], null],
    ["Male", ["Male"], null],
  ])("%s among %j", (name, candidates, expected) => {
    expect(closest(name, candidates)).toBe(expected);
  });
});
