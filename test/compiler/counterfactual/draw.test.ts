/** Draws of counterfactual variables agree with the answers to queries about them; what is not determined is refused. */
import { describe, expect, it } from "vitest";
import type { CausalModel, Coupling } from "#compiler/causal/model";
import { drawWorlds } from "#compiler/counterfactual/draw";
import { parseDraw } from "#lang/syntax/parse";
import { vocabulary } from "#stdlib/vocabulary";
import { coin, distribution, equation, model, real } from "../causal/models.ts";
import { ask } from "./brute.ts";

const count = 20_000;

function drawn(net: CausalModel, text: string, seed = 1) {
  const { draw, diagnostics } = parseDraw({ name: "draw", text });
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  const found = drawWorlds(net, draw.variables, draw.given, draw.count.value, { vocabulary, seed });
  if ("diagnostics" in found)
    throw new Error(found.diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return found.names.map((name) => found.columns[name]!);
}

const coupledNet = (coupling: Coupling) =>
  model([
    coin("Z", [], 0.4),
    { ...coin("X", ["Z"], 0.3, 0.8), coupling },
    { ...coin("M", ["X"], 0.2, 0.7), coupling },
    { ...coin("Y", ["Z", "M"], 0.1, 0.5, 0.4, 0.9), coupling },
  ]);

/** The share of rows, against the probability of the query. */
function agrees(share: number, net: CausalModel, text: string): void {
  const p = ask(net, text).value as number;
  expect(Math.abs(share - p), text).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / count) + 1e-9);
}

const shareOf = (columns: readonly Float64Array[], holds: (row: readonly number[]) => boolean) => {
  let sum = 0;
  for (let row = 0; row < count; row++) if (holds(columns.map((column) => column[row]!))) sum++;
  return sum / count;
};

describe.each<Coupling>(["monotone", "gumbel", "independent"])("with the coupling %s", (coupling) => {
  it("worlds hang together as queries say", () => {
    const net = coupledNet(coupling);
    const columns = drawn(net, `${count} Y[X = true], Y[X = false], Y | X = true, Z = false`);
    const given = "| X = true, Z = false";
    agrees(
      shareOf(columns, ([a]) => a === 1),
      net,
      `P(Y[X = true] ${given})`,
    );
    agrees(
      shareOf(columns, ([a, b]) => a === 1 && b === 0),
      net,
      `P(Y[X = true], Y[X = false] = false ${given})`,
    );
    // consistency: under what was seen nothing differs
    expect(columns[0]).toEqual(columns[2]);
  });

  it("evidence in one world bears on another", () => {
    const net = coupledNet(coupling);
    const [y] = drawn(net, `${count} Y[X = true] | X = false, Y = true`);
    agrees(
      shareOf([y!], ([a]) => a === 1),
      net,
      "P(Y[X = true] | X = false, Y = true)",
    );
    const [policy] = drawn(net, `${count} Y[X := not X] | Y = true`);
    agrees(
      shareOf([policy!], ([a]) => a === 1),
      net,
      "P(Y[X := not X] | Y = true)",
    );
  });
});

describe("soft evidence", () => {
  it("weighs the worlds that hang together with it", () => {
    const net = coupledNet("monotone");
    const [y, z] = drawn(net, `${count} Y[X = true], Z | Z ~ {true: 0.9, false: 0.1}, X = false`);
    agrees(
      shareOf([y!], ([a]) => a === 1),
      net,
      "P(Y[X = true] | Z ~ {true: 0.9, false: 0.1}, X = false)",
    );
    expect(Math.abs(shareOf([z!], ([a]) => a === 1) - 0.9)).toBeLessThan(0.011);
    expect(() => drawn(net, "10 Y | Y[X = true] = true, Z ~ {true: 0.9, false: 0.1}")).toThrow(/^C519/);
  });
});

describe("with explicit noise", () => {
  const net = model([
    distribution("Ux", real, [], "Normal", ["0", "1"], "noise"),
    distribution("Uy", real, [], "Normal", ["0", "1"], "noise"),
    equation("X", real, ["Ux"], "Ux"),
    equation("Y", real, ["X", "Uy"], "2 * X + Uy"),
  ]);

  it("worlds share the noise, row by row", () => {
    const [one, zero, more] = drawn(net, "500 Y[X = 1], Y[X = 0], Y[X := X + 1] | X = 3, Y = 7");
    for (let row = 0; row < 500; row++) {
      expect(zero![row]).toBeCloseTo(1, 12);
      expect(one![row]! - zero![row]!).toBeCloseTo(2, 12);
      expect(more![row]).toBeCloseTo(9, 12);
    }
  });

  it("a distribution in a subscript is fresh noise, and one draw in one world", () => {
    const [y, x] = drawn(net, "4000 Y[X ~ Normal(0, 1)], X[X ~ Normal(0, 1)] | X = 3, Y = 7");
    for (let row = 0; row < 4000; row++) expect(y![row]).toBeCloseTo(2 * x![row]! + 1, 12);
    const mean = x!.reduce((sum, value) => sum + value, 0) / 4000;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(4000));
  });

  it("the same seed gives the same draws", () => {
    const text = "50 Y[X = 1] | Y > 0";
    expect(drawn(net, text, 3)).toEqual(drawn(net, text, 3));
    expect(drawn(net, text, 3)).not.toEqual(drawn(net, text, 4));
  });
});

describe("what is not determined", () => {
  const open = model([coin("X", [], 0.5), coin("Y", ["X"], 0.2, 0.6)]);
  it.each([
    ["10 Y[X = true], Y[X = false]", /^C517 what `Y` would be/],
    ["10 Y[X = true] | Y", /^C517/],
    ["10 Y[X = true] | do(X = false)", /^C502/],
    ["10 Y[X := if Y then true else false]", /^C509/],
    ["10 Y[X = true] | X[X = false]", /^C450/],
  ])("%s is refused", (text, expected) => {
    expect(() => drawn(open, text)).toThrow(expected);
  });

  it("is drawn where only one world is looked at", () => {
    const [y] = drawn(open, `${count} Y[X = true]`);
    agrees(
      shareOf([y!], ([a]) => a === 1),
      open,
      "P(Y | do(X = true))",
    );
  });

  it("is continuous: explicit noise is asked for", () => {
    const net = model([coin("X", [], 0.5), distribution("Y", real, ["X"], "Normal", ["X", "1"])]);
    expect(() => drawn(net, "10 Y[X = true], Y")).toThrow(/^C520/);
  });
});
