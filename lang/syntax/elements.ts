/** Names of nodes that are declared together: `X[1]`, `X[north,2]`. They are one text, so that every node has a name. */

/** `X[1,2]` */
export function elementName(base: string, index: readonly string[]): string {
  return index.length === 0 ? base : `${base}[${index.join(",")}]`;
}

/** The parts of such a name; null where it is another one. */
export function elementParts(name: string): { readonly base: string; readonly index: readonly string[] } | null {
  const open = name.indexOf("[");
  if (open < 1 || !name.endsWith("]") || open === name.length - 2) return null;
  return { base: name.slice(0, open), index: name.slice(open + 1, -1).split(",") };
}
