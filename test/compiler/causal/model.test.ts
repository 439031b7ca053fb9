/** Printing, verifying and fitting causal models. */
import { describe, expect, it } from "vitest";
import { fitModel as fitTables } from "#compiler/causal/fit";
import { printModel, toDot } from "#compiler/causal/print";
import { modelProblems, verifyModel } from "#compiler/causal/verify";
import { intervene } from "#compiler/transforms/do";
import { observe } from "#compiler/transforms/observe";
import { bool, coin, distribution, equation, labels, model, node, real, table } from "./models.ts";

const learned = { kind: "learned", name: "neural", settings: {} } as const;
const net = model(
  [
    distribution("Ux", real, [], "Normal", ["0", "s"], "noise"),
    table("Size", labels("small", "large"), [], [0.51, 0.49]),
    coin("Sick", ["Size"], 0.25, 1 / 3),
    distribution("Fever", real, ["Sick"], "Normal", ["if Sick then 39 else 37", "0.5"], "latent"),
    equation("Cost", real, ["Fever", "Ux"], "2 * Fever + Ux"),
    node("Smile", bool, ["Sick"], learned),
    node("Face", { kind: "image", channels: 3, height: 4, width: 4 }, ["Smile"], learned, "image"),
  ],
  { s: 2 },
);

describe("printed models", () => {
  it("are Pearl's assignments with their noise", () => {
    const changed = observe(intervene(net, [{ kind: "set", node: "Smile", value: 1 }]), [
      { kind: "states", node: "Size", weights: [0, 1] },
      { kind: "states", node: "Sick", weights: [0.5, 0.25] },
      { kind: "value", node: "Cost", value: 80 },
      { kind: "interval", node: "Fever", low: 38, high: Number.POSITIVE_INFINITY },
    ]);
    expect(printModel(changed)).toBe(`model Test
  param s = 2
  Ux ~ Normal(0, s)  : real  [exogenous]
  Size := f(U_Size)  U_Size ~ Uniform(0, 1)  table 1x2  : {small, large}  [observed]
    small: 0.51  large: 0.49
  Sick := f(Size; U_Sick)  U_Sick ~ Uniform(0, 1)  table 2x2  : bool  [observed]
    (small)  false: 0.75  true: 0.25
    (large)  false: 0.666667  true: 0.333333
  Fever := f(Sick; U_Fever)  U_Fever ~ Uniform(0, 1)  Normal(if Sick then 39 else 37, 0.5)  : real  [latent]
  Cost := 2 * Fever + Ux  : real  [observed]
  Smile := true  : bool  [set]
  Face := f(Smile; U_Face)  U_Face ~ Normal(0, I)  neural, to be learned  : rgb(4, 4)  [image]
  given Size = large
  given Sick ~ {false: 0.5, true: 0.25}
  given Cost = 80
  given Fever >= 38
`);
  });

  it("are graphs for Graphviz", () => {
    const dot = toDot(observe(net, [{ kind: "states", node: "Sick", weights: [0, 1] }]));
    expect(dot).toContain('"Sick" -> "Fever";');
    expect(dot).toContain('"Sick" [style="filled"];');
    expect(dot).toContain('"Ux" [style="dashed"];');
    expect(dot).toContain('"Face" [shape=box];');
    expect(dot.match(/->/g)).toHaveLength(6);
    expect(toDot(intervene(net, [{ kind: "set", node: "Sick", value: 0 }])).match(/->/g)).toHaveLength(5);
  });
});

describe("verification", () => {
  it("accepts a sound model", () => expect(modelProblems(net)).toEqual([]));

  it.each([
    ["a parent that comes later", [coin("A", ["B"], 0.5, 0.5), coin("B", [], 0.5)], /does not come before/],
    ["a name twice", [coin("A", [], 0.5), coin("A", [], 0.5)], /two nodes are named A/],
    ["a table of the wrong size", [table("A", bool, [], [0.5, 0.25, 0.25])], /3 entries, not 1 x 2/],
    ["a row that sums to 0.9", [table("A", bool, [], [0.5, 0.4])], /not a distribution/],
    ["a negative probability", [table("A", bool, [], [1.5, -0.5])], /not a distribution/],
    ["a value that is no state", [node("A", bool, [], { kind: "fixed", value: 2 })], /fixed to 2/],
    ["a parent twice", [coin("A", [], 0.5), coin("B", ["A", "A"], 0.5, 0.5, 0.5, 0.5)], /a parent twice/],
  ])("finds %s", (_, nodes, problem) => {
    expect(() => verifyModel(model(nodes))).toThrow(/internal: /);
    expect(() => verifyModel(model(nodes))).toThrow(problem);
  });

  it("finds evidence that does not fit", () => {
    expect(() => observe(net, [{ kind: "states", node: "Sick", weights: [1] }])).toThrow(/does not fit/);
    expect(() => observe(net, [{ kind: "value", node: "Sick", value: 1 }])).toThrow(/is discrete/);
    expect(() => observe(net, [{ kind: "value", node: "Nobody", value: 1 }])).toThrow(/no node/);
  });
});

describe("fit", () => {
  it("replaces learned mechanisms by normalised tables and leaves the rest", () => {
    const fitted = fitTables(net, new Map([["Smile", Float64Array.of(0.25, 0.75 + 1e-8, 0.5, 0.5)]]));
    expect(modelProblems(fitted)).toEqual([]);
    const { mechanism } = fitted.nodes.find(({ name }) => name === "Smile")!;
    expect(mechanism.kind === "table" && mechanism.probabilities[0]! + mechanism.probabilities[1]!).toBeCloseTo(1, 15);
    expect(fitted.nodes.filter((entry, i) => entry !== net.nodes[i]).map(({ name }) => name)).toEqual(["Smile"]);
    expect(net.nodes[5]!.mechanism.kind).toBe("learned");
    expect(() => fitTables(net, new Map([["Smile", Float64Array.of(0.5, 0.5)]]))).toThrow(/internal/);
  });
});
