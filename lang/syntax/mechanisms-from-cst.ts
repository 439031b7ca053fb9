/** Mechanisms, tables and settings of the AST from the concrete tree. */
import type { CstNode } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { cover, type Span } from "../source.ts";
import type { CallMechanism, CptMechanism, CptRow, Expr, Identifier, Setting, Settings } from "./ast.ts";
import { after, type Building, node, nodes, nodeSpan, token, tokenSpan } from "./cst.ts";
import { expression, identifiers, reportColon } from "./expressions-from-cst.ts";
import { identifierIn, label, labels, missingIdentifier } from "./names-from-cst.ts";
import * as t from "./tokens.ts";

/** The mechanism that `value` should be: a call. Anything else is reported; `word` is what it was declared with. */
export function callMechanism(
  b: Building,
  word: string,
  value: Expr | null,
  own: Settings | null,
  at: Span,
): CallMechanism {
  if (value?.kind === "call")
    return { kind: "call-mechanism", call: value, settings: own, span: spanWith(value.span, own) };
  const named = value?.kind === "name" ? value.name : null;
  if (named?.text === "cpt") {
    const place = after(named.span);
    b.report(diagnose("C100", place, { found: "no rows", expected: "`{` and the rows of the table after `cpt`" }));
    const call = { kind: "call", callee: missingIdentifier(place), args: [], span: named.span } as const;
    return { kind: "call-mechanism", call, settings: own, span: spanWith(named.span, own) };
  }
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

/** A rule `cpt`. */
export function cpt(b: Building, given: CstNode, own: Settings | null): CptMechanism {
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
