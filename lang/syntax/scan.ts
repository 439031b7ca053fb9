/** From text to the tokens that the grammar reads: lexing, words of the language, balanced brackets. */
import type { IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../source.ts";
import { repair } from "./repair.ts";
import { spellingProblems } from "./spelling.ts";
import * as t from "./tokens.ts";
import { markWords } from "./words.ts";

export interface Scan {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
  /** offsets of places that are reported already, near which the grammar need not complain again */
  readonly repaired: readonly number[];
  /** stretches of text in which any further finding would be a guess */
  readonly guesses: readonly Span[];
  /** the text ends inside brackets, a comment or a text: more may follow */
  readonly incomplete: boolean;
}

const neverClosed: ReadonlySet<t.TokenType> = new Set([t.UnclosedComment, t.UnclosedText, t.UnclosedQuotedName]);

export function scan(source: Source): Scan {
  const lexed = t.lexer.tokenize(source.text);
  const unknown = lexed.errors.map(({ offset, length }) => {
    const span = { source: source.name, start: offset, end: offset + length };
    return diagnose("C101", span, { text: source.text.slice(offset, offset + length) });
  });
  // the lexer leaves the ends out, and its tokens are ours; the locations in the concrete tree are made of them
  for (const token of lexed.tokens) token.endOffset = t.endOf(token) - 1;
  const marked = markWords(lexed.tokens);
  const { tokens, diagnostics, places, guesses, incomplete } = repair(source, marked);
  const mistaken = lexed.groups[t.mistakes] ?? [];
  const all = mistaken.length === 0 ? lexed.tokens : [...lexed.tokens, ...mistaken];
  const spelled = spellingProblems(source, all);
  const unclosed = all.filter((token) => neverClosed.has(token.tokenType));
  return {
    tokens,
    diagnostics: [...unknown, ...spelled, ...diagnostics],
    repaired: [...unknown.map(({ span }) => span.start), ...unclosed.map((token) => token.startOffset), ...places],
    guesses,
    incomplete: incomplete || mistaken.some((token) => token.tokenType === t.UnclosedComment),
  };
}
