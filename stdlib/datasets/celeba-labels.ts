/**
 * The label files of CelebA: the original `list_attr_celeba.txt` (a count, the names of 40 attributes, then
 * `NAME.jpg  1 -1 ...`) and Kaggle's `list_attr_celeba.csv` (`image_id,...`). Pictures are `celeba.ts`.
 */
import { RuntimeFault } from "#runtime/fault";

export interface CelebaLabels {
  readonly attributes: readonly string[];
  /** file names of the pictures */
  readonly images: readonly string[];
  /** 0 or 1 for each row, by attribute */
  readonly values: readonly Uint8Array[];
  /** line of a row in the file, from 1 */
  readonly lines: Int32Array;
}

/** Throws RuntimeFault "bad-data" with `source` and line: header, ragged line, a value besides 1 and -1, an image twice. */
export function parseCelebaLabels(text: string, source: string): CelebaLabels {
  const lines = text.split("\n");
  const cells = text.slice(0, 4096).includes(",")
    ? (line: string) =>
        line
          .trim()
          .split(",")
          .map((cell) => cell.trim())
    : (line: string) => line.trim().split(/\s+/);

  let next = 0;
  const nextLine = () => {
    while (next < lines.length && lines[next]!.trim() === "") next++;
    return next < lines.length ? lines[next++]! : null;
  };

  let headerLine = nextLine();
  let count: number | null = null;
  if (headerLine !== null && /^\s*\d+\s*$/.test(headerLine)) {
    count = Number(headerLine);
    headerLine = nextLine();
  }
  if (headerLine === null) throw bad(source, 1, "there is no header", "the header names the attributes");
  const header = cells(headerLine);
  const attributes = header[0] === "image_id" ? header.slice(1) : header;
  checkHeader(attributes, source, next);

  const images: string[] = [];
  const places: number[] = [];
  const columns = attributes.map(() => [] as number[]);
  const seen = new Map<string, number>();
  for (let line = nextLine(); line !== null; line = nextLine()) {
    const row = cells(line);
    const image = row[0]!;
    if (row.length !== attributes.length + 1) {
      const expected = `a name and ${attributes.length} values are expected, a name and ${row.length - 1} found`;
      throw bad(source, next, expected, "is the line cut off? download or copy the file again");
    }
    const earlier = seen.get(image);
    if (earlier !== undefined) {
      throw bad(source, next, `${image} is listed twice, first on line ${earlier}`, "remove one of the two lines");
    }
    seen.set(image, next);
    for (let i = 0; i < attributes.length; i++) {
      const value = row[i + 1]!;
      if (value !== "1" && value !== "-1" && value !== "0") {
        throw bad(source, next, `"${value}" is no value of \`${attributes[i]}\``, "attributes are 1, or -1 (or 0)");
      }
      columns[i]!.push(value === "1" ? 1 : 0);
    }
    images.push(image);
    places.push(next);
  }
  if (images.length === 0)
    throw bad(source, next, "there are no rows under the header", "download or copy the file again");
  if (count !== null && count !== images.length) {
    const what = `the first line promises ${count} rows, the file has ${images.length}`;
    throw bad(
      source,
      1,
      what,
      "is the file cut off? download it again, or delete its first line if the part is wanted",
    );
  }
  return {
    attributes,
    images,
    values: columns.map((column) => Uint8Array.from(column)),
    lines: Int32Array.from(places),
  };
}

function checkHeader(attributes: readonly string[], source: string, line: number): void {
  const wrong =
    attributes.length === 0 || attributes.some((name) => !/^[A-Za-z0-9_]*[A-Za-z][A-Za-z0-9_]*$/.test(name));
  if (wrong) {
    throw bad(
      source,
      line,
      "this is not the header of a CelebA label file",
      "the header names the attributes, as in `Bald Bangs ...`",
    );
  }
  attributes.forEach((name, i) => {
    if (attributes.indexOf(name) < i)
      throw bad(source, line, `two columns are named \`${name}\``, "rename one of them");
  });
}

function bad(source: string, line: number, what: string, advice: string): RuntimeFault {
  return new RuntimeFault("bad-data", `${source}:${line}: ${what}`, advice);
}
