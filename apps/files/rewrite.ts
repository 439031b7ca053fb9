/** Writing a file anew in its place: a link stays a link, and the file keeps who may read it. */
import { chmodSync, realpathSync, statSync } from "node:fs";
import { writeFileAtomic } from "./atomic.ts";

export async function rewriteFile(path: string, content: string): Promise<void> {
  const file = realpathSync(path);
  const { mode } = statSync(file);
  await writeFileAtomic(file, content);
  chmodSync(file, mode);
}
