/**
 * The finite part of a model as factors: tables, discrete distributions, interventions and deterministic nodes whose
 * parents are all finite. A real-valued `let` over finite parents is finite too; its states are the values it takes.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Expr } from "#lang/syntax/ast";
import { printType, statesOf } from "#lang/types/type";
import {
  type Columns,
  compileArguments,
  compileExpression,
  printValue,
  toStored,
  type Words,
} from "../causal/evaluate.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { fillMass, wordOf } from "./distribution.ts";
import { type Factor, makeFactor } from "./factor.ts";

/** A variable with finitely many values; its id is the index of its node in the model. */
export interface FiniteVariable {
  readonly id: number;
  readonly node: CausalNode;
  /** stored value of each state */
  readonly domain: Float64Array;
  /** P(node | parents), variables in the order parents, node */
  readonly factor: Factor;
}

export interface Tabulation {
  readonly variables: ReadonlyMap<string, FiniteVariable>;
  /** mechanisms that give no distribution */
  readonly diagnostics: readonly Diagnostic[];
}

/** A larger table of one mechanism is not made; the node then counts as not finite. */
const tableLimit = 2 ** 24;

/** "when Size = large, Age = 3", to say where a mechanism fails. */
export function describeRow(parents: readonly CausalNode[], columns: Columns, row: number): string {
  const parts = parents.map(({ name, type }) => `${name} = ${printValue(type, columns.get(name)![row]!)}`);
  return parts.length === 0 ? "" : ` when ${parts.join(", ")}`;
}

export interface Rows {
  readonly count: number;
  /** stored values of the nodes in each row, the last node fastest */
  readonly columns: Columns;
}

/** All configurations of finite nodes as columns. */
export function enumerateRows(nodes: readonly FiniteVariable[]): Rows {
  const count = nodes.reduce((product, { domain }) => product * domain.length, 1);
  const columns = new Map<string, Float64Array>();
  let period = count;
  for (const { node, domain } of nodes) {
    period /= domain.length;
    const column = new Float64Array(count);
    for (let row = 0; row < count; row++) column[row] = domain[Math.floor(row / period) % domain.length]!;
    columns.set(node.name, column);
  }
  return { count, columns };
}

interface Context {
  readonly model: CausalModel;
  readonly words: Words;
  readonly node: CausalNode;
  readonly parents: readonly FiniteVariable[];
}

interface Table {
  readonly domain: Float64Array;
  /** [row * states + state] */
  readonly values: Float64Array;
}
type Attempt = Table | { readonly problem: Diagnostic } | null;

const stateIndices = (count: number) => Float64Array.from({ length: count }, (_, state) => state);
const parentNodes = (context: Context) => context.parents.map((parent) => parent.node);

/** null for families without a mass function. */
function tableOfDistribution(name: string, args: readonly Expr[], context: Context): Attempt {
  const { model, words, node, parents } = context;
  const word = wordOf(words, name);
  const states = statesOf(node.type)?.length;
  if (word.mass === null || states === undefined) return null;
  const rows = enumerateRows(parents);
  if (rows.count * states > tableLimit) return null;
  const functions = compileArguments(args, { model, words, columns: rows.columns }, node.type);
  const values = new Float64Array(rows.count * states);
  for (let row = 0; row < rows.count; row++) {
    const numbers = functions.map((argument) => argument(row));
    const target = values.subarray(row * states, (row + 1) * states);
    const problem = fillMass(word, numbers, target);
    if (problem !== null) {
      const at = describeRow(parentNodes(context), rows.columns, row);
      return { problem: diagnose("C451", node.span, { node: node.name, distribution: name, problem, at }) };
    }
  }
  return { domain: stateIndices(states), values };
}

function tableOfEquation(value: Expr, context: Context): Attempt {
  const { model, words, node, parents } = context;
  const rows = enumerateRows(parents);
  if (rows.count > tableLimit) return null;
  const compute = compileExpression(value, { model, words, columns: rows.columns }, node.type);
  const results = Float64Array.from({ length: rows.count }, (_, row) => compute(row));
  const states = statesOf(node.type)?.length;
  let domain: Float64Array;
  if (states === undefined) {
    // a Map knows NaN, which may only matter in rows that never happen
    domain = Float64Array.from(new Set(results)).sort();
    const index = new Map([...domain].map((entry, state) => [entry, state]));
    for (let row = 0; row < rows.count; row++) results[row] = index.get(results[row]!)!;
  } else {
    domain = stateIndices(states);
    for (let row = 0; row < rows.count; row++) {
      const stored = toStored(node.type, results[row]!);
      if (Number.isNaN(stored)) {
        const at = describeRow(parentNodes(context), rows.columns, row);
        const args = { node: node.name, value: results[row]!, type: printType(node.type), at };
        return { problem: diagnose("C452", node.span, args) };
      }
      results[row] = stored;
    }
  }
  if (rows.count * domain.length > tableLimit) return null;
  const values = new Float64Array(rows.count * domain.length);
  for (let row = 0; row < rows.count; row++) values[row * domain.length + results[row]!] = 1;
  return { domain, values };
}

function attempt(context: Context): Attempt {
  const { node } = context;
  const { mechanism } = node;
  const states = statesOf(node.type)?.length ?? null;
  switch (mechanism.kind) {
    case "table":
      return { domain: stateIndices(states!), values: mechanism.probabilities };
    case "fixed": {
      if (states === null) return { domain: Float64Array.of(mechanism.value), values: Float64Array.of(1) };
      const values = new Float64Array(states);
      values[mechanism.value] = 1;
      return { domain: stateIndices(states), values };
    }
    case "distribution":
      return tableOfDistribution(mechanism.name, mechanism.args, context);
    case "equation":
      return node.type.kind === "image" ? null : tableOfEquation(mechanism.value, context);
    case "learned":
      return null;
  }
}

/** Tables of all nodes that are finite. Nodes that are not, unfitted ones among them, are simply absent. */
export function tabulate(model: CausalModel, words: Words): Tabulation {
  const variables = new Map<string, FiniteVariable>();
  const diagnostics: Diagnostic[] = [];
  model.nodes.forEach((node, id) => {
    const parents = node.parents.flatMap((parent) => variables.get(parent) ?? []);
    if (parents.length < node.parents.length) return;
    const table = attempt({ model, words, node, parents });
    if (table === null) return;
    if ("problem" in table) {
      diagnostics.push(table.problem);
      return;
    }
    const { domain, values } = table;
    const scope = [...parents.map((parent) => parent.id), id];
    const factor = makeFactor(scope, [...parents.map((parent) => parent.domain.length), domain.length], values);
    variables.set(node.name, { id, node, domain, factor });
  });
  return { variables, diagnostics };
}
