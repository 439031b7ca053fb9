/** What this machine is to an engine: its processor, how many threads may run, which versions of packages are installed. */
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";

/** threads inside one operation */
export const threads = availableParallelism();

/** e.g. "2 x AMD EPYC" */
export const processor = `${threads} x ${cpus()[0]?.model.trim() || "unknown processor"}`;

const require = createRequire(import.meta.url);

/** The version of an installed package; null where there is none. */
export function versionOf(name: string | undefined): string | null {
  try {
    return name === undefined ? null : require(`${name}/package.json`).version;
  } catch {
    return null;
  }
}
