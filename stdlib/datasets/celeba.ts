/** The data set `celeba`: labels, with the aligned pictures where there are any. Reading label files is `celeba-labels.ts`. */
import { RuntimeFault } from "#runtime/fault";
import {
  bad,
  budget,
  cache,
  chosenRows,
  flip,
  holdout,
  limit,
  numberArgument,
  skip,
  textArgument,
  validation,
} from "./arguments.ts";
import { parseCelebaLabels } from "./celeba-labels.ts";
import { readPartition } from "./celeba-partition.ts";
import type { Column, Dataset, Reader } from "./dataset.ts";
import { fingerprintText } from "./fingerprint.ts";
import { openPictures } from "./picture-files.ts";

const labelFiles = ["list_attr_celeba.txt", "list_attr_celeba.csv"].flatMap((name) => [name, `${name}.gz`]);
const pictureDirectories = ["images", "Img/img_align_celeba", "img_align_celeba/img_align_celeba", "img_align_celeba"];

export const celeba: Dataset = {
  name: "celeba",
  doc: "CelebA (Liu et al. 2015): 40 attributes, with the aligned pictures if they lie beside the label file.",
  parameters: [
    { name: "path", kind: "string", doc: "the directory, or list_attr_celeba.txt or .csv in it (also .gz)" },
    { name: "size", kind: "int", default: 64, range: [8, 512], doc: "side of the pictures in pixels" },
    {
      name: "crop",
      kind: "int",
      default: 108,
      range: [8, 178],
      doc: "side of the centred square that is kept of a picture",
    },
    flip(true),
    skip,
    limit,
    {
      name: "split",
      kind: "string",
      default: "random",
      choices: ["random", "official"],
      doc: "official: train, validation and test rows as in list_eval_partition.txt or .csv, beside the label file",
    },
    validation,
    holdout,
    bad,
    cache,
    budget,
  ],
  async open(args, reader) {
    const { directory, file } = await findLabels(textArgument(args, "path"), reader);
    const text = await reader.text(file);
    const labels = parseCelebaLabels(text, file);
    const { start, end } = chosenRows(args, labels.images.length, file);
    const images = labels.images.slice(start, end);
    const official = textArgument(args, "split") === "official";
    const parts = official ? await readPartition(directory, images, reader) : null;
    const place = (row: number) => `${file}:${labels.lines[start + row]}`;
    const folder = await findPictures(directory, reader);
    const pictures =
      folder === null
        ? null
        : await openPictures(
            {
              name: "celeba",
              folder,
              paths: images.map((name) => `${folder}/${name}`),
              place,
              channels: 3,
              size: numberArgument(args, "size"),
              crop: numberArgument(args, "crop"),
            },
            args,
            reader,
          );
    const rows = pictures?.rows ?? Int32Array.from(images.keys());
    const states = ["false", "true"];
    const columns = labels.attributes.map((name, i): [string, Column] => {
      const values = Uint8Array.from(rows, (row) => labels.values[i]![start + row]!);
      return [name, { kind: "states", states, values }];
    });
    return {
      rows: rows.length,
      columns: new Map(columns),
      image: pictures?.image ?? null,
      ...(parts === null ? {} : { parts: Uint8Array.from(rows, (row) => parts[row]!) }),
      fingerprint: `celeba-1 ${fingerprintText(text)} rows ${start} to ${end}, ${pictures?.fingerprint ?? "labels"}`,
      place: (row) => place(rows[row]!),
    };
  },
};

async function findLabels(
  path: string,
  reader: Reader,
): Promise<{ readonly directory: string; readonly file: string }> {
  const kind = await reader.exists(path);
  if (kind === "file")
    return { directory: path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".", file: path };
  if (kind === false) {
    throw new RuntimeFault(
      "missing-file",
      `there is no CelebA at ${path}`,
      "download it from the CelebA project page or Kaggle and give its directory to celeba(...), or to causal train --data NAME=PATH",
    );
  }
  for (const name of labelFiles) {
    for (const file of [`${path}/${name}`, `${path}/Anno/${name}`]) {
      if ((await reader.exists(file)) === "file") return { directory: path, file };
    }
  }
  const found = (await reader.list(path)).slice(0, 8).join(", ");
  throw new RuntimeFault(
    "missing-file",
    `there is no list_attr_celeba.txt or .csv in ${path}`,
    found === "" ? "the directory is empty" : `the directory has ${found}`,
  );
}

/** The directory of the pictures, or null where there are none at all. */
async function findPictures(directory: string, reader: Reader): Promise<string | null> {
  for (const name of pictureDirectories) {
    const names = await reader.list(`${directory}/${name}`);
    if (names.some((file) => /\.(jpe?g|png)$/i.test(file))) return `${directory}/${name}`;
  }
  return null;
}
