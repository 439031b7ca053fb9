/** Counterfactuals that have one answer: explicit noise and declared couplings, against enumeration; and the laws. */
import { beforeAll, describe, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import type { CausalModel, Coupling } from "#compiler/causal/model";
import { createWorlds } from "#compiler/transforms/counterfactual";
import { createStream } from "#runtime/random";
import { bool, distribution, equation, model, randomModel } from "../causal/models.ts";
import { ask, bruteForce, cutNoise, explicitNoise, independentNoise, randomQuestion, writeQuery } from "./brute.ts";

beforeAll(prepareSolver);

/** Boolean equations with a noise each, and now and then one that two of them share. */
function randomEquations(seed: number): CausalModel {
  const stream = createStream(seed, "equations");
  const count = 2 + stream.integer(4);
  const noises = Array.from({ length: count }, (_, i) =>
    distribution(`U${i}`, bool, [], "Bernoulli", [(0.1 + 0.8 * stream.uniform()).toFixed(3)], "noise"),
  );
  const operators = ["and", "or", "!=", "=="];
  const nodes = Array.from({ length: count }, (_, i) => {
    const own = stream.uniform() < 0.25 ? `U${stream.integer(count)}` : `U${i}`;
    const parents = Array.from({ length: i }, (_, j) => `X${j}`).filter(() => stream.uniform() < 0.6);
    const text = parents.reduce((sum, parent) => {
      const operand = stream.uniform() < 0.3 ? `(not ${parent})` : parent;
      return `(${sum} ${operators[stream.integer(operators.length)]} ${operand})`;
    }, own);
    return equation(`X${i}`, bool, [own, ...parents], text);
  });
  return model([...noises, ...nodes]);
}

describe("explicit noise", () => {
  it("gives what enumeration gives, on 250 random models", () => {
    let answered = 0;
    for (let seed = 0; seed < 250; seed++) {
      const net = randomEquations(seed);
      const names = net.nodes.filter(({ role }) => role === "let").map(({ name }) => name);
      const stream = createStream(seed, "question");
      for (let repeat = 0; repeat < 2; repeat++) {
        const { asked, given } = randomQuestion(net, names, stream);
        const truth = bruteForce(net, explicitNoise(net), asked, given);
        const text = writeQuery(net, asked, given);
        if (truth === null) {
          expect(() => ask(net, text), text).toThrow("C450");
          continue;
        }
        const found = ask(net, text);
        expect(found.method, text).toBe("exact");
        expect(found.value, text).toBeCloseTo(truth, 10);
        answered++;
      }
    }
    expect(answered).toBeGreaterThan(350);
  });
});

describe.each<Coupling>(["monotone", "independent"])("the coupling %s", (coupling) => {
  it("gives what enumeration gives, on 60 random models", () => {
    let compared = 0;
    for (let seed = 0; seed < 60; seed++) {
      const plain = randomModel(seed, 4);
      if (plain.nodes.some(({ mechanism }) => mechanism.kind === "table" && mechanism.probabilities.length > 24))
        continue;
      const net: CausalModel = { ...plain, nodes: plain.nodes.map((node) => ({ ...node, coupling })) };
      const noises = new Map(
        net.nodes.map(({ name, type }) => {
          const states = type.kind === "labels" ? type.labels.map((_, i) => i) : [0, 1];
          return [name, coupling === "monotone" ? cutNoise(net, name, () => states) : independentNoise(net, name)];
        }),
      );
      if ([...noises.values()].reduce((product, noise) => product * noise.length, 1) > 20_000) continue;
      const names = net.nodes.map(({ name }) => name);
      const { asked, given } = randomQuestion(net, names, createStream(seed, "question"));
      const truth = bruteForce(net, noises, asked, given);
      if (truth === null) continue;
      const found = ask(net, writeQuery(net, asked, given));
      expect(found.method).toBe("exact");
      expect(found.value, writeQuery(net, asked, given)).toBeCloseTo(truth, 9);
      compared++;
    }
    expect(compared).toBeGreaterThan(15);
  });
});

describe("the laws of counterfactuals", () => {
  const models = Array.from({ length: 30 }, (_, seed) => randomModel(seed, 5));

  it("consistency: Y[X = x] = Y where X = x", () => {
    for (const net of models) {
      const [x, y] = [net.nodes[0]!.name, net.nodes.at(-1)!.name];
      const seen = ask(net, `P(${x} = s0)`).value as number;
      if (seen === 0) continue;
      expect(ask(net, `P(${y}[${x} = s0] = s0 | ${x} = s0)`).value).toBeCloseTo(
        ask(net, `P(${y} = s0 | ${x} = s0)`).value as number,
        9,
      );
    }
  });

  it("composition: Y[X = x, W = W[X = x]] = Y[X = x]", () => {
    for (const net of models) {
      const [x, w, y] = [net.nodes[0]!.name, net.nodes[1]!.name, net.nodes.at(-1)!.name];
      const nested = `${y}[${x} = s0, ${w} = ${w}[${x} = s0]]`;
      expect(ask(net, `P(${nested} = s0)`).value).toBeCloseTo(ask(net, `P(${y}[${x} = s0] = s0)`).value as number, 9);
      const both = ask(net, `P(${nested} = s0, ${y}[${x} = s0] = s1)`);
      expect(both).toMatchObject({ method: "exact", value: 0 });
    }
  });

  it("one world without evidence is the mutilated model", () => {
    for (const net of models) {
      const [x, y] = [net.nodes[0]!.name, net.nodes.at(-1)!.name];
      const done = ask(net, `P(${y} = s1 | do(${x} = s1))`).value as number;
      expect(ask(net, `P(${y}[${x} = s1] = s1)`)).toMatchObject({ rung: 3, method: "exact" });
      expect(ask(net, `P(${y}[${x} = s1] = s1)`).value).toBeCloseTo(done, 10);
    }
  });

  it("the worlds of an empty intervention are the model itself", () => {
    for (const net of models) {
      const worlds = createWorlds(net, new Map());
      for (const { name } of net.nodes) expect(worlds.variable(name, new Map())).toBe(name);
      expect(worlds.build().model.nodes).toEqual(net.nodes);
    }
  });

  it("merges what lies upstream of every intervention", () => {
    const net = model([
      distribution("A", bool, [], "Bernoulli", ["0.5"]),
      distribution("B", bool, ["A"], "Bernoulli", ["if A then 0.2 else 0.7"]),
      distribution("C", bool, ["B"], "Bernoulli", ["if B then 0.2 else 0.7"]),
    ]);
    const worlds = createWorlds(net, new Map());
    worlds.variable("C", new Map());
    worlds.variable("C", new Map([["B", { kind: "value", value: 1 }]]));
    expect(worlds.build().model.nodes.map(({ name }) => name)).toEqual(["A", "B", "C", "B[B = true]", "C[B = true]"]);
  });
});
