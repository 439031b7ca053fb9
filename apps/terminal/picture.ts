/**
 * A picture as text for a terminal: the kitty and iTerm2 protocols and sixel where the terminal is known to show them,
 * else half blocks in 24-bit colour. What the terminal can do is read off its environment; nothing is sent to ask.
 */
import type { Picture } from "../files/images.ts";

export type PictureProtocol = "kitty" | "iterm2" | "sixel" | "blocks";

export function detectProtocol(environment: Readonly<Record<string, string | undefined>>): PictureProtocol {
  const { TERM = "", TERM_PROGRAM = "", KITTY_WINDOW_ID, LC_TERMINAL } = environment;
  if (environment.TMUX !== undefined) return "blocks"; // passes no graphics through unless it is told to
  if (KITTY_WINDOW_ID !== undefined || TERM.includes("kitty") || TERM_PROGRAM === "ghostty") return "kitty";
  if (TERM_PROGRAM === "iTerm.app" || TERM_PROGRAM === "WezTerm" || LC_TERMINAL === "iTerm2") return "iterm2";
  if (/foot|mlterm|sixel|contour/.test(TERM)) return "sixel";
  return "blocks";
}

/** `png` is the same picture encoded; `columns` the width of the terminal (half blocks shrink the picture to it). */
export function pictureText(picture: Picture, png: Uint8Array, protocol: PictureProtocol, columns: number): string {
  switch (protocol) {
    case "kitty":
      return kitty(png);
    case "iterm2":
      return `\x1b]1337;File=inline=1;size=${png.length}:${base64(png)}\x07\n`;
    case "sixel":
      return sixel(picture);
    case "blocks":
      return halfBlocks(shrinkTo(picture, columns));
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

/** Kitty takes base64 in chunks of at most 4096 characters; m=1 on all but the last. */
function kitty(png: Uint8Array): string {
  const chunks = base64(png).match(/.{1,4096}/gs) ?? [];
  const escapes = chunks.map((chunk, i) => {
    const more = i < chunks.length - 1 ? 1 : 0;
    return `\x1b_G${i === 0 ? "a=T,f=100," : ""}m=${more};${chunk}\x1b\\`;
  });
  return `${escapes.join("")}\n`;
}

/** Two pixels a character: the upper one as foreground of an upper half block, the lower one as background. */
function halfBlocks({ width, height, rgb }: Picture): string {
  const colour = (x: number, y: number) => {
    const at = 3 * (y * width + x);
    return `${rgb[at]};${rgb[at + 1]};${rgb[at + 2]}`;
  };
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    for (let x = 0; x < width; x++) {
      const lower = y + 1 < height ? `\x1b[48;2;${colour(x, y + 1)}m` : "\x1b[49m";
      line += `\x1b[38;2;${colour(x, y)}m${lower}\u2580`;
    }
    lines.push(`${line}\x1b[0m`);
  }
  return `${lines.join("\n")}\n`;
}

/** Averages blocks of pixels so that the width fits; never enlarges. */
export function shrinkTo(picture: Picture, columns: number): Picture {
  const factor = Math.ceil(picture.width / Math.max(1, columns));
  if (factor <= 1) return picture;
  const width = Math.floor(picture.width / factor);
  const height = Math.floor(picture.height / factor);
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          for (let dx = 0; dx < factor; dx++) {
            sum += picture.rgb[3 * ((y * factor + dy) * picture.width + x * factor + dx) + channel]!;
          }
        }
        rgb[3 * (y * width + x) + channel] = Math.round(sum / (factor * factor));
      }
    }
  }
  return { width, height, rgb };
}

/** Sixel with a fixed 6 x 6 x 6 colour cube; bands of six rows, one run-length coded pass a colour of the band. */
function sixel({ width, height, rgb }: Picture): string {
  const level = (byte: number) => Math.round((byte * 5) / 255);
  const index = (x: number, y: number) => {
    const at = 3 * (y * width + x);
    return 36 * level(rgb[at]!) + 6 * level(rgb[at + 1]!) + level(rgb[at + 2]!);
  };
  const palette = Array.from({ length: 216 }, (_, i) => {
    const percent = [Math.floor(i / 36), Math.floor(i / 6) % 6, i % 6].map((step) => step * 20);
    return `#${i};2;${percent.join(";")}`;
  });
  let bands = "";
  for (let top = 0; top < height; top += 6) {
    const rows = Math.min(6, height - top);
    const colours = new Set<number>();
    for (let y = top; y < top + rows; y++) for (let x = 0; x < width; x++) colours.add(index(x, y));
    for (const colour of colours) {
      let line = "";
      let run = 0;
      let last = "";
      const flush = () => {
        line += run > 3 ? `!${run}${last}` : last.repeat(run);
      };
      for (let x = 0; x < width; x++) {
        let bits = 0;
        for (let row = 0; row < rows; row++) if (index(x, top + row) === colour) bits |= 1 << row;
        const symbol = String.fromCharCode(63 + bits);
        if (symbol === last) run++;
        else {
          flush();
          [last, run] = [symbol, 1];
        }
      }
      flush();
      bands += `#${colour}${line}$`;
    }
    bands += "-";
  }
  return `\x1bPq"1;1;${width};${height}${palette.join("")}${bands}\x1b\\\n`;
}
