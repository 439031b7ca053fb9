/** A place that moves through the text of a foreign file, and the fault that names a place. No format lives here. */
import { positionAt, type Source } from "#lang/source";
import { RuntimeFault } from "#runtime/fault";

export interface Cursor {
  readonly source: Source;
  /** name of the format in messages, e.g. "BIF" */
  readonly format: string;
  /** sticky patterns of what lies between words */
  readonly blanks: readonly RegExp[];
  /** offset of what is read next */
  at: number;
}

export const space = /\s+/y;
export const lineComment = /\/\/[^\n]*/y;
export const blockComment = /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//y;
export const percentComment = /%[^\n]*/y;

export function createCursor(source: Source, format: string, blanks: readonly RegExp[]): Cursor {
  const cursor: Cursor = { source, format, blanks, at: source.text.startsWith("\ufeff") ? 1 : 0 };
  skipBlanks(cursor);
  return cursor;
}

/** The fault of a file that is not what it should be: `net.bif:3:14: expected ...`. */
export function badFile(source: Source, format: string, offset: number, message: string): RuntimeFault {
  const { line, column } = positionAt(source.text, offset);
  const advice = `correct the file there; if it is not ${format}, say what it is with --from`;
  const origin = { source: source.name, start: offset, end: offset };
  return new RuntimeFault("bad-file", `${source.name}:${line}:${column}: ${message}`, advice, origin);
}

/** What stands at the offset, short enough for a message. */
function found({ source: { text } }: Cursor, offset: number): string {
  if (offset >= text.length) return "the end of the file";
  const word = /^(?:[\w.+-]+|"[^"\n]{0,30}"?|.|\s)/su.exec(text.slice(offset, offset + 40))?.[0] ?? "";
  return /^\s/.test(word) ? "a blank" : `\`${word.replace(/\p{Cc}/gu, "\ufffd")}\``;
}

/** Throws: `expected` was to stand at the offset. */
export function expected(cursor: Cursor, what: string, offset = cursor.at): never {
  throw badFile(cursor.source, cursor.format, offset, `expected ${what}, found ${found(cursor, offset)}`);
}

/** Throws: what was read at the offset cannot be meant. */
export function wrong(cursor: Cursor, offset: number, message: string): never {
  throw badFile(cursor.source, cursor.format, offset, message);
}

export function skipBlanks(cursor: Cursor): void {
  for (let moved = true; moved; ) {
    moved = false;
    for (const blank of cursor.blanks) {
      blank.lastIndex = cursor.at;
      if (!blank.test(cursor.source.text)) continue;
      cursor.at = blank.lastIndex;
      moved = true;
    }
  }
}

/** What the sticky pattern matches here, with the blanks after it skipped; null where it does not match. */
export function accept(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.source.text);
  if (match === null || match[0] === "") return null;
  cursor.at = pattern.lastIndex;
  skipBlanks(cursor);
  return match[0];
}

export function acceptSign(cursor: Cursor, sign: string): boolean {
  if (!cursor.source.text.startsWith(sign, cursor.at)) return false;
  cursor.at += sign.length;
  skipBlanks(cursor);
  return true;
}

export function expectSign(cursor: Cursor, sign: string, where = ""): void {
  if (!acceptSign(cursor, sign)) expected(cursor, `\`${sign}\`${where}`);
}

const word = /[A-Za-z_]\w*/y;

/** The word if it stands here and ends here. */
export function acceptWord(cursor: Cursor, text: string): boolean {
  const start = cursor.at;
  if (accept(cursor, word) === text) return true;
  cursor.at = start;
  return false;
}

export const atEnd = (cursor: Cursor): boolean => cursor.at >= cursor.source.text.length;

const number = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/y;

export function acceptNumber(cursor: Cursor): number | null {
  const text = accept(cursor, number);
  return text === null ? null : Number(text);
}

/** A number that can be a probability: finite, not negative. */
export function expectProbability(cursor: Cursor): number {
  const start = cursor.at;
  const value = acceptNumber(cursor) ?? expected(cursor, "a probability");
  if (!(value >= 0 && value <= Number.MAX_VALUE)) wrong(cursor, start, `${value} is no probability`);
  return value;
}

/** A whole number from 0 to `most`. */
export function expectCount(cursor: Cursor, what: string, most: number): number {
  const start = cursor.at;
  const value = acceptNumber(cursor) ?? expected(cursor, what);
  if (!Number.isInteger(value) || value < 0 || value > most) {
    wrong(cursor, start, `expected ${what}, a whole number up to ${most}, found ${value}`);
  }
  return value;
}

const quoted = /"(?:[^"\\\n]|\\[^\n])*"/y;

/** A text in double quotes, `\"` and `\\` in it; null where there is none. */
export function acceptText(cursor: Cursor): string | null {
  if (cursor.source.text[cursor.at] !== '"') return null;
  const text = accept(cursor, quoted) ?? wrong(cursor, cursor.at, "this text has no closing quote on its line");
  return text.slice(1, -1).replace(/\\(["\\])/g, "$1");
}

export const writeText = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
