/** Expressions, events, conditions and queries as text of the language, with no more brackets than needed. */
import { elementName, elementParts } from "#lang/syntax/elements";
import type {
  Action,
  Argument,
  BinaryOperator,
  Condition,
  CounterfactualVariable,
  EventExpr,
  Expr,
  Label,
  QueryExpr,
} from "#lang/syntax/ast";

const precedence: Record<BinaryOperator, number> = {
  or: 1,
  and: 2,
  "==": 3,
  "!=": 3,
  "<": 3,
  "<=": 3,
  ">": 3,
  ">=": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "^": 7,
};
const unaryPrecedence = 6;
const pipePrecedence = 0;

/** Words that are never names without backquotes; `true` and `false` are states as they are. */
const reserved = /^(?:if|then|else|and|or|not|in)$/;

/** Backquotes where a name is not an identifier, nor a state that is a whole number as numbers are written. */
export function printName(text: string): string {
  const parts = elementParts(text);
  return parts === null ? quoted(text) : elementName(quoted(parts.base), parts.index.map(quoted));
}

function quoted(text: string): string {
  const bare = /^([A-Za-z_][A-Za-z0-9_]*|0|-?[1-9]\d{0,14})$/.test(text) && !reserved.test(text);
  return bare ? text : `\`${text}\``;
}

const printLabel = (label: Label) => printName(label.text);
const printArgument = ({ name, value }: Argument) =>
  name === null ? printExpression(value) : `${name.text} = ${printExpression(value)}`;

export function printExpression(expr: Expr, outer = -1): string {
  const wrap = (level: number, text: string) => (level < outer ? `(${text})` : text);
  switch (expr.kind) {
    case "number":
      return expr.value < 0 ? wrap(unaryPrecedence, String(expr.value)) : String(expr.value);
    case "boolean":
      return String(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "name":
      return printName(expr.name.text);
    case "unary": {
      const operand = printExpression(expr.operand, unaryPrecedence);
      return wrap(unaryPrecedence, expr.operator === "-" ? `-${operand}` : `not ${operand}`);
    }
    case "binary": {
      const level = precedence[expr.operator];
      const left = printExpression(expr.left, level + (expr.operator === "^" ? 1 : 0));
      const right = printExpression(expr.right, level + (expr.operator === "^" ? 0 : 1));
      return wrap(level, `${left} ${expr.operator} ${right}`);
    }
    case "if": {
      const parts = [expr.test, expr.then, expr.else].map((part) => printExpression(part, pipePrecedence));
      return wrap(pipePrecedence - 1, `if ${parts[0]} then ${parts[1]} else ${parts[2]}`);
    }
    case "call":
      return `${expr.callee.text}(${expr.args.map(printArgument).join(", ")})`;
    case "pipe":
      return wrap(pipePrecedence, `${printExpression(expr.left, pipePrecedence)} |> ${printExpression(expr.right)}`);
    case "list":
      return `[${expr.items.map((item) => printExpression(item)).join(", ")}]`;
    case "map":
      return `{${expr.entries.map(({ key, value }) => `${printLabel(key)}: ${printExpression(value)}`).join(", ")}}`;
    case "counterfactual": {
      const { name, actions } = expr.variable;
      return printVariable({ name, actions });
    }
    case "missing":
      return "?";
  }
}

export function printVariable({ name, actions }: Pick<CounterfactualVariable, "name" | "actions">): string {
  return actions.length === 0
    ? printName(name.text)
    : `${printName(name.text)}[${actions.map(printAction).join(", ")}]`;
}

export function printAction({ target, operator, value }: Action): string {
  if (operator === null || value === null) return printName(target.text);
  return `${printName(target.text)} ${operator} ${printExpression(value)}`;
}

export function printEvent(event: EventExpr): string {
  if (event.kind === "claim") return printClaim(event.value);
  const { variable, test } = event;
  const name = printVariable(variable);
  if (test === null) return name;
  switch (test.kind) {
    case "compare":
      return `${name} ${test.operator} ${printExpression(test.value)}`;
    case "in":
      return `${name} in {${test.labels.map(printLabel).join(", ")}}`;
    case "soft":
      return `${name} ~ ${printExpression(test.weights)}`;
  }
}

/** A comparison stands bare among events; what is joined by `and` and `or` needs its brackets. */
export function printClaim(value: Expr): string {
  const joined = value.kind === "binary" && (value.operator === "and" || value.operator === "or");
  return joined ? `(${printExpression(value)})` : printExpression(value);
}

export function printCondition(condition: Condition): string {
  switch (condition.kind) {
    case "do":
      return `do(${condition.actions.map(printAction).join(", ")})`;
    case "observe":
      return `observe(${condition.events.map(printEvent).join(", ")})`;
    case "event":
    case "claim":
      return printEvent(condition);
  }
}

const printGiven = (given: readonly Condition[]) =>
  given.length === 0 ? "" : ` | ${given.map(printCondition).join(", ")}`;

export function printQuery(query: QueryExpr, outer = -1): string {
  switch (query.kind) {
    case "number":
    case "name":
    case "missing":
      return printExpression(query, outer);
    case "probability":
      return `P(${query.events.map(printEvent).join(", ")}${printGiven(query.given)})`;
    case "expectation":
      return `E[${printExpression(query.value)}${printGiven(query.given)}]`;
    case "effect": {
      const { effect, outcome, treatment, from, to, given } = query;
      const arrow = `${printName(treatment.text)}: ${printLabel(from)} -> ${printLabel(to)}`;
      return `${effect}(${printEvent(outcome)}; ${arrow}${printGiven(given)})`;
    }
    case "predicate": {
      const names = (list: typeof query.variables) => list.map((name) => printName(name.text)).join(", ");
      const given = query.given.length === 0 ? "" : ` | ${names(query.given)}`;
      const inside = query.query === null ? names(query.variables) : printQuery(query.query);
      return `${query.name}(${inside}${given})`;
    }
    case "query-unary":
      return `-${printQuery(query.operand, unaryPrecedence)}`;
    case "query-binary": {
      const level = precedence[query.operator];
      const text = `${printQuery(query.left, level)} ${query.operator} ${printQuery(query.right, level + 1)}`;
      return level < outer ? `(${text})` : text;
    }
  }
}
