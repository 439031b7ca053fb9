/** Policies, interventions that read, soft evidence, claims and tables, against enumeration; and their laws. */
import { beforeAll, describe, expect, it } from "vitest";
import { prepareSolver } from "#compiler/counterfactual/linear-program";
import type { CausalModel } from "#compiler/causal/model";
import { printModel } from "#compiler/causal/print";
import type { Answer } from "#compiler/inference/answer";
import { applyConditions } from "#compiler/inference/conditions";
import { posteriors } from "#compiler/inference/posteriors";
import { answer } from "#compiler/inference/query";
import { statesOf } from "#lang/types/type";
import { createStream } from "#runtime/random";
import { vocabulary } from "#stdlib/vocabulary";
import {
  coin,
  distribution,
  enumerate,
  equation,
  model,
  query,
  randomModel,
  real,
  type World,
} from "../causal/models.ts";

beforeAll(prepareSolver);

function ask(net: CausalModel, text: string, samples = 20_000): Answer {
  const result = answer(net, query(text), { vocabulary, samples, seed: 1 });
  if ("diagnostics" in result)
    throw new Error(`${text}: ${result.diagnostics[0]!.code} ${result.diagnostics[0]!.message}`);
  return result.answer;
}

const number = (net: CausalModel, text: string) => ask(net, text).value as number;
const statesIn = (net: CausalModel, name: string) =>
  statesOf(net.nodes.find((node) => node.name === name)!.type)!.length;

/**
 * Every world with the target drawn from `chosen(what came before, natural value)`; the natural value is drawn first, from
 * the target's own table.
 */
function* underPolicy(net: CausalModel, target: string, chosen: (world: World, natural: number) => readonly number[]) {
  const at = net.nodes.findIndex((node) => node.name === target);
  const before = { ...net, nodes: net.nodes.slice(0, at + 1) };
  for (const first of enumerate(before)) {
    const { [target]: natural, ...seen } = first.world;
    for (const [state, share] of chosen(seen, natural!).entries()) {
      if (share === 0) continue;
      const known = { ...seen, [target]: state };
      for (const { world, probability } of enumerate(net, known)) {
        yield { world, probability: first.probability * share * probability };
      }
    }
  }
}

type Weighted = Iterable<{ readonly world: World; readonly probability: number }>;

/** P(asked | given) by summing; null where the condition is impossible. */
function ratio(worlds: Weighted, asked: (world: World) => boolean, given: (world: World) => boolean): number | null {
  let [top, bottom] = [0, 0];
  for (const { world, probability } of worlds) {
    if (!given(world)) continue;
    bottom += probability;
    if (asked(world)) top += probability;
  }
  return bottom > 0 ? top / bottom : null;
}

/** A model with a target that has something before it. */
function example(seed: number) {
  const net = randomModel(seed, 5);
  const stream = createStream(seed, "policy");
  const at = 1 + stream.integer(net.nodes.length - 1);
  const target = net.nodes[at]!.name;
  const read = net.nodes[stream.integer(at)]!.name;
  return { net, target, read, asked: net.nodes[stream.integer(net.nodes.length)]!.name, seen: net.nodes.at(-1)!.name };
}

describe("policies", () => {
  it("agree with enumeration where they read other nodes and the natural value", () => {
    let answered = 0;
    for (let seed = 0; seed < 120; seed++) {
      const { net, target, read, asked, seen } = example(seed);
      const policy = `${target} := if ${read} == s0 then ${target} else if ${target} == s1 then s0 else s1`;
      const worlds = [
        ...underPolicy(net, target, (world, natural) => {
          const state = world[read] === 0 ? natural : natural === 1 ? 0 : 1;
          return Array.from({ length: statesIn(net, target) }, (_, i) => Number(i === state));
        }),
      ];
      const truth = ratio(
        worlds,
        (world) => world[asked] === 0,
        (world) => world[seen] === 0,
      );
      if (truth === null) continue;
      const found = ask(net, `P(${asked} = s0 | do(${policy}), ${seen} = s0)`);
      expect(found.method).toBe("exact");
      expect(found.value, `model ${seed}: ${policy}`).toBeCloseTo(truth, 11);
      answered++;
    }
    expect(answered).toBeGreaterThan(80);
  });

  it("agree with enumeration where the intervention is a distribution that reads", () => {
    for (let seed = 0; seed < 60; seed++) {
      const { net, target, read, asked } = example(seed);
      const states = statesIn(net, target);
      const row = (first: number) =>
        Array.from({ length: states }, (_, i) => (i === 0 ? first : (1 - first) / (states - 1)));
      const map = (first: string) =>
        `{${row(0)
          .map((_, i) => `s${i}: ${i === 0 ? first : `(1 - ${first}) / ${states - 1}`}`)
          .join(", ")}}`;
      const text = `if ${read} == s1 then ${map("0.25")} else ${map(`(if ${target} == s0 then 0.9 else 0.4)`)}`;
      const truth = ratio(
        underPolicy(net, target, (world, natural) => row(world[read] === 1 ? 0.25 : natural === 0 ? 0.9 : 0.4)),
        (world) => world[asked] === 0,
        () => true,
      );
      expect(number(net, `P(${asked} = s0 | do(${target} ~ ${text}))`), `model ${seed}`).toBeCloseTo(truth!, 11);
    }
  });

  it("that give the natural value change nothing, and constant ones are do(X = c)", () => {
    for (let seed = 0; seed < 40; seed++) {
      const { net, target, asked } = example(seed);
      const natural = ask(net, `P(${asked} | do(${target} := ${target}))`).value as Record<string, number>;
      const plain = ask(net, `P(${asked})`).value as Record<string, number>;
      for (const [state, p] of Object.entries(plain)) expect(natural[state]).toBeCloseTo(p, 12);
      expect(ask(net, `P(${asked} | do(${target} := s1))`).value).toEqual(
        ask(net, `P(${asked} | do(${target} = s1))`).value,
      );
      expect(number(net, `P(${asked}[${target} := ${target}] = s0)`)).toBeCloseTo(plain.s0!, 12);
    }
  });

  it("may read what comes later in the text, and stand beside each other", () => {
    const net = model([coin("X", [], 0.3), coin("Y", ["X"], 0.2, 0.9), coin("Z", [], 0.6)]);
    expect(number(net, "P(Y | do(X := Z))")).toBeCloseTo(0.6 * 0.9 + 0.4 * 0.2, 12);
    expect(number(net, "P(Y | do(X := Z, Z := not Z))")).toBeCloseTo(0.4 * 0.9 + 0.6 * 0.2, 12);
    // what Y would do is no longer an effect of X once Y is set
    expect(number(net, "P(X | do(X := Y, Y = true))")).toBe(1);
  });

  it("print the natural value as a node of its own, with its noise", () => {
    const net = model([
      distribution("U", real, [], "Normal", ["0", "1"], "noise"),
      equation("Dose", real, ["U"], "10 + U"),
      equation("Level", real, ["Dose"], "2 * Dose"),
    ]);
    const parsed = query("P(Level > 1 | do(Dose := Dose / 2))");
    if (parsed.kind !== "probability") throw new Error("no probability");
    const changed = applyConditions(net, parsed.given, vocabulary);
    if ("diagnostics" in changed) throw new Error(changed.diagnostics[0]!.message);
    expect(printModel(changed.model)).toBe(
      [
        "model Test",
        "  U ~ Normal(0, 1)  : real  [exogenous]",
        "  `natural Dose` := 10 + U  : real  [natural]",
        "  Dose := `natural Dose` / 2  : real  [set]",
        "  Level := 2 * Dose  : real  [observed]",
        "",
      ].join("\n"),
    );
    const { value, stderr = 0 } = ask(net, "E[Level | do(Dose := Dose / 2)]");
    expect(Math.abs((value as number) - 10)).toBeLessThan(4 * stderr + 1e-9);
  });
});

describe("soft evidence", () => {
  it("is Jeffrey's rule, on random models with other evidence", () => {
    let answered = 0;
    for (let seed = 0; seed < 80; seed++) {
      const { net, target, asked, seen } = example(seed);
      const states = statesIn(net, target);
      const worlds = [...enumerate(net)];
      const given = (world: World) => seen === target || world[seen] === 0;
      const possible = Array.from({ length: states }, (_, s) =>
        worlds.some(({ world }) => given(world) && world[target] === s),
      );
      const count = possible.filter(Boolean).length;
      if (count === 0) continue;
      // unequal shares of the possible states
      const total = (count * (count + 1)) / 2;
      let next = 1;
      const shares = possible.map((can) => (can ? next++ / total : 0));
      const truth = shares.reduce((sum, share, s) => {
        if (share === 0) return sum;
        return (
          sum +
          share *
            ratio(
              worlds,
              (w) => w[asked] === 0,
              (w) => given(w) && w[target] === s,
            )!
        );
      }, 0);
      const soft = `${target} ~ {${shares.map((share, s) => `s${s}: ${share}`).join(", ")}}`;
      const hard = seen === target ? "" : `, ${seen} = s0`;
      expect(number(net, `P(${asked} = s0 | ${soft}${hard})`), `model ${seed}`).toBeCloseTo(truth, 10);
      answered++;
    }
    expect(answered).toBeGreaterThan(60);
  });

  it("of several nodes gives each its distribution and keeps what depends on them", () => {
    const net = model([coin("A", [], 0.3), coin("B", ["A"], 0.2, 0.7), coin("C", ["A", "B"], 0.1, 0.4, 0.5, 0.9)]);
    const soft = "A ~ {true: 0.6, false: 0.4}, B ~ {true: 0.1, false: 0.9}";
    expect(number(net, `P(A | ${soft})`)).toBeCloseTo(0.6, 9);
    expect(number(net, `P(B | ${soft})`)).toBeCloseTo(0.1, 9);
    expect(number(net, `P(A, B, C | ${soft}) / P(A, B | ${soft})`)).toBeCloseTo(0.9, 9);
    // iterative proportional fitting keeps the odds ratio
    const odds = (given: string) =>
      number(net, `(P(A, B${given}) * P(not A, not B${given})) / (P(A, not B${given}) * P(not A, B${given}))`);
    expect(odds(` | ${soft}`)).toBeCloseTo(odds(""), 6);
  });

  it("is in the posteriors of all nodes, and in several queries at once", () => {
    const net = model([coin("A", [], 0.3), coin("B", ["A"], 0.2, 0.7), coin("C", ["B"], 0.1, 0.4)]);
    const parsed = query("P(C | A ~ {true: 0.9, false: 0.1}, do(B := not B))");
    if (parsed.kind !== "probability") throw new Error("no probability");
    const found = posteriors(net, parsed.given, { vocabulary, samples: 1000, seed: 1, limit: 2 ** 20 });
    if ("diagnostics" in found) throw new Error(found.diagnostics[0]!.message);
    expect(Object.keys(found.nodes)).toEqual(["A", "B", "C"]);
    expect(found.nodes.A!.value.true).toBeCloseTo(0.9, 12);
    expect(found.nodes.B!.value.true).toBeCloseTo(0.9 * 0.3 + 0.1 * 0.8, 12);
  });

  it("holds exactly in sampled answers", () => {
    const net = model([
      coin("A", [], 0.3),
      distribution("X", real, ["A"], "Laplace", ["if A then 2 else 0", "1"]),
      distribution("Y", real, ["X"], "Laplace", ["X", "1"]),
    ]);
    const { value, stderr = 0 } = ask(net, "E[X | A ~ {true: 0.8, false: 0.2}]");
    expect(Math.abs((value as number) - 1.6)).toBeLessThan(5 * stderr);
    expect(stderr).toBeGreaterThan(0);
    const both = ask(net, "P(A | Y > 1, A ~ {true: 0.8, false: 0.2})");
    expect(both.value).toBeCloseTo(0.8, 9);
  });
});

describe("claims of several nodes", () => {
  const dice = model([
    ...["D", "E"].map((name) =>
      distribution(name, { kind: "int", low: 1, high: 6 }, [], "Categorical", [
        "{1: 0.1, 2: 0.1, 3: 0.2, 4: 0.2, 5: 0.1, 6: 0.3}",
      ]),
    ),
    coin("F", [], 0.25),
  ]);
  const p = [0.1, 0.1, 0.2, 0.2, 0.1, 0.3];
  const sum = (holds: (d: number, e: number) => boolean) =>
    p.reduce((all, a, d) => all + p.reduce((part, b, e) => part + (holds(d + 1, e + 1) ? a * b : 0), 0), 0);

  it.each<[string, number]>([
    ["P(D > E)", sum((d, e) => d > e)],
    ["P(D = E)", sum((d, e) => d === e)],
    ["P(D != E)", sum((d, e) => d !== e)],
    ["P(2 * D + E > 9)", sum((d, e) => 2 * d + e > 9)],
    ["P(9 < 2 * D + E)", sum((d, e) => 2 * d + e > 9)],
    ["P(D > E | D + E >= 8)", sum((d, e) => d > e && d + e >= 8) / sum((d, e) => d + e >= 8)],
    ["P(D = 6 | D > E)", sum((d, e) => d === 6 && d > e) / sum((d, e) => d > e)],
    ["P((D == 1 or E == 1))", sum((d, e) => d === 1 || e === 1)],
    ["P(not F)", 0.75],
    ["P(F = (D > E))", 0.25 * sum((d, e) => d > e) + 0.75 * sum((d, e) => d <= e)],
  ])("%s", (text, expected) => {
    const found = ask(dice, text);
    expect(found.method).toBe("exact");
    expect(found.value).toBeCloseTo(expected, 12);
  });

  const normal = model([
    distribution("X", real, [], "Normal", ["0", "1"]),
    distribution("Z", real, [], "Normal", ["1", "2"]),
    distribution("N", { kind: "int", low: 0, high: 1 }, [], "Categorical", ["{0: 0.5, 1: 0.5}"]),
  ]);
  it.each<[string, number]>([
    // X - Z ~ Normal(-1, sqrt 5)
    ["P(X > Z)", 0.32736],
    ["P(X + Z > 1)", 0.5],
    // given X = Z: precisions 1 and 1 / 4
    ["E[X | X = Z]", 0.2],
    // D = X - Z ~ Normal(-1, sqrt 5): E[X | D < 0] = -phi(1 / sqrt 5) / Phi(1 / sqrt 5) / sqrt 5
    ["E[X | Z > X, N = 1]", -0.24],
    ["P(N = 1 | X != 2)", 0.5],
  ])("%s of continuous nodes", (text, expected) => {
    const { value, stderr = 0 } = ask(normal, text, 100_000);
    expect(Math.abs((value as number) - expected)).toBeLessThan(5 * stderr + 1e-4);
  });
});

describe("tables", () => {
  it("given and under each state hold what single questions hold", () => {
    for (let seed = 0; seed < 25; seed++) {
      const { net, target, asked } = example(seed);
      if (asked === target) continue;
      for (const write of [(x: string) => x, (x: string) => `do(${x})`]) {
        const whole = ask(net, `P(${asked} | ${write(target)})`);
        expect(whole.axes).toEqual([target, asked]);
        const value = whole.value as Record<string, Record<string, number>>;
        for (const [state, row] of Object.entries(value)) {
          expect(ask(net, `P(${asked} | ${write(`${target} = ${state}`)})`).value).toEqual(row);
        }
      }
    }
  });

  it("leave out what never happens, and say so", () => {
    const net = model([
      coin("A", [], 0.5),
      distribution("N", { kind: "int", low: 0, high: 2 }, [], "Categorical", ["{0: 0.5, 1: 0.5, 2: 0}"]),
    ]);
    const result = answer(net, query("P(A | N)"), { vocabulary, samples: 100, seed: 1 });
    if ("diagnostics" in result) throw new Error(result.diagnostics[0]!.message);
    expect(result.answer.value).toEqual({ 0: 0.5, 1: 0.5 });
    expect(result.warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "C456 `N` is never `2`: the table leaves it out",
    ]);
    expect(ask(net, "P(A | do(N))").value).toEqual({ 0: 0.5, 1: 0.5, 2: 0.5 });
    expect(ask(net, "E[2 * A | N = 0] - E[A | N = 1]").value).toBe(0.5);
  });

  it("of a predicate is whether it holds", () => {
    const net = model([coin("A", [], 0.5), coin("B", ["A"], 0.5, 0.6)]);
    expect(ask(net, "independent(A, B)")).toMatchObject({ value: false, rung: 1 });
    expect(ask(net, "identifiable(P(B | do(A)))")).toMatchObject({ value: true, rung: 2 });
  });
});

describe("arithmetic of bounds with a sampled number", () => {
  it("has bounds with the standard error of their ends", () => {
    const net = model([
      coin("X", [], 0.5),
      coin("Y", ["X"], 0.3, 0.6),
      distribution("W", real, [], "Exponential", ["1"]),
    ]);
    const pns = ask(net, "PNS(Y; X: false -> true)");
    const scaled = ask(net, "PNS(Y; X: false -> true) * E[W ^ 2]");
    const mean = ask(net, "E[W ^ 2]");
    expect(scaled.method).toBe("bounds");
    const [narrow, wide] = [pns.value as { low: number; high: number }, scaled.value as { low: number; high: number }];
    expect(wide.high).toBeCloseTo(narrow.high * 2, 1);
    expect(scaled.stderr).toBeCloseTo(narrow.high * mean.stderr!, 3);
  });
});

describe("effects", () => {
  const net = model([
    distribution("Z", { kind: "labels", labels: ["low", "high"] }, [], "Categorical", ["{low: 0.3, high: 0.7}"]),
    distribution("T", { kind: "labels", labels: ["a", "b", "c"] }, ["Z"], "Categorical", [
      "{a: if Z == low then 0.5 else 0.2, b: 0.3, c: if Z == low then 0.2 else 0.5}",
    ]),
    distribution("U", { kind: "int", low: 0, high: 2 }, [], "Categorical", ["{0: 0.5, 1: 0.3, 2: 0.2}"], "noise"),
    equation("M", real, ["T", "U"], "if T == a then 0 else if T == b then 1 + U else 3"),
    equation("Y", real, ["M", "T", "Z"], "2 * M + (if T == c then 1 else 0) + (if Z == high then 5 else 0)"),
  ]);
  // E[U] = 0.7: M is 0, 1.7 and 3 on average under a, b and c
  it.each<[string, number]>([
    ["ATE(Y; T: a -> b)", 3.4],
    ["ATE(Y; T: b -> c)", 7 - 3.4],
    ["CATE(Y; T: a -> c | Z = high)", 7],
    ["CDE(Y; T: a -> c | do(M = 2))", 1],
    ["NDE(Y; T: b -> c)", 1],
    ["NIE(Y; T: b -> c)", 6 - 3.4],
    ["ETT(Y; T: a -> c)", 7],
    ["PN(Y > 6; T: a -> c)", 1],
    ["PNS(Y > 6; T: a -> c)", 1],
    // under b: Y = 2 + 2 U + 5 (Z = high) > 6 where Z is high, 1 - 0.3; under a never
    ["PNS(Y > 6; T: a -> b)", 0.7],
    ["PS(Y > 6; T: a -> b | Z = low)", 0],
  ])("%s", (text, expected) => {
    expect(number(net, text)).toBeCloseTo(expected, 10);
  });
});
