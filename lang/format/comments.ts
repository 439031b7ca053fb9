/**
 * Which word of a program each comment belongs to, and where lines end in the source. Commas are no words here: they are
 * written anew.
 */
import { type CstNode, elements, type IToken, isNode } from "../syntax/cst.ts";
import * as t from "../syntax/tokens.ts";
import type { CommentText } from "./document.ts";

export interface Word {
  readonly token: IToken;
  readonly before: readonly CommentText[];
  /** comments between the word and the comma after it */
  readonly within: readonly CommentText[];
  readonly after: readonly CommentText[];
  /** a line ends somewhere before the word and after the word before it */
  readonly startsLine: boolean;
  /** an empty line comes before the word and its comments */
  readonly blankBefore: boolean;
  /** an empty line comes between the comments before the word and the word */
  readonly blankAfterComments: boolean;
}

interface Found {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The words of the tree in the order of the text, and an empty one at its end, with the comments of all. */
export function attachComments(source: string, cst: CstNode): readonly Word[] {
  const tokens = tokensOf(cst);
  const isWord = (token: IToken) => token.tokenType !== t.Comma && token.tokenType !== t.Semicolon;
  const words = tokens.filter(isWord);
  const gaps = [...words, null].map((word, i) => {
    const start = i === 0 ? 0 : t.endOf(words[i - 1]!);
    return readGap(source, start, word?.startOffset ?? source.length);
  });
  const end: IToken = { ...(tokens.at(-1) ?? emptyToken), image: "", startOffset: source.length };
  return [...words, end].map((token, i): Word => {
    const { leading, startsLine, blankBefore, blankAfterComments } = gaps[i]!;
    const { within, trailing } = gaps[i + 1] ?? noGap;
    return { token, before: leading, within, after: trailing, startsLine, blankBefore, blankAfterComments };
  });
}

const emptyToken: IToken = { image: "", startOffset: 0, tokenType: t.Comma, tokenTypeIdx: 0 };

function tokensOf(cst: CstNode): readonly IToken[] {
  const found: IToken[] = [];
  const visit = (node: CstNode): void => {
    for (const item of elements(node)) {
      if (isNode(item)) visit(item);
      else found.push(item);
    }
  };
  visit(cst);
  return found;
}

interface Gap {
  /** of the word before */
  readonly within: readonly CommentText[];
  readonly trailing: readonly CommentText[];
  /** of the word after */
  readonly leading: readonly CommentText[];
  readonly startsLine: boolean;
  readonly blankBefore: boolean;
  readonly blankAfterComments: boolean;
}

const noGap: Gap = {
  within: [],
  trailing: [],
  leading: [],
  startsLine: false,
  blankBefore: false,
  blankAfterComments: false,
};

/** What lies between two words: comments, commas, line breaks. */
function readGap(source: string, start: number, end: number): Gap {
  const text = source.slice(start, end);
  const found = [...text.matchAll(/\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g)].map((match): Found => {
    const own = match[0].startsWith("//") ? match[0].trimEnd() : match[0].replaceAll(/\r\n?/g, "\n");
    return { text: own, start: match.index, end: match.index + match[0].length };
  });
  const blanks = [...found, null].map((item, i) => {
    return text.slice(i === 0 ? 0 : found[i - 1]!.end, item?.start ?? text.length);
  });
  const breaks = blanks.map((blank) => blank.match(/\r\n|\n|\r/g)?.length ?? 0);
  // nothing can follow on the last line
  if (end === source.length) breaks[breaks.length - 1] = 1;
  const comma = blanks.findIndex((blank) => /[,;]/.test(blank));
  const firstBreak = breaks.findIndex((count) => count > 0);
  const lastBreak = breaks.findLastIndex((count) => count > 0);
  const atStart = start === 0;
  // up to where comments belong to the word before: the end of its line, or the comma after it
  const trailing = atStart ? 0 : Math.max(0, firstBreak);
  const commaOnLine = comma === firstBreak && /^[^\n\r]*[,;]/.test(blanks[comma] ?? "");
  const commaFirst = firstBreak < 0 || comma < firstBreak || commaOnLine;
  const within = atStart ? 0 : Math.max(0, commaFirst ? comma : Math.min(comma, firstBreak - 1));
  const inline = (item: Found): CommentText => ({ text: item.text, place: "inline", blank: false });
  return {
    within: found.slice(0, within).map(inline),
    trailing: found.slice(within, Math.max(within, trailing)).map((item, i) => {
      const last = within + i === trailing - 1;
      return { text: item.text, place: last ? "trailing" : "inline", blank: false };
    }),
    leading: found.slice(Math.max(within, trailing)).map((item, i) => {
      const index = Math.max(within, trailing) + i;
      const own = index < lastBreak;
      return { text: item.text, place: own ? "own" : "inline", blank: breaks[index]! > 1 && i > 0 };
    }),
    startsLine: firstBreak >= 0,
    blankBefore: (breaks[Math.max(within, trailing)] ?? 0) > 1,
    blankAfterComments: found.length > Math.max(within, trailing) && breaks.at(-1)! > 1,
  };
}
