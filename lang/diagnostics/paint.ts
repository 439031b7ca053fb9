/** Colours of a terminal. Whether to use them is the caller's choice. */

const codes = { bold: 1, red: 31, yellow: 33, blue: 34 } as const;

export type Hue = keyof typeof codes;

export function paint(colour: boolean, hues: readonly Hue[], text: string): string {
  return colour ? `\u001b[${hues.map((hue) => codes[hue]).join(";")}m${text}\u001b[0m` : text;
}
