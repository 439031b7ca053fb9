/** The programs that we ship check cleanly with the vocabulary that we ship. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { analyze } from "#lang/analyze";
import { vocabulary } from "#stdlib/vocabulary";

const root = resolve(import.meta.dirname, "../../..");

function programsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return programsBelow(path);
    return entry.name.endsWith(".causal") ? [path] : [];
  });
}

const programs = ["stdlib", "examples"].flatMap((folder) => programsBelow(join(root, folder)));

it("finds them", () => {
  expect(programs.length).toBeGreaterThan(3);
});

it.each(programs.map((path) => relative(root, path)))("%s", (name) => {
  const found = analyze(
    { name, text: readFileSync(join(root, name), "utf8") },
    {
      signatures: vocabulary,
      resolve: (path, from) => {
        const file = [join(dirname(from), path), path].find((candidate) => existsSync(join(root, candidate)));
        return file === undefined ? null : { name: file, text: readFileSync(join(root, file), "utf8") };
      },
    },
  );
  expect(found.diagnostics.map(({ code, message, span }) => `${code} ${message} at ${span.start}`)).toEqual([]);
});
