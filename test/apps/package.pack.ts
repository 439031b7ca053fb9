/** The package as a user gets it: packed, installed into an empty project, run through npx and imported by name. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
let project: string;
const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "causal-pack-"));
  run("npm", ["pack", "--pack-destination", project], root);
  const archive = readdirSync(project).find((name) => name.endsWith(".tgz"))!;
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0", type: "module" }));
  // as the README says: without this flag the ONNX Runtime tries to download its CUDA provider
  run("npm", ["install", `./${archive}`, "--no-audit", "--no-fund", "--onnxruntime-node-install=skip"], project);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

const stones = "node_modules/causal-lang/examples/stones/stones.causal";

it("checks, tests and answers an example of the package through npx", () => {
  run("npx", ["causal", "check", stones], project);
  run("npx", ["causal", "test", stones], project);
  const answer = JSON.parse(
    run("npx", ["causal", "query", stones, "P(Recovered | do(Treatment = A))", "--json"], project),
  );
  expect(answer).toMatchObject({ rung: 2, method: "exact" });
  expect(answer.value).toBeCloseTo(0.832, 4);
});

it("trains and draws from a program that imports the standard library", () => {
  const program = readFileSync(join(root, "test/apps/fixtures/tiny.causal"), "utf8");
  writeFileSync(join(project, "tiny.causal"), program);
  run("npx", ["causal", "train", "tiny.causal", "--out", "run"], project);
  run("npx", ["causal", "draw", "run", "4 Face | do(Mustache = true)", "--out", "grid.png"], project);
  expect(readFileSync(join(project, "grid.png")).subarray(1, 4).toString()).toBe("PNG");
});

it("is imported by name, with types", () => {
  writeFileSync(
    join(project, "use.js"),
    `import { compile } from "causal-lang";
     const program = compile("model M { sample X : bool ~ Bernoulli(0.25) }");
     console.log(JSON.stringify(program.model("M").query("P(X)").value));`,
  );
  expect(run("node", ["use.js"], project).trim()).toBe("0.25");
  expect(readdirSync(join(project, "node_modules/causal-lang/dist/apps/api"))).toContain("index.d.ts");
});
