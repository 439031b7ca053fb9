/** All programs of the repository: examples, library, fixtures, each bad program, and the blocks of the pages. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { blocksOf, pages } from "../docs/pages.ts";
import { programsIn, root } from "./programs.ts";

export interface Program {
  readonly name: string;
  readonly text: string;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.name.endsWith(".causal") ? [path] : [];
  });
}

const files = ["examples", "stdlib", "test"].flatMap((folder) => filesBelow(join(root, folder)));

/** A file of several programs (`// --- title`) is taken apart. */
const fromFiles: readonly Program[] = files.flatMap((path) => {
  const name = relative(root, path);
  const parts = programsIn(path, name);
  if (parts.length === 0) return [{ name, text: readFileSync(path, "utf8") }];
  return parts.map(({ title, source }) => ({ name: `${name}: ${title}`, text: source.text }));
});

const fromPages: readonly Program[] = pages().flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === "causal")
    .map(({ place, text, words }) => ({
      name: place,
      text: words.includes("members") ? `model M {\n${text}}\n` : text,
    })),
);

export const corpus: readonly Program[] = [...fromFiles, ...fromPages];
