/** Source texts and places in them. Nothing here reads a file: a source is a name and a text. */

export interface Source {
  /** as shown to the user, e.g. "faces.causal" */
  readonly name: string;
  readonly text: string;
}

/** Half-open range of UTF-16 offsets in the source of that name. */
export interface Span {
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

export interface Position {
  /** 1-based */
  readonly line: number;
  /** 1-based, in UTF-16 units */
  readonly column: number;
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  let line = 1;
  for (let i = before.indexOf("\n"); i !== -1; i = before.indexOf("\n", i + 1)) line++;
  return { line, column: offset - lastBreak };
}

/** The smallest span that covers both; they must lie in one source. */
export function cover(a: Span, b: Span): Span {
  return { source: a.source, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}
