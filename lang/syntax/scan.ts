/** From text to the tokens that the grammar reads: lexing, words of the language, balanced brackets. */
import type { IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../source.ts";
import { spellingProblems } from "./spelling.ts";
import * as t from "./tokens.ts";
import { markWords } from "./words.ts";

export interface Scan {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
  /** places already reported, near which the grammar need not complain again */
  readonly repaired: readonly number[];
  /** the text ends inside brackets, a comment or a text */
  readonly incomplete: boolean;
}

export function scan(source: Source): Scan {
  const lexed = t.lexer.tokenize(source.text);
  const unknown = lexed.errors.map(({ offset, length }) => {
    const span = { source: source.name, start: offset, end: offset + length };
    return diagnose("C101", span, { text: source.text.slice(offset, offset + length) });
  });
  // the lexer leaves the ends out; the locations in the concrete tree are made of them
  const tokens = markWords(lexed.tokens.map((token) => ({ ...token, endOffset: t.endOf(token) - 1 })));
  const spelled = spellingProblems(source, [...lexed.tokens, ...(lexed.groups[t.mistakes] ?? [])]);
  return {
    tokens,
    diagnostics: [...unknown, ...spelled],
    repaired: unknown.map(({ span }) => span.start),
    incomplete: false,
  };
}
