/** Transcripts of the commands that ask and show: texts, JSON and exit codes. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { commandNames } from "../../../apps/cli/commands/index.ts";
import { causal, stones, temporaryFolder, tiny, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const root = resolve(import.meta.dirname, "../../..");

describe("the command line", () => {
  it.each(commandNames)("explains %s", async (name) => {
    const { code, out, err } = await causal([name, "--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(new RegExp(`^Usage: causal ${name}`));
    expect(await causal(["help", name])).toEqual({ code: 0, out, err: "" });
  });

  it("lists the commands", async () => {
    const { code, out } = await causal(["--help"]);
    expect(code).toBe(0);
    for (const name of commandNames) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(await causal([])).toEqual({ code: 2, out, err: "" });
    expect((await causal(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("suggests the command that was meant", async () => {
    const { code, out, err } = await causal(["chekc", stones]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain('did you mean "check"?');
    expect((await causal(["zzzzzz"])).err).not.toContain("did you mean");
  });

  it.each([
    [["query", stones, "P(Size = small)", "--jsno"], "--jsno"],
    [["query", stones, "P(Size = small)", "--seed", "x"], "--seed takes a whole number"],
    [["query", stones, "P(Size = small)", "--samples", "0"], "--samples"],
    [["query", stones, "P(Size = small)", "--device", "abacus"], "--device takes one of"],
    [["query", stones, "P(Size = small)", "--model", "Stone"], 'no model "Stone"'],
    [["query"], "missing FILE or RUN"],
    [["query", tiny.replace("tiny", "none"), "--seed"], "--seed"],
    [["check"], "missing FILE"],
    [["show", "modle", stones], 'no stage "modle"'],
    [["show", "plan", stones], "no train statement"],
    [["train", stones], "no train statement"],
    [["train", stones, stones], "expected one FILE"],
    [["train", tiny, "--data", "faces"], "--data takes NAME=PATH"],
    [["train", tiny, "--data", "celeba=x"], "no data of that name; it has faces"],
    [["train", tiny, "--steps", "-3"], "--steps"],
    [["draw", writeProgram(folder, "empty.causal", "")], "no draw statement"],
    [["explain", "C999"], "no diagnostic C999"],
    [["test"], "missing FILE or RUN"],
  ])("refuses %j", async (args, message) => {
    const { code, out, err } = await causal(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toContain(`usage: causal ${args[0]}`);
  });

  it("reports missing files as faults", async () => {
    for (const command of ["check", "query", "train", "test", "draw"]) {
      expect(await causal([command, join(folder, "none.causal")])).toMatchObject({
        code: 3,
        out: "",
        err: expect.stringContaining("fault[missing-file]"),
      });
    }
  });
});

const faulty = `model M {
  sample X : bool ~ cpt { tru: 0.5 }
  sample Y : bool ~ cpt(Z) { true: 0.5  false: 0.2 }
}
`;

describe("check", () => {
  it("passes good programs", async () => {
    expect(await causal(["check", stones])).toEqual({ code: 0, out: `${stones}: no errors\n`, err: "" });
    expect((await causal(["check", stones, tiny])).out).toBe("2 files: no errors\n");
  });

  it("shows all errors of bad ones", async () => {
    const path = writeProgram(folder, "faulty.causal", faulty);
    const { code, out, err } = await causal(["check", path]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`--> ${path}:2:`);
    expect(err).toContain(`--> ${path}:3:25`);
    expect(err.match(/^error\[/gm)!.length).toBeGreaterThanOrEqual(2);
  });

  it("prints JSON on standard output", async () => {
    const path = writeProgram(folder, "faulty.causal", faulty);
    const { code, out, err } = await causal(["check", path, stones, "--json"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    const { diagnostics } = JSON.parse(out);
    expect(diagnostics).toContainEqual(
      expect.objectContaining({
        code: "C201",
        severity: "error",
        range: { file: path, start: { line: 3, column: 25 }, end: { line: 3, column: 26 } },
      }),
    );
    expect(JSON.parse((await causal(["check", stones, "--json"])).out)).toEqual({ diagnostics: [] });
  });
});

describe("lints and fixes", () => {
  const ward = `model Ward {
  sample Bones : bool ~ Bernoulli(0.1)
  sample Lungs : bool ~ Bernoulli(0.1)
  sample Ward : bool ~ cpt(Bones, Lungs) { (false, false): 0.01, else: 0.8 }
}
query q = P(Bones | do(Lungs = true), Ward = true)
`;

  it("warns with exit code 0, on standard error", async () => {
    const path = writeProgram(folder, "ward.causal", ward);
    const { code, out, err } = await causal(["check", path]);
    expect({ code, out }).toEqual({ code: 0, out: `${path}: no errors, 1 warning\n` });
    expect(err).toContain("warning[C560]");
    expect((await causal(["query", path])).err).toContain("warning[C560]");
    const typed = await causal(["query", path, "P(Bones | do(Lungs = true), Ward = true)", "--json"]);
    expect(JSON.parse(typed.err).diagnostics).toMatchObject([{ code: "C560", fix: { safe: false } }]);
    expect(JSON.parse(typed.out)).toMatchObject({ rung: 2 });
  });

  it("is silent about what is allowed, in the text or in the call", async () => {
    const path = writeProgram(folder, "ward.causal", ward);
    const silent = { code: 0, out: `${path}: no errors\n`, err: "" };
    expect(await causal(["check", "--allow", "c560", path])).toEqual(silent);
    writeProgram(folder, "ward.causal", ward.replace("query q", "// causal: allow C560, C561\n\n// why\nquery q"));
    expect(await causal(["check", path])).toEqual(silent);
    writeProgram(folder, "ward.causal", ward.replace(/\n$/, " // causal: allow C560\n"));
    expect(await causal(["check", path])).toEqual(silent);
    writeProgram(folder, "ward.causal", `// causal: allow C560\n${ward}`);
    expect((await causal(["check", path])).err).toContain("C560");
    expect((await causal(["check", "--allow", "C201", path])).err).toContain("--allow takes the code of a warning");
  });

  it("writes safe fixes and says so; a second time there is nothing to do", async () => {
    const path = writeProgram(
      folder,
      "slips.causal",
      ward.replace("sample Lungs", "smaple Lungs").replace(": 0.8", " = 0.8"),
    );
    const { code, out, err } = await causal(["check", "--fix", path]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `${path}:3:3: write \`sample\`\n${path}:4:71: write \`:\`\n${path}: no errors, 1 warning\n`,
    });
    expect(err).toContain("C560");
    const text = readFileSync(path, "utf8");
    expect(text).toBe(ward.replace(": 0.8", " : 0.8"));
    expect((await causal(["check", "--fix", path])).out).toBe(`${path}: no errors, 1 warning\n`);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("leaves a file alone that has nothing safe to fix", async () => {
    const path = writeProgram(folder, "broken.causal", "model M { sample A : bool ~ \n");
    expect((await causal(["check", "--fix", path])).code).toBe(1);
    expect(readFileSync(path, "utf8")).toBe("model M { sample A : bool ~ \n");
  });
});

describe("query", () => {
  it("answers as text", async () => {
    expect(await causal(["query", stones, "P(Recovered | Treatment = A)", "P(Size)"])).toEqual({
      code: 0,
      out: "P(Recovered | Treatment = A) = 0.7790   (rung 1, exact)\nP(Size)   (rung 1, exact)\n  small  0.5100\n  large  0.4900\n",
      err: "",
    });
  });

  it("answers as JSON", async () => {
    const { code, out } = await causal(["query", stones, "P(Recovered | do(Treatment = A))", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      query: "P(Recovered | do(Treatment = A))",
      rung: 2,
      method: "exact",
      value: expect.closeTo(0.832, 12),
    });
  });

  it("answers the queries of the file", async () => {
    const { code, out } = await causal(["query", stones]);
    expect(code).toBe(0);
    expect(out).toMatch(/^seenA = .* = 0\.7790/m);
    expect(out).toMatch(/^ate = doneA - doneB = 0\.0502/m);
    expect(JSON.parse((await causal(["query", stones, "--json"])).out.split("\n")[0]!)).toMatchObject({
      name: "seenA",
    });
  });

  it("says how a sampled answer was found, and repeats it to the byte", async () => {
    const path = writeProgram(folder, "normal.causal", "model N { sample X ~ Normal(1, 0.5) }");
    const args = ["query", path, "E[exp(X) | X > 1]", "--samples", "5000", "--seed", "7", "--json"];
    const first = await causal(args);
    expect(JSON.parse(first.out)).toMatchObject({ method: "sampled", samples: 5000, seed: 7 });
    expect(await causal(args)).toEqual(first);
    const text = await causal(["query", path, "E[exp(X) | X > 1]", "--seed", "7"]);
    expect(text.out).toMatch(/sampled, stderr .*100000 samples, effective \d+, seed 7/);
  });

  it("asks the model that is named", async () => {
    const two =
      "model A { sample X : bool ~ Bernoulli(0.25) } model B { sample X : bool ~ Bernoulli(0.75) sample Y : bool ~ Bernoulli(0.5) }";
    const path = writeProgram(folder, "two.causal", two);
    expect((await causal(["query", path, "P(X)"])).out).toMatch(/0\.7500/);
    expect((await causal(["query", path, "P(X)", "--model", "A"])).out).toMatch(/0\.2500/);
    expect((await causal(["query", path, "P(X) in A"])).out).toMatch(/0\.2500/);
    expect((await causal(["query", path, "P(Y) in B", "--model", "A"])).out).toMatch(/0\.5000/);
  });

  it.each([
    ["P(Recovered | do(Treatment = C))", /no state `C`[\s\S]*1:30[\s\S]*the states are `A` and `B`/],
    ["P(Recovered | do(Treatment = A), do(Treatment = B))", /C501/],
    ["P(Recovered | do(Treatment = A), Treatment = B)", /probability zero|impossible/i],
    ["P(Recovered | Size = small, Size = large)", /Size = small|Size = large/],
    ["P(Recovered", /never closed/],
    ["P(Rcovered)", /did you mean `Recovered`/],
    ["", /C1\d\d/],
  ])("refuses %s", async (query, message) => {
    const { code, out, err } = await causal(["query", stones, query]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(message);
    expect(err).toMatch(/--> query:1:/);
    expect(JSON.parse((await causal(["query", stones, query, "--json"])).err).diagnostics.length).toBeGreaterThan(0);
  });

  it("needs a model that has been trained", async () => {
    const { code, err } = await causal(["query", tiny, "P(Male)"]);
    expect(code).toBe(1);
    expect(err).toMatch(/error\[C601\][\s\S]*Male[\s\S]*causal train/);
  });
});

describe("test", () => {
  it("ends in 0 when all assertions hold, else in 1", async () => {
    const { code, out } = await causal(["test", stones]);
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ passed, 0 failed\n$/);
    const text = 'model M { sample X : bool ~ Bernoulli(0.5) }\ntest "t" { assert P(X) == 0.5 assert P(X) == 0.4 }';
    const failing = await causal(["test", writeProgram(folder, "failing.causal", text)]);
    expect(failing.code).toBe(1);
    expect(failing.out).toMatch(/ok {6}P\(X\) == 0\.5[\s\S]*FAILED {2}P\(X\) == 0\.4: 0\.5\n1 passed, 1 failed/);
  });

  it("fails what has no answer", async () => {
    const { code, out, err } = await causal(["test", tiny]);
    expect(code).toBe(1);
    expect(out).toMatch(/FAILED.*no answer/);
    expect(err).toMatch(/C601/);
  });
});

describe("draw", () => {
  it("refuses more draws than fit into memory", async () => {
    const { code, err } = await causal(["draw", stones, "1000000000 Size"]);
    expect([code, err]).toEqual([3, expect.stringContaining("fault[memory]")]);
  });

  it("prints samples as a table or as JSON", async () => {
    const { code, out } = await causal(["draw", stones, "3 Size | Treatment = A", "--seed", "5"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^3 Size \| Treatment = A {3}\(seed 5\)\nSize/);
    const json = await causal(["draw", stones, "3 Size | Treatment = A", "--seed", "5", "--json"]);
    const { nodes, ...rest } = JSON.parse(json.out);
    expect(rest).toEqual({ draw: "3 Size | Treatment = A", count: 3, seed: 5 });
    expect(nodes.Treatment).toEqual(["A", "A", "A"]);
    expect(await causal(["draw", stones, "3 Size | Treatment = A", "--seed", "5", "--json"])).toEqual(json);
  });

  it("refuses pictures of an image that is not trained", async () => {
    const { code, err } = await causal(["draw", tiny, "--out", join(folder, "no.png")]);
    expect(code).toBe(3);
    expect(err).toMatch(/Face of Tiny has not been trained[\s\S]*causal train/);
  });
});

describe("explain and doctor", () => {
  it("explain tells about a code", async () => {
    expect((await causal(["explain", "c501"])).out).toMatch(/^C501/);
  });

  it("doctor names the engine that is used", async () => {
    expect((await causal(["doctor", "--seconds", "0"])).out).toMatch(/cpu +found.*used by auto/);
    const { devices } = JSON.parse((await causal(["doctor", "--json", "--seconds", "0"])).out);
    expect(devices.filter((device: { chosen: boolean }) => device.chosen)).toHaveLength(1);
  });
});

describe("the executable", () => {
  const node = ["-C", "source", "--import", "tsx", "apps/cli/bin.ts"];

  it("ends quietly when the reader of its output goes away", () => {
    const command = `${[process.execPath, ...node].join(" ")} show cst '${tiny}' | head -n 1; echo "status \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", command], { cwd: root, encoding: "utf8" });
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("status 0");
    expect(stderr).toBe("");
  });

  it("hands on arguments, streams and exit codes", () => {
    const out = execFileSync(process.execPath, [...node, "query", stones, "P(Size = small)"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(out).toBe("P(Size = small) = 0.5100   (rung 1, exact)\n");
    const piped = spawnSync(process.execPath, [...node, "repl", stones], {
      cwd: root,
      input: "P(Zork)\n",
      encoding: "utf8",
    });
    expect(piped.status).toBe(1);
    expect(piped.stderr).toContain("C201");
  });
});

describe("causal query --posteriors", () => {
  it("prints every discrete node, as text and as JSON", async () => {
    const text = await causal(["query", stones, "--posteriors", "--given", "Treatment = A"]);
    expect(text).toMatchObject({ code: 0, err: "" });
    expect(text.out).toContain("Recovered  false 0.2210  true 0.7790\n");
    const json = await causal(["query", stones, "--posteriors", "--given", "do(Treatment = A)", "--json"]);
    const rows = json.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ node }) => node)).toEqual(["Size", "Treatment", "Recovered"]);
    expect(rows[2]).toMatchObject({ rung: 2, method: "exact", value: { true: expect.closeTo(0.832, 3) } });
  });

  it("points into the conditions, and takes no queries", async () => {
    const wrong = await causal(["query", stones, "--posteriors", "--given", "Treatment = C"]);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("given:1:13");
    expect((await causal(["query", stones, "P(Size)", "--posteriors"])).code).toBe(2);
    expect((await causal(["query", stones, "P(Size)", "--given", "Size = small"])).code).toBe(2);
  });

  it("opens a network of another program without importing it", async () => {
    const path = join(folder, "rain.bif");
    const bif = (await causal(["export", stones, "--to", "bif"])).out;
    writeFileSync(path, bif);
    expect(await causal(["query", path, "P(Recovered | do(Treatment = A))"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("0.832"),
    });
    writeFileSync(path, bif.slice(0, 100));
    expect((await causal(["query", path, "P(Size)"])).code).toBe(3);
  });
});
