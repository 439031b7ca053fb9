/** Laws of the formatter on all programs of the repository, as they are and with their layout shuffled. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format } from "#lang/format/format";
import { parseFile } from "#lang/syntax/parse";
import { endOf, lexer } from "#lang/syntax/tokens";

const root = resolve(import.meta.dirname, "../../..");

const programs = ["examples", "stdlib", "test/lang", "test/apps"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith(".causal"))
  .map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }))
  .filter((source) => parseFile(source).diagnostics.length === 0);

/** What the program says: the tree without places. */
function meaning(text: string): string {
  const { file, diagnostics } = parseFile({ name: "test", text });
  expect(diagnostics).toEqual([]);
  return JSON.stringify(file, (key, value) => (key === "span" ? undefined : value));
}

/** All comments in order; texts in quotes hide what looks like one. */
function comments(text: string): readonly string[] {
  const pieces = text.match(/"(?:[^"\\\n\r]|\\[^\n\r])*"|`[^`\n\r]*`|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g) ?? [];
  return pieces
    .filter((piece) => piece.startsWith("/"))
    .map((piece) => (piece.startsWith("//") ? piece.trimEnd() : piece.replaceAll(/\r\n?/g, "\n")));
}

function formatted(text: string): string {
  const result = format({ name: "test", text });
  expect(result).toHaveProperty("text");
  return "text" in result ? result.text : "";
}

function expectLaws(text: string): void {
  const once = formatted(text);
  expect(comments(once)).toEqual(comments(text));
  expect(meaning(once)).toBe(meaning(text));
  expect(formatted(once)).toBe(once);
  expect(once).not.toMatch(/[ \t]\n|\n\n\n|\n\n$|^\n|\r/);
}

describe("formatting", () => {
  it("has programs to work on", () => {
    expect(programs.length).toBeGreaterThan(20);
  });

  it.each(programs)("keeps the laws on $name", ({ text }) => expectLaws(text));

  it.each(programs.filter(({ name }) => !name.startsWith("test")))("$name is formatted", ({ text }) => {
    expect(formatted(text)).toBe(text);
  });

  it.each(programs)("keeps the laws on $name in one line", ({ text }) => {
    expectLaws(shuffled(text, () => " "));
  });

  it("keeps the laws in any layout, with comments anywhere", () => {
    const gap = fc.oneof(
      { weight: 8, arbitrary: fc.constant(" ") },
      { weight: 2, arbitrary: fc.constantFrom("\n", "\n\n", "\n\n\n\n", "\t", "  \r\n ", "\r") },
      {
        weight: 1,
        arbitrary: fc.constantFrom(" // one\n", "\n// alone\n", "\n\n// apart \n\n", "//\n", " // a\n// b\n"),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom("/* in */", "\n/* own */\n", " /* a\n  b */ ", "/**/\n", "/* // */ // x\n"),
      },
    );
    const short = programs.flatMap(({ text }) => statements(text)).filter((text) => text.length < 1500);
    fc.assert(
      fc.property(
        fc.constantFrom(...short),
        fc.array(gap, { minLength: 1, maxLength: 200, size: "max" }),
        (text, gaps) => {
          let i = 0;
          expectLaws(shuffled(text, () => gaps[i++ % gaps.length]!));
        },
      ),
      { numRuns: 600, seed: 3 },
    );
  });
});

function statements(text: string): readonly string[] {
  const { file } = parseFile({ name: "test", text });
  return file.statements.map(({ span }) => text.slice(span.start, span.end));
}

/** The words of the program with other blanks and comments between; its own comments are lost. */
function shuffled(text: string, gap: () => string): string {
  const { tokens } = lexer.tokenize(text);
  const words = tokens.map((token, i) => {
    const next = tokens[i + 1];
    const touches = next !== undefined && endOf(token) === next.startOffset;
    const blank = gap();
    if (touches && blank === " ") return token.image;
    return token.image + (blank.startsWith("/") ? ` ${blank}` : blank);
  });
  return words.join("");
}
