/** The lints on known graphs: what each finds, and above all what it leaves alone. */
import { describe, expect, it } from "vitest";
import { lint } from "#compiler/lint/lint";
import { lintProject } from "../../../apps/api/lint.ts";
import { projectOf } from "../../../apps/api/project.ts";

const models = {
  chain: `model M { sample X : bool ~ Bernoulli(0.5) sample Z : bool ~ cpt(X) { true: 0.7, false: 0.2 }
    sample Y : bool ~ cpt(Z) { true: 0.7, false: 0.2 } sample W : bool ~ cpt(Y) { true: 0.7, false: 0.2 } }`,
  confounded: `model M { sample Z : bool ~ Bernoulli(0.5) sample X : bool ~ cpt(Z) { true: 0.7, false: 0.2 }
    sample Y : bool ~ cpt(X, Z) { (true, true): 0.7, else: 0.2 } }`,
  collider: `model M { sample X : bool ~ Bernoulli(0.5) sample Y : bool ~ Bernoulli(0.5)
    sample C : bool ~ cpt(X, Y) { (true, true): 0.7, else: 0.2 } sample D : bool ~ cpt(C) { true: 0.7, false: 0.2 } }`,
  bias: `model M { latent U : bool ~ Bernoulli(0.5) latent V : bool ~ Bernoulli(0.5)
    sample C : bool ~ cpt(U, V) { (true, true): 0.7, else: 0.2 } sample X : bool ~ cpt(U) { true: 0.7, false: 0.2 }
    sample Y : bool ~ cpt(X, V) { (true, true): 0.7, else: 0.2 } }`,
  equations: `model M { noise U, V ~ Normal(0, 1) let X := U let Y := 2 * X + V }`,
  rare: `model M { sample Z : bool ~ cpt { true: 0, false: 1 } sample X : bool ~ cpt(Z) { true: 0, false: 0.2 }
    sample Y : bool ~ cpt(X, Z) { (true, true): 0.7, else: 0.2 } }`,
} as const;

const codes = (model: keyof typeof models, question: string): readonly string[] => {
  const project = projectOf(`${models[model]}\n${question}\n`, "lint.causal");
  expect(project.diagnostics.map(({ message }) => message)).toEqual([]);
  return lintProject(project).flatMap(({ code }) => (code === "C563" ? [] : [code]));
};

describe("a condition on a descendant (C560)", () => {
  it.each([
    ["chain", "query P(Y | do(X = true), Z = true)", ["C560"]],
    ["chain", "query P(Z | do(X = true), W)", ["C560"]],
    ["chain", "query P(W | do(Z = true), X = true)", []],
    ["chain", "query P(W | do(X = true), do(Z = true), Y = true)", ["C560"]],
    ["chain", "query P(W | X = true, Z = true)", []],
    ["confounded", "query P(Y | do(X = true), Z = true)", []],
    ["equations", "query E[Y | do(X = 1), Y > 0]", ["C560"]],
    ["equations", "query E[Y[X = 1] | Y > 0]", []],
  ] as const)("%s: %s", (model, question, expected) => {
    expect(codes(model, question)).toEqual(expected);
  });
});

describe("a condition on a collider (C561)", () => {
  it.each([
    ["bias", "query P(Y | X = true, C = true)", ["C561"]],
    ["bias", "query P(Y | do(X = true), C = true)", []],
    ["bias", "query P(Y | X = true)", []],
    ["collider", "query P(Y | X = true, C = true)", []],
    ["collider", "query P(Y | X = true, C = true) - P(Y | X = false, C = true)", ["C561"]],
    ["collider", "query P(Y | X = true, D = true) - P(Y | X = false, D = true)", ["C561"]],
    ["collider", 'test "t" { assert P(Y | X = true, D) < P(Y | X = false, D) }', ["C561"]],
    ["collider", "query P(Y | X = true) - P(Y | X = false)", []],
    ["confounded", "query P(Y | X = true, Z = true) - P(Y | X = false, Z = true)", []],
    ["chain", "query P(W | X = true, Z = true) - P(W | X = false, Z = true)", []],
  ] as const)("%s: %s", (model, question, expected) => {
    expect(codes(model, question)).toEqual(expected);
  });
});

describe("a counterfactual without a coupling (C562)", () => {
  it.each([
    ["confounded", "query P(Y[X = true] | X = false, Y = false)", ["C562"]],
    ["confounded", "query P(Y[X = true])", []],
    ["equations", "query E[Y[X = 1] | Y = 2]", []],
    ["confounded", "query ETT(Y; X: false -> true)", []],
    ["confounded", "query PNS(Y; X: false -> true)", ["C562"]],
  ] as const)("%s: %s", (model, question, expected) => {
    expect(codes(model, question)).toEqual(expected);
  });
});

describe("positivity (C480)", () => {
  it("minds only strata that occur", () => {
    expect(codes("rare", "query P(Y | do(X = true))")).toEqual([]);
    expect(codes("confounded", "query P(Y | do(X = true))")).toEqual([]);
  });
});

it("what a run has learned is known to the lint of supports (C681)", () => {
  const {
    program,
    models: built,
    vocabulary,
  } = projectOf(`${models.confounded}\nquery P(Y | do(X = true))`, "lint.causal");
  const context = { program, models: built, words: vocabulary, limit: 2 ** 26 };
  const trained = new Map([["M", { X: [40, 0] }]]);
  const [found] = lint({ ...context, trained });
  expect(found).toMatchObject({ code: "C681" });
  expect(found!.message).toContain("none of the 40 rows that it was trained on");
  expect(lint({ ...context, trained: new Map([["M", { X: [39, 1] }]]) })).toEqual([]);
});

it("unused nodes are told once, and only where a file asks (C563)", () => {
  const found = (question: string) =>
    lintProject(projectOf(`${models.collider}\n${question}`, "lint.causal")).map(
      ({ code, message }) => `${code} ${message}`,
    );
  expect(found("query P(X)")).toEqual([expect.stringMatching(/^C563 .*`Y`, `C` and `D`/)]);
  expect(found('test "t" { assert P(X) == 0.5 }')).toEqual([]);
  expect(found("query P(D)")).toEqual([]);
});
