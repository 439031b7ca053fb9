/** Identification of graphs whose answers are in the literature, in words; their values are checked in `random.test.ts`. */
import { describe, expect, it } from "vitest";
import { adjustmentSets, backDoorSets } from "#compiler/identify/adjustment";
import { frontDoorSets } from "#compiler/identify/front-door";
import { identify, queryOf } from "#compiler/identify/id";
import { estimandToLatex, printEstimand } from "#compiler/identify/print";
import { separated } from "#compiler/identify/separation";
import { graph, set } from "./graphs.ts";

const backDoor = graph("Z -> X -> Y; Z -> Y");
const frontDoor = graph("X -> M -> Y; X <-> Y");
const napkin = graph("W1 -> W2 -> X -> Y; W1 <-> X; W1 <-> Y");
const bow = graph("X -> Y; X <-> Y");
const instrument = graph("Z -> X -> Y; X <-> Y");
const verma = graph("A -> B -> C -> D; B <-> D");
const butterfly = graph("A -> X; A -> C; B -> C; B -> Y; C -> X; C -> Y; X -> Y");

function estimandOf(of: typeof bow, outcomes: string, treatments: string, given = ""): string {
  const found = identify(of, queryOf(of, set(outcomes), set(treatments), set(given)));
  if (!found.identified) return "none";
  const { arbitrary } = found;
  return printEstimand(found.estimand, of) + (arbitrary.size === 0 ? "" : ` for any ${[...arbitrary].join(", ")}`);
}

describe("estimands", () => {
  it.each([
    ["back door", backDoor, "Y", "X", "", "sum_z P(y | x, z) P(z)"],
    ["front door", frontDoor, "Y", "X", "", "sum_m P(m | x) sum_x' P(y | m, x') P(x')"],
    ["napkin", napkin, "Y", "X", "", "(sum_w1 P(x, y | w2, w1) P(w1)) / (sum_w1 P(x | w2, w1) P(w1)) for any W2"],
    ["bow", bow, "Y", "X", "", "none"],
    ["instrument", instrument, "Y", "X", "", "none"],
    ["the instrument's own effect", instrument, "Y", "Z", "", "P(y | z)"],
    ["Verma's graph", verma, "D", "C", "", "sum_b P(d | c, b, a) P(b | a) for any A"],
    ["no effect against the arrows", backDoor, "Z", "X Y", "", "P(z)"],
    ["nothing is done", backDoor, "Y", "", "Z", "P(y | z)"],
    ["given the confounder", backDoor, "Y", "X", "Z", "P(y | x, z)"],
    ["two-headed M-bias", graph("X -> Y; Z <-> Y; Z <-> X"), "Y", "X", "", "P(y | x)"],
  ])("%s", (_, of, outcomes, treatments, given, expected) => {
    expect(estimandOf(of, outcomes, treatments, given)).toBe(expected);
  });

  it("as LaTeX", () => {
    const found = identify(napkin, queryOf(napkin, ["Y"], ["X"]));
    if (!found.identified) throw new Error("the napkin is identifiable");
    expect(estimandToLatex(found.estimand, napkin)).toBe(
      "\\frac{\\sum_{w_{1}} P(x, y \\mid w_{2}, w_{1}) P(w_{1})}{\\sum_{w_{1}} P(x \\mid w_{2}, w_{1}) P(w_{1})}",
    );
  });

  it("the bow's hedge is its c-component, held together by the two-headed arrow", () => {
    expect(identify(bow, queryOf(bow, ["Y"], ["X"]))).toEqual({
      identified: false,
      hedge: { outer: set("Y X"), inner: set("Y"), roots: set("Y"), arrows: [["X", "Y"]], bidirected: [["Y", "X"]] },
    });
  });

  it("refuses sets that overlap or are not observed", () => {
    expect(() => queryOf(bow, ["Y"], ["Y"])).toThrow("internal");
    expect(() => queryOf(bow, ["Y"], ["U"])).toThrow("internal");
  });
});

describe("covariate sets", () => {
  const words = (sets: readonly ReadonlySet<string>[]) => sets.map((one) => [...one].sort().join(" "));

  it("of Pearl's back-door example with two confounders of a common child", () => {
    expect(words(backDoorSets(butterfly, set("X"), set("Y")))).toEqual(["A C", "B C"]);
    expect(words(adjustmentSets(butterfly, set("X"), set("Y"), 1))).toHaveLength(1);
  });

  it("of M-bias: the empty set, since the common child must not be seen", () => {
    const m = graph("X -> Y; A -> X; A -> C; B -> C; B -> Y");
    expect(words(backDoorSets(m, set("X"), set("Y")))).toEqual([""]);
  });

  it("of the front door: only the mediator, and nothing to adjust for", () => {
    expect(words(frontDoorSets(frontDoor, set("X"), set("Y")))).toEqual(["M"]);
    expect(backDoorSets(frontDoor, set("X"), set("Y"))).toEqual([]);
    expect(adjustmentSets(bow, set("X"), set("Y"))).toEqual([]);
    expect(frontDoorSets(bow, set("X"), set("Y"))).toEqual([]);
  });
});

describe("m-separation", () => {
  it.each([
    ["X", "Y", "M", frontDoor, false],
    ["A", "D", "B", verma, false],
    ["A", "C", "B", verma, true],
    ["A", "D", "B C", verma, false],
    ["W1", "Y", "", napkin, false],
    ["W2", "Y", "W1 X", napkin, false],
    ["A", "B", "", butterfly, true],
    ["A", "B", "C", butterfly, false],
    ["A", "B", "Y", butterfly, false],
  ])("%s and %s given {%s}", (left, right, given, of, expected) => {
    expect(separated(of, set(left), set(right), set(given))).toBe(expected);
    expect(separated(of, set(right), set(left), set(given))).toBe(expected);
  });
});
