/** The data set `table`: a CSV or parquet file whose columns have names. Cells stay texts until a node says what they are. */
import { chosenRows, holdout, limit, skip, textArgument, validation } from "./arguments.ts";
import type { Dataset } from "./dataset.ts";
import { readSheet, separator, textColumn } from "./sheet.ts";

export const table: Dataset = {
  name: "table",
  doc: "A table from a CSV file (also .csv.gz), whose first line names the columns, or from a parquet file (.parquet, .pq). A node takes the column of its own name.",
  parameters: [{ name: "path", kind: "string", doc: "the file" }, separator, skip, limit, validation, holdout],
  async open(args, reader) {
    const path = textArgument(args, "path");
    const sheet = await readSheet(path, args, reader);
    const { start, end } = chosenRows(args, sheet.rows, path);
    const rows = Int32Array.from({ length: end - start }, (_, i) => start + i);
    return {
      rows: rows.length,
      columns: new Map(sheet.header.map((name, i) => [name, textColumn(sheet, i, rows)])),
      image: null,
      fingerprint: `table-1 ${sheet.fingerprint} rows ${start} to ${end}`,
      place: (row) => sheet.place(start + row),
    };
  },
};
