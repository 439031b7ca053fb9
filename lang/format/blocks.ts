/** Items on lines of their own, with the names that they declare in a column. */
import { type CstNode, type IToken, isNode, node, nodes, token } from "../syntax/cst.ts";
import { concat, type Doc, flatWidth, hardline } from "./document.ts";
import { type Block, braces, firstToken, type Printing, print, spell, wordOf } from "./printing.ts";

/** Each item on lines of its own, with the empty lines of the source, at most one at a time. */
export function vertical(p: Printing, items: readonly CstNode[]): Doc {
  const docs = alignedItems(p, items);
  return concat(
    ...docs.flatMap((doc, i) => (i === 0 ? [doc] : [hardline(wordOf(p, firstToken(items[i]!)).blankBefore), doc])),
  );
}

/** The block of a statement: on one line only if there is one item, and it is so in the source. */
export function statementBlock(p: Printing, block: Block<CstNode>): Doc {
  const inside = vertical({ ...p, depth: p.depth + 1 }, block.items);
  return braces(p, block, block.items.length > 1 ? concat(inside, hardline()) : inside);
}

interface Declared {
  readonly last: IToken;
  /** of all names */
  readonly width: number;
  /** it ends in braces, which may go over several lines */
  readonly hasBraces: boolean;
}

interface Item {
  readonly node: CstNode;
  readonly word: string;
  readonly declared: Declared | null;
}

/** The items as documents. Names declared on successive lines by the same word are padded to the longest. */
function alignedItems(p: Printing, items: readonly CstNode[]): readonly Doc[] {
  const docs: Doc[] = [];
  let group: Item[] = [];
  for (const item of items) {
    const first = firstToken(item);
    const { before, blankBefore } = wordOf(p, first);
    const next = { node: item, word: first.image, declared: declaredBy(item) };
    if (group[0]?.word !== next.word || blankBefore || before.length > 0 || next.declared === null) {
      docs.push(...printGroup(p, group));
      group = [];
    }
    group.push(next);
  }
  return [...docs, ...printGroup(p, group)];
}

/**
 * Declarations that follow one another. A column ends with a table that takes several lines. Whether one does must not
 * depend on the padding, or formatting again would change it: so the longest name counts that may be in the column.
 */
function printGroup(p: Printing, group: readonly Item[]): readonly Doc[] {
  const bound = Math.max(0, ...group.map(({ declared }) => declared?.width ?? 0));
  const room = p.width - 2 * p.depth - bound;
  const runs: Declared[][] = [[]];
  const trials = group.map(({ node, declared }) => {
    if (declared === null) return null;
    runs.at(-1)!.push(declared);
    if (!declared.hasBraces) return null;
    const doc = print(p, node);
    if (doc.forced.within || flatWidth(doc) - declared.width > room) runs.push([]);
    return doc;
  });
  for (const run of runs) {
    const longest = Math.max(...run.map(({ width }) => width));
    for (const { last, width } of run) p.pads.set(last.startOffset, longest - width);
  }
  return group.map(({ node, declared }, i) => {
    const isPadded = declared !== null && (p.pads.get(declared.last.startOffset) ?? 0) > 0;
    return isPadded ? print(p, node) : (trials[i] ?? print(p, node));
  });
}

function declaredBy(item: CstNode): Declared | null {
  const inner = ["declaration", "queryStatement", "data"].flatMap((name) => nodes(item, name))[0];
  // an index behind the name would have to be in the column too
  if (inner === undefined || token(inner, "operator") === null || node(inner, "index") !== null) return null;
  const names = (inner.children.Name ?? []).filter((name): name is IToken => !isNode(name));
  const last = names.at(-1);
  if (last === undefined) return null;
  const width = names.reduce((sum, name) => sum + spell(name).length + 2, -2);
  return { last, width, hasBraces: node(inner, "cpt") !== null || node(inner, "settings") !== null };
}
