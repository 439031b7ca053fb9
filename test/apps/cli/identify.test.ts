/** Transcripts of `causal identify`, and what other commands say about a graph without probabilities. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { causal, examples, stones, temporaryFolder, writeProgram } from "./run-cli.ts";

const napkin = join(examples, "napkin/napkin.causal");
const smoking = join(examples, "smoking/smoking.causal");
const folder = temporaryFolder();

describe("causal identify", () => {
  it("answers the statements of a program", async () => {
    const { code, out, err } = await causal(["identify", napkin]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(
      "P(y | do(x)) = (sum_w1 P(x, y | w2, w1) P(w1)) / (sum_w1 P(x | w2, w1) P(w1))\n  for any value of W2\n",
    );
    expect(out).toContain("P(y | do(w2)) = sum_w1 P(y | w2, w1) P(w1)\n  back-door sets: {W1}\n");
  });

  it("evaluates estimands on data", async () => {
    const { code, out } = await causal(["identify", smoking, "--json"]);
    expect(code).toBe(0);
    const answers = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ rows, data }) => [rows, data])).toEqual([
      [800, "survey"],
      [800, "survey"],
      [800, "survey"],
    ]);
    const probabilities = answers.map(({ value }) => value.map((cell: { probability: number }) => cell.probability));
    expect(probabilities[1]).toEqual([0.5025, 0.4975, 0.5475, 0.4525].map((p) => expect.closeTo(p, 12)));
    expect(answers[2].value).toEqual([
      { states: { Smoking: "true", Cancer: "true" }, probability: expect.closeTo(0.4525, 12) },
    ]);
  });

  it("names the hedge, with exit code 1", async () => {
    const { code, out } = await causal(["identify", napkin, "P(Y | do(X)) in Stained"]);
    expect(code).toBe(1);
    expect(out).toBe("P(Y | do(X)) is not identifiable\n  hedge: {X, Y} around {Y}\n  to blame: X <-> Y\n");
  });

  it("takes models with probabilities, and prints LaTeX", async () => {
    const { out } = await causal(["identify", stones, "P(Recovered | do(Treatment))", "--latex"]);
    expect(out).toBe(
      "P(\\mathit{recovered} \\mid \\mathrm{do}(\\mathit{treatment})) = \\sum_{\\mathit{size}} P(\\mathit{recovered} \\mid \\mathit{treatment}, \\mathit{size}) P(\\mathit{size})\n",
    );
  });

  it.each([
    [["identify"], 2, "missing FILE or RUN"],
    [["identify", writeProgram(folder, "none.causal", "model M { graph { X -> Y } }")], 2, "no identify statement"],
    [["identify", napkin, "E[Y]"], 1, "C211"],
    [["identify", napkin, "P(Y | do(Q))"], 1, "C201"],
    [["query", napkin, "P(Y | do(X = 1))"], 1, "`identify P(Y | do(X))` says how this follows"],
    [["draw", napkin, "3 Y"], 1, "C530"],
    [["show", "model", napkin, "--do", "X=1"], 1, "C530"],
  ])("refuses %j", async (args, code, message) => {
    const found = await causal(args);
    expect(found.code).toBe(code);
    expect(found.err).toContain(message);
  });

  it("is a statement of a session", async () => {
    const input = "model M { graph { X -> Y } }\nidentify P(Y | do(X))\nidentify P(Y | X, do(Z))\n";
    const { out, err } = await causal(["repl"], { input });
    expect(out).toContain("P(y | do(x)) = P(y | x)");
    expect(err).toContain("C201");
  });

  it("reads data in a session", async () => {
    const { out } = await causal(["repl", smoking], {
      input: "identify P(Cancer = true | do(Smoking = true)) from survey\n",
    });
    expect(out).toContain("0.4525\n");
  });
});

it("shows graphs", async () => {
  const { out } = await causal(["show", "graph", napkin]);
  expect(out).toContain('"W1" -> "X" [dir=both, style=dashed];');
  expect((await causal(["show", "types", smoking])).out).toMatch(/latent +Genotype\n/);
  expect((await causal(["test", napkin, smoking])).out).toContain("7 passed, 0 failed");
});
