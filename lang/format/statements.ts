/** Statements, models, mechanisms and networks as documents, by the names of the grammar's rules. */
import { type CstNode, type IToken, isNode, node, nodes, token } from "../syntax/cst.ts";
import * as t from "../syntax/tokens.ts";
import { statementBlock, vertical } from "./blocks.ts";
import { concat, type Doc, fill, group, hardline, line, lineInsteadOf, nest, nothing, text } from "./document.ts";
import { inBraces, row } from "./expressions.ts";
import {
  type Block,
  braces,
  brackets,
  firstToken,
  leaf,
  type Printing,
  partsOf,
  print,
  type Rule,
  signBefore,
  spaced,
  spell,
  startsLine,
  wordOf,
} from "./printing.ts";

type Part = CstNode | IToken;

export const statementRules: Readonly<Record<string, Rule>> = {
  file: (p, given) => {
    const end = p.words.at(-1)!;
    return concat(vertical(p, nodes(given, "statement")), hardline(end.blankBefore), leaf(p, end.token));
  },
  drawing: (p, given) => {
    const variables = nodes(given, "variable");
    for (const variable of variables.slice(1)) signBefore(p, variable, ",");
    return nest(group(...partsOf(given).flatMap((part, i) => [i === 0 ? nothing : gapIn(part), print(p, part)])));
  },
  model: withBlock,
  plate: withBlock,
  test: withBlock,
  counterfactual: withBlock,
  counterfactualPart: (p, given) => {
    const [word, ...rest] = partsOf(given) as [IToken, ...Part[]];
    const column = text(" ".repeat("report ".length - spell(word).length));
    const [open, inside, close] = rest;
    if (open === undefined || isNode(open)) return concat(leaf(p, word), column, ...rest.map((part) => print(p, part)));
    const block = { open, close: close as IToken, items: [inside!] };
    return concat(leaf(p, word), column, braces(p, block, print(p, inside!)));
  },
  assertion: (p, given) => {
    const [word, left, sign, ...rest] = partsOf(given) as [IToken, CstNode, IToken | undefined, ...Part[]];
    const start = concat(leaf(p, word), text(" "), group(row(p, left)));
    if (sign === undefined) return start;
    const right = rest.flatMap((part) => [text(" "), isNode(part) ? row(p, part) : leaf(p, part)]).slice(1);
    return concat(start, text(" "), leaf(p, sign), nest(group(line, group(...right))));
  },
  declaration: (p, given) => {
    const names = (given.children.Name ?? []) as IToken[];
    for (const name of names.slice(1)) signBefore(p, name, ",");
    return spaced(p, partsOf(given));
  },
  type: (p, given) => {
    const parts = partsOf(given);
    if (node(given, "labels") !== null) return inBraces(p, parts);
    return concat(...parts.map((part) => print(p, part)));
  },
  cpt: table,
  cptRow: (p, given) => {
    const parts = partsOf(given);
    const [value, colon] = [parts.at(-1)!, parts.at(-2) as IToken];
    return concat(key(p, parts.slice(0, -2)), leaf(p, colon), text(" "), print(p, value));
  },
  settings: (p, given) => {
    const block = blockOf(given);
    for (const item of block.items.slice(1)) signBefore(p, item, ",");
    return braces(p, block, flowing(p, block.items, line));
  },
  graph: (p, given) => {
    const { word, block } = withBraces(given);
    return concat(leaf(p, word), text(" "), braces(p, block, flowing(p, block.items, lineInsteadOf(";"))));
  },
  chain: (p, given) =>
    nest(group(...partsOf(given).flatMap((part, i) => [i === 0 ? nothing : gapBefore(part), print(p, part)]))),
  nameSet: (p, given) => (node(given, "names") === null ? spaced(p, partsOf(given)) : inBraces(p, partsOf(given))),
  plateRange: (p, given) => {
    const parts = partsOf(given);
    return node(given, "labels") === null ? concat(...parts.map((part) => print(p, part))) : inBraces(p, parts);
  },
  network: (p, given) => {
    const [inputs, constants] = [nodes(given, "input"), nodes(given, "constant")];
    for (const item of [...inputs.slice(1), ...constants.slice(1)]) signBefore(p, item, ",");
    if (constants.length > 0) signBefore(p, constants[0]!, ";");
    const [open, close] = [token(given, "LeftParen")!, token(given, "RightParen")!];
    const items = nodes(given, "networkPart");
    const block = { open: token(given, "LeftBrace")!, close: token(given, "RightBrace")!, items };
    for (const item of items.slice(1)) {
      // what begins with a sign or a bracket would continue the expression before
      if (!t.isA(firstToken(item), t.Name, t.Let)) signBefore(p, item, ";");
    }
    const result = node(given, "type");
    const arrow = result === null ? [] : [token(given, "RightArrow")!, result];
    return concat(
      spaced(p, [token(given, "Network")!, token(given, "Name")!]),
      brackets(p, open, concat(inputs.length === 0 ? line : nothing, inOrder(p, [...inputs, ...constants])), close),
      ...arrow.flatMap((part) => [text(" "), print(p, part)]),
      text(" "),
      statementBlock(p, block),
    );
  },
  networkPart: (p, given) => {
    const result = node(given, "result");
    return result === null ? spaced(p, partsOf(given)) : row(p, result);
  },
};

/** Items whose commas are written already. */
const inOrder = (p: Printing, items: readonly Part[]): Doc =>
  fill(items.flatMap((item, i) => (i === 0 ? [group(print(p, item))] : [line, group(print(p, item))])));

/** `model M extends B {...}`: words, then a block of statements. */
function withBlock(p: Printing, given: CstNode): Doc {
  const parts = partsOf(given);
  const at = parts.findIndex((part) => !isNode(part) && part.tokenType === t.LeftBrace);
  const items = parts.slice(at + 1, -1) as CstNode[];
  const block = { open: parts[at] as IToken, close: parts.at(-1) as IToken, items };
  return concat(spaced(p, parts.slice(0, at)), text(" "), statementBlock(p, block));
}

function blockOf(given: CstNode): Block {
  const parts = partsOf(given);
  return { open: parts[0] as IToken, close: parts.at(-1) as IToken, items: parts.slice(1, -1) };
}

function withBraces(given: CstNode): { readonly word: IToken; readonly block: Block } {
  const [word, open, ...items] = partsOf(given) as [IToken, IToken, ...Part[]];
  return { word, block: { open, close: items.pop() as IToken, items } };
}

/** Items on lines as in the source, and further lines where they do not fit. */
function flowing(p: Printing, items: readonly Part[], between: Doc): Doc {
  return fill(
    items.flatMap((item, i) => {
      if (i === 0) return [group(print(p, item))];
      const breaks = startsLine(p, item) ? hardline(wordOf(p, firstToken(item)).blankBefore) : between;
      return [breaks, group(print(p, item))];
    }),
  );
}

/** The gap before a clause of a drawing: lines end before conditions first. */
const gapIn = (part: Part): Doc => (isNode(part) && part.name === "conditions" ? line : text(" "));

/** Arrows stay with what they come from. */
const gapBefore = (part: Part): Doc => (isNode(part) ? line : text(" "));

function table(p: Printing, given: CstNode): Doc {
  const parts = partsOf(given);
  const rows = nodes(given, "cptRow");
  const close = parts.at(-1) as IToken;
  const open = token(given, "LeftBrace")!;
  const parens = [token(given, "LeftParen"), token(given, "RightParen")] as const;
  const names = node(given, "names");
  const head =
    parens[0] === null || parens[1] === null
      ? nothing
      : brackets(p, parens[0], names === null ? nothing : print(p, names), parens[1]);
  for (const row of rows.slice(1)) {
    // a line break alone would make a difference of it: `a: x` and `-1: y`
    if (t.isA(firstToken(row), t.Minus)) signBefore(p, row, ",");
  }
  const widths = rows.map((row) => keyWidth(row));
  const longest = Math.max(...widths);
  for (const [i, row] of rows.entries()) {
    p.columns.set(token(row, "operator")!.startOffset, longest - widths[i]!);
  }
  const inside = concat(
    ...rows.flatMap((row, i) => {
      if (i === 0) return [print(p, row)];
      const { blankBefore, startsLine } = wordOf(p, firstToken(row));
      const gap = t.isA(firstToken(row), t.Minus) ? line : lineInsteadOf(",");
      return [startsLine ? hardline(blankBefore) : gap, print(p, row)];
    }),
  );
  return concat(leaf(p, token(given, "Cpt")!), head, text(" "), braces(p, { open, close, items: rows }, inside));
}

/** `else`, a label, or labels in brackets. */
function key(p: Printing, parts: readonly Part[]): Doc {
  const [open, labels, close] = parts;
  if (open === undefined || isNode(open) || labels === undefined) return spaced(p, parts);
  return brackets(p, open, print(p, labels), close as IToken);
}

/** The width of what stands before the colon of a row on one line. */
function keyWidth(row: CstNode): number {
  const single = node(row, "label");
  const labels = node(row, "labels");
  const width = (label: CstNode) => partsOf(label).reduce((sum, part) => sum + spell(part as IToken).length, 0);
  if (single !== null) return width(single);
  if (labels === null) return "else".length;
  return nodes(labels, "label").reduce((sum, label) => sum + width(label) + 2, 0);
}
