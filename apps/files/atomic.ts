/** Writing a file so that a kill, a crash or a full disk leaves either the old content or the new one, never a part. */
import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { RuntimeFault } from "#runtime/fault";

/**
 * Writes `bytes` beside `path` under a temporary name (`.NAME.XXXXXXXX.tmp`), flushes them to the disk and renames. Missing
 * directories are made. On failure the temporary file is removed and an existing file at `path` stays as it was.
 * Throws RuntimeFault "no-space" when the disk or quota is full, "bad-file" when the place cannot be written.
 */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
  try {
    await makeDirectory(directory);
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw asFault(error, path);
  }
  await syncDirectory(directory);
}

/** Makes a directory and those above it. Node's own `recursive` never ends where the system makes none, as in /proc. */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isDirectory(path)) return;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    try {
      await mkdir(path);
    } catch (again) {
      // another process may have made it meanwhile
      if (!(await isDirectory(path))) throw again;
    }
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** Makes the rename itself durable. Some systems (Windows) cannot open a directory; there the rename is all there is. */
async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(directory, "r");
    await handle.sync();
  } catch {
    // the data is safe and the new name is visible; only its survival of a power cut is up to the file system
  } finally {
    await handle?.close();
  }
}

/** A RuntimeFault where the system says why a file cannot be written; else the error itself. */
export function asFault(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new RuntimeFault(
        "no-space",
        `no space left to write ${path}`,
        "free some space or choose another --out; what was saved before is still there",
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "EISDIR":
    case "ENOTDIR":
    case "EEXIST":
    case "ENOENT":
    case "ENAMETOOLONG":
    case "ELOOP":
      return new RuntimeFault("bad-file", `cannot write ${path} (${code})`, "choose a place that you may write to");
    default:
      return error;
  }
}
