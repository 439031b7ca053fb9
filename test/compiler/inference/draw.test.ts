/** Draws come from the joint distribution: frequencies of whole combinations, exact and resampled. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { drawSamples, type Samples } from "#compiler/inference/draw";
import { answer } from "#compiler/inference/query";
import { statesOf } from "#lang/types/type";
import { vocabulary } from "#stdlib/vocabulary";
import { coin, distribution, enumerate, equation, model, node, query, randomModel, real } from "../causal/models.ts";

/** The conditions of a query text. */
function given(text: string) {
  const parsed = query(`P(X | ${text})`);
  if (parsed.kind !== "probability") throw new Error(text);
  return parsed.given;
}

function draw(net: CausalModel, text: string | null, count: number, seed = 1): Samples {
  const result = drawSamples(net, text === null ? [] : given(text), count, { vocabulary, seed });
  if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
  return result;
}

describe("draws of finite models", () => {
  it("have the frequencies of the joint posterior, combination by combination", () => {
    const count = 20_000;
    for (let seed = 0; seed < 12; seed++) {
      const net = randomModel(seed, 5);
      const [first, last] = [net.nodes[0]!, net.nodes.at(-1)!];
      const possible = [...enumerate(net)][0]!.world;
      const state = possible[last.name]!;
      const { columns, method } = draw(net, `${last.name} = s${state}`, count, seed);
      expect(method).toBe("exact");
      const key = (value: (name: string) => number) => net.nodes.map(({ name }) => value(name)).join();
      const expected = new Map<string, number>();
      let total = 0;
      for (const { world, probability } of enumerate(net)) {
        if (world[last.name] !== state) continue;
        expected.set(
          key((name) => world[name]!),
          probability,
        );
        total += probability;
      }
      const counts = new Map<string, number>();
      for (let row = 0; row < count; row++) {
        const combination = key((name) => columns[name]![row]!);
        counts.set(combination, (counts.get(combination) ?? 0) + 1);
      }
      for (const combination of counts.keys()) expect(expected.has(combination)).toBe(true);
      // chi-squared over cells that are not too rare; 5 standard deviations above its mean never happens by chance
      let chi = 0;
      let cells = 0;
      for (const [combination, p] of expected) {
        const mean = (p / total) * count;
        if (mean < 5) continue;
        chi += ((counts.get(combination) ?? 0) - mean) ** 2 / mean;
        cells++;
      }
      expect(chi, `model ${seed}, ${first.name}`).toBeLessThan(cells + 5 * Math.sqrt(2 * cells) + 5);
    }
  });

  it("keep dependence between nodes that share a cause, after do() too", () => {
    const net = model([
      coin("Cause", [], 0.5),
      coin("A", ["Cause"], 0, 1),
      coin("B", ["Cause"], 0, 1),
      coin("C", ["A"], 0.1, 0.9),
    ]);
    const { columns } = draw(net, "do(C = true)", 1000);
    expect([...columns.A!]).toEqual([...columns.B!]);
    expect(columns.C!.every((value) => value === 1)).toBe(true);
    const mean = columns.A!.reduce((sum, value) => sum + value, 0) / 1000;
    expect(mean).toBeGreaterThan(0.42);
    expect(mean).toBeLessThan(0.58);
    // seeing the effect makes the cause likely, setting it does not
    const seen = draw(net, "C = true", 1000).columns.A!;
    expect(seen.reduce((sum, value) => sum + value, 0) / 1000).toBeGreaterThan(0.86);
  });

  it("are the same for the same seed", () => {
    const net = randomModel(5);
    expect(draw(net, null, 100, 3)).toEqual(draw(net, null, 100, 3));
    expect(draw(net, null, 100, 3)).not.toEqual(draw(net, null, 100, 4));
  });

  it("need every mechanism that matters, and possible evidence", () => {
    const net = model([
      coin("A", [], 1),
      node("B", { kind: "bool" }, ["A"], { kind: "learned", name: "neural", settings: {} }),
    ]);
    const codes = (text: string, targets?: readonly string[]) => {
      const options = { vocabulary, seed: 1, ...(targets === undefined ? {} : { targets }) };
      const result = drawSamples(net, given(text), 10, options);
      return "diagnostics" in result ? result.diagnostics.map(({ code }) => code) : [];
    };
    expect(codes("do(A = false)")).toEqual(["C601"]);
    expect(codes("do(A = false)", ["A"])).toEqual([]);
    expect(codes("do(B = false)")).toEqual([]);
    expect(codes("A = false", ["A"])).toEqual(["C450"]);
  });
});

describe("draws of mixed models", () => {
  const net = model([
    coin("Sick", [], 0.2),
    distribution("Fever", real, ["Sick"], "Normal", ["if Sick then 39 else 37", "0.5"]),
    equation("Hot", { kind: "bool" }, ["Fever"], "Fever > 38"),
  ]);

  it("are exact going forward, and hold the finite part exactly to its evidence", () => {
    const { columns, method } = draw(net, "Sick = true", 5000);
    expect(method).toBe("exact");
    const mean = columns.Fever!.reduce((sum, value) => sum + value, 0) / 5000;
    expect(Math.abs(mean - 39)).toBeLessThan(4 * (0.5 / Math.sqrt(5000)));
    expect([...columns.Hot!]).toEqual([...columns.Fever!].map((value) => Number(value > 38)));
  });

  it("are resampled where continuous evidence weighs them", () => {
    const { columns, method, ess } = draw(net, "Fever > 38.2", 4000);
    expect(method).toBe("sampled");
    expect(ess).toBeGreaterThan(1000);
    expect(columns.Fever!.every((value) => value > 38.2)).toBe(true);
    const share = columns.Sick!.reduce((sum, value) => sum + value, 0) / 4000;
    const truth = answer(net, query("P(Sick | Fever > 38.2)"), { vocabulary, samples: 200_000, seed: 9 });
    if ("diagnostics" in truth) throw new Error("no answer");
    expect(Math.abs(share - (truth.answer.value as number))).toBeLessThan(0.02);
    // resampling shuffles: neighbours are as different as any two draws
    const same = columns.Fever!.filter((value, row) => value === columns.Fever![row + 1]).length;
    expect(same).toBeLessThan(40);
  });

  it("leave images to their renderer", () => {
    const image = { kind: "image", channels: 3, height: 8, width: 8 } as const;
    const faces = model([
      ...net.nodes,
      node("Face", image, ["Sick"], { kind: "learned", name: "generator", settings: {} }, "image"),
    ]);
    expect(Object.keys(draw(faces, "do(Sick = true)", 5).columns).sort()).toEqual(["Fever", "Hot", "Sick"]);
    const some = drawSamples(faces, given("do(Sick = true)"), 5, { vocabulary, seed: 1, targets: ["Face"] });
    expect("columns" in some && Object.keys(some.columns)).toEqual(["Sick"]);
    expect("columns" in some && statesOf(faces.nodes[0]!.type)).toEqual(["false", "true"]);
  });
});
