/**
 * The documentation does what it says. A `causal` block is a program without errors, or with the codes behind its fence
 * (`members`: the inside of a model; `as=FILE`: the page's commands may name it). The commands of a `console` block print
 * what stands below them, where `...` is any text; trainings and installations are not run. A `ts` block runs.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { projectOf } from "../../apps/api/project.ts";
import { causal } from "../apps/cli/run-cli.ts";
import { type Block, blocksOf, brokenLinks, pages, root } from "./pages.ts";

const folder = mkdtempSync(join(tmpdir(), "causal-docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those that take long, or that need what was trained. */
const notRun = /^causal (train|demo|repl)\b|\bruns\//;

function programOf({ text, words }: Block): string {
  return words.includes("members") ? `model M {\n${text}}\n` : text;
}

interface Command {
  readonly line: string;
  readonly output: string;
}

function commandsOf({ text }: Block): readonly Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      return { line: part.slice(0, end), output: part.slice(end + 1).trimEnd() };
    });
}

/** Words of a command line as a shell splits them, with single quotes. */
function split(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2]!);
}

function matches(output: string, expected: string): boolean {
  const escaped = expected.split("...").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join("[^]*")}$`).test(output);
}

describe.each(pages().map((page) => [relative(root, page), page] as const))("%s", (_, page) => {
  const blocks = blocksOf(page);
  const files = new Map<string, string>();
  for (const block of blocks) {
    const name = block.words.find((word) => word.startsWith("as="))?.slice("as=".length);
    if (name === undefined) continue;
    files.set(name, join(folder, name));
    writeFileSync(join(folder, name), block.text);
  }

  it("links to what exists", () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  for (const block of blocks.filter(({ language }) => language === "causal")) {
    it(`${block.place} is a program`, () => {
      const { diagnostics } = projectOf(programOf(block), join(root, "block.causal"));
      const expected = block.words.filter((word) => /^C\d+$/.test(word));
      expect(diagnostics.map(({ code }) => code)).toEqual(expected);
    });
  }

  for (const block of blocks.filter(({ language }) => language === "console")) {
    for (const { line, output } of commandsOf(block)) {
      if (!line.startsWith("causal ") || notRun.test(line)) continue;
      it(`${block.place}: ${line}`, async () => {
        const args = split(line).map((word) => files.get(word) ?? word.replace(/^examples\//, join(root, "examples/")));
        const { out, err } = await causal(args.slice(1));
        let found = `${out}${err}`.trimEnd().replaceAll(`${root}/`, "");
        for (const [name, path] of files) found = found.replaceAll(path, name);
        if (!matches(found, output)) expect(found).toBe(output);
      });
    }
  }

  for (const block of blocks.filter(({ language }) => language === "ts")) {
    it(`${block.place} runs`, async () => {
      const path = join(folder, `${block.place.replace(/\W/g, "-")}.ts`);
      const text = block.text
        .replace('"causal-lang"', JSON.stringify(join(root, "apps/api/index.ts")))
        .replaceAll('"examples/', `"${root}/examples/`);
      writeFileSync(path, text);
      await import(path);
    });
  }
});
