/** Bounds of counterfactuals: closed forms, random structural models inside, and linear programs made by enumeration. */
import { beforeAll, describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import { optimise, prepareSolver } from "#compiler/counterfactual/linear-program";
import { createStream, type Stream } from "#runtime/random";
import { coin, labels, model, table } from "../causal/models.ts";
import {
  ask,
  bruteForce,
  cutNoise,
  forEachIndividual,
  type Happening,
  type Noise,
  randomNoise,
  randomQuestion,
  stateOf,
  writeQuery,
} from "./brute.ts";
import { chainModel, structuralAnswer } from "./structural.ts";

beforeAll(prepareSolver);

interface Ends {
  readonly low: number;
  readonly high: number;
}

/** The interval of an answer; a point is an interval too. */
function ends(net: CausalModel, text: string): Ends & { readonly outer: boolean; readonly open: boolean } {
  const { value, method, outer } = ask(net, text);
  if (method === "bounds") return { ...(value as Ends), outer: outer === true, open: true };
  return { low: value as number, high: value as number, outer: false, open: false };
}

function randomPair(seed: number): {
  readonly net: CausalModel;
  readonly p: number;
  readonly a: number;
  readonly b: number;
} {
  const stream = createStream(seed, "pair");
  const [p, a, b] = [stream.uniform(), stream.uniform(), stream.uniform()];
  return { net: model([coin("X", [], p), coin("Y", ["X"], a, b)]), p, a, b };
}

describe("necessity and sufficiency of one cause (Tian and Pearl 2000)", () => {
  it("is bounded as in closed form", () => {
    for (let seed = 0; seed < 40; seed++) {
      // without confounding P(y | do(x)) = P(y | x): a under no cause, b under the cause
      const { net, a, b } = randomPair(seed);
      const pns = ends(net, "PNS(Y; X: false -> true)");
      expect(pns.low).toBeCloseTo(Math.max(0, b - a), 8);
      expect(pns.high).toBeCloseTo(Math.min(b, 1 - a), 8);
      const pn = ends(net, "PN(Y; X: false -> true)");
      expect(pn.low).toBeCloseTo(Math.max(0, (b - a) / b), 8);
      expect(pn.high).toBeCloseTo(Math.min(1, (1 - a) / b), 8);
      const ps = ends(net, "PS(Y; X: false -> true)");
      expect(ps.low).toBeCloseTo(Math.max(0, (b - a) / (1 - a)), 8);
      expect(ps.high).toBeCloseTo(Math.min(1, b / (1 - a)), 8);
      expect([pns, pn, ps].some(({ outer }) => outer)).toBe(false);
    }
  });

  it("is a point for a monotone cause", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { net, a, b } = randomPair(seed);
      const nodes = net.nodes.map((node) => ({ ...node, coupling: "monotone" as const }));
      const found = ask({ ...net, nodes }, "PNS(Y; X: false -> true)");
      expect(found.method).toBe("exact");
      expect(found.value).toBeCloseTo(Math.max(0, b - a), 10);
    }
  });
});

describe("effects in a confounded triangle", () => {
  // Z -> X, Z -> Y, X -> M, X -> Y, M -> Y; every effect by its formula
  const net = model([
    coin("Z", [], 0.3),
    coin("X", ["Z"], 0.2, 0.7),
    coin("M", ["X"], 0.1, 0.6),
    coin("Y", ["Z", "X", "M"], 0.1, 0.3, 0.4, 0.9, 0.2, 0.5, 0.6, 0.8),
  ]);
  const pz = [0.7, 0.3];
  const px = [0.2, 0.7];
  const m = (x: number, state: number) => (state === 1 ? [0.1, 0.6][x]! : 1 - [0.1, 0.6][x]!);
  const y = (z: number, x: number, state: number) => [0.1, 0.3, 0.4, 0.9, 0.2, 0.5, 0.6, 0.8][4 * z + 2 * x + state]!;
  const both = [0, 1];
  const sum = (terms: readonly number[]) => terms.reduce((total, term) => total + term, 0);
  const under = (z: number, x: number, mediator: number) => sum(both.map((s) => m(mediator, s) * y(z, x, s)));
  const average = (x: number, mediator: number, weights = pz) =>
    sum(both.map((z) => weights[z]! * under(z, x, mediator)));

  it.each<[string, number, number]>([
    ["ATE(Y; X: false -> true)", 2, average(1, 1) - average(0, 0)],
    ["ATE(Y = false; X: 0 -> 1)", 2, average(0, 0) - average(1, 1)],
    ["CATE(Y; X: false -> true | Z = true)", 2, under(1, 1, 1) - under(1, 0, 0)],
    ["CDE(Y; X: false -> true | do(M = true))", 2, sum(both.map((z) => pz[z]! * (y(z, 1, 1) - y(z, 0, 1))))],
    ["NDE(Y; X: false -> true)", 3, average(1, 0) - average(0, 0)],
    ["NIE(Y; X: false -> true)", 3, average(0, 1) - average(0, 0)],
    ["ETT(Y; X: false -> true)", 3, ett()],
  ])("%s", (text, rung, value) => {
    const found = ask(net, text);
    expect(found).toMatchObject({ rung, method: "exact", query: text });
    expect(found.value).toBeCloseTo(value, 10);
  });

  function ett(): number {
    const treated = sum(both.map((z) => pz[z]! * px[z]!));
    const weights = both.map((z) => (pz[z]! * px[z]!) / treated);
    return average(1, 1, weights) - average(0, 0, weights);
  }
});

/** A few nodes that mostly read all earlier ones, so that their responses matter. */
function denseModel(seed: number, count: number, most: number): CausalModel {
  const stream = createStream(seed, "dense");
  const sizes = Array.from({ length: count }, () => 2 + stream.integer(most - 1));
  const names = (size: number) => Array.from({ length: size }, (_, state) => `s${state}`);
  return model(
    sizes.map((size, i) => {
      const parents = sizes.flatMap((_, j) => (j < i && stream.uniform() < 0.8 ? [j] : []));
      const rows = parents.reduce((product, parent) => product * sizes[parent]!, 1);
      const entries = Array.from({ length: rows }, () => {
        const weights = Array.from({ length: size }, () => 0.02 + stream.uniform());
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return weights.map((weight) => weight / total);
      });
      return table(
        `N${i}`,
        labels(...names(size)),
        parents.map((parent) => `N${parent}`),
        entries.flat(),
      );
    }),
  );
}

describe("random models with tables", () => {
  it("have the answers of all structural models with these tables within their bounds", () => {
    let [outer, sharp, points] = [0, 0, 0];
    for (let seed = 0; seed < 400; seed++) {
      const net = denseModel(seed, 2 + (seed % 2), 2);
      const names = net.nodes.map(({ name }) => name);
      const { asked, given } = randomQuestion(net, names, createStream(seed, "question"));
      const text = writeQuery(net, asked, given);
      const truths = Array.from({ length: 8 }, (_, i) =>
        bruteForce(net, randomNoise(net, createStream(seed, "noise", String(i))), asked, given),
      ).filter((truth) => truth !== null);
      if (truths.length === 0) continue;
      const found = ends(net, text);
      if (!found.open) points++;
      else if (found.outer) outer++;
      else sharp++;
      for (const truth of truths) {
        expect(truth, text).toBeGreaterThanOrEqual(found.low - 1e-7);
        expect(truth, text).toBeLessThanOrEqual(found.high + 1e-7);
      }
    }
    expect(sharp).toBeGreaterThan(20);
    expect(points).toBeGreaterThan(30);
    expect(outer).toBeLessThan(sharp / 4);
  });

  it("attain their bounds: one program over all responses of one node, made by enumeration", () => {
    let [compared, wide] = [0, 0];
    for (let seed = 0; seed < 120; seed++) {
      const net = denseModel(seed, 2 + (seed % 2), seed % 3 === 0 ? 3 : 2);
      const free = net.nodes.at(-1)!;
      const stream = createStream(seed, "leaf");
      const world = (): Happening => {
        const set = free.parents.filter(() => stream.uniform() < 0.7).map((name) => [name, stream.integer(2)] as const);
        return { variable: { node: free.name, set: Object.fromEntries(set) }, state: stream.integer(2) };
      };
      const asked = stream.uniform() < 0.5 ? [world()] : [world(), world()];
      // only the last node is asked in several worlds, so that nothing else is open
      const given = net.nodes
        .filter(() => stream.uniform() < 0.5)
        .map(({ name }) => ({ variable: { node: name, set: {} }, state: stream.integer(2) }));
      const overlap = asked.some(({ variable }) => {
        return net.nodes.some(({ name, parents }) => name !== free.name && parents.some((p) => p in variable.set));
      });
      if (overlap || asked.every(({ variable }) => Object.keys(variable.set).length === 0)) continue;
      const truth = enumeratedBounds(net, free.name, asked, given);
      if (truth === null) continue;
      const text = writeQuery(net, asked, given);
      const found = ends(net, text);
      expect(found.outer, text).toBe(false);
      expect(Math.abs(found.low - truth.low), text).toBeLessThan(1e-6);
      expect(Math.abs(found.high - truth.high), text).toBeLessThan(1e-6);
      compared++;
      if (truth.high - truth.low > 1e-6) wide++;
    }
    expect(compared).toBeGreaterThan(50);
    expect(wide).toBeGreaterThan(20);
  });
});

describe("a chain in which two nodes are open", () => {
  // with two states and two rows the responses form a segment, whose ends are: the same order of states, and reversed
  const vertices = (net: CausalModel, name: string) =>
    [
      [0, 1],
      [1, 0],
    ].map((second) => cutNoise(net, name, (row) => (row === 0 ? [0, 1] : second)));

  it("has sharp bounds: the extremes over all vertices", () => {
    for (let seed = 0; seed < 25; seed++) {
      const stream = createStream(seed, "chain");
      const p = () => stream.uniform();
      const net = model([coin("X", [], p()), coin("M", ["X"], p(), p()), coin("Y", ["M"], p(), p())]);
      const x = cutNoise(net, "X", () => [0, 1]);
      const is = (node: string, set: Record<string, number>, state: number) => ({ variable: { node, set }, state });
      const truths = vertices(net, "M").flatMap((m) =>
        vertices(net, "Y").map((y) => {
          const noises = new Map([["X", x] as const, ["M", m] as const, ["Y", y] as const]);
          return bruteForce(net, noises, [is("Y", { X: 0 }, 0)], [is("X", {}, 1), is("Y", {}, 1)])!;
        }),
      );
      const found = ends(net, "PN(Y; X: false -> true)");
      expect(found.outer).toBe(false);
      expect(Math.abs(found.low - Math.min(...truths))).toBeLessThan(1e-6);
      expect(Math.abs(found.high - Math.max(...truths))).toBeLessThan(1e-6);
    }
  });
});

/** A row of probabilities without zeros. */
const rowOf = (stream: Stream, size: number) => {
  const weights = Array.from({ length: size }, () => 0.05 + stream.uniform());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

describe("many rows of which few are read at once", () => {
  it("has sharp bounds: those of each pair of rows, weighted", () => {
    for (let seed = 0; seed < 5; seed++) {
      // one row in the other world, twelve in this one: 3^12 responses, but each pair of rows is free of the others
      const stream = createStream(seed, "wide");
      const causes = Array.from({ length: 12 }, (_, i) => `c${i}`);
      const prior = rowOf(stream, 12);
      const rows = causes.map(() => rowOf(stream, 3));
      const net = model([
        table("X", labels(...causes), [], prior),
        table("Y", labels("a", "b", "c"), ["X"], rows.flat()),
      ]);
      const total = rows.reduce((sum, row, i) => sum + prior[i]! * row[1]!, 0);
      const weighted = (end: (seen: number, other: number) => number) =>
        rows.reduce((sum, row, i) => sum + (i === 0 ? 0 : (prior[i]! * end(row[1]!, rows[0]![0]!)) / total), 0);
      const found = ends(net, "P(Y[X = c0] = a | Y = b)");
      expect(found.outer).toBe(false);
      expect(found.low).toBeCloseTo(
        weighted((seen, other) => Math.max(0, seen + other - 1)),
        7,
      );
      expect(found.high).toBeCloseTo(
        weighted((seen, other) => Math.min(seen, other)),
        7,
      );
    }
  });
});

describe("more responses than a program can hold", () => {
  it.each([
    ["a chain of four nodes", 4, 4],
    ["a chain of nine nodes", 9, 4],
    ["a chain of many states", 3, 24],
  ])("has valid bounds that say that they are outer ones: %s", (_, length, size) => {
    for (let seed = 0; seed < 3; seed++) {
      const sizes = Array.from({ length }, (__, i) => (i === 0 ? 2 : size));
      const net = chainModel(createStream(seed, "chain"), sizes);
      const last = `N${length - 1}`;
      const is = (set: Record<string, number>, state: number) => ({ variable: { node: last, set }, state });
      const [asked, given] =
        size === 4
          ? [[is({ N0: 0 }, 0)], [{ variable: { node: "N0", set: {} }, state: 1 }, is({}, 1)]]
          : [[is({ N0: 0 }, 0), is({ N0: 1 }, 1)], []];
      const found = ends(net, writeQuery(net, asked, given));
      expect(found.outer).toBe(true);
      expect(found.high - found.low).toBeLessThan(1);
      for (let i = 0; i < (size > 4 ? 1 : 4); i++) {
        const truth = structuralAnswer(net, randomNoise(net, createStream(seed, "noise", String(i))), asked, given)!;
        expect(truth).toBeGreaterThanOrEqual(found.low - 1e-7);
        expect(truth).toBeLessThanOrEqual(found.high + 1e-7);
      }
    }
  });
});

/** All responses of one node are columns; the other nodes have any noise that fits, as they are asked in one world. */
function enumeratedBounds(
  net: CausalModel,
  free: string,
  asked: readonly Happening[],
  given: readonly Happening[],
): Ends | null {
  const noises = new Map(randomNoise(net, createStream(1, "others")));
  const node = net.nodes.find(({ name }) => name === free)!;
  if (node.mechanism.kind !== "table" || node.type.kind !== "labels") throw new Error("no table");
  const states = node.type.labels.length;
  const { probabilities } = node.mechanism;
  const rows = probabilities.length / states;
  const sizes = node.parents.map((parent) => {
    const { type } = net.nodes.find(({ name }) => name === parent)!;
    return type.kind === "labels" ? type.labels.length : 2;
  });
  const count = states ** rows;
  if (count > 4096) return null;
  const responses: Noise = Array.from({ length: count }, (_, r) => ({
    probability: 1,
    behaviour: (parents) => {
      const row = parents.reduce((sum, state, i) => sum * sizes[i]! + state, 0);
      return Math.floor(r / states ** row) % states;
    },
  }));
  const [top, bottom] = [new Float64Array(count), new Float64Array(count)];
  responses.forEach((response, r) => {
    const one = new Map(noises).set(free, [response]);
    const happens = (list: readonly Happening[]) => {
      let sum = 0;
      forEachIndividual(one, (individual, probability) => {
        if (list.every(({ variable, state }) => stateOf(net, individual, variable) === state)) sum += probability;
      });
      return sum;
    };
    bottom[r] = happens(given);
    if (bottom[r]! > 0) top[r] = happens([...asked, ...given]);
  });
  const equations = Array.from({ length: rows * states }, (_, cell) => ({
    terms: [...responses.keys()]
      .filter((r) => Math.floor(r / states ** Math.floor(cell / states)) % states === cell % states)
      .map((column) => ({ column, value: 1 })),
    right: probabilities[cell]!,
  }));
  const [least, most] = optimise({ columns: count, equations }, [
    { cost: bottom, sign: -1 },
    { cost: bottom, sign: 1 },
  ]);
  // a condition whose probability is open too would make the program fractional
  if (least == null || most == null || most.value < 1e-9 || most.value - least.value > 1e-9) return null;
  const [low, high] = optimise({ columns: count, equations }, [
    { cost: top, sign: -1 },
    { cost: top, sign: 1 },
  ]);
  return { low: low!.value / most.value, high: high!.value / most.value };
}
