/**
 * Documents: text with places where a line may end, after Wadler, "A prettier printer" (2003). How they are laid out on
 * lines is in layout.ts; what a program looks like as a document is in the other files of this folder.
 */

/** Where in a document a line must end: before its first text, between texts, or after the last. */
interface Forced {
  readonly hasText: boolean;
  readonly before: boolean;
  readonly within: boolean;
  readonly after: boolean;
}

export type Doc =
  | { readonly kind: "text"; readonly text: string; readonly forced: Forced }
  /** A space (or `flat`) in a group that fits on one line, else the end of a line; `hard`: always the end of a line. */
  | {
      readonly kind: "line";
      readonly flat: string;
      readonly hard: boolean;
      readonly blank: boolean;
      readonly forced: Forced;
    }
  /** Spaces that align what follows, only where the group around is broken into lines. */
  | { readonly kind: "pad"; readonly width: number; readonly forced: Forced }
  | { readonly kind: "comment"; readonly comment: CommentText; readonly forced: Forced }
  | { readonly kind: "concat"; readonly parts: readonly Doc[]; readonly forced: Forced }
  /** Two more spaces at the beginning of the lines within. */
  | { readonly kind: "nest"; readonly body: Doc; readonly forced: Forced }
  /** All on one line if that fits and nothing within forces a line to end, else every line of it ends. */
  | { readonly kind: "group"; readonly body: Doc; readonly forced: Forced }
  /** Items and, between them, lines; each line ends only where the next item would not fit. */
  | { readonly kind: "fill"; readonly parts: readonly Doc[]; readonly forced: Forced };

export interface CommentText {
  readonly text: string;
  /**
   * `own`: alone on its lines; `trailing`: after what is there, and the line ends with it; `inline`: between two words.
   */
  readonly place: "own" | "trailing" | "inline";
  /** an empty line comes before it */
  readonly blank: boolean;
}

const nowhere: Forced = { hasText: false, before: false, within: false, after: false };
const inText: Forced = { ...nowhere, hasText: true };
const here: Forced = { ...nowhere, before: true, after: true };

function joined(parts: readonly Doc[]): Forced {
  let [hasText, before, within, after] = [false, false, false, false];
  for (const { forced } of parts) {
    within ||= forced.within || (hasText && forced.hasText && (after || forced.before));
    before ||= !hasText && forced.before;
    after = forced.hasText ? forced.after : after || forced.after;
    hasText ||= forced.hasText;
  }
  if (!before && !within && !after) return hasText ? inText : nowhere;
  return { hasText, before, within, after };
}

export const text = (given: string): Doc => ({ kind: "text", text: given, forced: given === "" ? nowhere : inText });

export const nothing: Doc = { kind: "concat", parts: [], forced: nowhere };

const lineOf = (flat: string): Doc => ({ kind: "line", flat, hard: false, blank: false, forced: nowhere });

/** A space, or the end of a line. */
export const line: Doc = lineOf(" ");
/** Nothing, or the end of a line. */
export const softline: Doc = lineOf("");
/** A sign and a space, or the end of a line. */
export const lineInsteadOf = (sign: string): Doc => lineOf(`${sign} `);
/** The end of a line, perhaps with an empty line after it. */
export const hardline = (blank = false): Doc => ({ kind: "line", flat: "", hard: true, blank, forced: here });

export const pad = (width: number): Doc => ({ kind: "pad", width, forced: nowhere });

export function comment(given: CommentText): Doc {
  return { kind: "comment", comment: given, forced: given.place === "inline" ? inText : here };
}

export const concat = (...parts: readonly Doc[]): Doc => ({ kind: "concat", parts, forced: joined(parts) });

export const nest = (...parts: readonly Doc[]): Doc => ({
  kind: "nest",
  body: concat(...parts),
  forced: joined(parts),
});

export const group = (...parts: readonly Doc[]): Doc => ({
  kind: "group",
  body: concat(...parts),
  forced: joined(parts),
});

export const fill = (parts: readonly Doc[]): Doc => ({ kind: "fill", parts, forced: joined(parts) });

/** `parts` with `between` in the gaps. */
export function join(between: Doc, parts: readonly Doc[]): readonly Doc[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [between, part]));
}

/** How long the document is on one line, without comments that end lines. */
export function flatWidth(doc: Doc): number {
  switch (doc.kind) {
    case "text":
      return doc.text.length;
    case "line":
      return doc.flat.length;
    case "pad":
      return 0;
    case "comment":
      return doc.comment.place === "inline" ? doc.comment.text.length + 1 : 0;
    case "nest":
    case "group":
      return flatWidth(doc.body);
    case "concat":
    case "fill":
      return doc.parts.reduce((sum, part) => sum + flatWidth(part), 0);
  }
}
