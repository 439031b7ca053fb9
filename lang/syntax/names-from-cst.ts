/** Identifiers, labels, numbers and texts of the AST, from single tokens of the concrete tree. */
import type { CstNode, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { cover, type Span } from "../source.ts";
import type { Identifier, Label, NumberLiteral, StringLiteral } from "./ast.ts";
import { type Building, checkCommas, node, nodes, nodeSpan, token, tokenSpan, tokens } from "./cst.ts";

/** The name without its backquotes. */
export function identifier(b: Building, given: IToken): Identifier {
  const quoted = given.image.startsWith("`");
  return {
    kind: "identifier",
    text: quoted ? given.image.replaceAll("`", "") : given.image,
    span: tokenSpan(b, given),
  };
}

export function missingIdentifier(at: Span): Identifier {
  return { kind: "identifier", text: "", span: at };
}

/** The first name among the children, or an empty one at `at`. */
export function identifierIn(b: Building, parent: CstNode, name: string, at: Span): Identifier {
  const found = token(parent, name);
  return found === null ? missingIdentifier(at) : identifier(b, found);
}

export function numberLiteral(b: Building, given: IToken): NumberLiteral {
  return { kind: "number", value: Number(given.image), span: tokenSpan(b, given) };
}

/** A count or a seed: a number without fraction. A wrong one is reported and kept. */
export function wholeNumber(b: Building, given: IToken, what: string): NumberLiteral {
  const literal = numberLiteral(b, given);
  if (!Number.isSafeInteger(literal.value)) b.report(diagnose("C120", literal.span, { what }));
  return literal;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", '"': '"', "\\": "\\" };

/** `\"`, `\\`, `\n` and `\t` are escapes; any other backslash stands for itself. */
export function stringLiteral(b: Building, given: IToken): StringLiteral {
  const quote = given.image[0]!;
  const closed = given.image.length > 1 && given.image.endsWith(quote);
  const inner = given.image.slice(1, closed ? -1 : undefined);
  const value = inner.replace(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole);
  return { kind: "string", value, span: tokenSpan(b, given) };
}

/** A rule `label`; the canonical spelling of a number is that of its value. */
export function label(b: Building, given: CstNode | null, at: Span): Label {
  if (given === null) return { kind: "label", text: "", span: at };
  const word = token(given, "Name") ?? token(given, "True") ?? token(given, "False");
  if (word !== null) {
    const { text, span } = identifier(b, word);
    return { kind: "label", text, span };
  }
  const number = token(given, "Numeral");
  if (number === null) return { kind: "label", text: "", span: nodeSpan(b, given, at.start) };
  const minus = token(given, "Minus");
  const span = minus === null ? tokenSpan(b, number) : cover(tokenSpan(b, minus), tokenSpan(b, number));
  const value = Number(number.image) * (minus === null ? 1 : -1);
  if (!Number.isSafeInteger(value)) b.report(diagnose("C120", span, { what: "the name of a state without letters" }));
  return { kind: "label", text: String(value), span };
}

/** A rule `labels`: labels with commas between. */
export function labels(b: Building, given: CstNode | null): readonly Label[] {
  if (given === null) return [];
  const at = nodeSpan(b, given);
  const found = nodes(given, "label").map((item) => label(b, item, at));
  checkCommas(b, found, tokens(given, "Comma"));
  return found;
}

/** `in Model`, or null. */
export function modelName(b: Building, parent: CstNode): Identifier | null {
  const part = node(parent, "inModel");
  if (part === null) return null;
  const span = nodeSpan(b, part);
  return identifierIn(b, part, "Name", { ...span, start: span.end });
}
