/** Parts of a report: tables, and pictures that are inside the file. Charts are `chart.ts`. */
import { type Html, html, nothing } from "./html.ts";

export interface Cell {
  readonly text: string;
  /** misses its aim */
  readonly miss?: boolean;
}

export interface TableOptions {
  readonly header: readonly string[];
  readonly rows: readonly (readonly (string | Cell)[])[];
  /** stands above */
  readonly title?: string;
  /** what the numbers are, in a sentence */
  readonly note?: string;
  /** folded away until it is asked for, under this text */
  readonly folded?: string;
}

const textOf = (cell: string | Cell) => (typeof cell === "string" ? cell : cell.text);

/** Columns in which every cell reads as a number are set to the right. */
export function tablePart({ header, rows, title, note, folded }: TableOptions): Html {
  if (rows.length === 0) return nothing;
  const numeric = header.map((_, k) => rows.every((row) => /^[-+]?[\d.,e%() -]*$/.test(textOf(row[k] ?? ""))));
  const kind = (k: number, miss = false) => [...(numeric[k] ? ["number"] : []), ...(miss ? ["miss"] : [])].join(" ");
  const body = html`<div class="scroll"><table>
<thead><tr>${header.map((text, k) => html`<th class="${kind(k)}">${text}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, k) => html`<td class="${kind(k, typeof cell !== "string" && cell.miss === true)}">${textOf(cell)}</td>`)}</tr>\n`)}</tbody>
</table></div>
`;
  const heading = title === undefined ? nothing : html`<h3>${title}</h3>\n`;
  const said = note === undefined ? nothing : html`<p class="dim">${note}</p>\n`;
  if (folded !== undefined) return html`${heading}${said}<details><summary>${folded}</summary>\n${body}</details>\n`;
  return html`${heading}${said}${body}`;
}

export interface PictureOptions {
  readonly type: "png" | "avif";
  readonly bytes: Uint8Array;
  /** pixels that it takes in the page */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly caption: string;
}

export function picturePart({ type, bytes, width, height, title, caption }: PictureOptions): Html {
  const source = `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;
  return html`<figure>
<img src="${source}" width="${width}" height="${height}" alt="${title}">
<figcaption>${title === caption ? caption : `${title}. ${caption}`}</figcaption>
</figure>
`;
}
