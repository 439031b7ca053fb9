/**
 * Mends tokens before they are parsed, so that one slip makes one error: misspelt first words are read as what they
 * mean, missing brackets are put where they were missed, and brackets that close nothing are taken out.
 */
import type { IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Source, Span } from "../source.ts";
import * as t from "./tokens.ts";
import { retyped } from "./words.ts";

/** Deeper nesting of brackets and conditionals would exhaust the parser's stack. */
export const nestingLimit = 64;

export interface Repaired {
  readonly tokens: readonly IToken[];
  readonly diagnostics: readonly Diagnostic[];
  /** offsets of what was put in or passed over */
  readonly places: readonly number[];
  /** the text ends inside brackets */
  readonly incomplete: boolean;
}

/** What may stand between two braces: declarations, or (for settings, tables, maps, sets) none. */
type Block = "model" | "network" | "test" | "counterfactual" | "values";

interface Open {
  readonly token: IToken;
  readonly block: Block;
}

const closers: ReadonlyMap<t.TokenType, t.TokenType> = new Map([
  [t.LeftBrace, t.RightBrace],
  [t.LeftParen, t.RightParen],
  [t.LeftBracket, t.RightBracket],
]);
const closerImages: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

const blockOf: ReadonlyMap<t.TokenType, Block> = new Map<t.TokenType, Block>([
  [t.Model, "model"],
  [t.Plate, "model"],
  [t.Network, "network"],
  [t.Test, "test"],
  [t.Counterfactual, "counterfactual"],
]);

/** The words that begin something directly inside a block. */
const wordsOf: Readonly<Record<Block | "file", readonly t.TokenType[]>> = {
  file: t.statementWords,
  model: [t.Declarer, t.Plate, t.Graph],
  network: [t.Let],
  test: [t.Assert],
  counterfactual: [t.Given, t.Do, t.Report],
  values: [],
};

const spellingsOf = (types: readonly t.TokenType[]): readonly string[] =>
  [...t.wordTypes]
    .filter(([, type]) => types.includes(type) || (type.CATEGORIES ?? []).some((c) => types.includes(c)))
    .map(([text]) => text);

export function repair(source: Source, tokens: readonly IToken[]): Repaired {
  const out: IToken[] = [];
  const diagnostics: Diagnostic[] = [];
  const places: number[] = [];
  const open: Open[] = [];
  let header: Block | null = null;
  let conditionals = 0;

  const close = (until: number, where: IToken | null): void => {
    while (open.length > until) {
      const { token } = open.pop()!;
      const offset = out.length === 0 ? 0 : t.endOf(out.at(-1)!);
      const type = closers.get(token.tokenType)!;
      out.push({ ...retyped(token, type), image: "", startOffset: offset, endOffset: offset - 1 });
      places.push(offset);
      if (where !== null) places.push(where.startOffset);
      diagnostics.push(unclosed(source, token, where));
    }
  };

  for (const [i, token] of tokens.entries()) {
    const inside = open.at(-1)?.block ?? "file";
    const word = misspelt(tokens, i, inside);
    if (word !== null) {
      const span = spanOf(source, token);
      const fix = { title: `write \`${word.text}\``, span, replacement: word.text };
      const where = inside === "file" ? "file" : "model";
      diagnostics.push(diagnose("C107", span, { name: token.image, where, suggestion: word.text }, { fix }));
    }
    const read = word === null ? token : retyped(token, word.type);
    const ends = endedBy(open, read);
    if (ends !== null) close(ends, read);
    if (ends !== null || (open.length === 0 && t.isA(read, ...t.statementWords))) header = null;
    header = blockOf.get(read.tokenType) ?? header;

    if (closers.has(read.tokenType)) {
      const isBlock = read.tokenType === t.LeftBrace && header !== null;
      open.push({ token: read, block: isBlock ? header! : "values" });
      if (isBlock) header = null;
    } else if (closesSomething(read)) {
      const partner = open.findLastIndex((other) => closers.get(other.token.tokenType) === read.tokenType);
      if (partner === -1) {
        diagnostics.push(diagnose("C106", spanOf(source, read), { close: read.image }));
        places.push(read.startOffset);
        continue;
      }
      close(partner + 1, read);
      open.pop();
      conditionals = 0;
    }
    if (read.tokenType === t.If) conditionals++;
    if (t.isA(read, t.Declarer, ...t.statementWords)) conditionals = 0;
    if (open.length + conditionals > nestingLimit) {
      diagnostics.push(diagnose("C119", spanOf(source, read), { limit: nestingLimit }));
      return { tokens: [], diagnostics, places, incomplete: false };
    }
    out.push(read);
  }
  const incomplete = open.length > 0;
  close(0, null);
  return { tokens: out, diagnostics, places, incomplete };
}

const spanOf = (source: Source, token: IToken): Span => ({
  source: source.name,
  start: token.startOffset,
  end: t.endOf(token),
});

const closesSomething = (token: IToken): boolean => [...closers.values()].includes(token.tokenType);

function unclosed(source: Source, token: IToken, where: IToken | null): Diagnostic {
  const close = closerImages[token.image] ?? "";
  const related = where === null ? [] : [{ span: spanOf(source, where), label: `\`${close}\` missing before this` }];
  return diagnose("C105", spanOf(source, token), { open: token.image, close }, { related });
}

/** How many open brackets remain at a word that cannot stand inside the innermost ones; null where it can. */
function endedBy(open: readonly Open[], read: IToken): number | null {
  if (open.length === 0) return null;
  if (t.isA(read, ...t.statementWords)) return 0;
  if (!t.isA(read, t.Declarer, t.Plate, t.Graph, t.Assert, t.Report)) return null;
  const home = open.findLastIndex(({ block }) => block !== "values" && t.isA(read, ...wordsOf[block]));
  return home === -1 || home === open.length - 1 ? null : home + 1;
}

/** A name where a word of the language should begin something, and one is spelt nearly like it. */
function misspelt(
  tokens: readonly IToken[],
  i: number,
  inside: Block | "file",
): { readonly text: string; readonly type: t.TokenType } | null {
  const [token, next, previous] = [tokens[i]!, tokens[i + 1], tokens[i - 1]];
  if (token.tokenType !== t.Name) return null;
  const opens =
    inside === "test"
      ? [t.Probability, t.Expectation, t.Predicate]
      : inside === "file"
        ? [t.Text, t.Numeral, t.Probability, t.Expectation, t.Effect]
        : [];
  if (!t.isA(next, t.Name, ...opens)) return null;
  const follows = [t.Name, t.Numeral, t.Text, t.True, t.False, t.LeftBrace, t.RightBrace, t.RightParen, t.RightBracket];
  if (previous !== undefined && !t.isA(previous, ...follows)) return null;
  const text = closest(token.image, spellingsOf(wordsOf[inside]));
  return text === null ? null : { text, type: t.wordTypes.get(text)! };
}
