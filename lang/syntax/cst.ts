/** Reading a concrete syntax tree that may have holes after recovery: every answer is a value, an empty list or null. */
import type { CstNode, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../source.ts";
import { endOf } from "./tokens.ts";

export type { CstNode, IToken };

/** What the builders of the AST share: where they are, and where their findings go. */
export interface Building {
  readonly source: Source;
  readonly report: (diagnostic: Diagnostic) => void;
  /** how deep in nested expressions the builder is */
  readonly depth: { value: number };
}

export const isNode = (element: CstNode | IToken): element is CstNode => "children" in element;

const none: readonly never[] = [];

export function nodes(parent: CstNode, name: string): readonly CstNode[] {
  const found = parent.children[name];
  if (found === undefined) return none;
  // nearly always all of them are; this is asked several times for each node of the tree
  return found.every(isNode) ? found : found.filter(isNode);
}

export function node(parent: CstNode, name: string): CstNode | null {
  const found = parent.children[name];
  if (found === undefined) return null;
  for (const element of found) if (isNode(element)) return element;
  return null;
}

/** Tokens of the text; those that recovery made up are left out. */
export function tokens(parent: CstNode, name: string): readonly IToken[] {
  const found = parent.children[name];
  if (found === undefined) return none;
  return found.every(isReal) ? found : found.filter(isReal);
}

export function token(parent: CstNode, name: string): IToken | null {
  const found = parent.children[name];
  if (found === undefined) return null;
  for (const element of found) if (isReal(element)) return element;
  return null;
}

const isReal = (element: CstNode | IToken): element is IToken =>
  !isNode(element) && element.isInsertedInRecovery !== true;

export function tokenSpan(b: Building, given: IToken): Span {
  return { source: b.source.name, start: given.startOffset, end: endOf(given) };
}

/** The text that a node covers; an empty place at `otherwise` for a node of which nothing was read. */
export function nodeSpan(b: Building, given: CstNode, otherwise = 0): Span {
  const location = given.location;
  const known = location !== undefined && Number.isFinite(location.startOffset);
  if (!known) return { source: b.source.name, start: otherwise, end: otherwise };
  const end = Number.isFinite(location.endOffset) ? location.endOffset! + 1 : location.startOffset;
  return { source: b.source.name, start: location.startOffset, end: Math.max(end, location.startOffset) };
}

/** The empty place at the end of a span: where something is missing. */
export function after(span: Span): Span {
  return { source: span.source, start: span.end, end: span.end };
}

/** All elements of the node in the order of the text. */
export function elements(parent: CstNode): readonly (CstNode | IToken)[] {
  const offset = (element: CstNode | IToken) =>
    isNode(element) ? (element.location?.startOffset ?? Number.NaN) : element.startOffset;
  const lists = Object.values(parent.children);
  if (lists.length === 1) return lists[0]!;
  const found = lists.flat();
  // most are in order; the comparison fails where recovery left a place unknown
  if (found.every((element, i) => i === 0 || offset(found[i - 1]!) <= offset(element))) return found;
  return found
    .map((element, order) => ({ element, order, at: offset(element) }))
    .sort((a, b) => (Number.isFinite(a.at) && Number.isFinite(b.at) ? a.at - b.at || a.order - b.order : 0))
    .map(({ element }) => element);
}

/** Reports each pair of neighbours that no comma parts. */
export function checkCommas(b: Building, items: readonly { readonly span: Span }[], commas: readonly IToken[]): void {
  let next = 0;
  for (let i = 1; i < items.length; i++) {
    const [before, item] = [items[i - 1]!.span, items[i]!];
    if (item.span.start <= before.end && item.span.end === item.span.start) continue;
    while (next < commas.length && commas[next]!.startOffset < before.end) next++;
    if (next < commas.length && commas[next]!.startOffset < item.span.start) continue;
    const fix = { title: "insert a comma", span: after(before), replacement: "," };
    b.report(diagnose("C109", item.span, { found: b.source.text.slice(item.span.start, item.span.end) }, { fix }));
  }
}
