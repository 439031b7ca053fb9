/**
 * The part of XML that networks are written in: elements, attributes, character data, entities, comments and a skipped
 * prolog. Strict about what it reads; it knows no vocabulary.
 */
import { accept, acceptSign, atEnd, type Cursor, expected, expectSign, wrong } from "./cursor.ts";

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** the character data of the element itself, trimmed before its entities are replaced */
  readonly text: string;
  /** offset of the opening tag */
  readonly at: number;
  /** offset of the first letter of the text */
  readonly textAt: number;
}

/** Comments and processing instructions, which may stand between elements. */
export const xmlBlanks = [/\s+/y, /<!--[\s\S]*?-->/y, /<\?[\s\S]*?\?>/y] as const;

const deepest = 64;
const name = /[A-Za-z_:][\w:.-]*/y;

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(cursor: Cursor, text: string, at: number): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, word: string, offset: number) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(word);
    const point = code === null ? null : code[1] === undefined ? Number(code[2]) : Number.parseInt(code[1], 16);
    const sign = point !== null && point <= 0x10ffff ? String.fromCodePoint(point) : entities[word];
    if (sign === undefined || !whole.endsWith(";")) wrong(cursor, at + offset, `\`${whole}\` is no entity`);
    return sign!;
  });
}

function attribute(cursor: Cursor): readonly [string, string] {
  const key = accept(cursor, name) ?? expected(cursor, "an attribute or `>`");
  expectSign(cursor, "=");
  const at = cursor.at;
  const value = accept(cursor, /"[^"<]*"|'[^'<]*'/y) ?? expected(cursor, "a value in quotes");
  return [key, decode(cursor, value.slice(1, -1), at + 1)];
}

/** Character data up to the next tag; `cursor.at` may have skipped blanks and comments before it. */
function characters(cursor: Cursor): string | null {
  const { at } = cursor;
  const cdata = accept(cursor, /<!\[CDATA\[[\s\S]*?\]\]>/y);
  if (cdata !== null) return cdata.slice(9, -3);
  const text = accept(cursor, /[^<]+/y);
  return text === null ? null : decode(cursor, text.trim(), at);
}

function element(cursor: Cursor, depth: number): Element {
  const { at } = cursor;
  if (depth > deepest) wrong(cursor, at, `more than ${deepest} elements inside each other`);
  expectSign(cursor, "<", " and an element");
  const tag = accept(cursor, name) ?? expected(cursor, "the name of an element");
  const attributes = new Map<string, string>();
  const children: Element[] = [];
  const texts: string[] = [];
  let textAt = at;
  while (!acceptSign(cursor, ">")) {
    if (acceptSign(cursor, "/>")) return { name: tag, attributes, children, text: "", at, textAt };
    const [key, value] = attribute(cursor);
    attributes.set(key, value);
  }
  for (;;) {
    const start = cursor.at;
    if (atEnd(cursor)) wrong(cursor, at, `the element <${tag}> is not closed`);
    if (acceptSign(cursor, "</")) {
      const closing = accept(cursor, name);
      if (closing !== tag) wrong(cursor, start, `expected </${tag}>, found </${closing ?? ""}`);
      expectSign(cursor, ">");
      return { name: tag, attributes, children, text: texts.join(" "), at, textAt };
    }
    const text = characters(cursor);
    if (text === null) children.push(element(cursor, depth + 1));
    else {
      if (texts.length === 0) textAt = start;
      texts.push(text);
    }
  }
}

/** The document type with the declarations inside it. */
function skipDoctype(cursor: Cursor): void {
  if (!acceptSign(cursor, "<!DOCTYPE")) return;
  if (accept(cursor, /[^[\]<>]*(?:\[(?:"[^"]*"|'[^']*'|<!--[\s\S]*?-->|<(?!!--)|[^\]"'<])*\]\s*)?>/y) === null) {
    expected(cursor, "the end of the document type");
  }
}

/** The one element of the document, which ends with it. The cursor must skip `xmlBlanks`. */
export function readXml(cursor: Cursor): Element {
  skipDoctype(cursor);
  const root = element(cursor, 0);
  if (!atEnd(cursor)) expected(cursor, "the end of the file");
  return root;
}

/** Blanks at the ends, which readers trim, and control characters are written by number. */
export function escapeXml(text: string): string {
  const numbered = (sign: string) => `&#${sign.codePointAt(0)};`;
  return text
    .replace(/[&<>]/g, (sign) => (sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : "&gt;"))
    .replace(/^\s+|\s+$|\p{Cc}+/gu, (run) => [...run].map(numbered).join(""));
}
