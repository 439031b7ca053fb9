/** Questions of programs: models with hidden nodes as graphs, predicates of assertions, and estimands on rows. */
import { describe, expect, it } from "vitest";
import { compile } from "#compiler/compile";
import { jointOfRows } from "#compiler/identify/joint";
import { columnsOf, estimateQuery, identifyQuery } from "#compiler/identify/question";
import { checkAssertion } from "#compiler/inference/assert";
import { drawSamples } from "#compiler/inference/draw";
import { answer } from "#compiler/inference/query";
import { parseQuery } from "#lang/syntax/parse";
import { vocabulary } from "#stdlib/vocabulary";

function compiled(text: string) {
  const { models, program, diagnostics } = compile({ name: "test", text }, { vocabulary, resolve: () => null });
  expect(diagnostics).toEqual([]);
  return { model: [...models.values()].at(-1)!, program };
}

function effect(text: string) {
  const { query } = parseQuery({ name: "query", text });
  if (query.kind !== "probability") throw new Error(`${text} is no probability`);
  return query;
}

const frontDoor = `model M {
  latent U : bool ~ Bernoulli(0.4)
  sample X : bool ~ cpt(U) { true: 0.8  false: 0.3 }
  sample Z : {low, mid, high} ~ cpt(X) { true: {low: 0.2, mid: 0.3, high: 0.5}  false: {low: 0.6, mid: 0.3, high: 0.1} }
  sample Y : bool ~ cpt(Z, U) {
    (low, true): 0.3  (low, false): 0.1  (mid, true): 0.6  (mid, false): 0.2  (high, true): 0.9  (high, false): 0.5
  }
}`;

describe("models", () => {
  it("hide their latent nodes", () => {
    const found = identifyQuery(compiled(frontDoor).model, effect("P(Y | do(X))"));
    expect(found).toMatchObject({ identified: true, frontDoor: [["Z"]], backDoor: [], arbitrary: [] });
    const direct = frontDoor
      .replace("cpt(Z, U) {", "cpt(X, U) {")
      .replaceAll(/\((low|mid|high), (true|false)\): [\d.]+/g, "")
      .replace("cpt(X, U) {", "cpt(X, U) { else: 0.5 ");
    const lost = identifyQuery(compiled(direct).model, effect("P(Y | do(X))"));
    expect(lost).toMatchObject({
      identified: false,
      hedge: { outer: ["X", "Y"], inner: ["Y"], bidirected: [["X", "Y"]] },
    });
  });

  it("say the same as their graph with two-headed arrows, and as latent nodes without mechanisms", () => {
    const asked = effect("P(Y | do(X))");
    const words = [
      frontDoor,
      "model M { graph { X -> Z -> Y; X <-> Y } }",
      "model M { latent U graph { X -> Z -> Y; U -> {X, Y} } }",
      "model M { latent U latent V graph { X -> Z -> Y; V -> U -> X; V -> Y } }",
    ].map((text) => identifyQuery(compiled(text).model, asked));
    expect(words[0]).toMatchObject({ estimand: "P(y | do(x)) = sum_z P(z | x) sum_x' P(y | z, x') P(x')" });
    for (const other of words) expect(other).toEqual(words[0]);
  });

  it("write no small letter that two nodes share", () => {
    const { model } = compiled("model M { graph { x -> X -> Y; x -> Y } }");
    expect(identifyQuery(model, effect("P(Y | do(X))"))).toMatchObject({
      estimand: "P(y | do(X)) = sum_x P(y | X, x) P(x)",
    });
  });
});

describe("estimands on rows", () => {
  it("approach the effect of the model, to the noise of the draws", () => {
    const { model } = compiled(frontDoor);
    const query = effect("P(Y = true | do(X = true))");
    const needed = columnsOf(model, query);
    if ("diagnostics" in needed) throw new Error("the nodes are discrete");
    expect([...needed.columns.keys()]).toEqual(["X", "Z", "Y"]);
    const count = 200_000;
    const drawn = drawSamples(model, [], count, { vocabulary, seed: 1 });
    if ("diagnostics" in drawn) throw new Error("no draws");
    const rows = Int32Array.from({ length: count }, (_, i) => i);
    const joint = jointOfRows(drawn.columns, { X: 2, Z: 3, Y: 2 }, rows);
    const found = estimateQuery(model, query, joint, vocabulary);
    const truth = answer(model, query, { vocabulary, samples: 1, seed: 1 });
    if ("diagnostics" in found || "diagnostics" in truth) throw new Error("no answer");
    expect(found.cells.map(({ states }) => states)).toEqual([{ X: "true", Y: "true" }]);
    expect(Math.abs(found.cells[0]!.probability! - (truth.answer.value as number))).toBeLessThan(0.01);
  });

  it("are undefined where a condition never occurs, and an error where that is all", () => {
    const { model } = compiled(
      "model M { sample X : bool sample Z : bool sample Y : bool graph { Z -> {X, Y}; X -> Y } }",
    );
    // X is never true where Z is
    const joint = jointOfRows(
      { X: [0, 0, 1, 0], Z: [0, 1, 0, 1], Y: [0, 1, 1, 0] },
      { X: 2, Z: 2, Y: 2 },
      [0, 1, 2, 3],
    );
    const all = estimateQuery(model, effect("P(Y | do(X))"), joint, vocabulary);
    if ("diagnostics" in all) throw new Error("half of it is defined");
    expect(all.cells.map(({ probability }) => probability)).toEqual([0.75, 0.25, null, null]);
    const none = estimateQuery(model, effect("P(Y | do(X = true))"), joint, vocabulary);
    expect("diagnostics" in none && none.diagnostics.map(({ code }) => code)).toEqual(["C536"]);
  });

  it("need states", () => {
    const { model } = compiled("model M { sample X : real sample Y : bool graph { X -> Y } }");
    const found = columnsOf(model, effect("P(Y | do(X))"));
    expect("diagnostics" in found && found.diagnostics.map(({ code }) => code)).toEqual(["C533"]);
  });
});

describe("predicates", () => {
  const verdicts = (text: string, assertions: readonly string[]) => {
    const { model, program } = compiled(`${text}\ntest "t" {\n${assertions.map((one) => `assert ${one}\n`).join("")}}`);
    return program.tests[0]!.statement.assertions.map((assertion) =>
      checkAssertion(model, assertion, { vocabulary, samples: 1000, seed: 1 }),
    );
  };

  it("read the graph first, then the joint distribution", () => {
    // B does not change with A, although it reads it; P and Q make R by exclusive or
    const text = `model M {
      sample A : bool ~ Bernoulli(0.3)
      sample B : bool ~ cpt(A) { true: 0.6  false: 0.6 }
      sample C : bool ~ cpt(A) { true: 0.6  false: 0.5 }
      sample P : bool ~ Bernoulli(0.5)
      sample Q : bool ~ Bernoulli(0.5)
      let R := P != Q
    }`;
    const found = verdicts(text, [
      "independent(A, B)",
      "independent(A, C)",
      "independent(B, C | A)",
      "independent(P, Q)",
      "independent(P, R)",
      "independent(Q, R)",
      "independent(P, Q, R)",
      "independent(P, Q | R)",
    ]);
    expect(found.map(({ passed }) => passed)).toEqual([true, false, true, true, true, true, false, false]);
    expect(found[0]!.message).toContain("factorises");
    expect(found[1]!.message).toMatch(/differs by up to 0\.02/);
    expect(found[2]!.message).toContain("m-separation");
  });

  it("do not guess about continuous nodes", () => {
    const text = "model M { noise E ~ Normal(0, 1) let X := 2 * E let Y := X + 1 noise F ~ Normal(0, 1) }";
    const [connected, apart] = verdicts(text, ["independent(X, Y)", "independent(X, F)"]);
    expect(connected!.passed).toBe(false);
    expect(connected!.diagnostics.map(({ code }) => code)).toEqual(["C535"]);
    expect(apart!.passed).toBe(true);
  });

  it("of a graph alone are what it implies", () => {
    const found = verdicts("model M { latent U graph { X -> Z -> Y; U -> {X, Y} } }", [
      "identifiable(P(Y | do(X)))",
      "identifiable(P(Y | do(X), Z)) == true",
      "identifiable(P(Y | do(Z))) != false",
      "independent(U, Z | X)",
      "independent(X, Y | Z)",
    ]);
    expect(found.map(({ passed }) => passed)).toEqual([true, true, true, true, false]);
  });
});
