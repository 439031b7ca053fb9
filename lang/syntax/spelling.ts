/** Tokens that are understood but written otherwise in this language: `&&`, `#`, `→`, `.5`, an unclosed text. */
import type { IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../source.ts";
import * as t from "./tokens.ts";

/** The right spelling of signs that have another one. */
const spellings: ReadonlyMap<t.TokenType, string> = new Map([
  [t.LongOr, "or"],
  [t.LongAnd, "and"],
  [t.Bang, "not"],
  [t.Tilde, "~"],
  [t.BothWays, "<->"],
  [t.LessOrEqual, "<="],
  [t.LeftArrow, "<-"],
  [t.GreaterOrEqual, ">="],
  [t.NotEqual, "!="],
  [t.RightArrow, "->"],
  [t.PlusMinus, "+-"],
  [t.Minus, "-"],
  [t.Power, "^"],
  [t.Times, "*"],
  [t.Divide, "/"],
]);

/** All that may be worth a word; the others are passed over. */
const doubtful: ReadonlySet<t.TokenType> = new Set([
  ...spellings.keys(),
  t.BareFraction,
  t.SingleQuotedText,
  t.HashComment,
  t.UnclosedComment,
  t.UnclosedText,
  t.UnclosedQuotedName,
  t.QuotedName,
]);

function spelling(token: IToken): string | null {
  if (token.tokenType === t.BareFraction) return `0${token.image}`;
  if (token.tokenType === t.SingleQuotedText) return JSON.stringify(token.image.slice(1, -1));
  if (token.tokenType === t.HashComment) return `//${token.image.slice(1)}`;
  const right = spellings.get(token.tokenType);
  return right === undefined || right === token.image ? null : right;
}

/** At most one diagnostic for each token. */
export function spellingProblems(source: Source, tokens: readonly IToken[]): readonly Diagnostic[] {
  const asked = tokens.filter((token) => doubtful.has(token.tokenType));
  return asked.flatMap((token): readonly Diagnostic[] => {
    const span = { source: source.name, start: token.startOffset, end: t.endOf(token) };
    const opening = { ...span, end: span.start + 1 };
    if (token.tokenType === t.UnclosedComment)
      return [diagnose("C103", { ...span, end: span.start + 2 }, { text: "" })];
    if (token.tokenType === t.UnclosedText) return [diagnose("C102", opening, { text: token.image })];
    if (token.tokenType === t.UnclosedQuotedName)
      return [diagnose("C104", opening, { name: token.image.slice(1).trim() || "name" })];
    if (token.tokenType === t.QuotedName && token.image === "``") return [diagnose("C104", span, { name: "" })];
    const right = spelling(token);
    if (right === null) return [];
    const gap = (neighbour: string | undefined) => (/^[a-z]/.test(right) && /\S/.test(neighbour ?? " ") ? " " : "");
    const replacement = gap(source.text[span.start - 1]) + right + gap(source.text[span.end]);
    const fix = { title: `write \`${right}\``, span, replacement };
    return [diagnose("C111", span, { found: token.image, expected: right }, { fix })];
  });
}
