/** Queries, events and conditions of the AST from the concrete tree. */
import type { CstNode, IToken } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import { cover, type Span } from "../source.ts";
import { comparison } from "./claims.ts";
import type {
  Condition,
  EffectExpr,
  EffectName,
  EventExpr,
  EventTest,
  ExpectationExpr,
  PredicateExpr,
  ProbabilityExpr,
  QueryExpr,
  RelationalOperator,
} from "./ast.ts";
import { after, type Building, checkCommas, elements, node, nodes, nodeSpan, token, tokenSpan, tokens } from "./cst.ts";
import {
  actions,
  depthLimit,
  elementIn,
  expression,
  identifiers,
  mapExpr,
  subscripted,
} from "./expressions-from-cst.ts";
import { identifier, label, labels, numberLiteral } from "./names-from-cst.ts";
import { missing } from "./precedence.ts";
import * as t from "./tokens.ts";

/** A rule `query`: arithmetic of queries. `*` and `/` bind tighter than `+` and `-`; all group to the left. */
export function query(b: Building, given: CstNode | null, at: Span): QueryExpr {
  if (given === null) return missing(at);
  const span = nodeSpan(b, given, at.start);
  const prefixes = nodes(given, "queryOperand").reduce((sum, operand) => sum + tokens(operand, "prefix").length, 0);
  const levels = 1 + tokens(given, "operator").length + prefixes;
  if (b.depth.value + levels > depthLimit) {
    b.report(diagnose("C119", span, { limit: depthLimit }));
    return missing(span);
  }
  b.depth.value += levels;
  const row = elements(given)
    .filter((item) => "children" in item || !item.isInsertedInRecovery)
    .map((item) => ("children" in item ? queryOperand(b, item, after(span)) : item));
  b.depth.value -= levels;
  return sum(row, after(span));
}

type Row = readonly (IToken | QueryExpr)[];
const isQuery = (item: IToken | QueryExpr | undefined): item is QueryExpr => item !== undefined && "kind" in item;

function sum(row: Row, at: Span): QueryExpr {
  const isTerm = (item: IToken | QueryExpr) => !isQuery(item) && t.isA(item, t.Plus, t.Minus);
  return fold(row, isTerm, (part) =>
    fold(
      part,
      (item) => !isQuery(item),
      (single) => operandOf(single, at),
    ),
  );
}

function operandOf(row: Row, at: Span): QueryExpr {
  return row.find(isQuery) ?? missing(at);
}

/** Splits the row at the given signs and joins the parts from the left. */
function fold(row: Row, isSign: (item: IToken | QueryExpr) => boolean, part: (row: Row) => QueryExpr): QueryExpr {
  const cuts = row.flatMap((item, i) => (isSign(item) ? [i] : []));
  const parts = [...cuts, row.length].map((cut, i) => part(row.slice(i === 0 ? 0 : cuts[i - 1]! + 1, cut)));
  return parts.reduce((left, right, i) => {
    const sign = row[cuts[i - 1]!] as IToken;
    const operator = t.isA(sign, t.Plus) ? "+" : t.isA(sign, t.Minus) ? "-" : t.isA(sign, t.Times) ? "*" : "/";
    return { kind: "query-binary", operator, left, right, span: cover(left.span, right.span) };
  });
}

function queryOperand(b: Building, given: CstNode, at: Span): QueryExpr {
  const inner = queryPrimary(b, given, after(nodeSpan(b, given, at.start)));
  return tokens(given, "prefix").reduceRight<QueryExpr>(
    (operand, sign) => ({ kind: "query-unary", operator: "-", operand, span: cover(tokenSpan(b, sign), operand.span) }),
    inner,
  );
}

function queryPrimary(b: Building, given: CstNode, at: Span): QueryExpr {
  const number = token(given, "Numeral");
  if (number !== null) return numberLiteral(b, number);
  const probable = node(given, "probability");
  if (probable !== null) return probability(b, probable, at);
  const expected = node(given, "expectation");
  if (expected !== null) return expectation(b, expected);
  const caused = node(given, "effect");
  if (caused !== null) return effect(b, caused);
  const asked = node(given, "predicate");
  if (asked !== null) return predicate(b, asked);
  const inner = node(given, "query");
  if (inner !== null) {
    const found = query(b, inner, at);
    const [open, close] = [token(given, "LeftParen"), token(given, "RightParen")];
    if (found.kind === "missing" || open === null || close === null) return found;
    return { ...found, span: cover(tokenSpan(b, open), tokenSpan(b, close)) };
  }
  const name = token(given, "Name");
  return name === null ? missing(at) : { kind: "name", name: identifier(b, name), span: tokenSpan(b, name) };
}

/** A rule `probability`; null gives a probability of no event. */
export function probability(b: Building, given: CstNode | null, at: Span): ProbabilityExpr {
  if (given === null) return { kind: "probability", events: [], given: [], span: at };
  return {
    kind: "probability",
    events: events(b, node(given, "events")),
    given: conditions(b, node(given, "conditions")),
    span: nodeSpan(b, given, at.start),
  };
}

function expectation(b: Building, given: CstNode): ExpectationExpr {
  const span = nodeSpan(b, given);
  return {
    kind: "expectation",
    value: expression(b, node(given, "expression"), after(span)),
    given: conditions(b, node(given, "conditions")),
    span,
  };
}

function effect(b: Building, given: CstNode): EffectExpr {
  const span = nodeSpan(b, given);
  const at = after(span);
  const separator = token(given, "separator");
  if (separator !== null && separator.tokenType === t.Comma) {
    const place = tokenSpan(b, separator);
    const fix = { title: "write `;`", span: place, replacement: ";" };
    b.report(
      diagnose(
        "C108",
        place,
        { found: ",", expected: ";", what: "an effect, between outcome and treatment," },
        { fix },
      ),
    );
  }
  return {
    kind: "effect",
    effect: (token(given, "Effect")?.image ?? "ATE") as EffectName,
    outcome: event(b, node(given, "event"), at),
    treatment: elementIn(b, given, "treatment", at),
    from: label(b, node(given, "from"), at),
    to: label(b, node(given, "to"), at),
    given: conditions(b, node(given, "conditions")),
    span,
  };
}

function predicate(b: Building, given: CstNode): PredicateExpr {
  const span = nodeSpan(b, given);
  const asked = node(given, "probability");
  return {
    kind: "predicate",
    name: token(given, "Predicate")?.image === "identifiable" ? "identifiable" : "independent",
    variables: identifiers(b, node(given, "variables")),
    given: identifiers(b, node(given, "given")),
    query: asked === null ? null : probability(b, asked, span),
    span,
  };
}

/** A rule `events`. */
export function events(b: Building, given: CstNode | null): readonly EventExpr[] {
  if (given === null) return [];
  const at = nodeSpan(b, given);
  const found = nodes(given, "event").map((item) => event(b, item, at));
  checkCommas(b, found, tokens(given, "Comma"));
  return found;
}

function event(b: Building, given: CstNode | null, at: Span): EventExpr {
  const subject = given === null ? null : node(given, "subject");
  if (given !== null && subject !== null) return claim(b, given, subject, at);
  const named = given === null ? null : node(given, "variable");
  if (given === null || named === null) {
    const name = { kind: "identifier", text: "", span: at } as const;
    return { kind: "event", variable: { name, actions: [], span: at }, test: null, span: at };
  }
  const span = nodeSpan(b, given, at.start);
  return { kind: "event", variable: subscripted(b, named, at), test: eventTest(b, given, after(span)), span };
}

/** An event whose left side is computed. */
function claim(b: Building, given: CstNode, subject: CstNode, at: Span): EventExpr {
  const span = nodeSpan(b, given, at.start);
  const left = expression(b, subject, span);
  const test = eventTest(b, given, after(span));
  if (test === null) return { kind: "claim", value: left, span };
  if (test.kind === "compare") return { kind: "claim", value: comparison(left, test.operator, test.value), span };
  const sign = test.kind === "in" ? "in" : "~";
  b.report(diagnose("C135", left.span, { sign }));
  return { kind: "claim", value: missing(span), span };
}

function eventTest(b: Building, given: CstNode, at: Span): EventTest | null {
  const sign = token(given, "operator");
  if (sign !== null) {
    return { kind: "compare", operator: relation(b, sign), value: expression(b, node(given, "value"), at) };
  }
  if (token(given, "In") !== null) return { kind: "in", labels: labels(b, node(given, "labels")) };
  const weights = node(given, "map");
  return weights === null ? null : { kind: "soft", weights: mapExpr(b, weights) };
}

const relations: ReadonlyMap<t.TokenType, RelationalOperator> = new Map<t.TokenType, RelationalOperator>([
  [t.Assign, "="],
  [t.Equal, "=="],
  [t.NotEqual, "!="],
  [t.Less, "<"],
  [t.LessOrEqual, "<="],
  [t.Greater, ">"],
  [t.GreaterOrEqual, ">="],
]);

function relation(b: Building, sign: IToken): RelationalOperator {
  const known = relations.get(sign.tokenType);
  if (known !== undefined) return known;
  const span = tokenSpan(b, sign);
  const fix = { title: "write `=`", span, replacement: "=" };
  b.report(diagnose("C108", span, { found: sign.image, expected: "=", what: "an event" }, { fix }));
  return "=";
}

/** A rule `conditions`: what stands after `|`. */
export function conditions(b: Building, given: CstNode | null): readonly Condition[] {
  if (given === null) return [];
  const at = after(nodeSpan(b, given));
  const found = nodes(given, "condition").map((item) => condition(b, item, at));
  checkCommas(b, found, tokens(given, "Comma"));
  return found;
}

function condition(b: Building, given: CstNode, at: Span): Condition {
  return context(b, given) ?? event(b, node(given, "event"), at);
}

/** `do(...)` or `observe(...)` among the children, or null. */
export function context(b: Building, given: CstNode): Exclude<Condition, EventExpr> | null {
  const doing = node(given, "intervention");
  if (doing !== null) return { kind: "do", actions: actions(b, node(doing, "actions")), span: nodeSpan(b, doing) };
  const seeing = node(given, "observation");
  if (seeing === null) return null;
  return { kind: "observe", events: events(b, node(seeing, "events")), span: nodeSpan(b, seeing) };
}
