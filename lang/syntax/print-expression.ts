/** Expressions and queries of the AST on one line each, operators first: `(+ (* beta X) U)`. Not source text. */
import { elementName, elementParts } from "./elements.ts";
import type {
  Action,
  Argument,
  Condition,
  CounterfactualVariable,
  EventExpr,
  Expr,
  Identifier,
  Label,
  QueryExpr,
} from "./ast.ts";

/** A name; in backquotes where it is no plain word. */
export function printName({ text }: Identifier | Label): string {
  if (text === "") return "<missing>";
  const parts = elementParts(text);
  const quoted = (word: string) => (/^-?[\w\u00c0-\ud7ff]+$/.test(word) ? word : `\`${word}\``);
  return parts === null ? quoted(text) : elementName(quoted(parts.base), parts.index);
}

export function printNames(names: readonly (Identifier | Label)[]): string {
  return names.map(printName).join(", ");
}

const list = <Item>(items: readonly Item[], print: (item: Item) => string): string => items.map(print).join(", ");

export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "number":
    case "boolean":
      return String(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "name":
      return printName(expr.name);
    case "unary":
      return `(${expr.operator} ${printExpr(expr.operand)})`;
    case "binary":
      return `(${expr.operator} ${printExpr(expr.left)} ${printExpr(expr.right)})`;
    case "if":
      return `(if ${printExpr(expr.test)} ${printExpr(expr.then)} ${printExpr(expr.else)})`;
    case "call":
      return `${printName(expr.callee)}(${list(expr.args, printArgument)})`;
    case "pipe":
      return `(|> ${stages(expr).map(printExpr).join(" ")})`;
    case "list":
      return `[${list(expr.items, printExpr)}]`;
    case "map":
      return `{${list(expr.entries, ({ key, value }) => `${printName(key)}: ${printExpr(value)}`)}}`;
    case "counterfactual":
      return printVariable(expr.variable);
    case "missing":
      return "<missing>";
  }
}

/** The stages of nested pipes from left to right. */
function stages(expr: Expr): readonly Expr[] {
  return expr.kind === "pipe" ? [...stages(expr.left), expr.right] : [expr];
}

function printArgument({ name, value }: Argument): string {
  return name === null ? printExpr(value) : `${printName(name)} = ${printExpr(value)}`;
}

export function printVariable({ name, actions }: CounterfactualVariable): string {
  return actions.length === 0 ? printName(name) : `${printName(name)}[${list(actions, printAction)}]`;
}

export function printAction({ target, operator, value }: Action): string {
  if (operator === null || value === null) return printName(target);
  return `${printName(target)} ${operator} ${printExpr(value)}`;
}

export function printEvent(event: EventExpr): string {
  if (event.kind === "claim") return printExpr(event.value);
  const { variable, test } = event;
  const name = printVariable(variable);
  switch (test?.kind) {
    case undefined:
      return name;
    case "compare":
      return `${name} ${test.operator} ${printExpr(test.value)}`;
    case "in":
      return `${name} in {${printNames(test.labels)}}`;
    case "soft":
      return `${name} ~ ${printExpr(test.weights)}`;
  }
}

/** ` | conditions`, or nothing. */
export function printGiven(given: readonly Condition[]): string {
  return given.length === 0 ? "" : ` | ${list(given, printCondition)}`;
}

function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "do":
      return `do(${list(condition.actions, printAction)})`;
    case "observe":
      return `observe(${list(condition.events, printEvent)})`;
    case "event":
    case "claim":
      return printEvent(condition);
  }
}

export function printQuery(query: QueryExpr): string {
  switch (query.kind) {
    case "number":
    case "name":
    case "missing":
      return printExpr(query);
    case "probability":
      return `P(${list(query.events, printEvent)}${printGiven(query.given)})`;
    case "expectation":
      return `E[${printExpr(query.value)}${printGiven(query.given)}]`;
    case "effect": {
      const change = `${printName(query.treatment)}: ${printName(query.from)} -> ${printName(query.to)}`;
      return `${query.effect}(${printEvent(query.outcome)}; ${change}${printGiven(query.given)})`;
    }
    case "predicate": {
      if (query.query !== null) return `${query.name}(${printQuery(query.query)})`;
      const given = query.given.length === 0 ? "" : ` | ${printNames(query.given)}`;
      return `${query.name}(${printNames(query.variables)}${given})`;
    }
    case "query-unary":
      return `(- ${printQuery(query.operand)})`;
    case "query-binary":
      return `(${query.operator} ${printQuery(query.left)} ${printQuery(query.right)})`;
  }
}
