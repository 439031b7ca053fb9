/** Expressions and actions of the AST from the concrete tree; the order of operators is decided in precedence.ts. */
import type { CstNode, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { cover, type Span } from "../source.ts";
import type { Action, Argument, CallExpr, CounterfactualVariable, Expr, Identifier, ListExpr, MapExpr } from "./ast.ts";
import { after, type Building, checkCommas, elements, node, nodes, nodeSpan, token, tokenSpan, tokens } from "./cst.ts";
import { elementName } from "./elements.ts";
import { identifier, identifierIn, label, missingIdentifier, numberLiteral, stringLiteral } from "./names-from-cst.ts";
import { arrange, missing } from "./precedence.ts";
import * as t from "./tokens.ts";

/** Deeper trees are refused, so that no later stage runs out of stack. */
export const depthLimit = 1000;

/** A rule `expression` or `value`; null gives a missing expression at `at`. */
export function expression(b: Building, given: CstNode | null, at: Span): Expr {
  if (given === null) return missing(at);
  const span = nodeSpan(b, given, at.start);
  const plain = literal(b, given);
  if (plain !== null) return plain;
  const prefixes = nodes(given, "operand").reduce((sum, operand) => sum + tokens(operand, "prefix").length, 0);
  const levels = 1 + tokens(given, "operator").length + prefixes;
  if (b.depth.value + levels > depthLimit) {
    b.report(diagnose("C119", span, { limit: depthLimit }));
    return missing(span);
  }
  b.depth.value += levels;
  const row = elements(given).flatMap((item) => {
    if ("children" in item) return [...tokens(item, "prefix"), operand(b, item, span)];
    return item.isInsertedInRecovery ? [] : [item];
  });
  b.depth.value -= levels;
  return arrange(b, row, after(span));
}

/** A single number without a sign, which most expressions of a table are; else null. */
function literal(b: Building, given: CstNode): Expr | null {
  const operands = given.children.operand;
  if (operands === undefined || operands.length !== 1 || given.children.operator !== undefined) return null;
  const only = operands[0]!;
  if (!("children" in only) || only.children.prefix !== undefined) return null;
  const number = token(only, "Numeral");
  return number === null ? null : numberLiteral(b, number);
}

function operand(b: Building, given: CstNode, at: Span): Expr {
  const here = after(nodeSpan(b, given, at.end));
  const number = token(given, "Numeral");
  if (number !== null) return numberLiteral(b, number);
  const text = token(given, "Text");
  if (text !== null) return stringLiteral(b, text);
  const truth = token(given, "True") ?? token(given, "False");
  if (truth !== null) return { kind: "boolean", value: truth.tokenType === t.True, span: tokenSpan(b, truth) };
  const group = node(given, "group");
  if (group !== null) {
    const inner = expression(b, node(group, "expression"), here);
    // the brackets are not in the tree, but they belong to the text of the operand
    return inner.kind === "missing" ? inner : { ...inner, span: nodeSpan(b, group) };
  }
  const chosen = node(given, "choice");
  if (chosen !== null) return choice(b, chosen);
  const list = node(given, "list");
  if (list !== null) return listExpr(b, list);
  const map = node(given, "map");
  if (map !== null) return mapExpr(b, map);
  const named = node(given, "reference");
  return named === null ? missing(here) : reference(b, named, here);
}

function choice(b: Building, given: CstNode): Expr {
  const span = nodeSpan(b, given);
  const at = after(span);
  const compared = expression(b, node(given, "test"), at);
  const slip = token(given, "slip");
  const test: Expr = slip === null ? compared : equality(b, compared, slip, expression(b, node(given, "value"), at));
  return {
    kind: "if",
    test,
    // biome-ignore lint/suspicious/noThenProperty: the branch of a conditional, never awaited
    then: expression(b, node(given, "then"), at),
    else: expression(b, node(given, "else"), at),
    span,
  };
}

/** `if X = 1 then`: meant as `==`. */
function equality(b: Building, left: Expr, slip: IToken, right: Expr): Expr {
  const span = tokenSpan(b, slip);
  const fix = { title: "write `==`", span, replacement: "==" };
  b.report(diagnose("C108", span, { found: "=", expected: "==", what: "a comparison in an expression" }, { fix }));
  return { kind: "binary", operator: "==", left, right, span: cover(left.span, right.span) };
}

function listExpr(b: Building, given: CstNode): ListExpr {
  const span = nodeSpan(b, given);
  const items = nodes(given, "expression").map((item) => expression(b, item, after(span)));
  checkCommas(b, items, tokens(given, "Comma"));
  return { kind: "list", items, span };
}

/** A rule `map`. A comma between entries may be left out: the label of the next one tells where it begins. */
export function mapExpr(b: Building, given: CstNode): MapExpr {
  const span = nodeSpan(b, given);
  const entries = nodes(given, "mapEntry").map((entry) => {
    const entrySpan = nodeSpan(b, entry, span.end);
    const sign = token(entry, "operator");
    if (sign !== null && sign.tokenType !== t.Colon) reportColon(b, sign, "the entry of a map");
    return {
      key: label(b, node(entry, "label"), entrySpan),
      value: expression(b, node(entry, "expression"), after(entrySpan)),
      span: entrySpan,
    };
  });
  return { kind: "map", entries, span };
}

/** Another sign stands where `:` belongs. */
export function reportColon(b: Building, sign: IToken, what: string): void {
  const span = tokenSpan(b, sign);
  const fix = { title: "write `:`", span, replacement: ":" };
  b.report(diagnose("C108", span, { found: sign.image, expected: ":", what }, { fix }));
}

function reference(b: Building, given: CstNode, at: Span): Expr {
  const span = nodeSpan(b, given, at.start);
  const [name] = identifiers(b, given);
  if (name === undefined) return missing(at);
  const called = node(given, "callArguments");
  if (called !== null) return { kind: "call", callee: name, args: callArguments(b, called), span };
  const subscript = node(given, "subscript");
  if (subscript === null) return { kind: "name", name, span };
  return { kind: "counterfactual", variable: subscripted(b, given, at), span };
}

/** Names among the children, each with its index: `X`, `X[i - 1]`. Commas between them are checked. */
export function identifiers(b: Building, given: CstNode | null, key = "Name"): readonly Identifier[] {
  if (given === null) return [];
  const names = tokens(given, key);
  const indices = nodes(given, "index");
  const found = names.map((name, i) => {
    const end = names[i + 1]?.startOffset ?? Number.POSITIVE_INFINITY;
    const own = indices.filter((index) => {
      const { start } = nodeSpan(b, index);
      return start > name.startOffset && start < end;
    });
    return indexed(b, identifier(b, name), own);
  });
  checkCommas(b, found, tokens(given, "Comma"));
  return found;
}

/** The one name among the children, with its index; an empty one at `at` where it is missing. */
export function elementIn(b: Building, given: CstNode, key: string, at: Span): Identifier {
  return identifiers(b, given, key)[0] ?? missingIdentifier(at);
}

function indexed(b: Building, name: Identifier, indices: readonly CstNode[]): Identifier {
  const last = indices.at(-1);
  if (last === undefined) return name;
  const span = cover(name.span, nodeSpan(b, last, name.span.end));
  const index = indices.flatMap((item) => {
    const places = nodes(item, "expression").map((place) => expression(b, place, after(span)));
    checkCommas(b, places, tokens(item, "Comma"));
    return places;
  });
  const places = index.map((place) => (place.kind === "name" ? place.name.text : spellingOf(b, place)));
  return { ...name, text: elementName(name.text, places), element: { base: name.text, index }, span };
}

/** As it is written, without comments and in one line. */
const spellingOf = (b: Building, { span }: Expr): string =>
  b.source.text.slice(span.start, span.end).replaceAll(/(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*)+/g, " ");

/** `Y` or `Y[X = x]`: the rules `variable` and `reference`. */
export function subscripted(b: Building, given: CstNode, at: Span): CounterfactualVariable {
  const subscript = node(given, "subscript");
  return {
    name: elementIn(b, given, "Name", at),
    actions: subscript === null ? [] : actions(b, node(subscript, "actions")),
    span: nodeSpan(b, given, at.start),
  };
}

export function callArguments(b: Building, given: CstNode): readonly Argument[] {
  const span = nodeSpan(b, given);
  const found = nodes(given, "argument").map((argument): Argument => {
    const own = nodeSpan(b, argument, span.end);
    const name = token(argument, "Name");
    return {
      name: name === null ? null : identifier(b, name),
      value: expression(b, node(argument, "expression"), after(own)),
      span: own,
    };
  });
  checkCommas(b, found, tokens(given, "Comma"));
  return found;
}

/** A rule `actions`: what `do(...)` and subscripts contain. */
export function actions(b: Building, given: CstNode | null): readonly Action[] {
  if (given === null) return [];
  const found = nodes(given, "action").map((item) => action(b, item));
  checkCommas(b, found, tokens(given, "Comma"));
  return found;
}

function action(b: Building, given: CstNode): Action {
  const span = nodeSpan(b, given);
  const target = elementIn(b, given, "Name", span);
  const sign = token(given, "operator");
  if (sign === null) return { kind: "action", target, operator: null, value: null, span };
  if (sign.tokenType === t.Equal) {
    const at = tokenSpan(b, sign);
    const fix = { title: "write `=`", span: at, replacement: "=" };
    b.report(diagnose("C108", at, { found: "==", expected: "=", what: "an intervention" }, { fix }));
  }
  const operator = sign.tokenType === t.Tilde ? "~" : sign.tokenType === t.Becomes ? ":=" : "=";
  return { kind: "action", target, operator, value: expression(b, node(given, "expression"), after(span)), span };
}

/** A name and its arguments, which may be absent after recovery. */
export function call(b: Building, parent: CstNode, nameKey: string, at: Span): CallExpr {
  const callee = identifierIn(b, parent, nameKey, at);
  const given = node(parent, "callArguments");
  const span = given === null ? callee.span : cover(callee.span, nodeSpan(b, given, callee.span.end));
  return { kind: "call", callee, args: given === null ? [] : callArguments(b, given), span };
}
