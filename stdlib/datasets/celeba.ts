/** The data set `celeba`: labels, with the aligned pictures where there are any. Reading label files is `celeba-labels.ts`. */
import { RuntimeFault } from "#runtime/fault";
import { chosenRows, holdout, limit, numberArgument, skip, textArgument } from "./arguments.ts";
import { parseCelebaLabels } from "./celeba-labels.ts";
import type { Column, Dataset, ImageColumn, Reader } from "./dataset.ts";
import { fingerprintText } from "./fingerprint.ts";
import { createPictureStore, expand, planesOf } from "./pixels.ts";

const labelFiles = ["list_attr_celeba.txt", "list_attr_celeba.csv"].flatMap((name) => [name, `${name}.gz`]);
const pictureDirectories = ["images", "img_align_celeba/img_align_celeba", "img_align_celeba"];

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
    skip,
    limit,
    holdout,
  ],
  async open(args, reader) {
    const { directory, file } = await findLabels(textArgument(args, "path"), reader);
    const text = await reader.text(file);
    const labels = parseCelebaLabels(text, file);
    const { start, end } = chosenRows(args, labels.images.length, file);
    const states = ["false", "true"];
    const columns = labels.attributes.map((name, i): [string, Column] => {
      return [name, { kind: "states", states, values: labels.values[i]!.slice(start, end) }];
    });
    const images = labels.images.slice(start, end);
    const place = (row: number) => `${file}:${labels.lines[start + row]}`;
    const size = numberArgument(args, "size");
    const crop = numberArgument(args, "crop");
    const pictures = await findPictures(directory, images, place, reader);
    return {
      rows: end - start,
      columns: new Map(columns),
      image: pictures === null ? null : imageColumn(pictures, images, place, { size, crop }, reader),
      fingerprint: `celeba-1 ${fingerprintText(text)} rows ${start} to ${end}, ${pictures === null ? "labels" : `${crop} to ${size}`}`,
      place,
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

/** The directory of the pictures, or null where there are none at all. A row without its picture is a fault. */
async function findPictures(
  directory: string,
  images: readonly string[],
  place: (row: number) => string,
  reader: Reader,
): Promise<string | null> {
  for (const name of pictureDirectories) {
    const names = new Set(await reader.list(`${directory}/${name}`));
    if (![...names].some((file) => /\.(jpe?g|png)$/i.test(file))) continue;
    const missing = images.findIndex((image) => !names.has(image));
    if (missing < 0) return `${directory}/${name}`;
    const others = images.filter((image) => !names.has(image)).length - 1;
    throw new RuntimeFault(
      "missing-file",
      `${place(missing)}: the picture ${directory}/${name}/${images[missing]} is missing${others > 0 ? `, and ${others} more` : ""}`,
      `copy it there, or use the rows that have pictures${missing > 0 ? `: limit = ${missing}` : " (skip, limit)"}`,
    );
  }
  return null;
}

function imageColumn(
  directory: string,
  images: readonly string[],
  place: (row: number) => string,
  options: { readonly size: number; readonly crop: number },
  reader: Reader,
): ImageColumn {
  const { size } = options;
  const { decodeImage } = reader;
  if (decodeImage === undefined) throw new Error("internal: this reader cannot decode pictures");
  const each = 3 * size * size;
  const store = createPictureStore(images.length, each);

  async function readOne(row: number, out: Float32Array, offset: number): Promise<void> {
    const known = store.get(row);
    if (known !== null) {
      expand(known, out, offset);
      return;
    }
    const path = `${directory}/${images[row]}`;
    const encoded = await reader.bytes(path);
    let interleaved: Uint8Array;
    try {
      interleaved = await decodeImage!(encoded, options);
    } catch (error) {
      throw new RuntimeFault(
        "bad-data",
        `${place(row)}: ${path} cannot be decoded (${error instanceof Error ? error.message.trim() : error})`,
        "the picture is damaged: copy or download it again",
      );
    }
    const planes = new Uint8Array(each);
    planesOf(interleaved, planes);
    store.put(row, planes);
    expand(planes, out, offset);
  }

  return {
    channels: 3,
    height: size,
    width: size,
    async read(rows, out) {
      await Promise.all(Array.from(rows, (row, i) => readOne(row, out, i * each)));
    },
  };
}
