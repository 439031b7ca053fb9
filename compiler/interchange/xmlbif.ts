/** XMLBIF 0.3, the XML form of the Interchange Format, read and written. The XML itself is `xml.ts`. */
import type { Source } from "#lang/source";
import type { CausalModel } from "../causal/model.ts";
import { createCursor, wrong, type Cursor } from "./cursor.ts";
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
import { type Element, escapeXml, readXml, xmlBlanks } from "./xml.ts";

const format = "XMLBIF";

const childrenNamed = (element: Element, name: string): readonly Element[] =>
  element.children.filter((child) => child.name === name);
const named = ({ text, textAt }: Element): Named => ({ name: text, at: textAt });

function only(cursor: Cursor, element: Element, name: string): Element {
  const [first, second] = childrenNamed(element, name);
  if (first === undefined) return wrong(cursor, element.at, `<${element.name}> needs a <${name}>`);
  if (second !== undefined) wrong(cursor, second.at, `<${element.name}> has a second <${name}>`);
  return first;
}

/** Anything that is not known might change the distribution. */
function checkChildren(cursor: Cursor, element: Element, known: readonly string[]): void {
  const stranger = element.children.find((child) => ![...known, "PROPERTY", "OBS"].includes(child.name));
  if (stranger === undefined) return;
  const names = known.map((name) => `<${name}>`).join(", ");
  wrong(cursor, stranger.at, `<${element.name}> cannot have <${stranger.name}>, only ${names} and <PROPERTY>`);
}

function variable(cursor: Cursor, element: Element): Variable {
  checkChildren(cursor, element, ["NAME", "OUTCOME", "VALUE"]);
  const kind = element.attributes.get("TYPE") ?? "nature";
  if (kind !== "nature") wrong(cursor, element.at, `a ${kind} node cannot be imported, only those of TYPE="nature"`);
  const states = [...childrenNamed(element, "OUTCOME"), ...childrenNamed(element, "VALUE")].map(named);
  return { ...named(only(cursor, element, "NAME")), states };
}

/** The numbers of a table with the offset of each. */
function numbersOf(fail: Fail, { text, textAt }: Element): readonly { readonly value: number; readonly at: number }[] {
  return [...text.matchAll(/[^\s,]+/g)].map((match) => {
    const [word] = match;
    const at = textAt + match.index;
    const value = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(word) ? Number(word) : Number.NaN;
    if (!(value >= 0 && value <= Number.MAX_VALUE)) fail(at, `expected a probability, found \`${word.slice(0, 30)}\``);
    return { value, at };
  });
}

function table(cursor: Cursor, fail: Fail, variables: ReadonlyMap<string, Variable>, element: Element): Table {
  checkChildren(cursor, element, ["FOR", "GIVEN", "TABLE"]);
  const node = named(only(cursor, element, "FOR"));
  const parents = childrenNamed(element, "GIVEN").map(named);
  const { rows, states } = sizeOfTable(fail, variables, node, parents);
  const content = only(cursor, element, "TABLE");
  const numbers = numbersOf(fail, content);
  if (numbers.length !== rows * states) {
    fail(content.at, `the table of \`${node.name}\` needs ${rows} x ${states} numbers, found ${numbers.length}`);
  }
  return {
    node,
    parents,
    values: Float64Array.from(numbers, ({ value }) => value),
    places: Array.from({ length: rows }, (_, row) => numbers[row * states]!.at),
  };
}

/** Throws RuntimeFault("bad-file") naming the place where the text stops being XMLBIF, or what is wrong with a table. */
export function readXmlBif(source: Source): CausalModel {
  const cursor = createCursor(source, format, xmlBlanks);
  const fail = failing(source, format);
  const root = readXml(cursor);
  if (root.name !== "BIF") wrong(cursor, root.at, `expected the element <BIF>, found <${root.name}>`);
  checkChildren(cursor, root, ["NETWORK"]);
  const network = only(cursor, root, "NETWORK");
  checkChildren(cursor, network, ["NAME", "VARIABLE", "DEFINITION"]);
  const variables = childrenNamed(network, "VARIABLE").map((element) => variable(cursor, element));
  const byName = variablesByName(fail, variables);
  const tables = childrenNamed(network, "DEFINITION").map((element) => table(cursor, fail, byName, element));
  if (variables.length === 0) wrong(cursor, network.at, "the network has no <VARIABLE>");
  return modelOf(source, format, childrenNamed(network, "NAME")[0]?.text ?? "", variables, tables);
}

export function writeXmlBif({ name, nodes }: DiscreteModel): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BIF VERSION="0.3">', "<NETWORK>"];
  lines.push(`<NAME>${escapeXml(name)}</NAME>`);
  for (const { name: node, states } of nodes) {
    lines.push('<VARIABLE TYPE="nature">', `  <NAME>${escapeXml(node)}</NAME>`);
    for (const state of states) lines.push(`  <OUTCOME>${escapeXml(state)}</OUTCOME>`);
    lines.push("</VARIABLE>");
  }
  for (const { name: node, states, parents, probabilities } of nodes) {
    lines.push("<DEFINITION>", `  <FOR>${escapeXml(node)}</FOR>`);
    for (const parent of parents) lines.push(`  <GIVEN>${escapeXml(parent)}</GIVEN>`);
    lines.push("  <TABLE>");
    for (let start = 0; start < probabilities.length; start += states.length) {
      lines.push(`    ${probabilities.subarray(start, start + states.length).join(" ")}`);
    }
    lines.push("  </TABLE>", "</DEFINITION>");
  }
  lines.push("</NETWORK>", "</BIF>");
  return `${lines.join("\n")}\n`;
}
