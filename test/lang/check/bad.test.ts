/** Wrong programs: each gives exactly the diagnostics that its comments say, at exactly those places. */
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { positionAt } from "#lang/source";
import { check, expectationsOf, filesIn, sectionsOf } from "./fixture.ts";

const files = filesIn("bad").map((file) => ({ name: basename(file, ".causal"), sections: sectionsOf(file) }));

/** Diagnostics as `line code text`; of a text of many lines only the first is compared, of a syntax error nothing. */
function found(section: (typeof files)[number]["sections"][number]): readonly string[] {
  const { text } = section.source;
  return check(section.source).diagnostics.map(({ code, span }) => {
    const syntax = /^C1(?!90)/.test(code);
    const at = syntax ? "" : text.slice(span.start, span.end).split("\n")[0];
    return `${positionAt(text, span.start).line} ${syntax ? "C1.." : code} ${at}`;
  });
}

for (const { name, sections } of files) {
  describe(name, () => {
    it.each(sections)("$title", (section) => {
      const expected = expectationsOf(section.source);
      expect(expected).not.toEqual([]);
      expect(found(section)).toEqual(expected);
    });
  });
}

it("there are many of them", () => {
  expect(files.flatMap(({ sections }) => sections).length).toBeGreaterThanOrEqual(100);
});

it("says each in words", async () => {
  const lines = files.flatMap(({ name, sections }) => {
    const words = sections.flatMap(({ source }) => check(source).diagnostics);
    const rows = words
      .filter(({ code }) => !/^C1(?!90)/.test(code))
      .map(({ code, message, help }) => `${code} ${message}${help === "" || code === "C190" ? "" : ` | ${help}`}`);
    return [`# ${name}`, ...new Set(rows)];
  });
  await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("messages.txt");
});
