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
  /** values inside brackets that were never closed: what was meant there is a guess */
  readonly guesses: readonly Span[];
  /** the text ends inside brackets */
  readonly incomplete: boolean;
}

/** What may stand between two braces: declarations, or (for settings, tables, maps, sets) none. */
type Block = "model" | "network" | "test" | "counterfactual" | "values";

interface Open {
  readonly token: IToken;
  readonly block: Block;
  /** put in by us, and reported: nobody will close it */
  readonly made: boolean;
}

const closers: ReadonlyMap<t.TokenType, t.TokenType> = new Map([
  [t.LeftBrace, t.RightBrace],
  [t.LeftParen, t.RightParen],
  [t.LeftBracket, t.RightBracket],
]);
const closing: ReadonlySet<t.TokenType> = new Set(closers.values());
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
  const guesses: Span[] = [];
  const open: Open[] = [];
  let header: Block | null = null;
  let conditionals = 0;

  const close = (until: number, where: IToken | null): void => {
    while (open.length > until) {
      const { token, made, block } = open.pop()!;
      const { startOffset: end } = insert(closers.get(token.tokenType)!, token);
      if (block === "values" && !made) guesses.push({ ...spanOf(source, token), end });
      if (where !== null) places.push(where.startOffset);
      if (!made) diagnostics.push(unclosed(source, token, where));
    }
  };
  const insert = (type: t.TokenType, like: IToken): IToken => {
    const offset = out.length === 0 ? 0 : t.endOf(out.at(-1)!);
    const made = { ...retyped(like, type), image: "", startOffset: offset, endOffset: offset - 1 };
    out.push(made);
    places.push(offset);
    return made;
  };
  const openBefore = (read: IToken, block: Block, type: t.TokenType): void => {
    const end = t.endOf(out.at(-1)!);
    const span = { source: source.name, start: end, end };
    const sign = type === t.LeftParen ? "(" : "{";
    const fix = { title: `insert \`${sign}\``, span, replacement: sign === "(" ? "(" : " {" };
    diagnostics.push(diagnose("C127", span, { sign, before: `\`${read.image}\`` }, { fix }));
    open.push({ token: insert(type, read), block, made: true });
    places.push(read.startOffset);
  };

  for (const [i, token] of tokens.entries()) {
    const inside = open.at(-1)?.block ?? "file";
    const word = misspelt(tokens, i, inside);
    if (word !== null) {
      const span = spanOf(source, token);
      const fix = { title: `write \`${word.text}\``, span, replacement: word.text };
      const where = inside === "values" ? "file" : inside;
      diagnostics.push(diagnose("C107", span, { name: token.image, where, suggestion: word.text }, { fix }));
    }
    const read = word === null ? (nameless(tokens, i, inside) ?? token) : retyped(token, word.type);
    if (header !== null && t.isA(read, ...wordsOf[header])) {
      openBefore(read, header, t.LeftBrace);
      header = null;
    }
    const lacking = lackingBracket(out, open.at(-1), read);
    if (lacking !== null) openBefore(read, "values", lacking);
    const ends = endedBy(open, read);
    if (ends !== null) close(ends, read);
    if (ends !== null || (open.length === 0 && t.isA(read, ...t.statementWords))) header = null;
    header = blockOf.get(read.tokenType) ?? header;

    if (closers.has(read.tokenType)) {
      // `plate i in {a, b} {`: the first brace holds the values of the index
      const isSet = out.at(-1)?.tokenType === t.In && out.at(-3)?.tokenType === t.Plate;
      const isBlock = read.tokenType === t.LeftBrace && header !== null && !isSet;
      open.push({ token: read, block: isBlock ? header! : "values", made: false });
      if (isBlock) header = null;
    } else if (closesSomething(read)) {
      const partner = partnerOf(open, read);
      const innermost = open.at(-1);
      if (partner === -1 && innermost?.block === "values" && !innermost.made) {
        open.pop();
        out.push(retyped(read, closers.get(innermost.token.tokenType)!));
        diagnostics.push(crossed(source, innermost.token, read));
        continue;
      }
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
      return { tokens: [], diagnostics, places, guesses, incomplete: false };
    }
    out.push(read);
  }
  const incomplete = open.length > 0;
  close(0, null);
  return { tokens: out, diagnostics, places, guesses, incomplete };
}

const spanOf = (source: Source, token: IToken): Span => ({
  source: source.name,
  start: token.startOffset,
  end: t.endOf(token),
});

const closesSomething = (token: IToken): boolean => closing.has(token.tokenType);

/** The bracket that is closed here: rather one of the text than one that was put in. */
function partnerOf(open: readonly Open[], read: IToken): number {
  const fits = (other: Open) => closers.get(other.token.tokenType) === read.tokenType;
  const real = open.findLastIndex((other) => fits(other) && !other.made);
  const any = open.findLastIndex(fits);
  const between = open.slice(real + 1, any);
  return real !== -1 && between.every(({ made }) => made) ? real : any;
}

/** `P(X]` */
function crossed(source: Source, token: IToken, read: IToken): Diagnostic {
  const span = spanOf(source, read);
  const close = closerImages[token.image]!;
  const fix = { title: `write \`${close}\``, span, replacement: close };
  const related = [{ span: spanOf(source, token), label: "opened here" }];
  return diagnose("C128", span, { open: token.image, close, found: read.image }, { related, fix });
}

function unclosed(source: Source, token: IToken, where: IToken | null): Diagnostic {
  const close = closerImages[token.image] ?? "";
  const related = where === null ? [] : [{ span: spanOf(source, where), label: `\`${close}\` missing before this` }];
  return diagnose("C105", spanOf(source, token), { open: token.image, close }, { related });
}

/** The bracket that must stand between these two tokens. */
function lackingBracket(before: readonly IToken[], around: Open | undefined, read: IToken): t.TokenType | null {
  const last = before.at(-1);
  if (last?.tokenType === t.Graph) return read.tokenType === t.LeftBrace ? null : t.LeftBrace;
  if (t.isA(last, t.Given, t.Do) && around?.block === "counterfactual") {
    return read.tokenType === t.LeftBrace ? null : t.LeftBrace;
  }
  if (t.isA(last, t.Do, t.Observe)) return t.isA(read, t.LeftParen, t.LeftBrace) ? null : t.LeftParen;
  // `P(X in a, b)`; outside of brackets the name of a model follows
  const isEvent = last?.tokenType === t.In && t.isA(before.at(-2), t.Name, t.RightBracket);
  const isSet = isEvent && around?.token.tokenType === t.LeftParen;
  return isSet && t.isA(read, t.Name, t.Numeral, t.True, t.False) ? t.LeftBrace : null;
}

/** How many open brackets remain at a word that cannot stand inside the innermost ones; null where it can. */
function endedBy(open: readonly Open[], read: IToken): number | null {
  if (open.length === 0) return null;
  if (t.isA(read, ...t.statementWords)) return 0;
  if (!t.isA(read, t.Declarer, t.Plate, t.Graph, t.Assert, t.Given, t.Do, t.Report)) return null;
  const home = open.findLastIndex(({ block }) => block !== "values" && t.isA(read, ...wordsOf[block]));
  return home === -1 || home === open.length - 1 ? null : home + 1;
}

/** Whether a statement or a declaration may begin after this token. */
function mayBegin(previous: IToken | undefined): boolean {
  const ends = [t.Name, t.Numeral, t.Text, t.True, t.False, t.LeftBrace, t.RightBrace, t.RightParen, t.RightBracket];
  return previous === undefined || t.isA(previous, ...ends);
}

/** `sample : bool`: a word that begins a declaration, though what follows made it look like a name. */
function nameless(tokens: readonly IToken[], i: number, inside: Block | "file"): IToken | null {
  const token = tokens[i]!;
  if (token.tokenType !== t.Name) return null;
  const type = t.wordTypes.get(token.image);
  if (type === undefined || !mayBegin(tokens[i - 1])) return null;
  const begins = wordsOf[inside].some((other) => type === other || (type.CATEGORIES ?? []).includes(other));
  return begins && inside !== "network" ? retyped(token, type) : null;
}

/** A name where a word of the language should begin something, and one is spelt nearly like it. */
function misspelt(
  tokens: readonly IToken[],
  i: number,
  inside: Block | "file",
): { readonly text: string; readonly type: t.TokenType } | null {
  const token = tokens[i]!;
  if (token.tokenType !== t.Name) return null;
  const [next, previous] = [tokens[i + 1], tokens[i - 1]];
  const opens =
    inside === "test"
      ? [t.Probability, t.Expectation, t.Predicate]
      : inside === "file"
        ? [t.Text, t.Numeral, t.Probability, t.Expectation, t.Effect]
        : [];
  if (!t.isA(next, t.Name, ...opens)) return null;
  if (!mayBegin(previous)) return null;
  const text = closest(token.image, spellingsOf(wordsOf[inside]));
  return text === null ? null : { text, type: t.wordTypes.get(text)! };
}
