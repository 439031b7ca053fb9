/** Laws of `causal fmt` over every program of the repository that parses: the bad ones and those of the pages too. */
import { expect, it } from "vitest";
import { format } from "#lang/format/format";
import { parseFile } from "#lang/syntax/parse";
import { printAst } from "#lang/syntax/print-ast";
import { corpus } from "./corpus.ts";

const comments = (text: string) => (text.match(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g) ?? []).map((comment) => comment.trim());
const parsed = corpus.filter(({ text }) => parseFile({ name: "x", text }).diagnostics.length === 0);

it("are many", () => {
  expect(parsed.length).toBeGreaterThan(300);
});

it.each(parsed.map(({ name, text }) => [name, text] as const))("%s keeps its meaning and its comments", (_, text) => {
  const once = format({ name: "x", text });
  if (!("text" in once)) throw new Error("a program that parses is not formatted");
  expect(format({ name: "x", text: once.text })).toEqual(once);
  const tree = (of: string) => printAst(parseFile({ name: "x", text: of }).file);
  expect(tree(once.text)).toBe(tree(text));
  expect(comments(once.text)).toEqual(comments(text));
});
