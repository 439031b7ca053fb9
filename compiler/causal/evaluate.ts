/**
 * Turns expressions over nodes, parameters and state names into functions of a row of columns. One closure serves
 * tabulation (a row is a configuration of the parents) and sampling (a row is a draw). No types are checked here.
 */
import type { BinaryOperator, CallExpr, CounterfactualVariable, Expr } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
import type { Vocabulary } from "../vocabulary.ts";
import type { CausalModel, Mechanism } from "./model.ts";

/** The part of the vocabulary that inference needs. */
export type Words = Pick<Vocabulary, "distributions" | "functions">;

/**
 * Stored values of the nodes in scope, one entry a row. Stored means: the index of the state for a discrete node, the
 * number itself for a real one.
 */
export type Columns = ReadonlyMap<string, Float64Array>;

export interface Scope {
  readonly model: CausalModel;
  readonly words: Words;
  readonly columns: Columns;
}

export type RowFunction = (row: number) => number;

const binary: Record<BinaryOperator, (a: RowFunction, b: RowFunction) => RowFunction> = {
  "+": (a, b) => (row) => a(row) + b(row),
  "-": (a, b) => (row) => a(row) - b(row),
  "*": (a, b) => (row) => a(row) * b(row),
  "/": (a, b) => (row) => a(row) / b(row),
  "^": (a, b) => (row) => a(row) ** b(row),
  "==": (a, b) => (row) => Number(a(row) === b(row)),
  "!=": (a, b) => (row) => Number(a(row) !== b(row)),
  "<": (a, b) => (row) => Number(a(row) < b(row)),
  "<=": (a, b) => (row) => Number(a(row) <= b(row)),
  ">": (a, b) => (row) => Number(a(row) > b(row)),
  ">=": (a, b) => (row) => Number(a(row) >= b(row)),
  and: (a, b) => (row) => Number(a(row) !== 0 && b(row) !== 0),
  or: (a, b) => (row) => Number(a(row) !== 0 || b(row) !== 0),
};

/** The type of a discrete node that the expression passes on, so that a bare label beside it can be understood. */
function labelsOf(expr: Expr, model: CausalModel): NodeType | null {
  if (expr.kind === "if") return labelsOf(expr.then, model) ?? labelsOf(expr.else, model);
  const variable = expr.kind === "counterfactual" ? expr.variable : expr;
  if (!("name" in variable)) return null;
  const type = model.nodes.find((node) => node.name === variable.name.text)?.type;
  return type?.kind === "labels" ? type : null;
}

function compileName(name: string, scope: Scope, expected: NodeType | null): RowFunction {
  if (expected?.kind === "labels") {
    const state = expected.labels.indexOf(name);
    if (state !== -1) return () => state;
  }
  const node = scope.model.nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) {
    const column = scope.columns.get(name);
    if (column === undefined) throw new Error(`internal: no column for ${name}`);
    const low = node.type.kind === "int" ? node.type.low : 0;
    return low === 0 ? (row) => column[row]! : (row) => low + column[row]!;
  }
  const param = scope.model.params[name];
  if (param !== undefined) return () => param;
  throw new Error(`internal: ${name} is neither a node, a parameter nor a state`);
}

function compileCall(callee: string, args: readonly RowFunction[], scope: Scope): RowFunction {
  const word = scope.words.functions.get(callee);
  if (word === undefined) throw new Error(`internal: no function named ${callee}`);
  const [first, second] = args;
  if (args.length === 1 && first !== undefined) return (row) => word.apply(first(row));
  if (args.length === 2 && first !== undefined && second !== undefined) {
    return (row) => word.apply(first(row), second(row));
  }
  return (row) => word.apply(...args.map((arg) => arg(row)));
}

const argumentsOf = (call: CallExpr): readonly Expr[] => call.args.map((arg) => arg.value);

/**
 * The natural value of the expression by row: numbers and integers as they are, booleans as 0 and 1, states as their
 * index. `expected` is the type that a bare label would belong to.
 */
export function compileExpression(expr: Expr, scope: Scope, expected: NodeType | null = null): RowFunction {
  const compile = (part: Expr, type: NodeType | null = null) => compileExpression(part, scope, type);
  switch (expr.kind) {
    case "number":
    case "boolean": {
      // states may be spelled like numbers: {0, 1, 2}
      const state = expected?.kind === "labels" ? expected.labels.indexOf(String(expr.value)) : -1;
      const value = state === -1 ? Number(expr.value) : state;
      return () => value;
    }
    case "name":
      return compileName(expr.name.text, scope, expected);
    case "unary": {
      const operand = compile(expr.operand);
      return expr.operator === "-" ? (row) => -operand(row) : (row) => Number(operand(row) === 0);
    }
    case "binary": {
      const left = compile(expr.left, labelsOf(expr.right, scope.model));
      const right = compile(expr.right, labelsOf(expr.left, scope.model));
      return binary[expr.operator](left, right);
    }
    case "if": {
      const test = compile(expr.test);
      const [yes, no] = [compile(expr.then, expected), compile(expr.else, expected)];
      return (row) => (test(row) !== 0 ? yes(row) : no(row));
    }
    case "call": {
      const args = argumentsOf(expr).map((arg) => compile(arg));
      return compileCall(expr.callee.text, args, scope);
    }
    case "pipe": {
      const args = [expr.left, ...argumentsOf(expr.right)].map((arg) => compile(arg));
      return compileCall(expr.right.callee.text, args, scope);
    }
    case "string":
    case "list":
    case "map":
    case "counterfactual":
    case "missing":
      throw new Error(`internal: a ${expr.kind} has no value by row`);
  }
}

/**
 * The arguments of a distribution by row, as flat numbers: a list gives its items, a map its values in the order of the
 * states of the node.
 */
export function compileArguments(args: readonly Expr[], scope: Scope, type: NodeType): RowFunction[] {
  return args.flatMap((arg): RowFunction[] => {
    if (arg.kind === "list") return arg.items.map((item) => compileExpression(item, scope));
    if (arg.kind === "map") {
      return (statesOf(type) ?? []).map((state) => {
        const found = arg.entries.find((entry) => entry.key.text === state);
        return found === undefined ? () => 0 : compileExpression(found.value, scope);
      });
    }
    return [compileExpression(arg, scope)];
  });
}

/** The value of an expression without nodes. */
export function evaluateConstant(expr: Expr, model: CausalModel, words: Words, expected: NodeType | null): number {
  return compileExpression(expr, { model, words, columns: new Map() }, expected)(0);
}

/** What a node of this type stores for a natural value; NaN where the type does not have the value. */
export function toStored(type: NodeType, natural: number): number {
  if (type.kind === "real" || type.kind === "image") return natural;
  if (type.kind === "bool") return natural === 0 || natural === 1 ? natural : Number.NaN;
  const index = type.kind === "int" ? natural - type.low : natural;
  const states = type.kind === "int" ? type.high - type.low + 1 : type.labels.length;
  return Number.isInteger(index) && index >= 0 && index < states ? index : Number.NaN;
}

/** The inverse of `toStored`. */
export function toNatural(type: NodeType, stored: number): number {
  return type.kind === "int" ? type.low + stored : stored;
}

/** How a stored value is written in the language. */
export function printValue(type: NodeType, stored: number): string {
  return statesOf(type)?.[stored] ?? String(stored);
}

/** The direct parts of an expression, each with the type that a bare label in it would belong to. */
function partsOf(expr: Expr, model: CausalModel, expected: NodeType | null): [Expr, NodeType | null][] {
  const plain = (part: Expr): [Expr, NodeType | null] => [part, null];
  switch (expr.kind) {
    case "unary":
      return [plain(expr.operand)];
    case "binary":
      return [
        [expr.left, labelsOf(expr.right, model)],
        [expr.right, labelsOf(expr.left, model)],
      ];
    case "if":
      return [plain(expr.test), [expr.then, expected], [expr.else, expected]];
    case "call":
      return expr.args.map((arg) => plain(arg.value));
    case "pipe":
      return [plain(expr.left), plain(expr.right)];
    case "list":
      return expr.items.map(plain);
    case "map":
      return expr.entries.map((entry) => plain(entry.value));
    case "number":
    case "boolean":
    case "string":
    case "name":
    case "counterfactual":
    case "missing":
      return [];
  }
}

/** Names of the nodes that an expression reads, each once, in the order of the text. */
export function nodesOf(expr: Expr, model: CausalModel, expected: NodeType | null = null): string[] {
  if (expr.kind === "name") {
    const name = expr.name.text;
    const isLabel = expected?.kind === "labels" && expected.labels.includes(name);
    return !isLabel && model.nodes.some((node) => node.name === name) ? [name] : [];
  }
  return [...new Set(partsOf(expr, model, expected).flatMap(([part, type]) => nodesOf(part, model, type)))];
}

/** A node that an expression reads, in the factual world where it has no actions. */
export type Renaming = (variable: Pick<CounterfactualVariable, "name" | "actions">) => string;

/** The expression with every node that it reads under another name; labels and parameters stay. */
export function renameNodes(expr: Expr, model: CausalModel, rename: Renaming, expected: NodeType | null = null): Expr {
  const inside = (part: Expr, type: NodeType | null = null) => renameNodes(part, model, rename, type);
  const named = (variable: Pick<CounterfactualVariable, "name" | "actions">): Expr => {
    const name = { ...variable.name, text: rename(variable) };
    return { kind: "name", name, span: expr.span };
  };
  switch (expr.kind) {
    case "name":
      return nodesOf(expr, model, expected).length === 0 ? expr : named({ name: expr.name, actions: [] });
    case "counterfactual":
      return named(expr.variable);
    case "unary":
      return { ...expr, operand: inside(expr.operand) };
    case "binary":
      return {
        ...expr,
        left: inside(expr.left, labelsOf(expr.right, model)),
        right: inside(expr.right, labelsOf(expr.left, model)),
      };
    case "if": {
      // biome-ignore lint/suspicious/noThenProperty: the branch of an expression; nothing awaits it
      const branches = { then: inside(expr.then, expected), else: inside(expr.else, expected) };
      return { ...expr, ...branches, test: inside(expr.test) };
    }
    case "call":
      return { ...expr, args: expr.args.map((arg) => ({ ...arg, value: inside(arg.value) })) };
    case "pipe":
      return { ...expr, left: inside(expr.left), right: inside(expr.right) as CallExpr };
    case "list":
      return { ...expr, items: expr.items.map((item) => inside(item)) };
    case "map":
      return { ...expr, entries: expr.entries.map((entry) => ({ ...entry, value: inside(entry.value) })) };
    case "number":
    case "boolean":
    case "string":
    case "missing":
      return expr;
  }
}

/** The mechanism of a node of this type, reading nodes under other names. Tables go by the order of the parents. */
export function renameMechanism<M extends Mechanism>(
  mechanism: M,
  model: CausalModel,
  rename: Renaming,
  type: NodeType,
): M {
  switch (mechanism.kind) {
    case "equation":
      return { ...mechanism, value: renameNodes(mechanism.value, model, rename, type) };
    case "distribution":
      return { ...mechanism, args: mechanism.args.map((arg) => renameNodes(arg, model, rename)) };
    default:
      return mechanism;
  }
}
