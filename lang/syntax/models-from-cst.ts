/** Models, their members, types and settings of the AST from the concrete tree. */
import type { CstNode, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { cover, type Span } from "../source.ts";
import type {
  ArrowKind,
  CptMechanism,
  CptRow,
  Expr,
  GraphChain,
  Identifier,
  MechanismExpr,
  Member,
  ModelDecl,
  Setting,
  Settings,
} from "./ast.ts";
import { after, type Building, node, nodes, nodeSpan, token, tokenSpan, tokens } from "./cst.ts";
import { expression, reportColon } from "./expressions-from-cst.ts";
import { identifier, identifierIn, identifiers, label, labels, missingIdentifier } from "./names-from-cst.ts";
import * as t from "./tokens.ts";
import { typeExpr } from "./types-from-cst.ts";

export function model(b: Building, given: CstNode): ModelDecl {
  const span = nodeSpan(b, given);
  const base = token(given, "base");
  return {
    kind: "model",
    name: identifierIn(b, given, "Name", after(span)),
    base: base === null ? null : identifier(b, base),
    members: members(b, given),
    span,
  };
}

function members(b: Building, given: CstNode): readonly Member[] {
  return nodes(given, "member").flatMap((item) => member(b, item) ?? []);
}

/** null: nothing that could be understood, and that has been reported. */
function member(b: Building, given: CstNode): Member | null {
  const span = nodeSpan(b, given);
  const declared = node(given, "declaration");
  if (declared !== null) return declaration(b, declared);
  const plate = node(given, "plate");
  if (plate !== null) {
    return {
      kind: "plate",
      index: identifierIn(b, plate, "Name", after(span)),
      range: expression(b, node(plate, "expression"), after(span)),
      members: members(b, plate),
      span,
    };
  }
  const graph = node(given, "graph");
  if (graph === null) return null;
  return { kind: "graph", chains: nodes(graph, "chain").map((item) => chain(b, item)), span };
}

function chain(b: Building, given: CstNode): GraphChain {
  const sets = nodes(given, "nameSet").map((item) => {
    const single = token(item, "Name");
    return single === null ? identifiers(b, node(item, "names")) : [identifier(b, single)];
  });
  const arrows = tokens(given, "arrow").map(
    (sign): ArrowKind => (sign.tokenType === t.LeftArrow ? "<-" : sign.tokenType === t.BothWays ? "<->" : "->"),
  );
  // after recovery the last arrow may point at nothing
  return { kind: "chain", sets, arrows: arrows.slice(0, Math.max(0, sets.length - 1)), span: nodeSpan(b, given) };
}

type DeclarationWord = "param" | "noise" | "latent" | "sample" | "let" | "image";

const wordOfSign = (sign: IToken): DeclarationWord =>
  sign.tokenType === t.Tilde ? "sample" : sign.tokenType === t.Becomes ? "let" : "param";

/** The word a declaration begins with, or the one it should begin with; null when that cannot be known. */
function declarationWord(b: Building, given: CstNode, sign: IToken | null): DeclarationWord | null {
  const word = token(given, "word");
  const name = token(given, "Name");
  if (word !== null && t.isA(word, t.Declarer)) return word.image as DeclarationWord;
  if (word !== null) {
    b.report(diagnose("C107", tokenSpan(b, word), { name: word.image, where: "model", suggestion: null }));
    return sign === null ? null : wordOfSign(sign);
  }
  if (name === null) return null;
  const span = tokenSpan(b, name);
  if (sign === null) {
    b.report(diagnose("C107", span, { name: name.image, where: "model", suggestion: null }));
    return null;
  }
  const meant = wordOfSign(sign);
  const fix = { title: `insert \`${meant}\``, span: { ...span, end: span.start }, replacement: `${meant} ` };
  b.report(diagnose("C121", span, { name: name.image, word: meant }, { fix }));
  return meant;
}

function declaration(b: Building, given: CstNode): Member | null {
  const span = nodeSpan(b, given);
  const sign = token(given, "operator");
  const written = declarationWord(b, given, sign);
  if (written === null) return null;
  const names = tokens(given, "Name").map((name) => identifier(b, name));
  const typed = node(given, "type");
  const type = typed === null ? null : typeExpr(b, typed);
  const table = node(given, "cpt");
  const valued = node(given, "expression");
  const value = valued === null ? null : expression(b, valued, after(span));
  const word = meantWord(b, given, written, sign, table !== null || value?.kind === "call");
  const name = names[0] ?? missingIdentifier(after(span));
  if (word !== "noise" && names.length > 1) b.report(diagnose("C122", names[1]!.span, { word }));

  const settled = node(given, "settings");
  const own = settled === null ? null : settings(b, settled);
  const drawn =
    sign !== null && (word === "sample" || word === "latent" || (word === "image" && isDrawn(sign, table, value)));
  if (own !== null && !drawn) b.report(diagnose("C123", own.span, { word }));

  const equation = (): Expr => {
    if (sign === null) b.report(diagnose("C115", name.span, { word, part: "value" }));
    if (table !== null) b.report(diagnose("C123", nodeSpan(b, table), { word }));
    return value ?? { kind: "missing", span: after(span) };
  };
  const mechanism = (): MechanismExpr | null => {
    if (table !== null) return cpt(b, table, own);
    return sign === null ? null : callMechanism(b, word, value, own, after(span));
  };
  switch (word) {
    case "param":
      return { kind: "param", name, type, value: equation(), span };
    case "noise":
      return { kind: "noise", names: names.length === 0 ? [name] : names, distribution: equation(), span };
    case "let":
      return { kind: "let", name, type, value: equation(), span };
    case "latent":
      return { kind: "latent", name, type, mechanism: mechanism(), span };
    case "sample":
      return { kind: "sample", name, type, mechanism: mechanism(), span };
    case "image": {
      if (type === null) b.report(diagnose("C115", name.span, { word, part: "type" }));
      if (sign === null) b.report(diagnose("C115", name.span, { word, part: "value" }));
      return {
        kind: "image",
        name,
        type: type ?? { kind: "missing-type", span: after(name.span) },
        mechanism: drawn ? mechanism() : null,
        value: drawn || sign === null ? null : equation(),
        span,
      };
    }
  }
}

/** An image written with `=` is drawn if what follows is a single call. */
function isDrawn(sign: IToken, table: CstNode | null, value: Expr | null): boolean {
  if (sign.tokenType === t.Assign) return table !== null || value?.kind === "call";
  return sign.tokenType === t.Tilde;
}

const signsOf: Readonly<Record<DeclarationWord, string>> = {
  param: "=",
  noise: "~",
  latent: "~",
  sample: "~",
  let: ":=",
  image: "~",
};

/**
 * Word and sign must fit. If they do not, either the sign is a slip (`sample X = neural()`) or the word is
 * (`sample Y := X + U`); which of them is told by what follows.
 */
function meantWord(
  b: Building,
  given: CstNode,
  word: DeclarationWord,
  sign: IToken | null,
  isMechanism: boolean,
): DeclarationWord {
  if (sign === null || sign.image === signsOf[word] || sign.image === "∼") return word;
  if (word === "image" && sign.tokenType === t.Becomes) return word;
  const first = token(given, "word");
  const swap: Partial<Record<DeclarationWord, DeclarationWord>> = { sample: "let", latent: "let", let: "sample" };
  const meant = swap[word];
  const drawn = word !== "let";
  const wordIsWrong = meant !== undefined && sign.tokenType !== t.Assign && drawn !== isMechanism;
  if (wordIsWrong && first !== null) {
    const span = tokenSpan(b, first);
    const fix = { title: `write \`${meant}\``, span, replacement: meant };
    b.report(diagnose("C124", span, { found: word, meant, operator: sign.image }, { fix }));
    return meant;
  }
  const span = tokenSpan(b, sign);
  const expected = word === "image" && !isMechanism ? ":=" : signsOf[word];
  const fix = { title: `write \`${expected}\``, span, replacement: expected };
  b.report(diagnose("C108", span, { found: sign.image, expected, what: `\`${word}\`` }, { fix }));
  return word;
}

function callMechanism(b: Building, word: string, value: Expr | null, own: Settings | null, at: Span): MechanismExpr {
  if (value?.kind === "call")
    return { kind: "call-mechanism", call: value, settings: own, span: spanWith(value.span, own) };
  const named = value?.kind === "name" ? value.name : null;
  if (value !== null && value.kind !== "missing") {
    const more = named === null ? {} : { fix: { title: "add `()`", span: after(value.span), replacement: "()" } };
    b.report(diagnose("C114", value.span, { word, name: named?.text ?? null }, more));
  }
  const callee: Identifier = named ?? missingIdentifier(value?.span ?? at);
  return {
    kind: "call-mechanism",
    call: { kind: "call", callee, args: [], span: callee.span },
    settings: own,
    span: spanWith(callee.span, own),
  };
}

const spanWith = (span: Span, own: Settings | null): Span => (own === null ? span : cover(span, own.span));

function cpt(b: Building, given: CstNode, own: Settings | null): CptMechanism {
  return {
    kind: "cpt",
    parents: identifiers(b, node(given, "names")),
    rows: nodes(given, "cptRow").map((item) => cptRow(b, item)),
    settings: own,
    span: spanWith(nodeSpan(b, given), own),
  };
}

function cptRow(b: Building, given: CstNode): CptRow {
  const span = nodeSpan(b, given);
  const sign = token(given, "operator");
  if (sign !== null && sign.tokenType !== t.Colon) reportColon(b, sign, "the row of a table");
  const single = node(given, "label");
  const many = single === null ? labels(b, node(given, "labels")) : [label(b, single, span)];
  return {
    kind: "cpt-row",
    labels: token(given, "Else") === null ? many : "else",
    value: expression(b, node(given, "expression"), after(span)),
    span,
  };
}

/** A rule `settings`. */
export function settings(b: Building, given: CstNode): Settings {
  const span = nodeSpan(b, given);
  return { kind: "settings", entries: nodes(given, "setting").map((item) => setting(b, item)), span };
}

function setting(b: Building, given: CstNode): Setting {
  const span = nodeSpan(b, given);
  const sign = token(given, "operator");
  if (sign !== null && sign.tokenType !== t.Assign) {
    const at = tokenSpan(b, sign);
    const fix = { title: "write `=`", span: at, replacement: "=" };
    b.report(diagnose("C108", at, { found: sign.image, expected: "=", what: "a setting" }, { fix }));
  }
  const inner = node(given, "settings");
  return {
    name: identifierIn(b, given, "Name", after(span)),
    value: inner === null ? expression(b, node(given, "expression"), after(span)) : settings(b, inner),
    span,
  };
}
