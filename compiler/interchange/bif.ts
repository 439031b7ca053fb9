/**
 * The Interchange Format (BIF 0.15) of JavaBayes and the bnlearn repository, read and written. State names may be
 * anything; rows come in any order, by name, or all at once after `table`.
 */
import type { Source } from "#lang/source";
import type { CausalModel } from "../causal/model.ts";
import {
  accept,
  acceptNumber,
  acceptSign,
  acceptText,
  acceptWord,
  atEnd,
  blockComment,
  createCursor,
  type Cursor,
  expectCount,
  expected,
  expectProbability,
  expectSign,
  lineComment,
  skipBlanks,
  space,
  writeText,
  wrong,
} from "./cursor.ts";
import {
  failing,
  lookUp,
  modelOf,
  mostStates,
  type Named,
  sizeOfTable,
  type Table,
  type Variable,
  variablesByName,
} from "./network.ts";
import { type DiscreteModel, rowLabels } from "./discrete.ts";

const format = "BIF";

/** A name without quotes goes on to a sign or the end of the line: `Suspect 1`, `<5`, `12+`. */
const bareName = /(?:[^\s,;{}()[\]|"/]|\/(?![/*])|[^\S\n]+(?![\s,;{}()[\]|"]|\/[/*]))+/y;

interface Name extends Named {
  readonly quoted: boolean;
}

function acceptName(cursor: Cursor): Name | null {
  const { at } = cursor;
  const text = acceptText(cursor);
  if (text !== null) return { name: text, at, quoted: true };
  const name = accept(cursor, bareName);
  return name === null ? null : { name: name.trim(), at, quoted: false };
}

const expectName = (cursor: Cursor, what: string): Name => acceptName(cursor) ?? expected(cursor, what);

/** Names up to `end`. Commas part them; where older files have none, blanks do, which `words` sorts out. */
function namesUntil(cursor: Cursor, end: string): { readonly names: readonly Name[]; readonly commas: boolean } {
  const names: Name[] = [];
  let commas = false;
  while (!acceptSign(cursor, end)) {
    names.push(expectName(cursor, `a name or \`${end}\``));
    while (acceptSign(cursor, ",") || acceptSign(cursor, "|")) commas = true;
  }
  return { names, commas };
}

/** `true false` as two names. */
const words = (names: readonly Name[]): readonly Name[] =>
  names.flatMap((given): Name[] => {
    if (given.quoted) return [given];
    return [...given.name.matchAll(/\S+/g)].map(([name], i, all) => ({
      name,
      at: given.at + all[i]!.index,
      quoted: false,
    }));
  });

/** As many names as there must be, parted by commas or else by blanks. */
function countedNames(cursor: Cursor, end: string, count: number | null): readonly Name[] {
  const { names, commas } = namesUntil(cursor, end);
  return commas || names.length === count ? names : words(names);
}

/** `property ... ;` and other lines that say nothing about the distribution. */
function skipProperty(cursor: Cursor): void {
  while (!acceptSign(cursor, ";")) {
    if (acceptText(cursor) === null && accept(cursor, /[^;"\s]+/y) === null) expected(cursor, "`;`");
  }
}

function network(cursor: Cursor): string {
  const name = acceptName(cursor)?.name ?? "";
  expectSign(cursor, "{");
  while (!acceptSign(cursor, "}")) {
    if (!acceptWord(cursor, "property")) expected(cursor, "`property` or `}`");
    skipProperty(cursor);
  }
  return name;
}

function variable(cursor: Cursor): Variable {
  const { name, at } = expectName(cursor, "the name of the variable");
  expectSign(cursor, "{");
  let states: readonly Named[] | null = null;
  while (!acceptSign(cursor, "}")) {
    if (acceptWord(cursor, "property")) skipProperty(cursor);
    else if (acceptWord(cursor, "type")) {
      if (states !== null) wrong(cursor, cursor.at, `the variable \`${name}\` has two types`);
      if (!acceptWord(cursor, "discrete")) expected(cursor, "`discrete`: other variables cannot be imported");
      const counted = acceptSign(cursor, "[");
      const place = cursor.at;
      const count = counted ? expectCount(cursor, "the number of states", mostStates) : null;
      if (counted) expectSign(cursor, "]");
      expectSign(cursor, "{");
      states = countedNames(cursor, "}", count);
      if (count !== null && count !== states.length) {
        wrong(cursor, place, `\`${name}\` says ${count} states and lists ${states.length}`);
      }
      expectSign(cursor, ";");
    } else expected(cursor, "`type`, `property` or `}`");
  }
  return { name, at, states: states ?? wrong(cursor, at, `the variable \`${name}\` has no type`) };
}

/** The rows of one `probability` block before it is known what their names mean. */
interface Rows {
  readonly head: { readonly names: readonly Name[]; readonly commas: boolean };
  readonly rows: readonly {
    readonly key: readonly Named[] | "table" | "default";
    readonly values: readonly number[];
    readonly at: number;
  }[];
}

function numbersUntilSemicolon(cursor: Cursor): readonly number[] {
  const values: number[] = [];
  while (!acceptSign(cursor, ";")) {
    values.push(expectProbability(cursor));
    acceptSign(cursor, ",");
  }
  return values;
}

function probability(cursor: Cursor): Rows {
  const open = cursor.at;
  expectSign(cursor, "(");
  const head = namesUntil(cursor, ")");
  if (head.names.length === 0) expected(cursor, "the name of a variable", open + 1);
  expectSign(cursor, "{");
  const rows: Rows["rows"][number][] = [];
  while (!acceptSign(cursor, "}")) {
    const { at } = cursor;
    if (acceptWord(cursor, "property")) skipProperty(cursor);
    else if (acceptWord(cursor, "table")) rows.push({ key: "table", values: numbersUntilSemicolon(cursor), at });
    else if (acceptWord(cursor, "default")) rows.push({ key: "default", values: numbersUntilSemicolon(cursor), at });
    else if (acceptSign(cursor, "(")) {
      const key = countedNames(cursor, ")", head.names.length - 1);
      rows.push({ key, values: numbersUntilSemicolon(cursor), at });
    } else if (rows.length === 0 && acceptNumber(cursor) !== null) wrong(cursor, at, "expected `table` before numbers");
    else expected(cursor, "a row `(state, ...)`, `table`, `default`, `property` or `}`");
  }
  return { head, rows };
}

function tableOf(cursor: Cursor, variables: ReadonlyMap<string, Variable>, block: Rows): Table {
  const fail = failing(cursor.source, format);
  const { names, commas } = block.head;
  // `( light-on family-out )` has two names, unless one variable is called that
  const [node, ...parents] = commas || names.every(({ name }) => variables.has(name)) ? names : words(names);
  if (node === undefined) throw new Error("internal: a table of no variable");
  const { rows, states } = sizeOfTable(fail, variables, node, parents);
  const indices = parents.map((parent) => {
    const list = lookUp(fail, variables, parent).states;
    return new Map(list.map((state, i) => [state.name, i]));
  });
  const values = new Float64Array(rows * states);
  const places = new Array<number>(rows).fill(-1);
  let otherwise: Rows["rows"][number] | null = null;
  for (const row of block.rows) {
    const { key, values: numbers, at } = row;
    const length = key === "table" ? rows * states : states;
    if (numbers.length !== length) fail(at, `expected ${length} numbers, found ${numbers.length}`);
    if (key === "default") {
      if (otherwise !== null) fail(at, "a second `default` row");
      otherwise = row;
    } else if (key === "table") {
      if (places.some((place) => place !== -1)) fail(at, "`table` gives rows that were given before");
      places.fill(at);
      // the node is the slowest here, and the last parent the fastest
      numbers.forEach((number, i) => {
        values[(i % rows) * states + Math.floor(i / rows)] = number;
      });
    } else {
      if (key.length !== parents.length) {
        fail(at, `expected the states of ${parents.length} parents, found ${key.length}`);
      }
      const index = key.reduce((sofar, state, i) => {
        const position = indices[i]!.get(state.name);
        if (position === undefined) fail(state.at, `\`${parents[i]!.name}\` has no state \`${state.name}\``);
        return sofar * indices[i]!.size + position!;
      }, 0);
      if (places[index] !== -1) fail(at, "this row is given twice");
      places[index] = at;
      values.set(numbers, index * states);
    }
  }
  const missing = places.indexOf(-1);
  if (missing !== -1 && otherwise === null) {
    const count = places.filter((place) => place === -1).length;
    const key = rowLabels(
      indices.map((index) => [...index.keys()]),
      missing,
    ).join(", ");
    fail(node.at, `the table of \`${node.name}\` lacks ${count} of ${rows} rows, the first is (${key})`);
  }
  for (let row = missing; row !== -1; row = places.indexOf(-1, row)) {
    places[row] = otherwise!.at;
    values.set(otherwise!.values, row * states);
  }
  return { node, parents, values, places };
}

/** Throws RuntimeFault("bad-file") naming the place where the text stops being BIF, or what is wrong with a table. */
export function readBif(source: Source): CausalModel {
  const cursor = createCursor(source, format, [space, lineComment, blockComment]);
  let name = "";
  const variables: Variable[] = [];
  const blocks: Rows[] = [];
  while (!atEnd(cursor)) {
    if (acceptWord(cursor, "network")) name = network(cursor);
    else if (acceptWord(cursor, "variable")) variables.push(variable(cursor));
    else if (acceptWord(cursor, "probability")) blocks.push(probability(cursor));
    else expected(cursor, "`network`, `variable` or `probability`");
    skipBlanks(cursor);
  }
  if (variables.length === 0) expected(cursor, "a `variable`");
  const byName = variablesByName(failing(source, format), variables);
  const tables = blocks.map((block) => tableOf(cursor, byName, block));
  return modelOf(source, format, name, variables, tables);
}

/** Quotes only where a reader could not tell where the name ends. */
function writeName(name: string): string {
  const bare = /^[^\s,;{}()[\]|"/\\]+(?: [^\s,;{}()[\]|"/\\]+)*$/.test(name) || /^[\w-]+\/[\w-]+$/.test(name);
  return bare ? name : writeText(name);
}

export function writeBif({ name, nodes }: DiscreteModel): string {
  const lines = [`network ${writeName(name)} {`, "}"];
  for (const { name: node, states } of nodes) {
    const list = states.map(writeName).join(", ");
    lines.push(`variable ${writeName(node)} {`, `  type discrete [ ${states.length} ] { ${list} };`, "}");
  }
  const statesOf = new Map(nodes.map((node) => [node.name, node.states]));
  for (const { name: node, states, parents, probabilities } of nodes) {
    const given = parents.length === 0 ? "" : ` | ${parents.map(writeName).join(", ")}`;
    lines.push(`probability ( ${writeName(node)}${given} ) {`);
    const names = parents.map((parent) => statesOf.get(parent)!.map(writeName));
    for (let row = 0; row * states.length < probabilities.length; row++) {
      const numbers = probabilities.subarray(row * states.length, (row + 1) * states.length).join(", ");
      lines.push(parents.length === 0 ? `  table ${numbers};` : `  (${rowLabels(names, row).join(", ")}) ${numbers};`);
    }
    lines.push("}");
  }
  return `${lines.join("\n")}\n`;
}
