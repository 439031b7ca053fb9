/** The checker is total: a few hundred random and mutated programs, and some that are odd on purpose. More: total.long.ts. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "#lang/analyze";
import { format } from "#lang/format/format";
import { projectOf } from "../../apps/api/project.ts";
import { arbitraries, survives } from "./fuzz.ts";

describe("no text throws", () => {
  it.each(Object.entries(arbitraries))("%s", (_, texts) => {
    fc.assert(fc.property(texts, survives), { numRuns: 60, seed: 20 });
  });

  const model = "model M { sample A : bool ~ Bernoulli(0.5) }\nquery P(A)\n";
  it.each([
    ["nothing", ""],
    ["NUL", `${model}\0`],
    ["a byte order mark", `\ufeff${model}`],
    ["Windows line breaks", model.replaceAll("\n", "\r\n")],
    ["old Macintosh line breaks", model.replaceAll("\n", "\r")],
    ["line separators", model.replaceAll("\n", "\u2028")],
    ["a lone surrogate", `model \ud800 { sample \udc00 : bool }`],
    ["a name beyond the basic plane", "model M { sample `\u{1f600}` : bool ~ Bernoulli(0.5) }\nquery P(`\u{1f600}`)"],
    ["letters of other alphabets", "model Модель { sample Дождь : bool ~ Bernoulli(0.5) }\nquery P(Дождь)"],
    ["a huge number", "model M { param a = 1e999 let B := a * 1e308 * 1e308 }"],
    ["a number of many digits", `model M { param a = ${"9".repeat(5000)} }`],
    ["a huge range", "model M { sample A : int[0..999999999999] ~ cpt { else: 0 } }"],
    ["a huge count", "model M { sample A : bool ~ Bernoulli(0.5) }\ndraw 99999999999999999999 A"],
    [
      "names of objects",
      "model __proto__ { sample constructor : bool ~ Bernoulli(0.5) }\nquery P(toString) in __proto__",
    ],
    [
      "a prototype of settings",
      "model M { sample A : bool ~ neural() { __proto__ = 3, toString = 2, constructor = 1 } }",
    ],
    ["deep brackets", `model M { let A := ${"(".repeat(5000)}1${")".repeat(5000)} }`],
    ["deep signs", `model M { let A := ${"-".repeat(20000)}1 }`],
    ["a long sum", `model M { let A := ${"1 + ".repeat(20000)}1 }`],
    ["many open braces", "{".repeat(20000)],
    ["many errors", "model M { sample } ".repeat(500)],
  ])("%s", (_, text) => {
    survives(text);
  });

  it("a line of a megabyte", () => {
    const text = `model M { sample A : bool ~ Bernoulli(0.5) } // ${"x".repeat(1e6)}\nquery P(A)`;
    expect(projectOf(text, "long.causal").diagnostics).toEqual([]);
    survives(`"${"x".repeat(1e6)}`);
  });

  it("a byte order mark is no error, and is no part of the layout", () => {
    expect(projectOf(`\ufeff${model}`, "bom.causal").diagnostics).toEqual([]);
    expect(format({ name: "bom.causal", text: `\ufeff${model}` })).toEqual(format({ name: "bom.causal", text: model }));
  });

  it("a thousand declarations are checked", () => {
    const nodes = Array.from(
      { length: 1000 },
      (_, i) => `sample N${i} : bool ~ ${i === 0 ? "Bernoulli(0.5)" : `cpt(N${i - 1}) { true: 0.5, false: 0.1 }`}`,
    );
    const { diagnostics } = analyze(
      { name: "chain.causal", text: `model M { ${nodes.join("\n")} }` },
      { signatures: projectOf("").vocabulary, resolve: () => null },
    );
    expect(diagnostics).toEqual([]);
  });
});
