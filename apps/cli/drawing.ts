/** What was drawn, for people: grids of pictures in files and in the terminal, tables and JSON of the other nodes. */
import type { Source } from "#lang/source";
import type { DrawStatement } from "#lang/syntax/ast";
import { elementParts } from "#lang/syntax/elements";
import type { Pictures } from "../api/images.ts";
import { type Drawing, spell, type World } from "../api/world.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { imageGrid } from "../files/grid.ts";
import { encodePng } from "../files/images.ts";
import { detectProtocol, pictureText } from "../terminal/picture.ts";
import { type Io, UsageError } from "./command.ts";
import { formatNumber, table } from "./text.ts";

export interface Drawn {
  readonly world: World;
  /** what was asked for */
  readonly caption: string;
  readonly drawing: Drawing;
}

export interface CaptionedPictures {
  readonly caption: string;
  readonly pictures: Pictures;
}

/** The text of a draw statement as it was written, without its keyword. */
export function captionOf(statement: DrawStatement, sources: ReadonlyMap<string, Source>): string {
  const { source, start, end } = statement.span;
  const text = sources.get(source)?.text.slice(start, end) ?? "";
  return text.replace(/^draw\s+/, "").replace(/\s+/g, " ");
}

/** One row a drawing and image node. */
export function gridRows(drawn: readonly Drawn[]): readonly CaptionedPictures[] {
  return drawn.flatMap(({ caption, drawing }) =>
    Object.entries(drawing.pictures).map(([name, pictures], _, all) => ({
      caption: all.length === 1 ? caption : `${name}: ${caption}`,
      pictures,
    })),
  );
}

/** Writes the grid and shows it where standard output is a terminal; returns what to tell the user. */
export async function saveGrid(
  rows: readonly CaptionedPictures[],
  path: string,
  title: string | undefined,
  io: Io,
  columns?: number,
): Promise<string> {
  const first = rows[0]!.pictures;
  if (rows.some(({ pictures }) => pictures.height !== first.height || pictures.channels !== first.channels)) {
    throw new UsageError("pictures of different sizes do not fit into one grid; draw them in two calls");
  }
  const picture = imageGrid({
    rows: rows.map(({ caption, pictures }) => ({ caption, images: pictures.images })),
    size: first.height,
    channels: first.channels,
    ...(title === undefined ? {} : { title }),
    ...(columns === undefined ? {} : { columns }),
  });
  const png = await encodePng(picture);
  await writeFileAtomic(path, png);
  if (io.outIsTerminal) io.out(pictureText(picture, png, detectProtocol(process.env), io.columns));
  return `${path}: ${rows.reduce((sum, { pictures }) => sum + pictures.images.length, 0)} pictures, ${picture.width} x ${picture.height} pixels`;
}

const shownRows = 20;

/** The elements of a family side by side, where the first of them stands. */
function grouped(names: readonly string[]): readonly string[] {
  const families = new Map<string, string[]>();
  for (const name of names) {
    const base = elementParts(name)?.base ?? name;
    families.set(base, [...(families.get(base) ?? []), name]);
  }
  return [...families.values()].flat();
}

/** The first draws as a table, the shares of all draws below. */
export function drawnTable({ caption, drawing }: Drawn): string {
  const names = grouped(Object.keys(drawing.columns));
  const count = Math.min(drawing.count, shownRows);
  const rows = Array.from({ length: count }, (_, i) =>
    names.map((name) => {
      const text = spell(drawing, name, drawing.columns[name]![i]!);
      return Number.isNaN(Number(text)) ? text : formatNumber(Number(text));
    }),
  );
  const more = drawing.count > count ? `\n... ${drawing.count - count} more (--json prints all)` : "";
  return `${caption}   (seed ${drawing.seed})\n${table(names, rows)}${more}`;
}

export function drawnJson({ caption, drawing }: Drawn): unknown {
  const columns = grouped(Object.keys(drawing.columns)).map((name) => [
    name,
    Array.from(drawing.columns[name]!, (value) => {
      const text = spell(drawing, name, value);
      return text === String(value) ? value : text;
    }),
  ]);
  return { draw: caption, count: drawing.count, seed: drawing.seed, nodes: Object.fromEntries(columns) };
}
