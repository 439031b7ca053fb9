/** The walls of the house: which room may import which, where vendors and I/O may be named, how long a file may be. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const rooms = ["lang", "compiler", "runtime", "stdlib", "apps"] as const;
type Room = (typeof rooms)[number];

const mayImport: Record<Room, readonly Room[]> = {
  lang: [],
  runtime: [],
  compiler: ["lang", "runtime"],
  stdlib: ["compiler", "lang", "runtime"],
  apps: ["stdlib", "compiler", "lang", "runtime"],
};

/** Each vendor package lives behind the files that wrap it. */
const vendors: Record<string, RegExp> = {
  highs: /^compiler\/counterfactual\/linear-program\.ts$/,
  chevrotain: /^lang\/syntax\//,
  "onnxruntime-node": /^(runtime\/executors\/onnx|apps\/devices)/,
  "onnxruntime-common": /^(runtime\/executors\/onnx|apps\/devices)/,
  "@tensorflow/tfjs-node": /^(runtime\/executors\/tfjs|apps\/devices)/,
  "@tensorflow/tfjs-node-gpu": /^(runtime\/executors\/tfjs|apps\/devices)/,
  seedrandom: /^runtime\/random\.ts$/,
  hyparquet: /^apps\/files\/parquet\.ts$/,
  sharp: /^apps\/files\//,
};

/** Data tables that may be longer than any code. */
const dataTables: readonly string[] = [];

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

interface Import {
  readonly from: string;
  readonly specifier: string;
}

/** Specifiers of static and dynamic imports and re-exports; comments are taken out first. */
function importsOf(path: string): Import[] {
  const text = readFileSync(path, "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:from\s+|import\s+|import\(\s*|require\(\s*)"([^"]+)"/g;
  return [...text.matchAll(pattern)].map((match) => ({ from: relative(root, path), specifier: match[1]! }));
}

const files = rooms.flatMap((room) => filesBelow(join(root, room)));
const imports = files.flatMap(importsOf);
const roomOf = (path: string) => path.split("/")[0] as Room;

/** The path (without ending) that an import of ours points at; null for packages. */
function targetOf(entry: Import): string | null {
  if (entry.specifier.startsWith("#")) return entry.specifier.slice(1);
  if (entry.specifier.startsWith(".")) {
    return relative(root, resolve(root, dirname(entry.from), entry.specifier)).replace(/\.ts$/, "");
  }
  return null;
}

describe("imports", () => {
  it("go one way only between rooms", () => {
    const wrong = imports.filter((entry) => {
      const target = targetOf(entry);
      if (target === null) return false;
      const [from, to] = [roomOf(entry.from), roomOf(target)];
      return from !== to && !mayImport[from].includes(to);
    });
    expect(wrong).toEqual([]);
  });

  it("cross rooms by name and stay relative inside a room", () => {
    const wrong = imports.filter((entry) => {
      const target = targetOf(entry);
      if (target === null) return false;
      const inside = roomOf(target) === roomOf(entry.from);
      return entry.specifier.startsWith("#") === inside;
    });
    expect(wrong).toEqual([]);
  });

  it("have no cycle of values between files", () => {
    const edges = new Map<string, string[]>();
    for (const path of files) {
      const text = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
      // `import type` disappears when compiled, so it closes no cycle
      const values = [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+"([^"]+)"/gms)];
      const from = relative(root, path).replace(/\.ts$/, "");
      edges.set(
        from,
        values.flatMap((match) => targetOf({ from: `${from}.ts`, specifier: match[1]! }) ?? []),
      );
    }
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (node: string, trail: readonly string[]): void => {
      if (trail.includes(node)) cycles.push([...trail.slice(trail.indexOf(node)), node].join(" -> "));
      if (done.has(node) || trail.includes(node)) return;
      for (const next of edges.get(node) ?? []) visit(next, [...trail, node]);
      done.add(node);
    };
    for (const node of edges.keys()) visit(node, []);
    expect(cycles).toEqual([]);
  });

  it("keep each vendor in the files that wrap it", () => {
    const wrong = imports.filter((entry) => {
      const wall = vendors[entry.specifier] ?? vendors[entry.specifier.split("/")[0]!];
      return wall !== undefined && !wall.test(entry.from);
    });
    expect(wrong).toEqual([]);
  });

  it("leave files, processes and sockets to apps", () => {
    const io = /^node:(fs|child_process|net|http|https|readline|os|process|tty|path)/;
    const wrong = imports.filter((entry) => io.test(entry.specifier) && roomOf(entry.from) !== "apps");
    expect(wrong).toEqual([]);
  });
});

describe("files", () => {
  it("open with a sentence that says what lives there", () => {
    const wrong = files.filter((path) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(path, "utf8")));
    expect(wrong.map((path) => relative(root, path))).toEqual([]);
  });

  it("are at most 600 lines long", () => {
    const long = files
      .map((path) => ({ path: relative(root, path), lines: readFileSync(path, "utf8").split("\n").length }))
      .filter(({ path, lines }) => lines > 600 && !dataTables.includes(path));
    expect(long).toEqual([]);
  });

  it("take randomness and time from their callers", () => {
    const wrong = files.filter((path) => {
      const text = readFileSync(path, "utf8")
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .replace(/^\s*\/\/.*$/gm, "");
      const room = roomOf(relative(root, path));
      return /Math\.random\(/.test(text) || (room !== "apps" && /Date\.now\(|performance\.now\(|new Date\(/.test(text));
    });
    expect(wrong.map((path) => relative(root, path))).toEqual([]);
  });
});
