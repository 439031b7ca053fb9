/** The printed forms of a small program as files, updated by `npx vitest run test/apps/cli/show.test.ts -u`. */
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { causal, fixtures, stones, tiny } from "./run-cli.ts";

// the names of files are part of what is printed
const small = relative(process.cwd(), join(fixtures, "small.causal"));
const golden = (name: string) => join(fixtures, "show", `${name}.txt`);

async function shown(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await causal(["show", ...args]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

describe("show", () => {
  it.each(["cst", "ast", "types", "model", "graph"])("prints %s", async (stage) => {
    const text = await shown(stage, small);
    await expect(text).toMatchFileSnapshot(golden(stage));
    expect(text.split("\n").length).toBeLessThan(200);
  });

  it.each(["plan", "program"])("prints the %s of a train statement", async (stage) => {
    const text = await shown(stage, tiny, "--target", "Tiny.labels");
    await expect(text).toMatchFileSnapshot(golden(stage));
    expect(text.split("\n").length).toBeLessThan(200);
  });

  it("prints models after do and observe", async () => {
    const text = await shown("model", stones, "--do", "Treatment=A", "--observe", "Recovered=true");
    expect(text).toContain("  Treatment := A  : {A, B}  [set]\n");
    expect(text).toContain("  given Recovered = true\n");
    const graph = await shown("graph", stones, "--do", "Treatment=A");
    expect(graph).not.toContain('"Size" -> "Treatment"');
    expect(graph).toContain('"Size" -> "Recovered"');
  });

  it.each(["cst", "ast", "model", "graph"])("prints %s as JSON", async (stage) => {
    expect(JSON.parse(await shown(stage, small, "--json"))).toBeTypeOf("object");
  });

  it.each([
    ["Treatment=C", /the states are `A` and `B`/],
    ["Tretment=A", /did you mean `Treatment`/],
    ["Treatment=A)", /closes nothing/],
    ["Treatment", /C\d+/],
  ])("refuses --do %s", async (action, message) => {
    const { code, out, err } = await causal(["show", "model", stones, "--do", action]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(message);
  });

  it("refuses an unknown target", async () => {
    const { code, err } = await causal(["show", "plan", tiny, "--target", "Tiny.Fase"]);
    expect(code).toBe(2);
    expect(err).toContain("no train statement for Tiny.Fase; there are Tiny.labels, Tiny.Face");
  });
});
