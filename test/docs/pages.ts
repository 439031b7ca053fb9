/** The pages of the documentation and the blocks of code in them. How blocks are checked is in the tests. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

export interface Block {
  /** page and line, for the names of tests */
  readonly place: string;
  readonly language: string;
  /** the other words behind the fence */
  readonly words: readonly string[];
  readonly text: string;
}

/** README, docs and the pages of the examples; the API reference is made by typedoc. */
export function pages(): readonly string[] {
  const below = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return name === "api" ? [] : below(path);
      return path.endsWith(".md") ? [path] : [];
    });
  return [join(root, "README.md"), ...below(join(root, "docs")), ...below(join(root, "examples"))];
}

export function blocksOf(page: string): readonly Block[] {
  const lines = readFileSync(page, "utf8").split("\n");
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\S+)(.*)$/.exec(lines[i]!);
    if (fence === null) {
      if (lines[i] === "```") i = lines.indexOf("```", i + 1);
      continue;
    }
    const end = lines.indexOf("```", i);
    blocks.push({
      place: `${relative(root, page)}:${i + 1}`,
      language: fence[1]!,
      words: fence[2]!.trim().split(/\s+/).filter(Boolean),
      text: `${lines.slice(i + 1, end).join("\n")}\n`,
    });
    i = end;
  }
  return blocks;
}

/** Relative targets of links that do not exist. */
export function brokenLinks(page: string): readonly string[] {
  const links = [...readFileSync(page, "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
  return links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(page, "..", link)));
}
