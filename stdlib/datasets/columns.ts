/** From the column of a data set to the values of a node: states by their spelling, numbers by their text. */
import { closest } from "#lang/diagnostics/suggest";
import { elementParts } from "#lang/syntax/elements";
import { type NodeType, statesOf } from "#lang/types/type";
import { RuntimeFault } from "#runtime/fault";
import type { Column, DataSource } from "./dataset.ts";

/**
 * The values of node `name` in all rows: indices of the states of a discrete type, numbers for `real`. A column has the name
 * of its node; for `X[1]` it may also be `X_1`. Throws RuntimeFault "bad-data": no such column (with near names), or a cell that is no state of the node or
 * no number (with its file and line).
 */
export function nodeColumn(source: DataSource, name: string, type: NodeType): Uint16Array | Float32Array {
  const column = source.columns.get(name) ?? source.columns.get(plainName(name));
  if (column === undefined) throw missingColumn(source, name);
  const states = statesOf(type);
  if (states === null) return numbers(source, name, column);
  const result = new Uint16Array(source.rows);
  const meaning = new Map<string, number>();
  for (let row = 0; row < source.rows; row++) {
    const cell = cellText(column, row);
    let index = meaning.get(cell);
    if (index === undefined) {
      index = stateIndex(states, type, cell);
      if (index < 0) throw badCell(source, row, name, cell, `its states are ${states.join(", ")}`);
      meaning.set(cell, index);
    }
    result[row] = index;
  }
  return result;
}

function plainName(name: string): string {
  const parts = elementParts(name);
  return parts === null ? name : [parts.base, ...parts.index].join("_");
}

function numbers(source: DataSource, name: string, column: Column): Float32Array {
  if (column.kind === "real") return column.values;
  const texts = column.kind === "states" ? column.states : column.texts;
  const meaning = texts.map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
  return Float32Array.from(column.values, (index, row) => {
    const value = meaning[index]!;
    if (!Number.isFinite(value)) throw badCell(source, row, name, texts[index]!, "it is a real: a number is needed");
    return value;
  });
}

function cellText(column: Column, row: number): string {
  switch (column.kind) {
    case "states":
      return column.states[column.values[row]!]!;
    case "text":
      return column.texts[column.values[row]!]!;
    case "real":
      return String(column.values[row]!);
  }
}

/** Spellings of true and false that people's files use; -1 is CelebA's. */
const spellings: Readonly<Record<string, "true" | "false">> = {
  true: "true",
  yes: "true",
  "1": "true",
  "+1": "true",
  false: "false",
  no: "false",
  "0": "false",
  "-1": "false",
};

function stateIndex(states: readonly string[], type: NodeType, cell: string): number {
  const text = cell.trim();
  const exact = states.indexOf(text);
  if (exact >= 0) return exact;
  if (type.kind === "bool") return states.indexOf(spellings[text.toLowerCase()] ?? "");
  if (type.kind === "int" && text !== "") return states.indexOf(String(Number(text)));
  return -1;
}

function missingColumn(source: DataSource, name: string): RuntimeFault {
  const names = [...source.columns.keys()];
  const near = closest(name, names);
  const shown = names.slice(0, 12).join(", ") + (names.length > 12 ? `, ... (${names.length} in all)` : "");
  return new RuntimeFault(
    "bad-data",
    `the data has no column \`${name}\`${near === null ? "" : `; did you mean \`${near}\`?`}`,
    `a node takes the column of its own name; the columns are ${shown}`,
  );
}

function badCell(source: DataSource, row: number, name: string, cell: string, advice: string): RuntimeFault {
  const what = cell.trim() === "" ? "an empty cell" : `"${cell}"`;
  return new RuntimeFault("bad-data", `${source.place(row)}: ${what} is no value of \`${name}\``, advice);
}
