/** What queries may say and how answers and refusals look: conditions, arithmetic, plans, assertions. */
import { describe, expect, it } from "vitest";
import type { CausalModel } from "#compiler/causal/model";
import type { Answer } from "#compiler/inference/answer";
import { checkAssertion } from "#compiler/inference/assert";
import { applyConditions } from "#compiler/inference/conditions";
import { answer, type QueryContext } from "#compiler/inference/query";
import { planQuery, printQueryPlan } from "#compiler/plan/query-plan";
import { parseFile } from "#lang/syntax/parse";
import { vocabulary } from "#stdlib/vocabulary";
import {
  bool,
  coin,
  distribution,
  equation,
  labels,
  model,
  node,
  nowhere,
  query,
  real,
  table,
} from "../causal/models.ts";

const context: QueryContext = { vocabulary, samples: 20_000, seed: 1 };
const die = { kind: "int", low: 1, high: 6 } as const;
const net = model(
  [
    table("Die", die, [], new Array(6).fill(1 / 6)),
    table("Size", labels("small", "large"), [], [0.4, 0.6]),
    equation("Even", bool, ["Die"], "Die == 2 or Die == 4 or Die == 6"),
    equation("Cost", real, ["Die", "Size"], "if Size == large then bonus + Die else Die / 2"),
    distribution("Won", bool, ["Die"], "Bernoulli", ["Die / 6"]),
    distribution("Weight", real, ["Size"], "Normal", ["if Size == large then 2 else 1", "0.5"]),
    equation("Heavy", real, ["Weight"], "exp(Weight)"),
    node("Smile", bool, ["Won"], { kind: "learned", name: "neural", settings: {} }),
  ],
  { bonus: 10 },
);

function ask(text: string, more: Partial<QueryContext> = {}, of: CausalModel = net): Answer {
  const result = answer(of, query(text), { ...context, ...more });
  if ("diagnostics" in result) throw new Error(`${text}: ${result.diagnostics[0]!.message}`);
  return result.answer;
}

function messages(text: string, more: Partial<QueryContext> = {}): readonly string[] {
  const result = answer(net, query(text), { ...context, ...more });
  return "diagnostics" in result ? result.diagnostics.map(({ code, message }) => `${code} ${message}`) : [];
}

describe("exact answers", () => {
  it.each<[string, number]>([
    ["P(Die = 3)", 1 / 6],
    ["P(Die >= 3)", 4 / 6],
    ["P(Die < 3, Die != 1)", 1 / 6],
    ["P(Die in {1, 6})", 2 / 6],
    ["P(Even)", 0.5],
    ["P(Even = 0)", 0.5],
    ["P(Even | Die > 3)", 2 / 3],
    ["P(Die = 6 | Won)", 6 / 21],
    ["P(Won | do(Die = 3))", 0.5],
    ["P(Even | do(Die ~ {1: 0, 2: 0.5, 3: 0.5, 4: 0, 5: 0, 6: 0}))", 0.5],
    ["P(Won | do(Even = true))", 3.5 / 6],
    ["E[Die]", 3.5],
    ["E[Die ^ 2 | Even]", (4 + 16 + 36) / 3],
    ["E[Won - 2 * Die]", 3.5 / 6 - 7],
    ["E[Cost]", 0.6 * 13.5 + 0.4 * 1.75],
    ["E[Cost | Size = large, Die = 2]", 12],
    ["P(Cost > 11)", 0.6 * (5 / 6)],
    ["P(Die = 2 | Cost = 12)", 1],
    ["P(Size = large | Cost > 2.9)", (0.6 * 6) / (0.6 * 6 + 0.4)],
    ["P(Size = large | do(Weight = 3))", 0.6],
    ["P(Die = 2 | observe(Size ~ {small: 0.9, large: 0.1}))", 1 / 6],
    ["P(Size = small | observe(Size ~ {small: 0.9, large: 0.1}))", 0.9],
    ["-(P(Even) + 1) / 2", -0.75],
    ["P(Smile | do(Smile = true))", 1],
  ])("%s", (text, truth) => {
    const found = ask(text);
    expect(found.method).toBe("exact");
    expect(found.value).toBeCloseTo(truth, 12);
    expect(found.stderr).toBeUndefined();
  });

  it("give whole distributions by state", () => {
    expect(ask("P(Size)").value).toEqual({ small: 0.4, large: 0.6 });
    expect(ask("P(Size, Even)").value).toEqual({ small: expect.closeTo(0.2, 12), large: expect.closeTo(0.3, 12) });
    const { value, axes } = ask("P(Size, Die)");
    expect(axes).toEqual(["Size", "Die"]);
    expect(Object.values(value).map((row) => Object.keys(row))).toEqual(
      new Array(2).fill(["1", "2", "3", "4", "5", "6"]),
    );
  });

  it("see through the value NaN where it never happens", () => {
    const half = model([coin("A", [], 0.5), equation("B", real, ["A"], "log(A)")]);
    expect(ask("E[B | A]", {}, half).value).toBe(0);
    const result = answer(half, query("E[B]"), context);
    expect("diagnostics" in result && result.diagnostics[0]!.code).toBe("C454");
  });
});

describe("conditions of a session", () => {
  const conditions = (text: string) => {
    const parsed = query(`P(Die | ${text})`);
    return parsed.kind === "probability" ? parsed.given : [];
  };
  it("hold for every part of a query and count for its rung", () => {
    const extraGiven = conditions("do(Die = 6)");
    expect(ask("P(Even) + P(Won)", { extraGiven })).toMatchObject({ value: 2, rung: 2 });
    expect(ask("P(Size = large)", { extraGiven: conditions("observe(Size = large)") })).toMatchObject({
      value: 1,
      rung: 1,
    });
    expect(messages("P(Even | do(Die = 1))", { extraGiven })).toEqual(["C501 `Die` is set twice by do()"]);
  });
});

describe("refusals", () => {
  it.each<[string, RegExp]>([
    ["P(Even | Die = 1, Even, Size = large)", /^C450 .*`Die = 1` and `Even = true` have probability zero together/],
    ["P(Size = large | do(Die = 1), Even)", /^C450 the condition `Even = true` has probability zero/],
    ["P(Won | Die > 6)", /^C450/],
    ["P(Even | do(Die = 7))", /^C201/],
    ["P(Smile)", /^C601/],
    ["P(Won | Smile)", /^C601/],
    ["P(Won | Weight)", /^C550/],
    ["P(Won ~ {true: 0.5, false: 0.5})", /^C512/],
    ["P(Won | Even, Die ~ {1: 0.5, 2: 0.5})", /^C516 `Die ~ \{1: 0.5, 2: 0.5\}` cannot be: `Die` is never `1`/],
    ["P(Won | Die ~ {1: 0.5, 2: 0.5}, Even ~ {true: 0.1, false: 0.9})", /^C516 .* no distribution of this model/],
    ["P(Won | Die ~ {1: 0.5, 2: 0.4})", /^C401/],
    ["P(Weight)", /^C417/],
    ["P(Even | do(Size ~ {small: 0.5, large: 0.4}))", /^C401/],
    ["P(Even | do(Won ~ Bernoulli(1.5)))", /^C451/],
    ["P(Even | do(Die := if Even then 1 else 2))", /^C509 .*reads `Even`, which `Die` influences/],
    ["P(Even[Die := if Even then 1 else 2])", /^C509/],
    ["P(Even | do(Die := Die + 1))", /^C452/],
    ["P(Even | do(Die = Size))", /^C507/],
    ["E[Cost | do(Weight ~ if Even then Normal(0, 1) else Uniform(0, 1))]", /^C508/],
    ["2 * independent(Die, Size)", /^C211/],
    ["P(Even[Die = 1] | do(Size = small))", /^C502/],
    ["P(Size) + 1", /^C514/],
    ["P(Even) / (P(Won) - P(Won))", /^C454/],
    ["nobody + 1", /^C201/],
  ])("%s", (text, expected) => {
    expect(messages(text)[0] ?? "answered").toMatch(expected);
  });

  it("leave what does not matter alone: a learned node that is not asked about", () => {
    expect(ask("P(Won)").method).toBe("exact");
    expect(ask("P(Won | Die = 3)").value).toBeCloseTo(0.5, 12);
  });
});

describe("sampled parts", () => {
  const sample = (text: string) => ask(text, { limit: 0 });
  it("carry seed, samples, effective size and an error through arithmetic", () => {
    const difference = sample("E[Weight | do(Size = large)] - E[Weight | do(Size = small)]");
    expect(difference).toMatchObject({ method: "sampled", rung: 2, samples: 20_000, seed: 1, ess: 20_000 });
    expect(difference.stderr).toBeCloseTo(0.5 * Math.sqrt(2 / 20_000), 3);
    expect(Math.abs((difference.value as number) - 1)).toBeLessThan(4 * difference.stderr!);
    const product = sample("2 * P(Weight > 1)");
    expect(product.stderr).toBeCloseTo(2 * sample("P(Weight > 1)").stderr!, 12);
    // equal parts have independent errors
    expect(sample("E[Weight] - E[Weight]").value).not.toBe(0);
  });

  it("recall earlier answers with their errors", () => {
    const before = sample("E[Weight]");
    const after = ask("mean * 2", { previous: new Map([["mean", before]]) });
    expect(after.value).toBe((before.value as number) * 2);
    expect(after).toMatchObject({ method: "sampled", query: "mean * 2" });
  });

  it("fall back with a warning when exact would be too large", () => {
    const result = answer(net, query("P(Even | Won)"), { ...context, limit: 2 });
    if ("diagnostics" in result) throw new Error("no answer");
    expect(result.answer.method).toBe("sampled");
    expect(result.warnings[0]).toMatchObject({ code: "C701", severity: "warning" });
    expect(result.warnings[0]!.message).toMatch(/a factor of \d+ entries \([\d.]+ kB\), over the limit of 2;/);
  });
});

describe("plans", () => {
  const options = { words: vocabulary, limit: 1000, span: nowhere };
  const plan = (text: string, targets: readonly string[]) => {
    const parsed = query(text);
    const conditioned = applyConditions(net, parsed.kind === "probability" ? parsed.given : [], vocabulary);
    if ("diagnostics" in conditioned) throw new Error("bad conditions");
    const planned = planQuery(conditioned.model, targets, [], options);
    if ("diagnostics" in planned) throw new Error("no plan");
    return planned.plan;
  };
  it("say what matters, how it is summed out and what it costs", () => {
    const exact = plan("P(Die = 1 | Won)", ["Die"]);
    expect(exact).toMatchObject({ method: "exact", relevant: ["Die", "Won"], cost: { largest: 6 } });
    expect(JSON.parse(JSON.stringify(exact))).toEqual(exact);
    expect(printQueryPlan(exact)).toContain("relevant  Die, Won");
    const normal = plan("P(Weight > 1)", ["Weight"]);
    expect(normal).toMatchObject({ method: "exact", reason: "linear-Gaussian", relevant: ["Size", "Weight"] });
    const sampled = plan("P(Heavy > 1)", ["Heavy"]);
    expect(sampled).toMatchObject({ method: "sampled", reason: "Heavy is not linear-Gaussian" });
  });
});

describe("assertions", () => {
  const check = (text: string) => {
    const { file } = parseFile({ name: "t", text: `test "t" in Test { assert ${text} }` });
    const [statement] = file.statements;
    if (statement?.kind !== "test") throw new Error(text);
    return checkAssertion(net, statement.assertions[0]!, context);
  };
  it.each<[string, boolean]>([
    ["P(Die = 1) == 0.1667", false],
    ["P(Die = 1) == 0.1667 +- 1e-4", true],
    ["P(Die = 1) != 0.1667", true],
    ["P(Even) == P(Even = false)", true],
    ["P(Even) < 0.5", false],
    ["P(Even) <= 0.5", true],
    ["P(Even) > 0.4", true],
    ["P(Even) >= 0.6", false],
    ["P(Size) == P(Size | do(Die = 1))", true],
    ["P(Size) == P(Size | Cost > 11)", false],
    ["E[Weight] == 1.6", true],
    ["E[log(Heavy)] == 1.6", true],
    ["E[log(Heavy)] == 1.7", false],
    ["E[Weight] == 1.65 +- 0.1", true],
    ["P(Size) == 0.4", false],
    ["P(Smile) == 0.4", false],
    ["independent(Size, Die)", true],
    ["independent(Size, Die) == false", false],
    ["independent(Size, Die) != true", false],
    ["identifiable(P(Size | do(Die)))", true],
  ])("%s is %s", (text, passed) => expect(check(text).passed).toBe(passed));

  it("report what keeps them from an answer", () => {
    expect(check("P(Smile) == 0.4").diagnostics.map(({ code }) => code)).toEqual(["C601"]);
    expect(check("P(Size) == 0.4").diagnostics.map(({ code }) => code)).toEqual(["C514"]);
    expect(check("E[log(Heavy)] == 1.6").message).toMatch(/ == 1\.6: 1\.\d+ \(stderr 0\.00\d+\)$/);
  });
});
