/** From the exceptions of the parser to diagnostics: one for each mistake, in the words of the language. */
import type { IRecognitionException, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../source.ts";
import type { Scan } from "./scan.ts";
import * as t from "./tokens.ts";

/** After a mistake the parser must have read this many tokens before it is believed again. */
const trust = 3;

export function syntaxErrors(
  source: Source,
  scanned: Scan,
  errors: readonly IRecognitionException[],
): readonly Diagnostic[] {
  const indexOf = new Map(scanned.tokens.map((token, i) => [token, i]));
  const places = errors
    .map((error) => {
      const index = indexOf.get(error.token) ?? scanned.tokens.length;
      return { error, index, until: index + error.resyncedTokens.length };
    })
    .toSorted((a, b) => a.index - b.index);
  let trustedFrom = 0;
  const found: Diagnostic[] = [];
  for (const { error, index, until } of places) {
    if (index >= trustedFrom) found.push(problem(source, scanned.tokens, index, error));
    trustedFrom = Math.max(trustedFrom, until + trust);
  }
  return found;
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
