/**
 * HUGIN's NET language (version 6 and later), read and written: discrete chance nodes and their potentials. Classes,
 * decisions, utilities and continuous nodes are refused by name.
 */
import type { Source } from "#lang/source";
import type { CausalModel } from "../causal/model.ts";
import {
  accept,
  acceptSign,
  acceptText,
  acceptWord,
  atEnd,
  createCursor,
  type Cursor,
  expected,
  expectProbability,
  expectSign,
  percentComment,
  space,
  writeText,
  wrong,
} from "./cursor.ts";
import type { DiscreteModel } from "./discrete.ts";
import {
  type Fail,
  failing,
  modelOf,
  type Named,
  sizeOfTable,
  type Table,
  type Variable,
  variablesByName,
} from "./network.ts";

const format = "HUGIN NET";
/** Names of nodes are identifiers; the attribute holds a name that is none. */
const nameAttribute = "CAUSAL_name";
const identifier = /[A-Za-z_]\w*/y;

function expectIdentifier(cursor: Cursor, what: string): Named {
  const { at } = cursor;
  return { name: accept(cursor, identifier) ?? expected(cursor, what), at };
}

/** The value of an attribute that does not matter: words, texts and nested brackets up to the semicolon. */
function skipValue(cursor: Cursor): void {
  while (!acceptSign(cursor, ";")) {
    if (acceptText(cursor) === null && accept(cursor, /[^;"{}%\s]+/y) === null) expected(cursor, "`;`");
  }
}

/** `{ key = value; ... }`: `known` reads the values that matter and says whether it knew the key. */
function attributes(cursor: Cursor, known: (key: string, at: number) => boolean): void {
  expectSign(cursor, "{");
  while (!acceptSign(cursor, "}")) {
    const key = expectIdentifier(cursor, "an attribute or `}`");
    expectSign(cursor, "=");
    if (known(key.name, key.at)) expectSign(cursor, ";");
    else skipValue(cursor);
  }
}

function textList(cursor: Cursor): readonly Named[] {
  expectSign(cursor, "(");
  const names: Named[] = [];
  while (!acceptSign(cursor, ")")) {
    const { at } = cursor;
    names.push({ name: acceptText(cursor) ?? expected(cursor, "a text in quotes or `)`"), at });
    acceptSign(cursor, ",");
  }
  return names;
}

function net(cursor: Cursor): string {
  let name = "";
  attributes(cursor, (key) => {
    if (key !== "name") return false;
    name = acceptText(cursor) ?? expected(cursor, "a text in quotes");
    return true;
  });
  return name;
}

interface Node extends Variable {
  readonly id: string;
}

function node(cursor: Cursor): Node {
  const id = expectIdentifier(cursor, "the name of the node");
  let { name } = id;
  let states: readonly Named[] | null = null;
  attributes(cursor, (key, at) => {
    if (key === "states") {
      if (states !== null) wrong(cursor, at, `the node \`${name}\` has two lists of states`);
      states = textList(cursor);
    } else if (key === nameAttribute) name = acceptText(cursor) ?? expected(cursor, "a text in quotes");
    else return false;
    return true;
  });
  return { name, at: id.at, id: id.name, states: states ?? wrong(cursor, id.at, `the node \`${name}\` has no states`) };
}

interface Potential {
  readonly node: Named;
  readonly parents: readonly Named[];
  readonly values: readonly number[];
  readonly places: readonly number[];
  readonly at: number;
}

/** Numbers in any nesting of brackets; the nesting only repeats the sizes of the parents. */
function data(cursor: Cursor): { readonly values: readonly number[]; readonly places: readonly number[] } {
  const values: number[] = [];
  const places: number[] = [];
  let depth = 0;
  do {
    if (acceptSign(cursor, "(")) depth++;
    else if (depth > 0 && acceptSign(cursor, ")")) depth--;
    else if (depth === 0) expectSign(cursor, "(");
    else {
      places.push(cursor.at);
      values.push(expectProbability(cursor));
      acceptSign(cursor, ",");
    }
  } while (depth > 0);
  return { values, places };
}

function potential(cursor: Cursor): Potential {
  expectSign(cursor, "(");
  const target = expectIdentifier(cursor, "the name of a node");
  const parents: Named[] = [];
  if (acceptSign(cursor, "|")) {
    while (cursor.source.text[cursor.at] !== ")") parents.push(expectIdentifier(cursor, "the name of a parent or `)`"));
  }
  expectSign(cursor, ")", " (only conditional probability tables of one node can be imported)");
  let numbers: ReturnType<typeof data> | null = null;
  attributes(cursor, (key, at) => {
    if (key !== "data") return false;
    if (numbers !== null) wrong(cursor, at, "the potential has two sets of data");
    numbers = data(cursor);
    return true;
  });
  const found: ReturnType<typeof data> =
    numbers ?? wrong(cursor, target.at, `the potential of \`${target.name}\` has no data`);
  return { node: target, parents, ...found, at: target.at };
}

function tableOf(
  fail: Fail,
  ids: ReadonlyMap<string, Node>,
  byName: ReadonlyMap<string, Node>,
  given: Potential,
): Table {
  const resolve = ({ name, at }: Named): Named => ({
    name: ids.get(name)?.name ?? fail(at, `the node \`${name}\` is not declared`),
    at,
  });
  const target = resolve(given.node);
  const parents = given.parents.map(resolve);
  const { rows, states } = sizeOfTable(fail, byName, target, parents);
  const { length } = given.values;
  if (length !== rows * states) {
    fail(
      given.places[0] ?? given.at,
      `the data of \`${target.name}\` needs ${rows} x ${states} numbers, found ${length}`,
    );
  }
  const places = Array.from({ length: rows }, (_, row) => given.places[row * states]!);
  return { node: target, parents, values: Float64Array.from(given.values), places };
}

const refused = [
  "class",
  "continuous",
  "decision",
  "utility",
  "function",
  "interval",
  "boolean",
  "numbered",
  "labelled",
];

/** Throws RuntimeFault("bad-file") naming the place where the text stops being NET, or what is wrong with a table. */
export function readHuginNet(source: Source): CausalModel {
  const cursor = createCursor(source, format, [space, percentComment]);
  const fail = failing(source, format);
  let name = "";
  const nodes: Node[] = [];
  const potentials: Potential[] = [];
  while (!atEnd(cursor)) {
    const { at } = cursor;
    if (acceptWord(cursor, "net")) name = net(cursor);
    else if (acceptWord(cursor, "potential")) potentials.push(potential(cursor));
    else if (acceptWord(cursor, "node")) nodes.push(node(cursor));
    else if (acceptWord(cursor, "discrete")) {
      if (!acceptWord(cursor, "node")) expected(cursor, "`node`");
      nodes.push(node(cursor));
    } else {
      const word = refused.find((each) => acceptWord(cursor, each));
      if (word !== undefined) wrong(cursor, at, `\`${word}\` cannot be imported, only discrete chance nodes`);
      expected(cursor, "`net`, `node` or `potential`");
    }
  }
  if (nodes.length === 0) expected(cursor, "a `node`");
  const byName = variablesByName(fail, nodes) as ReadonlyMap<string, Node>;
  const ids = new Map<string, Node>();
  for (const each of nodes) {
    if (ids.has(each.id)) fail(each.at, `the node \`${each.id}\` is declared twice`);
    ids.set(each.id, each);
  }
  const tables = potentials.map((each) => tableOf(fail, ids, byName, each));
  return modelOf(source, format, name, nodes, tables);
}

const keywords = new Set(["net", "node", "potential", "discrete", ...refused]);

/** An identifier for each node: its name where that is one. */
function identifiersOf({ nodes }: DiscreteModel): ReadonlyMap<string, string> {
  const isIdentifier = (name: string) => /^[A-Za-z_]\w*$/.test(name) && !keywords.has(name);
  const taken = new Set(nodes.map((each) => each.name).filter(isIdentifier));
  return new Map(
    nodes.map(({ name }) => {
      if (isIdentifier(name)) return [name, name];
      const stem = `N_${name.replace(/\W/g, "_")}`;
      let id = stem;
      for (let i = 2; taken.has(id); i++) id = `${stem}_${i}`;
      taken.add(id);
      return [name, id];
    }),
  );
}

export function writeHuginNet(model: DiscreteModel): string {
  const ids = identifiersOf(model);
  const lines = ["net", "{", `  name = ${writeText(model.name)};`, "}"];
  for (const { name, states } of model.nodes) {
    const id = ids.get(name)!;
    lines.push(`node ${id}`, "{", `  states = (${states.map(writeText).join(" ")});`);
    if (id !== name) lines.push(`  label = ${writeText(name)};`, `  ${nameAttribute} = ${writeText(name)};`);
    lines.push("}");
  }
  const counts = new Map(model.nodes.map((node) => [node.name, node.states.length]));
  for (const { name, states, parents, probabilities } of model.nodes) {
    const given = parents.length === 0 ? "" : ` | ${parents.map((parent) => ids.get(parent)!).join(" ")}`;
    lines.push(`potential (${ids.get(name)!}${given})`, "{", "  data =");
    const sizes = parents.map((parent) => counts.get(parent)!);
    const rows = probabilities.length / states.length;
    for (let row = 0; row < rows; row++) {
      // a bracket opens for each parent whose states begin again with this row, and closes where they end
      let [opening, closing] = [1, 1];
      let period = 1;
      for (const size of sizes.toReversed()) {
        period *= size;
        if (row % period === 0) opening++;
        if ((row + 1) % period === 0) closing++;
      }
      const numbers = probabilities.subarray(row * states.length, (row + 1) * states.length).join(" ");
      lines.push(`    ${"(".repeat(opening)}${numbers}${")".repeat(closing)}${row === rows - 1 ? ";" : ""}`);
    }
    lines.push("}");
  }
  return `${lines.join("\n")}\n`;
}
