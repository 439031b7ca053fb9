/** Statements and files of the AST from the concrete tree. Slips that the grammar let pass are reported on the way. */
import type { CstNode } from "chevrotain";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type {
  Assertion,
  BooleanLiteral,
  CounterfactualStatement,
  DrawStatement,
  File,
  NetworkBinding,
  NetworkDecl,
  NetworkParameter,
  QueryExpr,
  Settings,
  Statement,
  StringLiteral,
  TrainStatement,
} from "./ast.ts";
import { after, type Building, checkCommas, node, nodes, nodeSpan, token, tokenSpan, tokens } from "./cst.ts";
import {
  actions,
  call,
  callArguments,
  elementIn,
  expression,
  identifiers,
  subscripted,
} from "./expressions-from-cst.ts";
import { settings } from "./mechanisms-from-cst.ts";
import { model } from "./models-from-cst.ts";
import { identifier, identifierIn, modelName, numberLiteral, stringLiteral, wholeNumber } from "./names-from-cst.ts";
import { missing } from "./precedence.ts";
import { conditions, events, probability, query } from "./queries-from-cst.ts";
import * as t from "./tokens.ts";
import { typeExpr } from "./types-from-cst.ts";

export function file(b: Building, given: CstNode): File {
  const statements = nodes(given, "statement").flatMap((item) => statement(b, item) ?? []);
  const span = { source: b.source.name, start: 0, end: b.source.text.length };
  return { kind: "file", source: b.source.name, statements, span };
}

type Builder = (b: Building, given: CstNode, span: Span) => Statement;

/** By the name of the rule. */
const builders: Readonly<Record<string, Builder>> = {
  importStatement: (b, given, span) => ({ kind: "import", path: textIn(b, given, after(span)), span }),
  network,
  model: (b, given) => model(b, given),
  data: (b, given, span) => {
    expectSign(b, given, "=", "`data`");
    const name = identifierIn(b, given, "Name", after(span));
    const source = call(b, given, "callee", after(span));
    return { kind: "data", name, source, settings: settingsIn(b, given), span };
  },
  train,
  queryStatement: (b, given, span) => {
    expectSign(b, given, "=", "`query`");
    const name = token(given, "Name");
    return {
      kind: "query",
      name: name === null ? null : identifier(b, name),
      value: query(b, node(given, "query"), after(span)),
      model: modelName(b, given),
      span,
    };
  },
  draw: (b, given, span) => drawing(b, node(given, "drawing"), span),
  identify: (b, given, span) => {
    const data = token(given, "data");
    return {
      kind: "identify",
      query: probability(b, node(given, "probability"), after(span)),
      model: modelName(b, given),
      data: data === null ? null : identifier(b, data),
      span,
    };
  },
  counterfactual,
  test: (b, given, span) => ({
    kind: "test",
    name: textIn(b, given, after(span)).value,
    model: modelName(b, given),
    assertions: nodes(given, "assertion").map((item) => assertion(b, item)),
    span,
  }),
};

function statement(b: Building, given: CstNode): Statement | null {
  for (const rule of Object.keys(given.children)) {
    const [build, found] = [builders[rule], node(given, rule)];
    if (build !== undefined && found !== null) return build(b, found, nodeSpan(b, found));
  }
  return null;
}

function textIn(b: Building, given: CstNode, at: Span): StringLiteral {
  const found = token(given, "Text");
  return found === null ? { kind: "string", value: "", span: at } : stringLiteral(b, found);
}

function settingsIn(b: Building, given: CstNode): Settings | null {
  const found = node(given, "settings");
  return found === null ? null : settings(b, found);
}

function expectSign(b: Building, given: CstNode, expected: string, what: string): void {
  const sign = token(given, "operator");
  if (sign === null || sign.image === expected) return;
  const span = tokenSpan(b, sign);
  const fix = { title: `write \`${expected}\``, span, replacement: expected };
  b.report(diagnose("C108", span, { found: sign.image, expected, what }, { fix }));
}

function train(b: Building, given: CstNode, span: Span): TrainStatement {
  const part = elementIn(b, given, "part", after(span));
  const args = node(given, "callArguments");
  const written = settingsIn(b, given);
  if (args !== null) b.report(diagnose("C125", nodeSpan(b, args), { what: "a training regime" }));
  const entries =
    args === null
      ? []
      : callArguments(b, args).flatMap((arg) => (arg.name === null ? [] : [{ ...arg, name: arg.name }]));
  return {
    kind: "train",
    model: identifierIn(b, given, "model", after(span)),
    part: token(given, "part") === null ? null : part,
    regime: identifierIn(b, given, "regime", after(span)),
    settings: written ?? (args === null ? null : { kind: "settings", entries, span: nodeSpan(b, args) }),
    span,
  };
}

/** A rule `drawing`: what follows `draw`. */
export function drawing(b: Building, given: CstNode | null, span: Span): DrawStatement {
  const count = given === null ? null : token(given, "count");
  const seed = given === null ? null : token(given, "seed");
  const variables = given === null ? [] : nodes(given, "variable").map((item) => subscripted(b, item, after(span)));
  if (given !== null) checkCommas(b, variables, tokens(given, "Comma"));
  return {
    kind: "draw",
    count:
      count === null ? { kind: "number", value: 1, span: after(span) } : wholeNumber(b, count, "the number of draws"),
    variables,
    given: given === null ? [] : conditions(b, node(given, "conditions")),
    seed: seed === null ? null : wholeNumber(b, seed, "a seed"),
    model: given === null ? null : modelName(b, given),
    span,
  };
}

function counterfactual(b: Building, given: CstNode, span: Span): CounterfactualStatement {
  const name = token(given, "Name");
  const parts = nodes(given, "counterfactualPart");
  return {
    kind: "counterfactual",
    name: name === null ? null : identifier(b, name),
    model: modelName(b, given),
    given: parts.flatMap((part) => events(b, node(part, "events"))),
    actions: parts.flatMap((part) => actions(b, node(part, "actions"))),
    report: parts.flatMap((part) => identifiers(b, node(part, "names"))),
    span,
  };
}

const comparisons: ReadonlyMap<t.TokenType, NonNullable<Assertion["operator"]>> = new Map<
  t.TokenType,
  NonNullable<Assertion["operator"]>
>([
  [t.Equal, "=="],
  [t.NotEqual, "!="],
  [t.Less, "<"],
  [t.LessOrEqual, "<="],
  [t.Greater, ">"],
  [t.GreaterOrEqual, ">="],
]);

function assertion(b: Building, given: CstNode): Assertion {
  const span = nodeSpan(b, given);
  const sign = token(given, "operator");
  if (sign?.tokenType === t.Assign) expectSign(b, given, "==", "`assert`");
  const truth = token(given, "truth");
  const right: QueryExpr | BooleanLiteral =
    truth === null
      ? query(b, node(given, "right"), after(span))
      : { kind: "boolean", value: truth.tokenType === t.True, span: tokenSpan(b, truth) };
  const tolerance = token(given, "tolerance");
  return {
    kind: "assert",
    left: query(b, node(given, "left"), after(span)),
    operator: sign === null ? null : (comparisons.get(sign.tokenType) ?? "=="),
    right: sign === null ? null : right,
    tolerance: tolerance === null ? null : numberLiteral(b, tolerance),
    span,
  };
}

function network(b: Building, given: CstNode, span: Span): NetworkDecl {
  const inputs = nodes(given, "input").map((item) => parameter(b, item, span));
  const constants = nodes(given, "constant").map((item) => parameter(b, item, span));
  checkCommas(b, inputs, tokens(given, "Comma"));
  checkCommas(b, constants, tokens(given, "Comma"));
  const early = inputs.filter((item) => item.type !== null || item.value !== null);
  if (early.length > 0) b.report(diagnose("C126", early[0]!.span, {}));
  const result = node(given, "type");
  const parts = nodes(given, "networkPart");
  const results = parts.flatMap((part) => node(part, "result") ?? []);
  const last = parts.at(-1);
  const ending = last === undefined ? null : node(last, "result");
  for (const unused of results.filter((item) => item !== ending)) {
    b.report(diagnose("C118", nodeSpan(b, unused), { problem: "unused" }));
  }
  const lastSpan = last === undefined ? after(span) : nodeSpan(b, last, span.end);
  const boundLast = last !== undefined && token(last, "operator") !== null;
  if (boundLast) b.report(diagnose("C118", lastSpan, { problem: "no result" }));
  return {
    kind: "network",
    name: identifierIn(b, given, "Name", after(span)),
    inputs: inputs.filter((item) => !early.includes(item)).map((item) => item.name),
    parameters: [...early, ...constants],
    result: result === null ? null : typeExpr(b, result),
    bindings: parts.flatMap((part) => binding(b, part) ?? []),
    body: ending === null ? missing(after(lastSpan)) : expression(b, ending, after(lastSpan)),
    span,
  };
}

function parameter(b: Building, given: CstNode, at: Span): NetworkParameter {
  const span = nodeSpan(b, given, at.end);
  const type = token(given, "type");
  const value = node(given, "expression");
  return {
    name: identifierIn(b, given, "Name", after(span)),
    type: type === null ? null : identifier(b, type),
    value: value === null ? null : expression(b, value, after(span)),
    span,
  };
}

function binding(b: Building, given: CstNode): NetworkBinding | null {
  const name = token(given, "Name");
  const sign = token(given, "operator");
  if (name === null || sign === null) return null;
  const span = nodeSpan(b, given);
  expectSign(b, given, ":=", "a name in a network");
  if (token(given, "Let") === null) {
    const at = tokenSpan(b, name);
    const fix = { title: "insert `let`", span: { ...at, end: at.start }, replacement: "let " };
    b.report(diagnose("C121", at, { name: name.image, word: "let" }, { fix }));
  }
  return { name: identifier(b, name), value: expression(b, node(given, "expression"), after(span)), span };
}
