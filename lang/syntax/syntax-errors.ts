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
  if (errors.length === 0) return [];
  const { tokens } = scanned;
  const indexOf = new Map(tokens.map((token, i) => [token, i]));
  const places = errors
    .map((error) => {
      const index = indexOf.get(error.token) ?? tokens.length;
      return { error, index, until: index + error.resyncedTokens.length };
    })
    .toSorted((a, b) => a.index - b.index);
  const doubted = scanned.repaired.map((offset) => indexAt(tokens, offset));
  const found: Diagnostic[] = [];
  /** where the last mistake was */
  let broken = 0;
  for (const { error, index, until } of places) {
    const isDoubted = doubted.some((place) => follows(tokens, place, index));
    const isLeftOver = found.length > 0 && isOutside(error) && !beginsAnew(tokens, broken, index);
    if (!isDoubted && !isLeftOver && !isGuess(scanned, error.token)) found.push(problem(source, tokens, index, error));
    doubted.push(index, until);
    broken = index;
  }
  return found;
}

/** Whether a statement was expected: what is left of one that broke off is no second mistake. */
const isOutside = ({ context: { ruleStack } }: IRecognitionException): boolean =>
  (ruleStack.at(-1) ?? "file") === "file";

function beginsAnew(tokens: readonly IToken[], from: number, to: number): boolean {
  return tokens.slice(from, to).some((token) => t.isA(token, ...t.statementWords));
}

/** Whether the token is near the place of an earlier finding, with no new statement or declaration begun between. */
function follows(tokens: readonly IToken[], place: number, index: number): boolean {
  if (index < place - 1 || index >= place + trust) return false;
  return !tokens.slice(place, index).some((token) => t.isA(token, t.Declarer, t.Plate, t.Graph, ...t.statementWords));
}

function isGuess({ guesses }: Scan, { startOffset }: { readonly startOffset: number }): boolean {
  return guesses.some((span) => startOffset > span.start && startOffset < span.end);
}

/**
 * Those findings about slips that do not stand within a few tokens of a syntax error, which has mangled the tree there,
 * nor inside brackets that were never closed.
 */
export function withoutConsequences(
  slips: readonly Diagnostic[],
  errors: readonly Diagnostic[],
  scanned: Scan,
): readonly Diagnostic[] {
  if (slips.length === 0) return slips;
  const places = errors.map(({ span }) => indexAt(scanned.tokens, span.start));
  return slips.filter(({ span }) => {
    const index = indexAt(scanned.tokens, span.start);
    const isNear = places.some((place) => index <= place && follows(scanned.tokens, index, place));
    const isAfter = places.some((place) => index > place && follows(scanned.tokens, place, index));
    return !isNear && !isAfter && !isGuess(scanned, { startOffset: span.start });
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
  const span = place(source, tokens[index - 1], token);
  const expected = clue(tokens[index - 1], token) ?? error.message;
  if (token === undefined) return diagnose("C100", span, { found: "the end of the text", expected });
  const own = special(span, token, error);
  if (own !== null) return own;
  const isWord = t.wordTypes.get(token.image) === token.tokenType;
  const isHere = span.start === token.startOffset;
  if (isWord && isHere && /\bname\b/.test(expected)) return diagnose("C110", span, { word: token.image, expected });
  return diagnose("C100", span, { found: isHere ? describe(token) : "the end of the line", expected });
}

/** Mistakes that have a message of their own. */
function special(span: Span, token: IToken, { context: { ruleStack } }: IRecognitionException): Diagnostic | null {
  const rule = ruleStack.at(-1) ?? "file";
  if (rule === "file" && t.isA(token, t.Declarer, t.Plate, t.Graph)) {
    return diagnose("C129", span, { word: token.image });
  }
  if ((rule === "file" || rule === "model" || rule === "plate") && t.isA(token, t.Semicolon, t.Comma)) {
    const fix = { title: `remove \`${token.image}\``, span, replacement: "" };
    return diagnose("C130", span, { sign: token.image }, { fix });
  }
  return null;
}

/** What the neighbours tell better than the grammar does. */
function clue(previous: IToken | undefined, token: IToken | undefined): string | null {
  if (previous !== undefined && previous.tokenType === t.Name) {
    const type = t.wordTypes.get(previous.image);
    if (type === t.Expectation) return "`[` after `E`";
    if (t.isA({ ...previous, tokenType: type ?? t.Name }, t.Probability, t.Effect, t.Predicate))
      return `\`(\` after \`${previous.image}\``;
  }
  if (previous?.tokenType === t.Name && t.isA(token, t.Probability, t.Expectation, t.Effect))
    return "`=` before a query";
  const isCondition = t.isA(token, t.Do, t.Observe, t.Given);
  if (isCondition && t.isA(previous, t.Name, t.RightBracket)) return "`|` before a condition";
  return null;
}

/** The token at fault; when it stands on a later line than the one before, the place after that one. */
function place(source: Source, previous: IToken | undefined, token: IToken | undefined): Span {
  const end = previous === undefined ? 0 : t.endOf(previous);
  const gap = source.text.slice(end, token?.startOffset ?? source.text.length);
  if (token === undefined || (previous !== undefined && gap.includes("\n"))) {
    return { source: source.name, start: end, end };
  }
  return { source: source.name, start: token.startOffset, end: t.endOf(token) };
}

function describe(token: IToken): string {
  const image = token.image.length > 30 ? `${token.image.slice(0, 27)}...` : token.image;
  return image.startsWith("`") ? image : `\`${image}\``;
}
