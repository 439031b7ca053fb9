/** Checking is total: no program makes it throw, however broken, and every finding lies inside its text. */
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzeDraw, analyzeQuery } from "#lang/analyze";
import { printTypes } from "#lang/types/print-types";
import { check, filesIn, sectionsOf } from "./fixture.ts";

const good = filesIn("good").map((path) => readFileSync(path, "utf8"));
const bad = filesIn("bad").flatMap((path) => sectionsOf(path).map(({ source }) => source.text));
const programs = [...good, ...bad];

/** The words and signs of all programs, to be put where they do not belong. */
const pieces = [...new Set(programs.flatMap((text) => text.match(/\w+|[^\s\w]+/g) ?? []))];

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.nat(3),
  insert: fc.oneof(fc.constant(""), fc.constantFrom(...pieces)),
});

/** Replaces whole words and signs, so that most results still parse in part. */
function mutate(text: string, edits: readonly Edit[]): string {
  const words = text.split(/(\w+|[^\s\w])/);
  for (const { at, remove, insert } of edits) {
    words.splice(Math.floor(at * words.length), remove, insert);
  }
  return words.join("");
}

function checkTotal(text: string): void {
  const { program, diagnostics } = check({ name: "mutant", text });
  for (const { code, span, message } of diagnostics) {
    const length = program.sources.get(span.source)?.text.length ?? -1;
    expect(span.start >= 0 && span.start <= span.end && span.end <= length).toBe(true);
    // the words of the parser have tests of their own
    if (!code.startsWith("C1")) expect(message).not.toContain("undefined");
  }
  printTypes(program);
  for (const model of program.models.values()) {
    const seen = new Set<string>();
    for (const node of model.nodes) {
      if (diagnostics.length === 0) expect(node.parents.every((parent) => seen.has(parent))).toBe(true);
      seen.add(node.name);
    }
  }
}

describe("analyze", () => {
  it("never throws on mutated programs", () => {
    fc.assert(
      fc.property(fc.constantFrom(...programs), fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
        checkTotal(mutate(text, edits));
      }),
      { numRuns: 700, seed: 7 },
    );
  });

  it("never throws on programs put together from pieces of others", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (words) => {
        checkTotal(`model M { ${words.join(" ")} } query P(A)`);
      }),
      { numRuns: 250, seed: 11 },
    );
  });

  it("never throws on questions", () => {
    const { program } = check({ name: "faces", text: good[1]! });
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (words) => {
        const text = words.join(" ");
        analyzeQuery(`P(${text}`, program, null);
        analyzeDraw(`3 ${text}`, program, null);
      }),
      { numRuns: 250, seed: 13 },
    );
  });

  it("takes long cycles of equations", () => {
    const lets = Array.from({ length: 900 }, (_, i) => `let X${i} := X${(i + 1) % 900} + 1`);
    const { diagnostics } = check({ name: "cycle", text: `model M { ${lets.join("\n")} }` });
    expect(diagnostics.map(({ code }) => code)).toEqual(["C301"]);
  });

  it("takes long chains of equations in the wrong order", () => {
    const lets = Array.from({ length: 800 }, (_, i) => `let X${800 - i} := X${799 - i} + 1`);
    const { program, diagnostics } = check({
      name: "chain",
      text: `model M { ${lets.join("\n")}\nnoise X0 ~ Normal(0, 1) }`,
    });
    expect(diagnostics).toEqual([]);
    expect(program.models.get("M")!.nodes.at(-1)!.name).toBe("X800");
  });
});
