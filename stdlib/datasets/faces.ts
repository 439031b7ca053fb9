/** The data set `faces`: generated cartoon faces whose labels follow a known causal model. Drawing them is in `faces/`. */
import { flip, holdout, numberArgument, textArgument, validation } from "./arguments.ts";
import type { Column, Dataset } from "./dataset.ts";
import { createFaces, type Faces } from "./faces/faces.ts";
import { attributes } from "./faces/labels.ts";
import { createPictureStore, expand, toByte } from "./pixels.ts";

export const faces: Dataset = {
  name: "faces",
  doc: "Generated cartoon faces with the nine attributes of the graph G1, drawn from a known causal model.",
  parameters: [
    { name: "n", kind: "int", default: 20000, range: [1, 10_000_000], doc: "number of faces" },
    { name: "size", kind: "int", default: 32, range: [16, 256], doc: "side of the pictures in pixels" },
    { name: "seed", kind: "int", default: 1, doc: "another seed, other faces" },
    {
      name: "labels",
      kind: "string",
      default: "g1",
      choices: ["g1", "uniform"],
      doc: "g1: from the true model (stdlib/graphs/faces-truth.causal); uniform: every attribute a fair coin",
    },
    flip(false),
    validation,
    holdout,
  ],
  async open(args) {
    const labels = textArgument(args, "labels") === "uniform" ? "uniform" : "g1";
    const options = {
      rows: numberArgument(args, "n"),
      size: numberArgument(args, "size"),
      seed: numberArgument(args, "seed"),
    };
    const collection = createFaces({ ...options, labels });
    return {
      rows: collection.rows,
      columns: labelColumns(collection),
      image: { channels: 3, height: collection.size, width: collection.size, read: createReadPictures(collection) },
      fingerprint: `faces-1 n=${collection.rows} size=${collection.size} seed=${collection.seed} labels=${labels}`,
      place: (row) => `faces, row ${row + 1}`,
    };
  },
};

function labelColumns(collection: Faces): ReadonlyMap<string, Column> {
  const values = attributes.map(() => new Uint8Array(collection.rows));
  for (let row = 0; row < collection.rows; row++) {
    const labels = collection.labelsOf(row);
    attributes.forEach((attribute, i) => {
      values[i]![row] = labels[attribute];
    });
  }
  const states = ["false", "true"];
  return new Map(attributes.map((attribute, i) => [attribute, { kind: "states", states, values: values[i]! }]));
}

/** Faces are drawn when they are first asked for, and kept. */
function createReadPictures(collection: Faces) {
  const each = 3 * collection.size ** 2;
  const store = createPictureStore(collection.rows, each);
  const bytes = new Uint8Array(each);
  return (rows: Int32Array, out: Float32Array): void => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const known = store.get(row);
      if (known !== null) {
        expand(known, out, i * each);
        continue;
      }
      collection.face(row, out, i * each);
      for (let k = 0; k < each; k++) bytes[k] = toByte(out[i * each + k]!);
      store.put(row, bytes);
    }
  };
}
