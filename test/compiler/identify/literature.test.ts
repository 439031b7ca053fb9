/** Identification of graphs whose answers are in the literature, in words; their values are checked in `random.test.ts`. */
import { describe, expect, it } from "vitest";
import { adjustmentSets, backDoorSets } from "#compiler/identify/adjustment";
import { frontDoorSets } from "#compiler/identify/front-door";
import { identify, queryOf } from "#compiler/identify/id";
import { estimandToLatex, printEstimand } from "#compiler/identify/print";
import { separated } from "#compiler/identify/separation";
import { graph, set } from "./graphs.ts";
import { checkIdentification } from "./verdict.ts";

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

/**
 * Graphs that books, papers and other libraries use, with their verdict. The estimand is compared with the mutilated
 * model and the hedge with two models that it makes, so that nothing depends on how an answer is written.
 */
describe("published verdicts", () => {
  const yes = true;
  const no = false;
  it.each<[string, string, string, string, string, boolean]>([
    // Shpitser and Pearl 2006 and 2008: the bow, one treatment of two outcomes, and the hedge that one more arrow makes
    ["the bow arc", "X -> Y; X <-> Y", "Y", "X", "", no],
    ["two outcomes", "W1 -> X -> Y1; W2 -> Y2; W1 <-> Y1; W1 <-> W2; W1 <-> Y2; X <-> W2", "Y1 Y2", "X", "", yes],
    ["its first outcome", "W1 -> X -> Y1; W2 -> Y2; W1 <-> Y1; W1 <-> W2; W1 <-> Y2; X <-> W2", "Y1", "X", "", yes],
    ["a hedge", "W1 -> X -> Y1; W1 -> W2 -> Y2; W1 <-> Y1; W1 <-> W2; W1 <-> Y2; X <-> W2", "Y1 Y2", "X", "", no],
    ["the step that conditions", "X -> Y1; W1 -> X; W1 <-> Y1", "Y1", "X", "", yes],
    ["acting on both is seeing", "X -> Y; X -> Z -> Y; X <-> Z", "Y", "X Z", "", yes],
    ["acting on one is not", "X -> Y; X -> Z -> Y; X <-> Z", "Y", "X", "", no],
    ["given an effect of the treatment", "X -> Z -> Y; X <-> Z", "Y", "X", "Z", yes],
    ["the same without it", "X -> Z -> Y; X <-> Z", "Y", "X", "", no],
    ["given the instrument", "Z -> X -> Y; X <-> Y", "Y", "X", "Z", no],
    // Pearl 2009, figures 3.8 (f), (g) and 3.9 (a)
    ["Pearl 3.8 (f)", "X -> Z1 -> Z2 -> Y; X -> Y; Z1 -> Y; X <-> Z2; Z1 <-> Y", "Y", "X", "", yes],
    [
      "Pearl 3.8 (g)",
      "Z2 -> X -> Z1 -> Y; Z2 -> Z1; Z2 -> Z3 -> Y; Z2 <-> X; Z2 <-> Y; X <-> Z3; X <-> Y",
      "Y",
      "X",
      "",
      yes,
    ],
    ["a confounded mediator", "X -> Z -> Y; X <-> Z", "Y", "X", "", no],
    ["a mediator confounded below", "X -> Z -> Y; X <-> Y; Z <-> Y", "Y", "X", "", no],
    ["a plan of two actions", "X1 -> Z -> X2 -> Y; X1 -> Y; X1 -> X2; X1 <-> Z; Z <-> Y", "Y", "X1 X2", "", yes],
    ["another plan", "Z1 -> X1 -> X2 -> Y; Z2 -> Y; Z1 <-> Z2; Z1 <-> X2; Z2 <-> X2", "Y", "X1 X2", "", yes],
    // Tian 2002 and Verma and Pearl 1990
    [
      "Tian's two napkins",
      "W1 -> W2 -> X -> Y; W3 -> W4 -> X; W1 <-> X; W1 <-> Y; W1 <-> W3; W3 <-> W2; W3 <-> W5; W5 <-> W4",
      "Y",
      "X",
      "",
      yes,
    ],
    ["Verma's chain of five", "V1 -> V2 -> V3 -> V4 -> V5; V1 <-> V3; V2 <-> V4; V3 <-> V5", "V5", "V1", "", yes],
    ["confounded at its ends", "V1 -> V2 -> V3 -> V4 -> V5; V1 <-> V5; V1 <-> V3; V2 <-> V4", "V5", "V1", "", yes],
    // the examples of packages in R and Python
    ["a confounded cause of both", "Z -> X -> Y; Z -> Y; X <-> Z", "Y", "X", "", yes],
    [
      "pruning",
      "Z3 -> X -> Z4 -> Y; Z3 -> Z2 -> Z1 -> X; Z5 -> Z1; Z5 -> Z4; X <-> Z2; Z2 <-> Z3; Z2 <-> Y; Z4 <-> Y; Z4 <-> Z5",
      "Y",
      "X",
      "",
      yes,
    ],
    ["a conditioned front door", "W -> X -> Z -> Y; W -> Z; X <-> Y", "Y", "X", "Z", yes],
    ["the front door behind a cause", "W -> X -> Z -> Y; W -> Z; X <-> Y", "Y", "X", "", yes],
  ])("%s", (_, text, outcomes, treatments, given, expected) => {
    const of = graph(text);
    const query = queryOf(of, set(outcomes), set(treatments), set(given));
    for (const seed of [1, 2]) expect(checkIdentification(of, query, seed, of.nodes.length > 6 ? 2 : 3)).toBe(expected);
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
