/** Reading `.causal` programs and what they import: beside the importing file, or from the package for `stdlib/...`. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Source } from "#lang/source";
import { RuntimeFault } from "#runtime/fault";
import { packageRoot } from "./package-root.ts";

export type Resolve = (path: string, from: string) => Source | null;

/** Throws RuntimeFault: missing-file, bad-file. A file that ends in `.gz` is unpacked. */
export function readProgram(path: string): Source {
  if (!existsSync(path)) {
    throw new RuntimeFault("missing-file", `there is no file ${path}`, "check the path");
  }
  if (statSync(path).isDirectory()) {
    throw new RuntimeFault("bad-file", `${path} is a directory, not a .causal file`, "name a file");
  }
  if (!path.endsWith(".gz")) return { name: path, text: readFileSync(path, "utf8") };
  try {
    return { name: path, text: gunzipSync(readFileSync(path)).toString("utf8") };
  } catch {
    throw new RuntimeFault("bad-file", `${path} is not a whole gzip file`, "download or copy it again");
  }
}

/** `from` is the name of the importing source. Names of library files stay `stdlib/...`, also in run directories. */
export const resolveImport: Resolve = (path, from) => {
  if (path.startsWith("stdlib/")) return readIfPresent(join(packageRoot, path), normalize(path));
  if (isAbsolute(path)) return readIfPresent(path, path);
  if (from.startsWith("stdlib/")) {
    const name = join(dirname(from), path);
    return readIfPresent(join(packageRoot, name), name);
  }
  const name = join(dirname(from), path);
  return readIfPresent(name, name);
};

/** Imports among files that are in memory already (a run directory's program), then the standard library. */
export function resolveAmong(files: readonly Source[]): Resolve {
  const byName = new Map(files.map((file) => [file.name, file]));
  return (path, from) =>
    byName.get(path) ??
    byName.get(join(dirname(from), path)) ??
    (path.startsWith("stdlib/") ? resolveImport(path, from) : null);
}

function readIfPresent(path: string, name: string): Source | null {
  if (!existsSync(path) || !statSync(path).isFile()) return null;
  return { name, text: readFileSync(path, "utf8") };
}

/** The `.causal` networks of the standard library by path, for regimes that use them by name. */
export function readLibrary(): ReadonlyMap<string, string> {
  const folder = join(packageRoot, "stdlib/networks");
  const names = readdirSync(folder).filter((name) => name.endsWith(".causal"));
  return new Map(names.map((name) => [`stdlib/networks/${name}`, readFileSync(join(folder, name), "utf8")]));
}
