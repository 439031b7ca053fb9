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
  /** put in by us, and reported by the diagnostic of that index: nobody will close it */
  readonly made: number | null;
  /** the braces of a type: nothing is given a value inside */
  readonly ofType?: boolean;
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

type Kinds = ReadonlySet<t.TokenType>;
const kinds = (...types: readonly t.TokenType[]): Kinds => t.kindsOf(types);
const has = (set: Kinds, token: IToken | undefined): boolean => token !== undefined && set.has(token.tokenType);

/** The words that begin something directly inside a block. */
const wordsOf: Readonly<Record<Block | "file", Kinds>> = {
  file: kinds(...t.statementWords),
  model: kinds(t.Declarer, t.Plate, t.Graph),
  network: kinds(t.Let),
  test: kinds(t.Assert),
  counterfactual: kinds(t.Given, t.Do, t.Report),
  values: kinds(),
};
/** The words of any block but networks, whose `let` is one of a model as well. */
const blockWords = kinds(t.Declarer, t.Plate, t.Graph, t.Assert, t.Given, t.Do, t.Report);
const declarersAndStatements = kinds(t.Declarer, ...t.statementWords);

/** What may follow the first word of something inside a block, where the word is misspelt. */
const following: Readonly<Record<Block | "file", Kinds>> = {
  file: kinds(t.Name, t.Text, t.Numeral, t.Probability, t.Expectation, t.Effect),
  model: kinds(t.Name),
  network: kinds(t.Name),
  test: kinds(t.Name, t.Probability, t.Expectation, t.Predicate),
  counterfactual: kinds(t.Name),
  values: kinds(t.Name),
};
/** What the thing before may end with. */
const endings = kinds(
  t.Name,
  t.Numeral,
  t.Text,
  t.True,
  t.False,
  t.LeftBrace,
  t.RightBrace,
  t.RightParen,
  t.RightBracket,
);
const givers = kinds(t.Tilde, t.Becomes);
const parts = kinds(t.Given, t.Do);
const contexts = kinds(t.Do, t.Observe);
const openers = kinds(t.LeftParen, t.LeftBrace);
const states = kinds(t.Name, t.Numeral, t.True, t.False);
const variables = kinds(t.Name, t.RightBracket);

const spellingsOf = (types: Kinds): readonly string[] =>
  [...t.wordTypes].filter(([, type]) => types.has(type)).map(([text]) => text);

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
      if (where !== null) places.push(where.startOffset);
      if (made !== null) {
        diagnostics[made] = enclosing(source, diagnostics[made]!, end);
        continue;
      }
      if (block === "values") guesses.push({ ...spanOf(source, token), end });
      diagnostics.push(unclosed(source, token, where));
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
    open.push({ token: insert(type, read), block, made: diagnostics.length - 1 });
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
    if (header !== null && has(wordsOf[header], read)) {
      openBefore(read, header, t.LeftBrace);
      header = null;
    }
    const lacking = lackingBracket(out, open.at(-1), read);
    if (lacking !== null) openBefore(read, "values", lacking);
    const ends = endedBy(open, read);
    if (ends !== null) close(ends, read);
    if (ends !== null || (open.length === 0 && has(wordsOf.file, read))) header = null;
    header = blockOf.get(read.tokenType) ?? header;

    if (closers.has(read.tokenType)) {
      // `plate i in {a, b} {`: the first brace holds the values of the index
      const isSet = out.at(-1)?.tokenType === t.In && out.at(-3)?.tokenType === t.Plate;
      const isBlock = read.tokenType === t.LeftBrace && header !== null && !isSet;
      const ofType = read.tokenType === t.LeftBrace && tokens[i - 1]?.tokenType === t.Colon;
      open.push({ token: read, block: isBlock ? header! : "values", made: null, ofType });
      if (isBlock) header = null;
    } else if (closesSomething(read)) {
      const partner = partnerOf(open, read);
      const innermost = open.at(-1);
      if (partner === -1 && innermost?.block === "values" && innermost.made === null) {
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
    if (has(declarersAndStatements, read)) conditionals = 0;
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
  const real = open.findLastIndex((other) => fits(other) && other.made === null);
  const any = open.findLastIndex(fits);
  const between = open.slice(real + 1, any);
  return real !== -1 && between.every(({ made }) => made !== null) ? real : any;
}

/** `P(X]` */
function crossed(source: Source, token: IToken, read: IToken): Diagnostic {
  const span = spanOf(source, read);
  const close = closerImages[token.image]!;
  const fix = { title: `write \`${close}\``, span, replacement: close };
  const related = [{ span: spanOf(source, token), label: "opened here" }];
  return diagnose("C128", span, { open: token.image, close, found: read.image }, { related, fix });
}

/** The fix of a bracket that was put in and that nothing closes puts in both. */
function enclosing(source: Source, diagnostic: Diagnostic, end: number): Diagnostic {
  const { fix } = diagnostic;
  if (fix === null) return diagnostic;
  const inside = source.text.slice(fix.span.start, end);
  const [sign, gap] = fix.replacement === "(" ? ["(", ""] : [" {", " "];
  const close = sign === "(" ? ")" : "}";
  const replacement =
    sign === "(" ? `(${inside.trimStart()})` : `${sign}${inside.startsWith(" ") ? "" : gap}${inside}${gap}${close}`;
  const title = `put it between \`${sign.trim()}\` and \`${close}\``;
  return { ...diagnostic, fix: { title, span: { ...fix.span, end }, replacement } };
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
  if (around?.block === "counterfactual" && has(parts, last)) {
    return read.tokenType === t.LeftBrace ? null : t.LeftBrace;
  }
  if (has(contexts, last)) return has(openers, read) ? null : t.LeftParen;
  // `P(X in a, b)`; outside of brackets the name of a model follows
  const isEvent = last?.tokenType === t.In && has(variables, before.at(-2));
  const isSet = isEvent && around?.token.tokenType === t.LeftParen;
  return isSet && has(states, read) ? t.LeftBrace : null;
}

/** How many open brackets remain at a word that cannot stand inside the innermost ones; null where it can. */
function endedBy(open: readonly Open[], read: IToken): number | null {
  if (open.length === 0) return null;
  if (open.at(-1)!.ofType === true && has(givers, read)) return open.length - 1;
  if (has(wordsOf.file, read)) return 0;
  if (!has(blockWords, read)) return null;
  const home = open.findLastIndex(({ block }) => block !== "values" && has(wordsOf[block], read));
  return home === -1 || home === open.length - 1 ? null : home + 1;
}

/** Whether a statement or a declaration may begin after this token. */
function mayBegin(previous: IToken | undefined): boolean {
  return previous === undefined || has(endings, previous);
}

/** `sample : bool`: a word that begins a declaration, though what follows made it look like a name. */
function nameless(tokens: readonly IToken[], i: number, inside: Block | "file"): IToken | null {
  const token = tokens[i]!;
  if (token.tokenType !== t.Name) return null;
  const type = t.wordTypes.get(token.image);
  if (type === undefined || !mayBegin(tokens[i - 1])) return null;
  return inside !== "network" && wordsOf[inside].has(type) ? retyped(token, type) : null;
}

/** A name where a word of the language should begin something, and one is spelt nearly like it. */
function misspelt(
  tokens: readonly IToken[],
  i: number,
  inside: Block | "file",
): { readonly text: string; readonly type: t.TokenType } | null {
  const token = tokens[i]!;
  if (token.tokenType !== t.Name) return null;
  if (!has(following[inside], tokens[i + 1]) || !mayBegin(tokens[i - 1])) return null;
  const text = closest(token.image, spellingsOf(wordsOf[inside]));
  return text === null ? null : { text, type: t.wordTypes.get(text)! };
}
