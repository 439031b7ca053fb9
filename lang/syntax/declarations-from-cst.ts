/** The members of a model that declare names, from the concrete tree: here word and sign must fit one another. */
import type { CstNode, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Expr, MechanismExpr, Member, Settings, TypeExpr } from "./ast.ts";
import { after, type Building, node, nodeSpan, token, tokenSpan } from "./cst.ts";
import { expression, identifiers } from "./expressions-from-cst.ts";
import { callMechanism, cpt, settings } from "./mechanisms-from-cst.ts";
import { missingIdentifier } from "./names-from-cst.ts";
import * as t from "./tokens.ts";
import { typeExpr } from "./types-from-cst.ts";

type Word = "param" | "noise" | "latent" | "sample" | "let" | "image";
type Sign = "=" | "~" | ":=";

/** What follows the name and the type. */
interface Body {
  /** as written or, where it is missing, as it should be; null: there is no body at all */
  readonly sign: Sign | null;
  readonly table: CstNode | null;
  readonly value: Expr | null;
  readonly own: Settings | null;
}

const signOf = (written: IToken): Sign =>
  written.tokenType === t.Tilde ? "~" : written.tokenType === t.Becomes ? ":=" : "=";

const wordFor: Readonly<Record<Sign, Word>> = { "~": "sample", ":=": "let", "=": "param" };

/** A rule `declaration`; null: nothing that could be understood, and that has been reported. */
export function declaration(b: Building, given: CstNode): Member | null {
  const span = nodeSpan(b, given);
  const written = token(given, "operator");
  const first = firstWord(b, given, written === null ? null : signOf(written));
  if (first === null) return null;
  const names = identifiers(b, given);
  const name = names[0] ?? missingIdentifier(after(span));
  const type = typeOf(b, given);
  const body = bodyOf(b, given, first);
  const word = written === null ? first : meantWord(b, given, first, written, body);
  if (word !== "noise" && names.length > 1) b.report(diagnose("C122", names[1]!.span, { word }));

  const drawn = word === "sample" || word === "latent" || (word === "image" && body.sign === "~");
  if (body.own !== null && !drawn) b.report(diagnose("C123", body.own.span, { word }));
  const equation = (): Expr => {
    if (body.sign === null) b.report(diagnose("C115", name.span, { word, part: "value" }));
    if (body.table !== null) b.report(diagnose("C123", nodeSpan(b, body.table), { word }));
    return body.value ?? { kind: "missing", span: after(span) };
  };
  const mechanism = (): MechanismExpr | null => {
    if (body.table !== null) return cpt(b, body.table, body.own);
    return body.sign === null ? null : callMechanism(b, word, body.value, body.own, after(span));
  };
  switch (word) {
    case "param":
      return { kind: "param", name, type, value: equation(), span };
    case "noise":
      return { kind: "noise", names: names.length === 0 ? [name] : names, type, distribution: equation(), span };
    case "let":
      return { kind: "let", name, type, value: equation(), span };
    case "latent":
      return { kind: "latent", name, type, mechanism: mechanism(), span };
    case "sample":
      return { kind: "sample", name, type, mechanism: mechanism(), span };
    case "image":
      if (type === null) b.report(diagnose("C115", name.span, { word, part: "type" }));
      return {
        kind: "image",
        name,
        type: type ?? { kind: "missing-type", span: after(name.span) },
        mechanism: drawn ? mechanism() : null,
        value: drawn ? null : equation(),
        span,
      };
  }
}

/** The word a declaration begins with, or the one it should begin with; null when that cannot be known. */
function firstWord(b: Building, given: CstNode, sign: Sign | null): Word | null {
  const word = token(given, "word");
  // by its type, for the word itself may be misspelt
  if (word !== null && t.isA(word, t.Declarer)) return word.tokenType.LABEL as Word;
  const culprit = word ?? token(given, "Name");
  if (culprit === null) return null;
  const span = tokenSpan(b, culprit);
  if (word !== null || sign === null) {
    b.report(diagnose("C107", span, { name: culprit.image, where: "model", suggestion: null }));
    return sign === null ? null : wordFor[sign];
  }
  const fix = {
    title: `insert \`${wordFor[sign]}\``,
    span: { ...span, end: span.start },
    replacement: `${wordFor[sign]} `,
  };
  b.report(diagnose("C121", span, { name: culprit.image, word: wordFor[sign] }, { fix }));
  return wordFor[sign];
}

function typeOf(b: Building, given: CstNode): TypeExpr | null {
  const found = node(given, "type");
  if (found === null) return null;
  if (token(given, "Colon") === null) reportLack(b, ":", found, "the type");
  return typeExpr(b, found);
}

function bodyOf(b: Building, given: CstNode, word: Word): Body {
  const table = node(given, "cpt");
  const valued = node(given, "expression");
  const settled = node(given, "settings");
  const written = token(given, "operator");
  const value = valued === null ? null : expression(b, valued, after(nodeSpan(b, given)));
  const own = settled === null ? null : settings(b, settled);
  const isMechanism = table !== null || value?.kind === "call";
  if (written !== null) {
    const slip = word === "image" && signOf(written) === "=";
    return { sign: slip ? imageSign(isMechanism) : signOf(written), table, value, own };
  }
  const content = table ?? valued;
  if (content === null) return { sign: null, table, value, own };
  const sign = word === "image" ? imageSign(isMechanism) : signsOf[word];
  if (value?.kind !== "missing") reportLack(b, sign, content, table === null ? "the value" : "the table");
  return { sign, table, value, own };
}

const imageSign = (isMechanism: boolean): Sign => (isMechanism ? "~" : ":=");

/** A sign was left out before `part`. */
function reportLack(b: Building, sign: string, part: CstNode, before: string): void {
  const span = nodeSpan(b, part);
  const fix = { title: `insert \`${sign}\``, span: { ...span, end: span.start }, replacement: `${sign} ` };
  b.report(diagnose("C127", span, { sign, before }, { fix }));
}

const signsOf: Readonly<Record<Exclude<Word, "image">, Sign>> = {
  param: "=",
  noise: "~",
  latent: "~",
  sample: "~",
  let: ":=",
};

/** The word for a random node where an equation is meant, and the other way round. */
const opposites: Partial<Record<Word, Word>> = { sample: "let", latent: "let", let: "sample" };

/**
 * Word and sign must fit. If they do not, either the sign is a slip (`sample X = neural()`) or the word is
 * (`sample Y := X + U`); which of them is told by what follows.
 */
function meantWord(b: Building, given: CstNode, word: Word, written: IToken, body: Body): Word {
  const sign = signOf(written);
  const expected = word === "image" ? body.sign! : signsOf[word];
  if (sign === expected) return word;
  const isMechanism = body.table !== null || body.value?.kind === "call";
  const opposite = opposites[word];
  const first = token(given, "word");
  if (opposite !== undefined && first !== null && sign !== "=" && isMechanism === (word === "let")) {
    const span = tokenSpan(b, first);
    const fix = { title: `write \`${opposite}\``, span, replacement: opposite };
    b.report(diagnose("C124", span, { found: word, meant: opposite, operator: sign }, { fix }));
    return opposite;
  }
  const span = tokenSpan(b, written);
  const fix = { title: `write \`${expected}\``, span, replacement: expected };
  b.report(diagnose("C108", span, { found: sign, expected, what: `\`${word}\`` }, { fix }));
  return word;
}
