/** From the exceptions of the parser to diagnostics: one for each mistake, in the words of the language. */
import type { IRecognitionException, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../source.ts";
import type { Scan } from "./scan.ts";
import * as t from "./tokens.ts";

/** After a mistake the parser must have read this many tokens before it is believed again. */
const trust = 3;

/**
 * The errors of the parser without their consequences: none near a place that was repaired, none within a few tokens
 * of an earlier one.
 */
export function syntaxErrors(
  source: Source,
  scanned: Scan,
  errors: readonly IRecognitionException[],
): readonly Diagnostic[] {
  const { tokens } = scanned;
  const indexOf = new Map(tokens.map((token, i) => [token, i]));
  const doubted = scanned.repaired.map((offset) => indexAt(tokens, offset));
  const places = errors
    .map((error) => {
      const index = indexOf.get(error.token) ?? tokens.length;
      return { error, index, until: index + error.resyncedTokens.length };
    })
    .toSorted((a, b) => a.index - b.index);
  let trustedFrom = 0;
  const found: Diagnostic[] = [];
  for (const { error, index, until } of places) {
    const isDoubted = doubted.some((place) => index >= place - 1 && index < place + trust);
    if (index >= trustedFrom && !isDoubted) found.push(problem(source, tokens, index, error));
    trustedFrom = Math.max(trustedFrom, until + trust);
  }
  return found;
}

/** Those findings about slips that do not stand within a few tokens of a syntax error, which has mangled the tree there. */
export function withoutConsequences(
  slips: readonly Diagnostic[],
  errors: readonly Diagnostic[],
  tokens: readonly IToken[],
): readonly Diagnostic[] {
  const places = errors.map(({ span }) => indexAt(tokens, span.start));
  return slips.filter(({ span }) => {
    const index = indexAt(tokens, span.start);
    return !places.some((place) => Math.abs(place - index) <= trust);
  });
}

/** The index of the first token that begins at the offset or after it. */
function indexAt(tokens: readonly IToken[], offset: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens[middle]!.startOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function problem(source: Source, tokens: readonly IToken[], index: number, error: IRecognitionException): Diagnostic {
  const token = tokens[index];
  const expected = error.message;
  const span = token === undefined ? atEnd(source, tokens) : spanOf(source, token);
  if (token === undefined) return diagnose("C100", span, { found: "the end of the text", expected });
  const isWord = t.wordTypes.get(token.image) === token.tokenType;
  if (isWord && /\bname\b/.test(expected)) return diagnose("C110", span, { word: token.image, expected });
  return diagnose("C100", span, { found: describe(token), expected });
}

const spanOf = (source: Source, token: IToken): Span => ({
  source: source.name,
  start: token.startOffset,
  end: t.endOf(token),
});

/** The last character of the program: the end of the text itself may be blank lines away. */
function atEnd(source: Source, tokens: readonly IToken[]): Span {
  const last = tokens.at(-1);
  const end = last === undefined ? source.text.length : t.endOf(last);
  return { source: source.name, start: end, end };
}

function describe(token: IToken): string {
  const image = token.image.length > 30 ? `${token.image.slice(0, 27)}...` : token.image;
  return image.startsWith("`") ? image : `\`${image}\``;
}
