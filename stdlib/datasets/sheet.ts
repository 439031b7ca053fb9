/** A table of texts from a CSV or a parquet file, whichever the name says: columns, places of rows, a fingerprint. */
import type { Constants, Parameter } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import { textArgument } from "./arguments.ts";
import { parseCsv } from "./csv.ts";
import type { Column, Reader } from "./dataset.ts";
import { fingerprintBytes, fingerprintText } from "./fingerprint.ts";

export const separator: Parameter = {
  name: "separator",
  kind: "string",
  default: ",",
  choices: [",", ";", "\t"],
  doc: "what stands between the cells of a CSV file",
};

export interface Sheet {
  readonly header: readonly string[];
  readonly rows: number;
  cell(row: number, column: number): string;
  place(row: number): string;
  readonly fingerprint: string;
}

/** `args` has `separator`. Throws RuntimeFault: missing-file, bad-file, bad-data. */
export async function readSheet(path: string, args: Constants, reader: Reader): Promise<Sheet> {
  if (/\.(parquet|pq)$/i.test(path)) return readParquet(path, reader);
  const text = await reader.text(path);
  const csv = parseCsv(text, textArgument(args, "separator"), path);
  const width = csv.header.length;
  return {
    header: csv.header,
    rows: csv.rows,
    cell: (row, column) => csv.cells[row * width + column]!,
    place: (row) => `${path}:${csv.lineOf(row)}`,
    fingerprint: fingerprintText(text),
  };
}

async function readParquet(path: string, reader: Reader): Promise<Sheet> {
  if (reader.parquet === undefined) throw new Error("internal: this reader cannot read parquet");
  const bytes = await reader.bytes(path);
  const { header, columns } = await reader.parquet(bytes, path);
  const rows = columns[0]?.length ?? 0;
  if (rows === 0) throw new RuntimeFault("bad-data", `${path}: it has no rows`, "name another file");
  return {
    header,
    rows,
    cell: (row, column) => columns[column]![row]!,
    place: (row) => `${path}, row ${row + 1}`,
    fingerprint: fingerprintBytes(bytes),
  };
}

/** The cells of a column in `rows`, as written. */
export function textColumn(sheet: Sheet, column: number, rows: Int32Array): Column {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const values = Int32Array.from(rows, (row) => {
    const cell = sheet.cell(row, column);
    const index = known.get(cell) ?? texts.push(cell) - 1;
    known.set(cell, index);
    return index;
  });
  return { kind: "text", texts, values };
}
