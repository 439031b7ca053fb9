/**
 * The one layout of a program: spaces, line breaks, commas and needless backquotes are written anew, every other word,
 * number and comment stays as it is, and so does what the program means.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source } from "../source.ts";
import { parseFile } from "../syntax/parse.ts";
import { attachComments } from "./comments.ts";
import { expressionRules } from "./expressions.ts";
import { layout } from "./layout.ts";
import { print } from "./printing.ts";
import { statementRules } from "./statements.ts";

export type Formatted = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] };

/** Columns of a line; only long words and comments go beyond. */
export const lineWidth = 120;

const rules = { ...expressionRules, ...statementRules };

/** The source in its one layout, or the syntax errors that keep it from having one. Formatting twice changes nothing. */
export function format(source: Source): Formatted {
  const { cst, diagnostics } = parseFile(source);
  if (diagnostics.length > 0) return { diagnostics };
  const words = attachComments(source.text, cst);
  const places = new Map(words.map(({ token }, i) => [token.startOffset, i]));
  const notes = { signs: new Map(), pads: new Map(), columns: new Map() };
  const p = { words, places, ...notes, width: lineWidth, depth: 0, rules };
  return { text: layout(print(p, cst), lineWidth) };
}
