/** Sheets of pictures: rows with captions, a title, tidy margins. Encoding a sheet is `images.ts`. */
import { advance, dot, glyphHeight, glyphWidth } from "./font.ts";
import type { Picture } from "./images.ts";

export interface GridRow {
  readonly caption: string;
  /** each [channels, size, size] with values in [-1, 1] */
  readonly images: readonly Float32Array[];
}

export interface Grid {
  readonly rows: readonly GridRow[];
  /** side of the pictures in pixels */
  readonly size: number;
  readonly channels: 1 | 3;
  readonly title?: string;
  /** whole pixels of the sheet for one pixel of a picture; by default so many that a picture is about 64 wide */
  readonly scale?: number;
  /** pictures side by side, before a row goes on below; 16 by default */
  readonly columns?: number;
}

const paper = 255;
const ink = 40;
const margin = 16;
const gap = 4;
const maximalColumns = 16;

interface TextLine {
  readonly text: string;
  readonly top: number;
  readonly dots: number;
}

/** Draws the sheet; characters outside of ASCII become question marks, long captions go on in a new line. */
export function imageGrid(grid: Grid): Picture {
  const scale = grid.scale ?? Math.max(1, Math.round(64 / grid.size));
  const cell = grid.size * scale;
  const most = Math.max(1, ...grid.rows.map((row) => row.images.length));
  const columns = Math.min(most, grid.columns ?? maximalColumns);
  // room for a caption of some words, even above a single small picture
  const inner = Math.max(columns * (cell + gap) - gap, 200);
  const dots = inner < 320 ? 1 : 2;

  const lines: TextLine[] = [];
  const places: { readonly image: Float32Array; readonly left: number; readonly top: number }[] = [];
  let top = margin;
  const write = (text: string, size: number) => {
    for (const line of wrap(text, Math.floor(inner / (advance * size)))) {
      lines.push({ text: line, top, dots: size });
      top += (glyphHeight + 2) * size;
    }
  };
  if (grid.title !== undefined && grid.title !== "") {
    write(grid.title, dots + 1);
    top += margin / 2;
  }
  grid.rows.forEach((row, index) => {
    if (index > 0) top += row.caption === "" ? gap : margin;
    if (row.caption !== "") {
      write(row.caption, dots);
      top += 2;
    }
    row.images.forEach((image, i) => {
      const left = margin + (i % columns) * (cell + gap);
      places.push({ image, left, top: top + Math.floor(i / columns) * (cell + gap) });
    });
    top += Math.max(0, Math.ceil(row.images.length / columns) * (cell + gap) - gap);
  });

  const width = inner + 2 * margin;
  const height = top + margin;
  const rgb = new Uint8Array(width * height * 3).fill(paper);
  for (const line of lines) drawText(rgb, width, line);
  for (const { image, left, top } of places) drawImage(rgb, width, image, grid, scale, left, top);
  return { width, height, rgb };
}

/** Breaks at spaces where it can, else inside of words. */
function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest.length > length) {
    const space = rest.lastIndexOf(" ", length);
    const end = space > 0 ? space : length;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function drawText(rgb: Uint8Array, width: number, { text, top, dots }: TextLine): void {
  [...text].forEach((character, i) => {
    const left = margin + i * advance * dots;
    for (let y = 0; y < glyphHeight; y++) {
      for (let x = 0; x < glyphWidth; x++) {
        if (!dot(character, x, y)) continue;
        for (let k = 0; k < dots; k++) {
          const start = ((top + y * dots + k) * width + left + x * dots) * 3;
          rgb.fill(ink, start, start + 3 * dots);
        }
      }
    }
  });
}

function drawImage(
  rgb: Uint8Array,
  width: number,
  image: Float32Array,
  { size, channels }: Grid,
  scale: number,
  left: number,
  top: number,
): void {
  const plane = size * size;
  if (image.length !== channels * plane) {
    throw new Error(`internal: a picture of ${image.length} values in a grid of [${channels}, ${size}, ${size}]`);
  }
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      const from = Math.floor(y / scale) * size + Math.floor(x / scale);
      const to = ((top + y) * width + left + x) * 3;
      for (let c = 0; c < 3; c++) {
        // a Uint8Array wraps around, so that values a little beyond the range need the clamp; NaN becomes black
        const value = image[from + (channels === 3 ? c * plane : 0)]!;
        rgb[to + c] = Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)));
      }
    }
  }
}
