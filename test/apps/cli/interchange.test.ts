/** `causal import` and `causal export`: files in, text out, known answers of published networks by way of programs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compileCausal, plain, published, publishedBif } from "../../compiler/interchange/networks.ts";
import { causal, examples, stones, temporaryFolder, writeProgram } from "./run-cli.ts";

const folder = temporaryFolder();
const asia = join(examples, "asia/asia.causal");

async function well(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await causal(args);
  expect(err).toBe("");
  expect(code).toBe(0);
  return out;
}

describe("import and export", () => {
  it.each(["bif", "xmlbif", "net"])("give the same program again by way of %s", async (format) => {
    const file = writeProgram(folder, `asia.${format}`, await well("export", asia, "--to", format));
    const program = await well("import", file);
    const again = writeProgram(folder, `asia-${format}.causal`, program);
    expect(await well("check", again)).toContain("no errors");
    expect(plain(compileCausal(program))).toEqual(plain(compileCausal(readFileSync(asia, "utf8"))));
  });

  it("read gzipped files, and formats that the name does not tell", async () => {
    const bif = await well("export", asia, "--to", "bif");
    writeFileSync(join(folder, "packed.bif.gz"), gzipSync(bif));
    writeProgram(folder, "plain.dat", bif);
    expect(await well("import", join(folder, "packed.bif.gz"))).toContain("model Asia {");
    expect(await well("import", join(folder, "plain.dat"), "--from", "bif")).toContain("model Asia {");
  });

  it("name a model after the file, or as they are told, where the file has no name", async () => {
    const file = writeProgram(folder, "coin flip.uai", "BAYES 1 2 1 1 0 2 0.25 0.75");
    expect(await well("import", file)).toBe(
      "model `coin flip` {\n  sample X0 : int[0..1] ~ cpt { 0: 0.25, 1: 0.75 }\n}\n",
    );
    expect(await well("import", file, "--name", "Coin")).toContain("model Coin {");
  });

  it("turn the text of dagitty into a graph and its question", async () => {
    const file = writeProgram(folder, "g.txt", "dag { X [exposure] Y [outcome] U [latent] X -> Y; X <-> Y; U -> X }");
    expect(await well("import", file)).toBe(
      [
        "model g {",
        "  sample X",
        "  sample Y",
        "  latent U",
        "  graph {",
        "    X -> Y",
        "    U -> X",
        "    X <-> Y",
        "  }",
        "}",
        "identify P(Y | do(X))",
        "",
      ].join("\n"),
    );
  });

  it("write a model without tables as its tables", async () => {
    const file = writeProgram(
      folder,
      "mixed.causal",
      "model M { sample A : bool ~ Bernoulli(0.25) sample B : int[-1..0] ~ cpt(A) { true: {-1: 1, 0: 0}, false: {0: 1, -1: 0} } let C := A and B == 0 }",
    );
    const back = writeProgram(folder, "mixed.net", await well("export", file, "--to", "net"));
    const again = writeProgram(folder, "mixed-again.causal", await well("import", back));
    for (const path of [file, again]) expect(await well("query", path, "P(C)", "--json")).toContain('"value":0');
    expect(await well("query", again, "P(A)")).toContain("0.25");
  });
});

describe("what cannot be done", () => {
  const frontdoor = join(examples, "frontdoor/frontdoor.causal");

  it("says which node a format cannot hold, and where it is", async () => {
    const { code, err } = await causal(["export", frontdoor, "--to", "bif"]);
    expect(code).toBe(1);
    expect(err).toMatch(/error\[C801\]: `\w+` cannot be written as BIF: it holds `real`/);
    expect(err).toMatch(/frontdoor\.causal:\d+:\d+/);
  });

  it("says where a file is wrong", async () => {
    const file = writeProgram(folder, "wrong.bif", "network x {\n}\nvariable A {\n  type discrete [ 2 ] { a, b }\n}\n");
    const { code, err } = await causal(["import", file]);
    expect(code).toBe(3);
    expect(err).toContain(`fault[bad-file]: ${file}:5:1: expected \`;\`, found \`}\``);
  });

  it.each([
    [["import", join(folder, "none.bif")], 3, "there is no file none.bif"],
    [["import", stones], 2, "cannot import causal"],
    [["import", "net.dat"], 2, "cannot tell the format of net.dat by its name"],
    [
      ["import", "net.bif", "--from", "hugin"],
      2,
      "cannot import hugin; --from takes one of bif, xmlbif, net, uai, dagitty",
    ],
    [["export", stones], 2, "missing --to FORMAT"],
    [["export", stones, "--to", "pdf"], 2, "cannot export pdf"],
    [["export", stones, "--to", "bif", "--model", "Nope"], 2, 'the program has no model "Nope"'],
  ])("says what is wrong with the call %#", async (args, code, text) => {
    const result = await causal(args);
    expect(result.err).toContain(text);
    expect(result.code).toBe(code);
  });
});

if (!published) console.warn("skipped: the bnlearn networks are not there");

describe.skipIf(!published)("published networks, imported and asked", () => {
  const rows: readonly (readonly [string, string, readonly number[], number])[] = [
    ["asia", "P(dysp = yes)", [0.435971], 6],
    ["asia", "P(dysp = yes | smoke = yes)", [0.552808], 6],
    ["asia", "P(lung = yes | xray = yes, asia = yes)", [0.371487155], 9],
    ["asia", "P(smoke = yes | lung = yes)", [0.909090909], 9],
    ["asia", "P(smoke = yes | do(lung = yes))", [0.5], 12],
    ["asia", "P(dysp = yes | do(either = yes))", [0.79], 12],
    ["cancer", "P(Cancer = True | do(Smoker = True))", [0.032], 12],
    ["cancer", "P(Pollution = low | Cancer = True, Smoker = True)", [0.84375], 12],
    ["earthquake", "P(Burglary = True | JohnCalls = True, MaryCalls = True)", [0.556522062], 9],
    ["earthquake", "P(Alarm = True | do(Burglary = False), JohnCalls = True)", [0.109427398], 9],
    ["survey", "P(T | do(E = uni))", [0.56896, 0.27312, 0.15792], 10],
    ["survey", "P(T | E = uni)", [0.56896, 0.27312, 0.15792], 10],
    ["sachs", "P(Akt | Erk = HIGH)", [0.115077, 0.574349, 0.310573], 6],
    ["insurance", "P(PropCost | DrivingSkill = Expert)", [0.693236, 0.301295, 0.004806, 0.000663], 6],
  ];
  const programs = new Map<string, string>();

  async function programOf(net: string): Promise<string> {
    if (!programs.has(net)) {
      writeFileSync(join(folder, `${net}.bif.gz`), gzipSync(publishedBif(net)));
      const program = await well("import", join(folder, `${net}.bif.gz`));
      programs.set(net, writeProgram(folder, `${net}-published.causal`, program));
    }
    return programs.get(net)!;
  }

  it.each(rows)("%s: %s", async (net, text, expected, digits) => {
    // a lint may have something to say about the question
    const { code, out } = await causal(["query", await programOf(net), text, "--json"]);
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer.method).toBe("exact");
    const found = typeof answer.value === "number" ? [answer.value] : Object.values<number>(answer.value);
    expect(found).toHaveLength(expected.length);
    for (const [state, p] of expected.entries()) expect(found[state]).toBeCloseTo(p, digits);
  });
});
