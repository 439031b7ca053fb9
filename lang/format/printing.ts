/** Pieces that programs are made of as documents: words, lists in brackets, blocks in braces. Rules are in other files. */
import { type CstNode, elements, type IToken, isNode } from "../syntax/cst.ts";
import * as t from "../syntax/tokens.ts";
import type { Word } from "./comments.ts";
import {
  comment,
  concat,
  type Doc,
  fill,
  group,
  hardline,
  line,
  nest,
  nothing,
  pad,
  softline,
  text,
} from "./document.ts";

export type Rule = (p: Printing, node: CstNode) => Doc;

export interface Printing {
  readonly words: readonly Word[];
  /** index among the words by offset */
  readonly places: ReadonlyMap<number, number>;
  /** signs to be written right after words, by offset: commas, semicolons */
  readonly signs: Map<number, string>;
  /** spaces to be written after words, by offset */
  readonly pads: Map<number, number>;
  /** spaces to be written after words in broken groups, by offset */
  readonly columns: Map<number, number>;
  /** columns of a line */
  readonly width: number;
  /** how many blocks are around */
  readonly depth: number;
  readonly rules: Readonly<Record<string, Rule>>;
}

export function wordOf(p: Printing, given: IToken): Word {
  const place = p.places.get(given.startOffset);
  if (place === undefined) throw new Error(`internal: no word at ${given.startOffset}`);
  return p.words[place]!;
}

/** A name without needless backquotes, any other token as it stands. */
export function spell({ tokenType, image }: IToken): string {
  if (tokenType !== t.QuotedName) return image;
  const plain = image.slice(1, -1);
  const [read] = t.lexer.tokenize(plain).tokens;
  const isName = read?.tokenType === t.Name && read.image === plain;
  return isName && !t.wordTypes.has(plain) && !typeWords.has(plain) ? plain : image;
}

const typeWords = new Set(["bool", "int", "real", "rgb", "gray"]);

/** The comments before a word, except for those `inline`. */
export function commentsBefore(p: Printing, given: IToken): Doc {
  return concat(...wordOf(p, given).before.flatMap((item) => (item.place === "own" ? [comment(item)] : [])));
}

/** A word with what belongs to it; `own: false` leaves the comments on lines of their own to the caller. */
export function leaf(p: Printing, given: IToken, own = true): Doc {
  const word = wordOf(p, given);
  const sign = p.signs.get(given.startOffset) ?? "";
  const space = p.pads.get(given.startOffset) ?? 0;
  const column = p.columns.get(given.startOffset) ?? 0;
  const bare = word.before.length + word.within.length + word.after.length + column === 0;
  if (bare) return text(spell(given) + sign + " ".repeat(space));
  const inline = word.before.filter((item) => item.place === "inline");
  const closes = t.isA(given, t.RightBrace, t.RightBracket, t.RightParen) || given.image === "";
  const apart = own && word.before.length > inline.length && !closes;
  const blank = apart && (inline[0]?.blank ?? word.blankAfterComments);
  return concat(
    own ? commentsBefore(p, given) : nothing,
    blank ? hardline(true) : nothing,
    ...inline.map(comment),
    text(inline.length > 0 && !closes ? " " : ""),
    text(spell(given)),
    ...word.within.map(comment),
    text(sign + " ".repeat(space)),
    pad(column),
    ...word.after.map(comment),
  );
}

export function print(p: Printing, given: CstNode | IToken): Doc {
  return isNode(given) ? (p.rules[given.name] ?? sequence)(p, given) : leaf(p, given);
}

const isSeparator = (item: CstNode | IToken): boolean => !isNode(item) && t.isA(item, t.Comma, t.Semicolon);

/** Words and parts, without the commas and semicolons, which are written anew. */
export function partsOf(node: CstNode): readonly (CstNode | IToken)[] {
  return elements(node).filter((item) => !isSeparator(item));
}

/** The parts with spaces between, except where a sign clings to its neighbour. */
export function sequence(p: Printing, node: CstNode): Doc {
  return spaced(p, partsOf(node));
}

export function spaced(p: Printing, parts: readonly (CstNode | IToken)[]): Doc {
  return concat(
    ...parts.flatMap((part, i) => {
      const before = parts[i - 1];
      const close = before === undefined || clings(before, part);
      return close ? [print(p, part)] : [text(" "), print(p, part)];
    }),
  );
}

const clingingNodes = new Set(["callArguments", "subscript", "index"]);

function clings(left: CstNode | IToken, right: CstNode | IToken): boolean {
  if (isNode(right)) return clingingNodes.has(right.name) || t.isA(isNode(left) ? undefined : left, t.Dot);
  return t.isA(right, t.Dot) || (!isNode(left) && t.isA(left, t.Dot));
}

export function firstToken(given: CstNode | IToken): IToken {
  let item = given;
  while (isNode(item)) item = elements(item)[0]!;
  return item;
}

/** Whether a line ends in the source before this. */
export function startsLine(p: Printing, given: CstNode | IToken): boolean {
  return wordOf(p, firstToken(given)).startsLine;
}

/** Puts a sign right after the word before `next`. */
export function signBefore(p: Printing, next: CstNode | IToken, sign: string): void {
  const place = p.places.get(firstToken(next).startOffset)!;
  p.signs.set(p.words[place - 1]!.token.startOffset, sign);
}

/** The items with commas between, as many on a line as fit. */
export function commaList(p: Printing, items: readonly (CstNode | IToken)[]): Doc {
  for (const item of items.slice(1)) signBefore(p, item, ",");
  return fill(items.flatMap((item, i) => (i === 0 ? [group(print(p, item))] : [line, group(print(p, item))])));
}

/** `(a, b)`: brackets that stand alone on their lines where the inside does not fit. */
export function brackets(p: Printing, open: IToken, inside: Doc, close: IToken): Doc {
  const comments = commentsBefore(p, close);
  if (!inside.forced.hasText) return empty(p, open, comments, close);
  return group(leaf(p, open), nest(softline, inside, comments), softline, leaf(p, close, false));
}

/** Brackets around nothing but comments. */
function empty(p: Printing, open: IToken, comments: Doc, close: IToken): Doc {
  return concat(leaf(p, open), nest(comments), comments.forced.before ? hardline() : nothing, leaf(p, close, false));
}

export interface Block<Item = CstNode | IToken> {
  readonly open: IToken;
  readonly close: IToken;
  readonly items: readonly Item[];
}

/** `{ a b }` on one line where `inside` fits and the first item is on the line of the brace, else an indented block. */
export function braces(p: Printing, { open, close, items }: Block, inside: Doc): Doc {
  const comments = commentsBefore(p, close);
  const [first] = items;
  if (first === undefined) return empty(p, open, comments, close);
  const edge = startsLine(p, first) ? hardline() : line;
  return group(leaf(p, open), nest(edge, inside, comments), edge, leaf(p, close, false));
}
