/** What Tab offers where. */
import { describe, expect, it } from "vitest";
import { complete } from "../../../apps/repl/complete.ts";
import { sessionOf, stonesText, tell } from "./sessions.ts";

const session = sessionOf(stonesText);
const offers = (line: string, before = "") => complete(line, session, before)[0];

describe("completion", () => {
  it("begins a line with statements, questions and commands", () => {
    expect(offers("")).toEqual(expect.arrayContaining(["P(", "do(", "observe(", "draw", "model", "reset", "graph"]));
    expect(complete("mo", session)).toEqual([["model", "models"], "mo"]);
    expect(offers("  re")).toEqual(["reset"]);
  });

  it("offers nodes inside brackets", () => {
    expect(offers("P(")).toEqual(["Size", "Treatment", "Recovered"]);
    expect(complete("P(Rec", session)).toEqual([["Recovered"], "Rec"]);
    expect(offers("do(T")).toEqual(["Treatment"]);
    expect(offers("observe(Size = small, R")).toEqual(["Recovered"]);
    expect(offers("E[")).toEqual(["Size", "Treatment", "Recovered"]);
  });

  it("offers interventions behind the bar", () => {
    expect(offers("P(Recovered | ")).toEqual(["do(", "observe(", "Size", "Treatment", "Recovered"]);
    expect(offers("P(Recovered | do(Treatment = A), ")).toContain("observe(");
    expect(offers("P(Recovered | do(")).toEqual(["Size", "Treatment", "Recovered"]);
  });

  it("offers the states of a node behind its sign", () => {
    expect(offers("P(Recovered | do(Treatment = ")).toEqual(["A", "B"]);
    expect(complete("observe(Size = sm", session)).toEqual([["small"], "sm"]);
    expect(offers("P(Recovered != ")).toEqual(["false", "true"]);
    expect(offers("P(Size in {small, ")).toEqual(["small", "large"]);
    expect(offers("do(Treatment ~ {")).toEqual(["A", "B"]);
  });

  it("knows what follows the words of statements and commands", () => {
    expect(offers("show p")).toEqual(["program", "plan"]);
    expect(offers("use ")).toEqual(["Stones"]);
    expect(offers("P(Size) in ")).toEqual(["Stones"]);
    expect(offers("draw 4 ")).toEqual(["Size", "Treatment", "Recovered"]);
    expect(offers("draw 4 Size | do(")).toEqual(["Size", "Treatment", "Recovered"]);
    expect(offers("train S")).toEqual(["Stones."]);
    expect(offers("train Stones.")).toEqual(["labels"]);
    expect(offers("train Stones.labels with w")).toEqual(["wgan_gp"]);
    expect(offers("data d = ce")).toEqual(["celeba"]);
    expect(offers("  sa", "model M {\n")).toEqual(["sample"]);
  });

  it("offers names of queries that were answered", () => {
    const { session: named } = tell(session, "query best = P(Recovered)");
    expect(complete("be", named)[0]).toEqual(["best"]);
    expect(complete("1 - be", named)[0]).toEqual(["best"]);
  });

  it("quotes names that are not words", () => {
    const { session: odd } = tell(
      sessionOf(null),
      "model M { sample `a b` : {`x y`, z} ~ cpt { `x y`: 0.5, z: 0.5 } }",
    );
    expect(complete("P(", odd)[0]).toEqual(["`a b`"]);
    expect(complete("P(`a", odd)).toEqual([["`a b`"], "`a"]);
    expect(complete("do(`a b` = ", odd)[0]).toEqual(["`x y`", "z"]);
  });

  it("finishes an index as part of its name", () => {
    const plates = sessionOf("model M { plate i in 1..2 { sample A : {x, y} ~ cpt { x: 0.5, y: 0.5 } } }");
    expect(complete("P(A[", plates)).toEqual([["A[1]", "A[2]"], "A["]);
    expect(complete("P(A[2", plates)).toEqual([["A[2]"], "A[2"]);
    expect(complete("P(A[2] = ", plates)[0]).toEqual(["x", "y"]);
    expect(complete("E[A[", plates)).toEqual([["A[1]", "A[2]"], "A["]);
    expect(complete("  pl", plates, "model N {\n")[0]).toEqual(["plate"]);
  });
});
