/** How data sets read files in Node: paths relative to the program, `.gz` unpacked, pictures decoded by sharp, parquet by hyparquet. */
import { readdir, readFile, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { DataWatch, Reader } from "#stdlib/datasets/dataset";
import { RuntimeFault } from "#runtime/fault";
import { decodeImage } from "./images.ts";
import { readParquet } from "./parquet.ts";
import { cacheDirectory, openShards } from "./shards.ts";

const unzip = promisify(gunzip);

/** A reader whose relative paths start at `baseDirectory`. Messages name files as the program wrote them. */
export function createReader(
  baseDirectory: string,
  watch: DataWatch = {},
  { labelsOnly = false }: Pick<Reader, "labelsOnly"> = {},
): Reader {
  const locate = (path: string) => resolve(baseDirectory, path);

  async function bytes(path: string): Promise<Uint8Array> {
    let content: Uint8Array;
    try {
      content = await readFile(locate(path));
    } catch (error) {
      throw unreadable(path, error, baseDirectory);
    }
    if (!path.endsWith(".gz")) return content;
    try {
      return await unzip(content);
    } catch {
      throw new RuntimeFault("bad-file", `${path} is not a whole gzip file`, "download or copy it again");
    }
  }

  return {
    bytes,
    async text(path) {
      const content = await bytes(path);
      try {
        // a byte order mark, as spreadsheets write it, is dropped by the decoder
        return new TextDecoder("utf-8", { fatal: true }).decode(content);
      } catch {
        throw new RuntimeFault("bad-file", `${path} is not UTF-8 text`, "save it as UTF-8, or name another file");
      }
    },
    async exists(path) {
      const found = await stat(locate(path)).catch(() => null);
      if (found === null) return false;
      return found.isDirectory() ? "directory" : "file";
    },
    async stamp(path) {
      const found = await stat(locate(path)).catch(() => null);
      return found?.isFile() ? { size: found.size, modified: found.mtimeMs } : null;
    },
    async list(directory) {
      return (await readdir(locate(directory)).catch(() => [])).sort();
    },
    decodeImage,
    parquet: readParquet,
    shards: (key) => openShards(join(cacheDirectory(), key)),
    watch,
    labelsOnly,
  };
}

function unreadable(path: string, error: unknown, baseDirectory: string): RuntimeFault {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") {
    const advice = isAbsolute(path) ? "check the path" : `relative paths start at ${baseDirectory}`;
    return new RuntimeFault("missing-file", `there is no file ${path}`, advice);
  }
  if (code === "EISDIR") return new RuntimeFault("bad-file", `${path} is a directory, not a file`, "name a file in it");
  return new RuntimeFault(
    "bad-file",
    `cannot read ${path} (${String(code ?? error)})`,
    "check the file and its rights",
  );
}
