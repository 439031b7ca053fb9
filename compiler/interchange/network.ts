/**
 * A discrete network as foreign files hold it, made into a causal model: what all readers share. The rows are checked,
 * normalised and ordered here, so that a reader has only the signs of its format to know.
 */
import type { Source } from "#lang/source";
import { orderNodes } from "#lang/types/check-graph";
import { normalised } from "#lang/types/normalise";
import { type NodeType, statesOf } from "#lang/types/type";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";
import { badFile } from "./cursor.ts";

/** The most states of a node, as for types of the language. */
export const mostStates = 65536;
/** The most numbers of a table, as for tables of the language. */
export const mostEntries = 2 ** 22;
/** Published tables are rounded, often to three decimals; their rows are normalised. */
const sumTolerance = 1e-3;

export interface Named {
  readonly name: string;
  /** where it stands in the file */
  readonly at: number;
}

export interface Variable extends Named {
  readonly states: readonly Named[];
  /** for formats whose states are numbers; else it follows from the states */
  readonly type?: NodeType;
}

export interface Table {
  readonly node: Named;
  readonly parents: readonly Named[];
  /** [row * states + state], the last parent fastest; any positive multiple of the probabilities is close to sum 1 */
  readonly values: Float64Array;
  /** where each row stands in the file */
  readonly places: readonly number[];
}

/** Reports what is wrong at an offset of the file. */
export type Fail = (at: number, message: string) => never;

export function failing(source: Source, format: string): Fail {
  return (at, message) => {
    throw badFile(source, format, at, message);
  };
}

/** No name of the language has these, not even in backquotes. */
const unspeakable = /[`\p{Cc}]/u;

export function checkName(fail: Fail, { name, at }: Named): void {
  if (name === "") fail(at, "expected a name, found an empty one");
  if (unspeakable.test(name)) fail(at, "a name cannot have a backquote, a line break or another control character");
}

/** The variables by name; each declared once, with at least two states or a type of its own. */
export function variablesByName(fail: Fail, variables: readonly Variable[]): ReadonlyMap<string, Variable> {
  const byName = new Map<string, Variable>();
  for (const variable of variables) {
    const { name, at, states, type } = variable;
    checkName(fail, variable);
    if (byName.has(name)) fail(at, `the variable \`${name}\` is declared twice`);
    const seen = new Set<string>();
    for (const state of states) {
      checkName(fail, state);
      if (seen.has(state.name)) fail(state.at, `\`${name}\` has two states named \`${state.name}\``);
      seen.add(state.name);
    }
    if (states.length > mostStates) fail(at, `\`${name}\` has more than ${mostStates} states`);
    if (states.length < 2 && type === undefined) {
      fail(at, `\`${name}\` has ${states.length === 0 ? "no states" : "one state"}; a node needs two at least`);
    }
    byName.set(name, variable);
  }
  return byName;
}

/** The variable of that name; throws where it is not declared. */
export function lookUp(fail: Fail, variables: ReadonlyMap<string, Variable>, { name, at }: Named): Variable {
  return variables.get(name) ?? fail(at, `the variable \`${name}\` is not declared`);
}

/** Number of rows and of states of a table; throws where a parent is repeated or the table would be too large. */
export function sizeOfTable(
  fail: Fail,
  variables: ReadonlyMap<string, Variable>,
  node: Named,
  parents: readonly Named[],
): { readonly rows: number; readonly states: number } {
  const states = lookUp(fail, variables, node).states.length;
  const seen = new Set([node.name]);
  let rows = 1;
  for (const parent of parents) {
    rows *= lookUp(fail, variables, parent).states.length;
    if (seen.has(parent.name)) fail(parent.at, `\`${parent.name}\` is twice in the table of \`${node.name}\``);
    seen.add(parent.name);
    if (rows * states > mostEntries) fail(node.at, `the table of \`${node.name}\` has over ${mostEntries} numbers`);
  }
  return { rows, states };
}

/** `false` and `true` in this order are the states of a bool. */
function typeOf({ states, type }: Variable): NodeType {
  if (type !== undefined) return type;
  const labels = states.map((state) => state.name);
  return labels.length === 2 && labels[0] === "false" && labels[1] === "true"
    ? { kind: "bool" }
    : { kind: "labels", labels };
}

/** The rows with sum 1; throws where a row misses it by more than rounding explains. */
function normalise(fail: Fail, { node, values, places }: Table, states: number): Float64Array {
  const probabilities = new Float64Array(values.length);
  for (let row = 0; row * states < values.length; row++) {
    const numbers = [...values.subarray(row * states, (row + 1) * states)];
    const sum = numbers.reduce((total, value) => total + value, 0);
    if (!(Math.abs(sum - 1) <= sumTolerance * (1 + 1e-9))) {
      fail(places[row] ?? node.at, `a row of \`${node.name}\` sums to ${Number(sum.toPrecision(8))}, not 1`);
    }
    // adding 0 turns -0 into 0, which is written alike
    probabilities.set(
      normalised(numbers).map((value) => value + 0),
      row * states,
    );
  }
  return probabilities;
}

/**
 * The causal model of a file: each variable with exactly one table, no cycles. Parents come first, else the order is
 * that of the variables. Throws the RuntimeFault("bad-file") of `fail`.
 */
export function modelOf(
  source: Source,
  format: string,
  name: string,
  variables: readonly Variable[],
  tables: readonly Table[],
): CausalModel {
  const fail = failing(source, format);
  const byName = variablesByName(fail, variables);
  const nodes = new Map<string, CausalNode>();
  for (const table of tables) {
    const { node, parents } = table;
    const variable = lookUp(fail, byName, node);
    if (nodes.has(node.name)) fail(node.at, `\`${node.name}\` has a second table here`);
    const { states } = sizeOfTable(fail, byName, node, parents);
    nodes.set(node.name, {
      name: node.name,
      role: "sample",
      type: typeOf(variable),
      parents: parents.map((parent) => parent.name),
      mechanism: { kind: "table", probabilities: normalise(fail, table, states) },
      span: { source: source.name, start: variable.at, end: variable.at },
    });
  }
  const found = variables.map((variable) => {
    return nodes.get(variable.name) ?? fail(variable.at, `the variable \`${variable.name}\` has no table`);
  });
  const { order, cycles } = orderNodes(found);
  const [cycle] = cycles;
  if (cycle !== undefined) fail(byName.get(cycle[0]!)!.at, `the network has a cycle: ${cycle.join(" -> ")}`);
  const model = { name, nodes: order.map((each) => nodes.get(each)!), params: {}, evidence: [] };
  verifyModel(model);
  return model;
}

/** The states of all nodes by name. */
export function statesByName(model: CausalModel): ReadonlyMap<string, readonly string[]> {
  return new Map(model.nodes.map((node) => [node.name, statesOf(node.type) ?? []]));
}
