/** All posteriors at once: which nodes they have, how they are found, and what is refused. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { posteriors } from "#compiler/inference/posteriors";
import { answer } from "#compiler/inference/query";
import { vocabulary } from "#stdlib/vocabulary";
import { bool, coin, distribution, equation, model, node, query, real } from "../causal/models.ts";

const options = { vocabulary, samples: 20_000, seed: 1, limit: 2 ** 20 };

function of(net: CausalModel, given = "", more: Partial<typeof options> = {}) {
  const parsed = query(`P(A${given})`);
  if (parsed.kind !== "probability") throw new Error(given);
  return posteriors(net, parsed.given, { ...options, ...more });
}

function sound(result: ReturnType<typeof of>) {
  if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
  return result;
}

const simpson = model([coin("G", [], 0.5), coin("A", ["G"], 0.25, 0.75), coin("H", ["G", "A"], 0.4, 0.2, 0.8, 0.7)]);

describe("posteriors", () => {
  it("of Simpson's paradox: seen and done", () => {
    const heal = (given: string) => sound(of(simpson, given)).nodes.H!.value.true;
    expect(heal(" | A = true")).toBeCloseTo(0.575, 12);
    expect(heal(" | A = false")).toBeCloseTo(0.5, 12);
    expect(heal(" | do(A = true)")).toBeCloseTo(0.45, 12);
    expect(heal(" | do(A = false)")).toBeCloseTo(0.6, 12);
    expect(sound(of(simpson, " | do(A = true)"))).toMatchObject({ rung: 2, nodes: { A: { value: { true: 1 } } } });
  });

  it("leave continuous nodes out, and are exact beside them", () => {
    const net = model([
      coin("A", [], 0.25),
      equation("Twice", real, ["A"], "2 * A"),
      distribution("W", real, ["A"], "Normal", ["A", "1"]),
      coin("B", ["A"], 0.1, 0.9),
    ]);
    const plain = sound(of(net));
    expect(Object.keys(plain.nodes)).toEqual(["A", "B"]);
    expect(plain.nodes.B).toEqual({
      method: "exact",
      value: { false: expect.closeTo(0.7, 12), true: expect.closeTo(0.3, 12) },
    });
    expect(sound(of(net, " | Twice = 2")).nodes.B!.value.true).toBeCloseTo(0.9, 12);
  });

  it("are sampled where evidence on a continuous node matters, and exact where it does not", () => {
    const net = model([
      coin("A", [], 0.5),
      distribution("W", real, ["A"], "Laplace", ["2 * A", "1"]),
      coin("Alone", [], 0.3),
    ]);
    const { nodes } = sound(of(net, " | W = 2"));
    expect(nodes.A).toMatchObject({ method: "sampled", samples: 20_000, seed: 1 });
    expect(Math.abs(nodes.A!.value.true! - 1 / (1 + Math.exp(-2)))).toBeLessThan(5 * nodes.A!.stderr!);
    expect(nodes.Alone).toEqual({ method: "exact", value: { false: 0.7, true: 0.3 } });
    expect(of(net, " | W = 2")).toEqual(of(net, " | W = 2"));
  });

  it("go node by node, then to sampling, when a tree would be too large, and say so", () => {
    const wide = model([
      coin("A", [], 0.5),
      ...Array.from({ length: 4 }, (_, i) => coin(`X${i}`, ["A"], 0.2, 0.6)),
      equation("All", bool, ["X0", "X1", "X2", "X3"], "X0 and X1 and X2 and X3"),
    ]);
    const small = sound(of(wide, "", { limit: 16 }));
    expect(small.nodes.X0).toMatchObject({ method: "exact", value: { true: expect.closeTo(0.4, 12) } });
    expect(small.nodes.All!.method).toBe("sampled");
    expect(small.warnings.map(({ code }) => code)).toEqual(["C701"]);
    expect(sound(of(wide)).nodes.All!.method).toBe("exact");
    const alone = answer(wide, query("P(All)"), options);
    if ("diagnostics" in alone) throw new Error("no answer");
    expect(sound(of(wide)).nodes.All!.value.true).toBeCloseTo(alone.answer.value as number, 12);
  });

  it("are refused for impossible evidence and for what has not been learned", () => {
    const codes = (result: ReturnType<typeof of>) =>
      "diagnostics" in result ? result.diagnostics.map(({ code }) => code) : [];
    expect(codes(of(simpson, " | A = true, A = false"))).toEqual(["C450"]);
    const learned = node("L", bool, ["A"], { kind: "learned", name: "neural", settings: {} });
    expect(codes(of(model([coin("A", [], 0.5), learned])))).toEqual(["C601"]);
  });
});
