/** The AST as an indented tree, for `causal show ast` and for tests: one line a node, expressions on one line. */
import type {
  CptRow,
  File,
  GraphChain,
  Identifier,
  MechanismExpr,
  Member,
  NetworkParameter,
  PlateRange,
  Settings,
  Statement,
  TypeExpr,
} from "./ast.ts";
import {
  printAction,
  printEvent,
  printExpr,
  printGiven,
  printName,
  printNames,
  printQuery,
  printVariable,
} from "./print-expression.ts";

/** Ends in a line break. */
export function printAst(file: File): string {
  return [`file ${file.source}`, ...indent(file.statements.flatMap(statement))].map((line) => `${line}\n`).join("");
}

/** The members of a model, indented. */
export function printMembers(members: readonly Member[]): string {
  return indent(members.flatMap(member))
    .map((line) => `${line}\n`)
    .join("");
}

type Lines = readonly string[];

const indent = (lines: Lines): Lines => lines.map((line) => `  ${line}`);
const inModel = (model: Identifier | null): string => (model === null ? "" : ` in ${printName(model)}`);
const named = (name: Identifier | null): string => (name === null ? "" : ` ${printName(name)}`);

function statement(node: Statement): Lines {
  switch (node.kind) {
    case "import":
      return [`import ${JSON.stringify(node.path.value)}`];
    case "network": {
      const inputs = node.inputs.map((name) => `input ${printName(name)}`);
      const result = node.result === null ? "" : ` -> ${printTypeExpr(node.result)}`;
      const bindings = node.bindings.map(({ name, value }) => `let ${printName(name)} := ${printExpr(value)}`);
      const body = [...inputs, ...node.parameters.map(parameter), ...bindings, `result ${printExpr(node.body)}`];
      return [`network ${printName(node.name)}${result}`, ...indent(body)];
    }
    case "model": {
      const base = node.base === null ? "" : ` extends ${printName(node.base)}`;
      return [`model ${printName(node.name)}${base}`, ...indent(node.members.flatMap(member))];
    }
    case "data":
      return [`data ${printName(node.name)} = ${printExpr(node.source)}`, ...indent(settings(node.settings))];
    case "train": {
      const part = node.part === null ? "" : `.${printName(node.part)}`;
      return [
        `train ${printName(node.model)}${part} with ${printName(node.regime)}`,
        ...indent(settings(node.settings)),
      ];
    }
    case "query":
      return [`query${named(node.name)}${inModel(node.model)}`, `  ${printQuery(node.value)}`];
    case "draw": {
      const seed = node.seed === null ? "" : ` seed ${node.seed.value}`;
      const variables = node.variables.map(printVariable).join(", ");
      return [`draw ${node.count.value} ${variables}${printGiven(node.given)}${inModel(node.model)}${seed}`];
    }
    case "identify": {
      const data = node.data === null ? "" : ` from ${printName(node.data)}`;
      return [`identify ${printQuery(node.query)}${inModel(node.model)}${data}`];
    }
    case "counterfactual":
      return [
        `counterfactual${named(node.name)}${inModel(node.model)}`,
        ...indent([
          `given ${node.given.map(printEvent).join(", ")}`,
          `do ${node.actions.map(printAction).join(", ")}`,
          `report ${printNames(node.report)}`,
        ]),
      ];
    case "test": {
      const lines = node.assertions.map(({ left, operator, right, tolerance }) => {
        if (operator === null || right === null) return `assert ${printQuery(left)}`;
        const value = right.kind === "boolean" ? String(right.value) : printQuery(right);
        const margin = tolerance === null ? "" : ` +- ${tolerance.value}`;
        return `assert ${printQuery(left)} ${operator} ${value}${margin}`;
      });
      return [`test ${JSON.stringify(node.name)}${inModel(node.model)}`, ...indent(lines)];
    }
  }
}

function parameter({ name, type, value }: NetworkParameter): string {
  const typed = type === null ? "" : ` : ${printName(type)}`;
  return `constant ${printName(name)}${typed}${value === null ? "" : ` = ${printExpr(value)}`}`;
}

function member(node: Member): Lines {
  switch (node.kind) {
    case "param":
      return [`param ${printName(node.name)}${typed(node.type)} = ${printExpr(node.value)}`];
    case "noise":
      return [`noise ${printNames(node.names)}${typed(node.type)} ~ ${printExpr(node.distribution)}`];
    case "latent":
    case "sample":
      return [`${node.kind} ${printName(node.name)}${typed(node.type)}`, ...indent(mechanism(node.mechanism))];
    case "let":
      return [`let ${printName(node.name)}${typed(node.type)} := ${printExpr(node.value)}`];
    case "image": {
      const value = node.value === null ? "" : ` := ${printExpr(node.value)}`;
      return [`image ${printName(node.name)}${typed(node.type)}${value}`, ...indent(mechanism(node.mechanism))];
    }
    case "plate":
      return [`plate ${printName(node.index)} in ${plateRange(node.range)}`, ...indent(node.members.flatMap(member))];
    case "graph":
      return ["graph", ...indent(node.chains.map(chain))];
  }
}

function plateRange(range: PlateRange): string {
  switch (range.kind) {
    case "between":
      return `${printExpr(range.low)}..${printExpr(range.high)}`;
    case "labels":
      return `{${printNames(range.labels)}}`;
    case "value":
      return printExpr(range.value);
  }
}

const typed = (type: TypeExpr | null): string => (type === null ? "" : ` : ${printTypeExpr(type)}`);

export function printTypeExpr(type: TypeExpr): string {
  switch (type.kind) {
    case "bool-type":
      return "bool";
    case "labels-type":
      return `{${printNames(type.labels)}}`;
    case "int-type":
      return type.low === null || type.high === null ? "int" : `int[${printExpr(type.low)}..${printExpr(type.high)}]`;
    case "real-type":
      return type.size === null ? "real" : `real[${printExpr(type.size)}]`;
    case "image-type":
      return `${type.channels}(${printExpr(type.height)}, ${printExpr(type.width)})`;
    case "missing-type":
      return "<missing>";
  }
}

function mechanism(node: MechanismExpr | null): Lines {
  if (node === null) return [];
  const own = indent(settings(node.settings));
  if (node.kind === "call-mechanism") return [`~ ${printExpr(node.call)}`, ...own];
  return [`~ cpt(${printNames(node.parents)})`, ...indent(node.rows.map(row)), ...own];
}

function row({ labels, value }: CptRow): string {
  return `${labels === "else" ? "else" : `(${printNames(labels)})`}: ${printExpr(value)}`;
}

function chain({ sets, arrows }: GraphChain): string {
  return sets.map((set, i) => `${i === 0 ? "" : ` ${arrows[i - 1]} `}{${printNames(set)}}`).join("");
}

function settings(node: Settings | null): Lines {
  if (node === null) return [];
  return node.entries.flatMap(({ name, value }) =>
    value.kind === "settings"
      ? [printName(name), ...indent(settings(value))]
      : [`${printName(name)} = ${printExpr(value)}`],
  );
}
