/** Reads programs whose expected diagnostics stand in comments: `// error: C201 at "Mle"` above the offending line. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyze } from "#lang/analyze";
import type { Analysis } from "#lang/checked";
import type { Source } from "#lang/source";
import { signatures } from "./signatures.ts";

export interface Section {
  readonly title: string;
  readonly source: Source;
}

export const folder = (name: string) => join(import.meta.dirname, name);

/** The programs of a file, one after each line `// --- title`. */
export function sectionsOf(file: string): readonly Section[] {
  const text = readFileSync(file, "utf8");
  return text
    .split(/^\/\/ --- /m)
    .slice(1)
    .map((part) => {
      const title = part.slice(0, part.indexOf("\n"));
      return { title, source: { name: title, text: part.slice(part.indexOf("\n") + 1) } };
    });
}

export function filesIn(name: string): readonly string[] {
  return readdirSync(folder(name))
    .filter((file) => file.endsWith(".causal"))
    .sort()
    .map((file) => join(folder(name), file));
}

/** Analyzes with the small vocabulary; imports are files of `good`. */
export function check(source: Source): Analysis {
  const known = new Map(filesIn("good").map((path) => [path.slice(folder("good").length + 1), path]));
  return analyze(source, {
    signatures,
    resolve: (path) => {
      const file = known.get(path);
      return file === undefined ? null : { name: path, text: readFileSync(file, "utf8") };
    },
  });
}

/** What is expected of a section, as `line code "text"`, in the order of the text. */
export function expectationsOf({ text }: Source): readonly string[] {
  const expected: string[] = [];
  let waiting: string[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const match = /^\s*\/\/ error: (C\S{3}) at "(.*)"$/.exec(line);
    if (match !== null) waiting.push(`${match[1]} ${match[2]}`);
    else if (!line.trim().startsWith("//")) {
      expected.push(...waiting.map((row) => `${i + 1} ${row}`));
      waiting = [];
    }
  }
  return expected;
}
