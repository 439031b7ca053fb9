/**
 * The format of the UAI inference competitions, read and written, for Bayesian networks. It has numbers for names: the
 * nodes become X0, X1, ... and their states integers.
 */
import type { Source } from "#lang/source";
import type { CausalModel } from "../causal/model.ts";
import {
  acceptWord,
  atEnd,
  createCursor,
  type Cursor,
  expectCount,
  expected,
  expectProbability,
  space,
  wrong,
} from "./cursor.ts";
import type { DiscreteModel } from "./discrete.ts";
import {
  failing,
  modelOf,
  mostEntries,
  mostStates,
  type Named,
  sizeOfTable,
  type Table,
  type Variable,
  variablesByName,
} from "./network.ts";

const format = "UAI";
/** Ordering the nodes takes time in the square of their number. */
const mostVariables = 20_000;

function variable(cursor: Cursor, index: number): Variable {
  const { at } = cursor;
  const count = expectCount(cursor, `the number of states of variable ${index}`, mostStates);
  if (count === 0) wrong(cursor, at, `variable ${index} has no states`);
  const states = Array.from({ length: count }, (_, state) => ({ name: String(state), at }));
  return { name: `X${index}`, at, states, type: { kind: "int", low: 0, high: count - 1 } };
}

/** The variables of a factor, by name; the last one is the node whose table it is. */
function scope(cursor: Cursor, variables: readonly Variable[]): readonly Named[] {
  const start = cursor.at;
  const length = expectCount(cursor, "the number of variables of a factor", variables.length);
  if (length === 0) wrong(cursor, start, "a factor without variables is no conditional probability table");
  return Array.from({ length }, () => {
    const { at } = cursor;
    return { name: `X${expectCount(cursor, "a variable", variables.length - 1)}`, at };
  });
}

/** Throws RuntimeFault("bad-file") naming the place where the text stops being UAI, or what is wrong with a table. */
export function readUai(source: Source): CausalModel {
  const cursor = createCursor(source, format, [space]);
  const fail = failing(source, format);
  if (acceptWord(cursor, "MARKOV")) wrong(cursor, 0, "a Markov network has no arrows; only BAYES can be imported");
  if (!acceptWord(cursor, "BAYES")) expected(cursor, "`BAYES`");
  const count = expectCount(cursor, "the number of variables", mostVariables);
  const variables: Variable[] = [];
  for (let i = 0; i < count; i++) variables.push(variable(cursor, i));
  if (count === 0) expected(cursor, "a network with variables");
  const factors = expectCount(cursor, "the number of factors", mostVariables);
  const scopes: (readonly Named[])[] = [];
  for (let i = 0; i < factors; i++) scopes.push(scope(cursor, variables));
  const byName = variablesByName(fail, variables);
  const tables = scopes.map((names): Table => {
    const [node, parents] = [names.at(-1)!, names.slice(0, -1)];
    const { rows, states } = sizeOfTable(fail, byName, node, parents);
    const start = cursor.at;
    const entries = expectCount(cursor, "the number of entries of a table", mostEntries);
    if (entries !== rows * states)
      fail(start, `the table of \`${node.name}\` needs ${rows * states} entries, not ${entries}`);
    const values = new Float64Array(entries);
    const places: number[] = [];
    for (let i = 0; i < entries; i++) {
      if (i % states === 0) places.push(cursor.at);
      values[i] = expectProbability(cursor);
    }
    return { node, parents, values, places };
  });
  if (!atEnd(cursor)) expected(cursor, "the end of the file");
  return modelOf(source, format, "", variables, tables);
}

/** Nodes that are called X0, X1, ... keep their numbers; else they are numbered in order. */
function indicesOf({ nodes }: DiscreteModel): ReadonlyMap<string, number> {
  const own = nodes.map(({ name }) => (/^X(?:0|[1-9]\d*)$/.test(name) ? Number(name.slice(1)) : nodes.length));
  const keeps = own.every((index) => index < nodes.length);
  return new Map(nodes.map(({ name }, i) => [name, keeps ? own[i]! : i]));
}

export function writeUai(model: DiscreteModel): string {
  const indices = indicesOf(model);
  const nodes = model.nodes.toSorted((a, b) => indices.get(a.name)! - indices.get(b.name)!);
  const scopes = nodes.map(({ name, parents }) => [...parents, name].map((each) => indices.get(each)!));
  const lines = [
    "BAYES",
    String(nodes.length),
    nodes.map((node) => node.states.length).join(" "),
    String(nodes.length),
  ];
  for (const each of scopes) lines.push([each.length, ...each].join(" "));
  for (const { states, probabilities } of nodes) {
    lines.push("", String(probabilities.length));
    for (let start = 0; start < probabilities.length; start += states.length) {
      lines.push(` ${probabilities.subarray(start, start + states.length).join(" ")}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
