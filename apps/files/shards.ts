/** Where decoded pictures are kept between runs, and the files of one set of them. What is in them is `picture-cache.ts`. */
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Shards } from "#stdlib/datasets/dataset";
import { writeFileAtomic } from "./atomic.ts";

/**
 * `CAUSAL_CACHE_DIR` if it is set, else the place of the system for such files: `XDG_CACHE_HOME`, `~/Library/Caches`,
 * `LOCALAPPDATA` or `~/.cache`. Everything in it may be deleted.
 */
export function cacheDirectory(): string {
  const { CAUSAL_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (CAUSAL_CACHE_DIR) return resolve(CAUSAL_CACHE_DIR);
  // XDG: a relative path is to be ignored
  if (XDG_CACHE_HOME?.startsWith("/")) return join(XDG_CACHE_HOME, "causal-lang");
  if (process.platform === "darwin") return join(homedir(), "Library/Caches/causal-lang");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "causal-lang");
  return join(homedir(), ".cache/causal-lang");
}

/** The files 00000.pictures, 00001.pictures, ... of a folder, which is made when the first is written. */
export function openShards(directory: string): Shards {
  const path = (index: number) => join(directory, `${String(index).padStart(5, "0")}.pictures`);

  async function readFrom(index: number, start: number, out: Uint8Array | null): Promise<Uint8Array | null> {
    const file = await open(path(index), "r").catch(() => null);
    if (file === null) return null;
    try {
      const into = out ?? new Uint8Array(Math.max(0, (await file.stat()).size - start));
      const { bytesRead } = await file.read(into, 0, into.length, start);
      return bytesRead === into.length ? into : null;
    } finally {
      await file.close();
    }
  }

  return {
    directory,
    tail: (index, start) => readFrom(index, start, null),
    read: async (index, start, out) => (await readFrom(index, start, out)) !== null,
    write: (index, bytes) => writeFileAtomic(path(index), bytes),
  };
}
