/** Exact answers against brute-force enumeration of random discrete models: seeing, doing, and both. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { jointTable, totalVariation } from "#compiler/inference/joint";
import { answer } from "#compiler/inference/query";
import { statesOf } from "#lang/types/type";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import { enumerate, query, randomModel, type World } from "../causal/models.ts";

const context = { vocabulary, samples: 1000, seed: 1 };

interface Question {
  readonly text: string;
  /** what enumeration says, or null where the evidence is impossible */
  readonly truth: Readonly<Record<string, number>> | null;
}

/** A random question about a random model, and its brute-force answer. */
function randomQuestion(model: CausalModel, seed: number): Question {
  const stream = createStream(seed, "question");
  const names = model.nodes.map((node) => node.name);
  const order = [...stream.permutation(names.length)].map((i) => names[i]!);
  const statesIn = (name: string) => statesOf(model.nodes.find((node) => node.name === name)!.type)!.length;
  const target = order[0]!;
  const set: Record<string, number> = {};
  const drawn: Record<string, number[]> = {};
  const seen: Record<string, number[]> = {};
  const parts: string[] = [];
  for (const name of order.slice(1)) {
    const states = statesIn(name);
    const state = stream.integer(states);
    const choice = stream.uniform();
    if (choice < 0.2) {
      set[name] = state;
      parts.push(`do(${name} = s${state})`);
    } else if (choice < 0.3) {
      const weights = Array.from({ length: states }, () => 1 + stream.integer(9));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      drawn[name] = weights.map((weight) => weight / sum);
      parts.push(`do(${name} ~ {${weights.map((weight, s) => `s${s}: ${weight / sum}`).join(", ")}})`);
    } else if (choice < 0.45) {
      seen[name] = [state];
      parts.push(`${name} = s${state}`);
    } else if (choice < 0.55) {
      seen[name] = Array.from({ length: states }, (_, s) => s).filter((s) => s !== state);
      parts.push(`observe(${name} != s${state})`);
    }
  }
  const sums = new Array<number>(statesIn(target)).fill(0);
  for (const { world, probability } of enumerate(model, set, drawn)) {
    if (Object.entries(seen).every(([name, states]) => states.includes(world[name]!))) {
      sums[world[target]!]! += probability;
    }
  }
  const total = sums.reduce((sum, entry) => sum + entry, 0);
  const truth = total === 0 ? null : Object.fromEntries(sums.map((sum, s) => [`s${s}`, sum / total]));
  return { text: `P(${target}${parts.length > 0 ? " | " : ""}${parts.join(", ")})`, truth };
}

describe("exact answers", () => {
  it("agree with enumeration on 300 random models", () => {
    const counts = { possible: 0, impossible: 0, doing: 0 };
    for (let seed = 0; seed < 300; seed++) {
      const model = randomModel(seed);
      const { text, truth } = randomQuestion(model, seed);
      const result = answer(model, query(text), context);
      if (truth === null) {
        counts.impossible++;
        expect("diagnostics" in result && result.diagnostics[0]!.code, text).toBe("C450");
        continue;
      }
      counts.possible++;
      if (text.includes("do(")) counts.doing++;
      if ("diagnostics" in result) throw new Error(`${text}: ${result.diagnostics[0]!.message}`);
      expect(result.answer.method).toBe("exact");
      expect(result.answer.rung).toBe(text.includes("do(") ? 2 : 1);
      for (const [state, p] of Object.entries(truth)) {
        expect(
          Math.abs((result.answer.value as Record<string, number>)[state]! - p),
          `${text} at ${state}`,
        ).toBeLessThan(1e-10);
      }
    }
    expect(counts.possible).toBeGreaterThan(200);
    expect(counts.doing).toBeGreaterThan(100);
    expect(counts.impossible).toBeGreaterThan(5);
  });

  it("agree with enumeration for joint events and whole joint distributions", () => {
    for (let seed = 1000; seed < 1060; seed++) {
      const model = randomModel(seed, 6);
      const [a, b] = [model.nodes[0]!.name, model.nodes.at(-1)!.name];
      const sum = (holds: (world: World) => boolean) => {
        let total = 0;
        for (const { world, probability } of enumerate(model)) if (holds(world)) total += probability;
        return total;
      };
      const numberOf = (text: string) => {
        const result = answer(model, query(text), context);
        if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
        return result.answer.value as number;
      };
      expect(numberOf(`P(${a} = s0, ${b} != s1)`)).toBeCloseTo(
        sum((world) => world[a] === 0 && world[b] !== 1),
        12,
      );
      const result = answer(model, query(`P(${a}, ${b})`), context);
      if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
      const value = result.answer.value as Record<string, Record<string, number>>;
      expect(result.answer.axes).toEqual([a, b]);
      expect(value.s1!.s0).toBeCloseTo(
        sum((world) => world[a] === 1 && world[b] === 0),
        12,
      );
      expect(Object.values(jointTable(model, [a, b], vocabulary))).toEqual(
        Object.values(value).flatMap((row) => Object.values(row).map((p) => expect.closeTo(p, 12))),
      );
    }
  });

  it("names a smallest impossible part of the evidence", () => {
    let found = 0;
    for (let seed = 0; seed < 400 && found < 20; seed++) {
      const model = randomModel(seed);
      const { text, truth } = randomQuestion(model, seed + 7);
      if (truth !== null || text.includes("do(")) continue;
      const result = answer(model, query(text), context);
      if (!("diagnostics" in result)) throw new Error(`${text} should be impossible`);
      const parts = [...result.diagnostics[0]!.message.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
      expect(parts.length).toBeGreaterThan(0);
      const target = text.slice(2, text.indexOf(" "));
      const possible = (conditions: readonly string[]) => {
        const joined = conditions.length === 0 ? "" : ` | ${conditions.join(", ")}`;
        return "answer" in answer(model, query(`P(${target}${joined})`), context);
      };
      expect(possible(parts), parts.join(", ")).toBe(false);
      for (const part of parts) expect(possible(parts.filter((other) => other !== part))).toBe(true);
      found++;
    }
    expect(found).toBeGreaterThan(3);
  });

  it("measures total variation", () => {
    expect(totalVariation([0.5, 0.5, 0], [0.25, 0.5, 0.25])).toBeCloseTo(0.25, 15);
    expect(totalVariation([1, 0], [0, 1])).toBe(1);
  });
});
