/** The TypeScript API: models that are asked, intervened on, drawn from and trained. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile, compileFile, load, ProgramError, RuntimeFault } from "../../../apps/api/index.ts";
import { stones, temporaryFolder, tiny } from "../cli/run-cli.ts";

const folder = temporaryFolder();

describe("a model", () => {
  const model = compileFile(stones).model();

  it("answers", () => {
    expect(model.name).toBe("Stones");
    expect(model.query("P(Recovered | Treatment = A)").value).toBeCloseTo(0.779, 4);
    expect(model.query("P(Recovered | do(Treatment = A))")).toMatchObject({ rung: 2, method: "exact" });
  });

  it("is not changed by do and observe, which stack in any order", () => {
    const one = model.do({ Treatment: "A" }).observe({ Size: "small" });
    const other = model.observe({ Size: "small" }).do({ Treatment: "A" });
    expect(one.query("P(Recovered)").value).toBeCloseTo(0.93, 12);
    expect(other.query("P(Recovered)").value).toBeCloseTo(0.93, 12);
    expect(model.do({ Treatment: "A" }).query("P(Recovered)").value).toBeCloseTo(0.832, 4);
    expect(model.query("P(Recovered)").value).toBeCloseTo(0.8042, 4);
    expect(model.observe({ Recovered: true }).query("P(Recovered)").value).toBe(1);
  });

  it("takes policies, soft evidence and claims as they are written", async () => {
    const policy = model.do("Treatment := if Size == large then A else B");
    expect(policy.query("P(Recovered)").value).toBeCloseTo(0.51 * 0.87 + 0.49 * 0.73, 12);
    const soft = policy.observe("Size ~ {small: 0.2, large: 0.8}");
    expect(soft.query("P(Recovered)").value).toBeCloseTo(0.2 * 0.87 + 0.8 * 0.73, 12);
    expect(model.observe("(Recovered or Size == small)").query("P(not Recovered)").value).toBeCloseTo(0.0683, 4);
    expect(model.query("P(Recovered | do(Treatment))").value).toEqual({
      A: expect.closeTo(0.832, 12),
      B: expect.closeTo(0.7818, 12),
    });
    const { columns, types } = await policy.draw("40 Recovered");
    expect(Object.keys(columns)).toEqual(["Size", "Treatment", "Recovered"]);
    expect([...columns.Treatment!]).toEqual([...columns.Size!].map((size) => 1 - size));
    expect(types.Treatment).toEqual({ kind: "labels", labels: ["A", "B"] });
    expect(() => model.do("Treatment := if Recovered then A else B").query("P(Recovered)")).toThrow(/C509/);
    expect(() => model.do("Treatment")).toThrow(/C510/);
  });

  it("draws columns", async () => {
    const { columns, count } = await model.do({ Treatment: "B" }).draw("50 Size, Recovered", { seed: 4 });
    expect(count).toBe(50);
    expect(columns.Treatment).toEqual(new Float64Array(50).fill(1));
    expect(new Set(columns.Size).size).toBe(2);
  });

  it("refuses what it does not have", () => {
    expect(() => model.do({ Treatment: "C" })).toThrow(ProgramError);
    expect(() => model.observe({ Sise: "small" })).toThrow(/did you mean `Size`/);
    expect(() => model.query("P(Zork)")).toThrow(ProgramError);
    expect(() => model.do({ Treatment: "A" }).query("P(Recovered | do(Treatment = B))")).toThrow(/C501/);
    expect(() => compileFile(stones).model("Stone")).toThrow(/no model Stone; it has Stones/);
  });
});

describe("a program", () => {
  it("with errors has diagnostics and no models", () => {
    const program = compile("model M { sample X : bool ~ Bernouli(0.5) }");
    expect(program.diagnostics.map(({ severity }) => severity)).toContain("error");
    expect(() => program.model()).toThrow(ProgramError);
  });

  it("that is missing is a fault", () => {
    expect(() => compileFile(join(folder, "none.causal"))).toThrow(RuntimeFault);
    expect(() => load(folder)).toThrow(/is not a run directory/);
  });

  it("is trained into a run, which is loaded again", async () => {
    const out = join(folder, "run");
    const program = compileFile(tiny);
    await expect(program.model().draw("2 Face")).rejects.toThrow(/has not been trained/);
    const seen: string[] = [];
    const run = await program.train({
      out,
      steps: 5,
      observer: { stageFinished: (stage) => void seen.push(stage.plan.target) },
    });
    expect(seen).toEqual(["Tiny.labels", "Tiny.Face"]);
    expect(run.interrupted).toBe(false);
    const first = await run.model().do({ Mustache: true }).draw("3 Face", { seed: 2 });
    expect(first.pictures.Face).toMatchObject({ channels: 3, height: 32, width: 32 });
    expect(first.columns.Mustache).toEqual(new Float64Array(3).fill(1));
    await run.close();

    const again = load(out);
    const second = await again.model("Tiny").do({ Mustache: true }).draw("3 Face", { seed: 2 });
    expect(second).toEqual(first);
    await again.close();
    await expect(program.train({ out })).rejects.toThrow(/already holds a run/);
    await program.close();
  });

  it("need not be a file", () => {
    const text = readFileSync(stones, "utf8");
    expect(compile(text, { name: "other.causal" }).model().query("P(Size = small)").value).toBeCloseTo(0.51, 12);
  });
});
