/** Expressions, queries, events and conditions as documents, by the names of the grammar's rules. */
import { type CstNode, type IToken, isNode, node, token } from "../syntax/cst.ts";
import { precedence } from "../syntax/precedence.ts";
import { concat, type Doc, fill, group, hardline, line, nest, text } from "./document.ts";
import {
  brackets,
  commaList,
  leaf,
  type Printing,
  partsOf,
  print,
  type Rule,
  sequence,
  signBefore,
  spaced,
  startsLine,
} from "./printing.ts";

type Part = CstNode | IToken;

export const expressionRules: Readonly<Record<string, Rule>> = {
  expression: nestedRow,
  value: nestedRow,
  query: nestedRow,
  operand: prefixed,
  queryOperand: (p, given) => {
    const [open, close] = [token(given, "LeftParen"), token(given, "RightParen")];
    const inner = node(given, "query");
    if (open === null || close === null || inner === null) return prefixed(p, given);
    return concat(prefixes(p, given), brackets(p, open, row(p, inner), close));
  },
  choice: (p, given) => {
    const parts = partsOf(given);
    // if A, then B, else C
    const clauses = [0, 2, 4].map((i) => spaced(p, parts.slice(i, i + 2)));
    return group(clauses[0]!, nest(line, clauses[1]!, line, clauses[2]!));
  },
  group: (p, given) => {
    const [open, inner, close] = partsOf(given) as [IToken, CstNode, IToken];
    return brackets(p, open, row(p, inner), close);
  },
  list: listed,
  map: listed,
  callArguments: listed,
  index: listed,
  subscript: (p, given) => {
    const [open, inner, close] = partsOf(given) as [IToken, CstNode, IToken];
    return brackets(p, open, print(p, inner), close);
  },
  mapEntry: (p, given) => {
    const [label, colon, value] = partsOf(given) as [CstNode, IToken, CstNode];
    return concat(print(p, label), leaf(p, colon), text(" "), print(p, value));
  },
  label: (p, given) => concat(...partsOf(given).map((part) => print(p, part))),
  names: (p, given) => {
    const items = namesOf(partsOf(given));
    for (const [name] of items.slice(1)) signBefore(p, name!, ",");
    return fill(items.flatMap((item, i) => [...(i === 0 ? [] : [line]), group(...item.map((part) => print(p, part)))]));
  },
  labels: (p, given) => commaList(p, partsOf(given)),
  actions: (p, given) => commaList(p, partsOf(given)),
  events: (p, given) => commaList(p, partsOf(given)),
  conditions: (p, given) => {
    const [bar, ...parts] = partsOf(given) as [IToken, ...CstNode[]];
    return concat(leaf(p, bar), text(" "), nest(commaList(p, parts)));
  },
  event: (p, given) => {
    const [variable, sign, ...rest] = partsOf(given);
    if (variable === undefined || sign === undefined) return sequence(p, given);
    return concat(print(p, variable), text(" "), print(p, sign), text(" "), inBraces(p, rest));
  },
  probability: asked,
  expectation: asked,
  intervention: asked,
  observation: asked,
  predicate: asked,
  effect: (p, given) => {
    const [word, open, outcome, ...rest] = partsOf(given) as [IToken, IToken, CstNode, ...Part[]];
    const [treatment, ...tail] = rest as [IToken, ...Part[]];
    const places = tail.filter((part) => isNode(part) && part.name === "index");
    const [colon, from, arrow, to, ...more] = tail.slice(places.length) as [
      IToken,
      CstNode,
      IToken,
      CstNode,
      ...Part[],
    ];
    signBefore(p, treatment, ";");
    const close = more.pop() as IToken;
    const given_ = more.flatMap((part) => [line, print(p, part)]);
    const treated = concat(leaf(p, treatment), ...places.map((place) => print(p, place)));
    const change = concat(treated, leaf(p, colon), text(" "), spaced(p, [from, arrow, to]));
    return concat(leaf(p, word), brackets(p, open, concat(print(p, outcome), line, change, ...given_), close));
  },
};

/** Each name with its index. */
const namesOf = (parts: readonly Part[]): readonly (readonly Part[])[] =>
  parts.reduce<Part[][]>((items, part) => {
    if (isNode(part)) items.at(-1)?.push(part);
    else items.push([part]);
    return items;
  }, []);

/** `[a, b]`, `{a: 1, b: 2}`, `(a, k = 1)` */
function listed(p: Printing, given: CstNode): Doc {
  const parts = partsOf(given);
  const [open, close] = [parts[0] as IToken, parts.at(-1) as IToken];
  return brackets(p, open, commaList(p, parts.slice(1, -1)), close);
}

/** What a word asks of what is in its brackets: `P(...)`, `do(...)`. */
function asked(p: Printing, given: CstNode): Doc {
  const [word, open, ...rest] = partsOf(given) as [IToken, IToken, ...Part[]];
  const close = rest.pop() as IToken;
  const inside = rest.flatMap((part, i) => [
    ...(i === 0 ? [] : [isNode(part) && part.name === "names" ? text(" ") : line]),
    insideOf(p, part),
  ]);
  return concat(leaf(p, word), brackets(p, open, concat(...inside), close));
}

const insideOf = (p: Printing, part: Part): Doc =>
  isNode(part) && part.name === "expression" ? row(p, part) : print(p, part);

/** `{ labels }` among the parts, or what else stands there. */
export function inBraces(p: Printing, parts: readonly Part[]): Doc {
  const [open, inner, close] = parts;
  if (open === undefined || isNode(open) || inner === undefined || close === undefined) return spaced(p, parts);
  return brackets(p, open, print(p, inner), close as IToken);
}

function prefixes(p: Printing, given: CstNode): Doc {
  const signs = (given.children.prefix ?? []) as IToken[];
  return concat(...signs.flatMap((sign) => [leaf(p, sign), text(sign.image === "-" ? "" : " ")]));
}

function prefixed(p: Printing, given: CstNode): Doc {
  const signs = new Set<Part>(given.children.prefix ?? []);
  return concat(
    prefixes(p, given),
    spaced(
      p,
      partsOf(given).filter((part) => !signs.has(part)),
    ),
  );
}

/** Operands and operators; where it does not fit, lines end at the operators that bind least. */
export function row(p: Printing, given: CstNode): Doc {
  return group(split(p, partsOf(given)));
}

/** The same, with the lines after the first one further in. */
function nestedRow(p: Printing, given: CstNode): Doc {
  const inside = row(p, given);
  return partsOf(given).length > 1 ? nest(inside) : inside;
}

const strength = (sign: IToken): number => precedence[sign.image as keyof typeof precedence] ?? 0;

function split(p: Printing, parts: readonly Part[]): Doc {
  const signs = parts.filter((_, i) => i % 2 === 1) as IToken[];
  if (signs.length === 0) return concat(...parts.map((part) => print(p, part)));
  const least = Math.min(...signs.map(strength));
  const pieces: { readonly sign: IToken | null; readonly parts: Part[] }[] = [{ sign: null, parts: [] }];
  parts.forEach((part, i) => {
    if (i % 2 === 1 && strength(part as IToken) === least) pieces.push({ sign: part as IToken, parts: [] });
    else pieces.at(-1)!.parts.push(part);
  });
  const docs = pieces.map((piece) => group(split(p, piece.parts)));
  if (least === precedence["|>"]) {
    return fill(
      pieces.flatMap(({ sign }, i) => {
        if (sign === null) return [docs[i]!];
        return [startsLine(p, sign) ? hardline() : line, concat(leaf(p, sign), text(" "), docs[i]!)];
      }),
    );
  }
  return concat(
    ...pieces.flatMap(({ sign }, i) => (sign === null ? [docs[i]!] : [text(" "), leaf(p, sign), line, docs[i]!])),
  );
}
