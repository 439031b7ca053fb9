/** Comma-separated values as spreadsheets write them (RFC 4180): text to rows of cells. What cells mean is not known here. */
import { RuntimeFault } from "#runtime/fault";

export interface CsvTable {
  readonly header: readonly string[];
  /** the cells of all rows one after the other, header.length for each row */
  readonly cells: readonly string[];
  readonly rows: number;
  /** line of the file on which a row begins, from 1 */
  lineOf(row: number): number;
}

/**
 * Cells may be quoted; a quoted cell may hold separators, line breaks and doubled quotes. Spaces around cells belong to no
 * cell unless they are quoted. Empty lines are skipped. Throws RuntimeFault "bad-data" with `source` and the line: no header,
 * two columns of one name, a ragged line, a quote that is not closed or not at the rim of its cell.
 */
export function parseCsv(text: string, separator: string, source: string): CsvTable {
  const records = readRecords(text, separator, source);
  const first = records[0];
  if (first === undefined) throw bad(source, 1, "it is empty", "the first line must name the columns");
  const header = first.cells;
  header.forEach((name, i) => {
    if (name === "")
      throw bad(source, first.line, `column ${i + 1} has no name`, "name every column in the first line");
    if (header.indexOf(name) < i)
      throw bad(source, first.line, `two columns are named \`${name}\``, "rename one of them");
  });
  const rows = records.slice(1);
  if (rows.length === 0)
    throw bad(source, first.line, "there are no rows under the header", "add rows, or name another file");
  for (const { cells, line } of rows) {
    if (cells.length !== header.length) {
      const advice = `the header names ${header.length} columns; is a separator missing, or a cell with "${separator}" unquoted?`;
      throw bad(source, line, `${header.length} cells are expected, ${cells.length} found`, advice);
    }
  }
  const lines = rows.map(({ line }) => line);
  return { header, cells: rows.flatMap(({ cells }) => cells), rows: rows.length, lineOf: (row) => lines[row]! };
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

function readRecords(text: string, separator: string, source: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let line = 1;
  for (let position = 0; position < text.length; ) {
    const recordLine = line;
    const cells: string[] = [];
    for (;;) {
      const cell = text[skipSpaces(text, position, separator)] === '"' ? readQuoted() : readPlain();
      cells.push(cell);
      if (text[position] !== separator) break;
      position++;
    }
    if (text[position] === "\r") position++;
    if (text[position] === "\n") position++;
    line++;
    if (cells.length > 1 || cells[0] !== "") records.push({ cells, line: recordLine });

    function readPlain(): string {
      const start = position;
      while (
        position < text.length &&
        text[position] !== separator &&
        text[position] !== "\n" &&
        text[position] !== "\r"
      ) {
        position++;
      }
      return text.slice(start, position).trim();
    }

    function readQuoted(): string {
      const openLine = line;
      position = skipSpaces(text, position, separator) + 1;
      let cell = "";
      for (;;) {
        const close = text.indexOf('"', position);
        if (close < 0)
          throw bad(source, openLine, "a quote is opened and never closed", 'write a quote inside a cell as ""');
        const part = text.slice(position, close);
        line += part.split("\n").length - 1;
        cell += part;
        position = close + 1;
        if (text[position] !== '"') break;
        cell += '"';
        position++;
      }
      position = skipSpaces(text, position, separator);
      const next = text[position];
      if (next !== undefined && next !== separator && next !== "\n" && next !== "\r") {
        throw bad(source, line, "there is text behind a closing quote", 'write a quote inside a cell as ""');
      }
      return cell;
    }
  }
  return records;
}

function skipSpaces(text: string, position: number, separator: string): number {
  let end = position;
  while ((text[end] === " " || text[end] === "\t") && text[end] !== separator) end++;
  return end;
}

function bad(source: string, line: number, what: string, advice: string): RuntimeFault {
  return new RuntimeFault("bad-data", `${source}:${line}: ${what}`, advice);
}
