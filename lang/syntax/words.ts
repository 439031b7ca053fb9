/**
 * Which words are keywords where. The lexer reads all words as names; a word of the language is one only where it can
 * act as one, so that `data`, `image`, `P` or `seed` are free for settings, inputs of networks and nodes.
 */
import type { IToken } from "chevrotain";
import * as t from "./tokens.ts";

/** Words that are never names (unless quoted). */
const reserved = new Set([t.If, t.Then, t.Else, t.True, t.False, t.And, t.Or, t.Not, t.In]);

/** Words that are words of the language only before these signs. */
const before: ReadonlyMap<t.TokenType, readonly t.TokenType[]> = new Map([
  [t.Probability, [t.LeftParen]],
  [t.Effect, [t.LeftParen]],
  [t.Predicate, [t.LeftParen]],
  [t.Expectation, [t.LeftBracket]],
  [t.Cpt, [t.LeftParen, t.LeftBrace]],
  // `do X = 1` lacks its brackets, but is nothing else
  [t.Do, [t.LeftParen, t.LeftBrace, t.Name]],
  [t.Observe, [t.LeftParen, t.Name]],
  [t.Given, [t.LeftBrace, t.Name]],
]);

/** What follows a name, and never a word that begins a statement or a clause. */
const afterNames = [
  t.Assign,
  t.Becomes,
  t.Tilde,
  t.Colon,
  t.Comma,
  t.Semicolon,
  t.Dot,
  t.Range,
  t.Bar,
  t.PlusMinus,
  t.LeftBracket,
  t.RightBracket,
  t.RightParen,
  t.RightBrace,
  t.ArrowSign,
  t.BinaryOperator,
  t.Then,
  t.Else,
  t.In,
];

/** After these a query may begin, even with a sign or a bracket. */
const beforeQueries = new Set([t.Query, t.Identify, t.Assert]);

/** Signs and words that are followed by an operand. */
const beforeOperands = [t.Binder, t.BinaryOperator, t.LeftParen, t.LeftBracket, t.Comma, t.ArrowSign];
const wordsBeforeOperands = new Set(["if", "then", "else", "not", "and", "or"]);

/** The tokens with words of the language in the place of names that act as such. */
export function markWords(tokens: readonly IToken[]): readonly IToken[] {
  const marked: IToken[] = [...tokens];
  // from the end, for whether a word is a keyword depends on what follows it
  for (let i = marked.length - 1; i >= 0; i--) {
    const token = marked[i]!;
    if (token.tokenType !== t.Name) continue;
    const type = t.wordTypes.get(token.image);
    if (type !== undefined && acts(type, tokens[i - 1], marked[i + 1])) marked[i] = retyped(token, type);
  }
  return marked;
}

export function retyped(token: IToken, type: t.TokenType): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx! };
}

function acts(type: t.TokenType, previous: IToken | undefined, next: IToken | undefined): boolean {
  if (reserved.has(type)) return true;
  // what follows `with` names a training regime: `train M.labels with cpt { ... }`
  if (t.isA(previous, t.Dot) || previous?.image === "with") return false;
  const signs = before.get(type);
  if (signs !== undefined) return t.isA(next, ...signs);
  if (beforeQueries.has(type) && t.isA(next, t.Minus, t.LeftParen)) return true;
  if (t.isA(next, t.LeftParen, ...afterNames)) return false;
  const isLast = next === undefined || (next.tokenType !== t.Name && t.wordTypes.has(next.image));
  return !(isLast && awaitsOperand(previous));
}

function awaitsOperand(previous: IToken | undefined): boolean {
  return previous !== undefined && (t.isA(previous, ...beforeOperands) || wordsBeforeOperands.has(previous.image));
}
