/** The data set `folder`: pictures in a folder, and a table with a column that names them. */
import { closest } from "#lang/diagnostics/suggest";
import { RuntimeFault } from "#runtime/fault";
import {
  bad,
  budget,
  cache,
  chosenRows,
  flip,
  holdout,
  limit,
  numberArgument,
  skip,
  textArgument,
  validation,
} from "./arguments.ts";
import type { Dataset, Reader } from "./dataset.ts";
import type { Flaw } from "./picture-cache.ts";
import { openPictures } from "./picture-files.ts";
import { readSheet, separator, type Sheet, textColumn } from "./sheet.ts";

export const folder: Dataset = {
  name: "folder",
  doc: "Pictures in a folder with a table (CSV or parquet) that has a row for each: one column names the file, the others are labels.",
  parameters: [
    { name: "path", kind: "string", doc: "the folder" },
    {
      name: "labels",
      kind: "string",
      default: "labels.csv",
      doc: "the table: a name in the folder, or else a path; .parquet or .pq is parquet, everything else CSV",
    },
    { name: "column", kind: "string", default: "file", doc: "the column with the names of the pictures" },
    { name: "size", kind: "int", default: 64, range: [8, 512], doc: "side of the pictures in pixels" },
    {
      name: "crop",
      kind: "int",
      default: null,
      range: [8, 16384],
      doc: "side of the centred square that is kept of a picture; without it the largest square",
    },
    { name: "gray", kind: "boolean", default: false, doc: "one channel instead of three" },
    separator,
    flip(false),
    skip,
    limit,
    validation,
    holdout,
    bad,
    cache,
    budget,
  ],
  async open(args, reader) {
    const path = textArgument(args, "path");
    const file = await findTable(path, textArgument(args, "labels"), reader);
    const sheet = await readSheet(file, args, reader);
    const names = columnNamed(sheet, textArgument(args, "column"), file);
    const { start, end } = chosenRows(args, sheet.rows, file);
    const named = Array.from({ length: sheet.rows }, (_, row) => sheet.cell(row, names).trim());
    const chosen = named.slice(start, end);
    const place = (row: number) => sheet.place(start + row);
    const gray = args.gray === true;
    const pictures = await openPictures(
      {
        name: "folder",
        folder: path,
        paths: chosen.map((name) => (name === "" ? "" : `${path}/${name}`)),
        place,
        unlabelled: await unlabelledIn(path, named, reader),
        flaws: flawsOfNames(chosen, place),
        channels: gray ? 1 : 3,
        size: numberArgument(args, "size"),
        crop: args.crop === null ? null : numberArgument(args, "crop"),
      },
      args,
      reader,
    );
    const left = pictures.rows ?? Int32Array.from(chosen.keys());
    const rows = left.map((row) => start + row);
    const columns = sheet.header.map((name, i) => [name, i] as const).filter(([, i]) => i !== names);
    return {
      rows: rows.length,
      columns: new Map(columns.map(([name, i]) => [name, textColumn(sheet, i, rows)])),
      image: pictures.image,
      fingerprint: `folder-1 ${sheet.fingerprint} rows ${start} to ${end}, ${pictures.fingerprint}`,
      place: (row) => place(left[row]!),
    };
  },
};

async function findTable(path: string, labels: string, reader: Reader): Promise<string> {
  if ((await reader.exists(path)) !== "directory") {
    throw new RuntimeFault(
      "missing-file",
      `there is no folder ${path}`,
      "give the folder with the pictures to folder(...), or to causal train --data NAME=PATH",
    );
  }
  const inside = `${path}/${labels}`;
  if ((await reader.exists(inside)) === "file") return inside;
  if ((await reader.exists(labels)) === "file") return labels;
  const tables = (await reader.list(path)).filter((name) => /\.(csv|csv\.gz|tsv|parquet|pq)$/i.test(name));
  const advice =
    tables.length === 0
      ? 'write a table with a row for each picture and a column of their names, and name it: labels = "FILE"'
      : `name it: labels = "${tables[0]}"`;
  throw new RuntimeFault("missing-file", `there is no table ${labels} in ${path}`, advice);
}

function columnNamed(sheet: Sheet, name: string, file: string): number {
  const index = sheet.header.indexOf(name);
  if (index >= 0) return index;
  const near = closest(name, [...sheet.header]);
  throw new RuntimeFault(
    "bad-data",
    `${file} has no column \`${name}\`${near === null ? "" : `; did you mean \`${near}\`?`}`,
    `say which column names the pictures: column = "NAME"; the columns are ${sheet.header.slice(0, 12).join(", ")}`,
  );
}

/** Pictures in the folder, and in those below it that rows name, without a row in all of the table. */
async function unlabelledIn(path: string, names: readonly string[], reader: Reader): Promise<readonly string[]> {
  const known = new Set(names.map((name) => name.normalize("NFC")));
  const folders = new Set(["", ...names.map((name) => name.slice(0, name.lastIndexOf("/") + 1))]);
  const found: string[] = [];
  for (const inside of [...folders].sort()) {
    for (const file of await reader.list(`${path}/${inside}`)) {
      if (!/\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i.test(file) || known.has(`${inside}${file}`.normalize("NFC")))
        continue;
      found.push(`${path}/${inside}${file}`);
    }
  }
  return found;
}

/** Rows that name no picture, or one that an earlier row has. */
function flawsOfNames(names: readonly string[], place: (row: number) => string): readonly Flaw[] {
  const first = new Map<string, number>();
  return names.flatMap((name, row): Flaw[] => {
    if (name === "") return [{ row, flaw: "no file name", detail: "" }];
    const key = name.normalize("NFC");
    const earlier = first.get(key);
    if (earlier !== undefined) return [{ row, flaw: "listed twice", detail: `first at ${place(earlier)}` }];
    first.set(key, row);
    return [];
  });
}
