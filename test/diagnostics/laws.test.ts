/**
 * Laws of diagnostics: fixes mend what they are for and break nothing; the words are those of the language, whatever is
 * left out of a program or put into it; places lie inside the text.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { analyze } from "#lang/analyze";
import { catalogue } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { applyFixes, safeFixes } from "#lang/diagnostics/fix";
import { renderDiagnostics, toJson } from "#lang/diagnostics/render";
import { allDiagnostics } from "../../apps/api/lint.ts";
import { projectOf } from "../../apps/api/project.ts";
import { corpus } from "./corpus.ts";
import { badPrograms, root } from "./programs.ts";
import { speaksTheLanguage } from "./states.ts";

const checked = (text: string, name: string) => allDiagnostics(projectOf(text, name));
const errors = (found: readonly Diagnostic[]) => found.filter(({ severity }) => severity === "error").length;

describe("a fix", () => {
  const findings = badPrograms.flatMap(({ title, source }) =>
    checked(source.text, source.name).flatMap((diagnostic) =>
      diagnostic.fix === null ? [] : [{ title, source, diagnostic, fix: diagnostic.fix }],
    ),
  );

  it("is offered for many of them", () => {
    expect(findings.length).toBeGreaterThan(50);
  });

  it.each(
    findings.map((finding) => [`${finding.title}: ${finding.diagnostic.code} ${finding.fix.title}`, finding] as const),
  )("%s", (_, { source, diagnostic, fix }) => {
    const before = checked(source.text, source.name);
    const after = checked(applyFixes(source.text, [fix]), source.name);
    const same = (found: readonly Diagnostic[]) =>
      found.filter(({ code, message }) => code === diagnostic.code && message === diagnostic.message).length;
    expect(same(after)).toBeLessThan(same(before));
    expect(errors(after)).toBeLessThanOrEqual(errors(before));
  });

  it("of all safe ones together leaves none", () => {
    for (const { title, source } of badPrograms) {
      let text = source.text;
      for (let round = 0; round < 10; round++) {
        const fixes = safeFixes(checked(text, source.name), source.name);
        if (fixes.length === 0) break;
        text = applyFixes(text, fixes);
      }
      expect(safeFixes(checked(text, source.name), source.name), title).toEqual([]);
      expect(errors(checked(text, source.name)), title).toBeLessThanOrEqual(errors(checked(source.text, source.name)));
    }
  });
});

describe("every state of the parser", () => {
  it.each(corpus.map((program, i) => [program.name, program, i] as const))("of %s, in part", (_, { text }, i) => {
    speaksTheLanguage(text, { stride: 11, offset: i });
  });
});

describe("the catalogue", () => {
  it.each(Object.entries(catalogue))("explains %s", (code, row) => {
    expect(code).toMatch(/^C[1-8]\d\d$/);
    expect(row.explanation.length).toBeGreaterThan(20);
    expect(row.explanation).toMatch(/[.:`]$/);
  });

  it("is all that the code refers to", () => {
    const folder = join(root, "docs");
    const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));
    const mentioned = pages.flatMap((name) => readFileSync(join(folder, name), "utf8").match(/\bC[1-8]\d\d\b/g) ?? []);
    expect([...new Set(mentioned)].filter((code) => !Object.hasOwn(catalogue, code))).toEqual([]);
  });
});

it("the JSON form has all there is, with places that count from one", () => {
  const [{ source }] = badPrograms.filter(({ title }) => title === "a misspelt first word") as [
    (typeof badPrograms)[0],
  ];
  const { diagnostics, program } = analyze(source, { signatures: projectOf("").vocabulary, resolve: () => null });
  expect(renderDiagnostics(diagnostics, program.sources, { colour: false })).toContain("did you mean");
  expect(diagnostics.map((diagnostic) => toJson(diagnostic, program.sources))).toMatchInlineSnapshot(`
    [
      {
        "code": "C107",
        "fix": {
          "range": {
            "end": {
              "column": 17,
              "line": 1,
            },
            "file": "syntax.causal",
            "start": {
              "column": 11,
              "line": 1,
            },
          },
          "replacement": "sample",
          "safe": true,
          "title": "write \`sample\`",
        },
        "help": "",
        "label": "did you mean \`sample\`?",
        "message": "\`smaple\` does not begin a declaration of a model",
        "range": {
          "end": {
            "column": 17,
            "line": 1,
          },
          "file": "syntax.causal",
          "start": {
            "column": 11,
            "line": 1,
          },
        },
        "related": [],
        "severity": "error",
      },
    ]
  `);
});
