/** CelebA's own split: `list_eval_partition.txt` (`NAME.jpg 0`) or Kaggle's `.csv` (`image_id,partition`); 0 train, 1 validation, 2 test. */
import { RuntimeFault } from "#runtime/fault";
import type { Reader } from "./dataset.ts";

const names = ["list_eval_partition.txt", "list_eval_partition.csv"].flatMap((name) => [name, `${name}.gz`]);

/** The part of each picture. Throws RuntimeFault: no such file, a line that is none of it, a picture without a part. */
export async function readPartition(directory: string, images: readonly string[], reader: Reader): Promise<Uint8Array> {
  const file = await findPartition(directory, reader);
  const lines = (await reader.text(file)).split("\n");
  const parts = new Map<string, number>();
  lines.forEach((line, i) => {
    const cells = line.trim().split(/[\s,]+/);
    if (line.trim() === "" || (i === 0 && cells[0] === "image_id")) return;
    const [name, part, ...rest] = cells;
    if (part === undefined || !/^[012]$/.test(part) || rest.length > 0) {
      const advice = "a line has the name of a picture and 0 (train), 1 (validation) or 2 (test)";
      throw new RuntimeFault("bad-data", `${file}:${i + 1}: "${line.trim()}" is no line of a partition`, advice);
    }
    parts.set(name!, Number(part));
  });
  const missing = images.filter((name) => !parts.has(name));
  if (missing.length > 0) {
    const more = missing.length > 1 ? `, nor are ${missing.length - 1} more` : "";
    throw new RuntimeFault(
      "bad-data",
      `${file}: ${missing[0]} is not listed${more}`,
      "download or copy the file again",
    );
  }
  return Uint8Array.from(images, (name) => parts.get(name)!);
}

async function findPartition(directory: string, reader: Reader): Promise<string> {
  for (const name of names) {
    for (const file of [`${directory}/${name}`, `${directory}/Eval/${name}`]) {
      if ((await reader.exists(file)) === "file") return file;
    }
  }
  throw new RuntimeFault(
    "missing-file",
    `there is no list_eval_partition.txt or .csv in ${directory}`,
    'copy it there, or split at random: split = "random" with validation and holdout',
  );
}
