/** The data set `table`: a CSV file whose header names the columns. Cells stay texts until a node says what they are. */
import { chosenRows, holdout, limit, skip, textArgument } from "./arguments.ts";
import { type CsvTable, parseCsv } from "./csv.ts";
import type { Column, Dataset } from "./dataset.ts";
import { fingerprintText } from "./fingerprint.ts";

export const table: Dataset = {
  name: "table",
  doc: "A table from a CSV file (also .csv.gz). The first line names the columns; a node takes the column of its own name.",
  parameters: [
    { name: "path", kind: "string", doc: "the file" },
    { name: "separator", kind: "string", default: ",", choices: [",", ";", "\t"], doc: "what stands between cells" },
    skip,
    limit,
    holdout,
  ],
  async open(args, reader) {
    const path = textArgument(args, "path");
    const text = await reader.text(path);
    const csv = parseCsv(text, textArgument(args, "separator"), path);
    const { start, end } = chosenRows(args, csv.rows, path);
    return {
      rows: end - start,
      columns: new Map(csv.header.map((name, i) => [name, columnOf(csv, i, start, end)])),
      image: null,
      fingerprint: `table-1 ${fingerprintText(text)} rows ${start} to ${end}`,
      place: (row) => `${path}:${csv.lineOf(start + row)}`,
    };
  },
};

function columnOf(csv: CsvTable, column: number, start: number, end: number): Column {
  const width = csv.header.length;
  const texts: string[] = [];
  const known = new Map<string, number>();
  const values = new Int32Array(end - start);
  for (let row = start; row < end; row++) {
    const cell = csv.cells[row * width + column]!;
    let index = known.get(cell);
    if (index === undefined) {
      index = texts.push(cell) - 1;
      known.set(cell, index);
    }
    values[row - start] = index;
  }
  return { kind: "text", texts, values };
}
