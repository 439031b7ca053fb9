/**
 * The data set `mnist`: handwritten digits from the IDX files of LeCun et al., with the label as `Digit`, and `Thickness` and
 * `Slant` read off the pictures (`digit-labels.ts`).
 */
import { RuntimeFault } from "#runtime/fault";
import { createStream } from "#runtime/random";
import { chosenRows, flip, holdout, limit, numberArgument, skip, textArgument, validation } from "./arguments.ts";
import type { Column, Dataset, Reader } from "./dataset.ts";
import { shapeColumns } from "./digit-labels.ts";
import { fingerprintBytes } from "./fingerprint.ts";
import { expand } from "./pixels.ts";

const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
const side = 28;

export const mnist: Dataset = {
  name: "mnist",
  doc:
    "MNIST: gray pictures of digits from its IDX files (also .gz) in a directory. Columns: Digit (0 to 9), and as measured on " +
    "the picture Thickness (mean width of the stroke: thin below 2.25 pixels, medium, thick from 3 on) and Slant (left below -10 " +
    "degrees from the vertical, upright, right from 10 on), both after Morpho-MNIST.",
  parameters: [
    { name: "path", kind: "string", doc: "the directory" },
    {
      name: "part",
      kind: "string",
      default: "train",
      choices: ["train", "t10k"],
      doc: "60,000 training or 10,000 test digits",
    },
    {
      name: "size",
      kind: "int",
      default: 28,
      range: [28, 64],
      doc: "side of the pictures: black is added around 28 pixels",
    },
    {
      name: "shuffle",
      kind: "boolean",
      default: false,
      doc:
        "take the digits in a fixed random order, the same for every program, before `skip` and `limit`: else parts are not alike, for " +
        "the first half of the test digits is of other writers than the second",
    },
    flip(false),
    skip,
    limit,
    validation,
    holdout,
  ],
  async open(args, reader) {
    const path = textArgument(args, "path");
    const part = textArgument(args, "part");
    const images = await readIdx(`${path}/${part}-images-idx3-ubyte`, 3, reader);
    const labels = await readIdx(`${path}/${part}-labels-idx1-ubyte`, 1, reader);
    if (images.shape[1] !== side || images.shape[2] !== side) {
      throw bad(images.path, `its pictures are ${images.shape[1]} x ${images.shape[2]}, not ${side} x ${side}`);
    }
    const count = images.shape[0]!;
    if (count !== labels.shape[0]) throw bad(labels.path, `it has ${labels.shape[0]} labels for ${count} pictures`);
    const wrong = labels.values.findIndex((label) => label > 9);
    if (wrong >= 0) throw bad(labels.path, `label ${wrong + 1} is ${labels.values[wrong]}, which is no digit`);
    const { start, end } = chosenRows(args, count, path);
    const size = numberArgument(args, "size");
    const order = args.shuffle === true ? createStream(0, "mnist order", count).permutation(count) : null;
    const chosen = Int32Array.from({ length: end - start }, (_, row) => order?.[start + row] ?? start + row);
    return {
      rows: chosen.length,
      columns: new Map<string, Column>([
        ["Digit", { kind: "states", states: digits, values: Uint8Array.from(chosen, (at) => labels.values[at]!) }],
        ...shapeColumns(chosen.length, (row) => {
          const from = chosen[row]! * side * side;
          return { values: images.values.subarray(from, from + side * side), width: side, height: side };
        }),
      ]),
      image: {
        channels: 1,
        height: size,
        width: size,
        read(rows, out) {
          for (const [i, row] of rows.entries()) drawDigit(images.values, chosen[row]!, size, out, i * size * size);
        },
      },
      fingerprint: `mnist-2 ${fingerprintBytes(images.values)} ${fingerprintBytes(labels.values)} rows ${start} to ${end} size=${size}${order === null ? "" : " shuffled"}`,
      place: (row) => `${images.path}, picture ${chosen[row]! + 1}`,
    };
  },
};

function drawDigit(pixels: Uint8Array, index: number, size: number, out: Float32Array, offset: number): void {
  out.fill(-1, offset, offset + size * size);
  const margin = Math.floor((size - side) / 2);
  for (let y = 0; y < side; y++) {
    const from = (index * side + y) * side;
    expand(pixels.subarray(from, from + side), out, offset + (margin + y) * size + margin);
  }
}

interface Idx {
  readonly path: string;
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/** IDX: two zero bytes, the type (8: unsigned bytes), the rank, big-endian sizes, then the values. */
async function readIdx(base: string, rank: number, reader: Reader): Promise<Idx> {
  const path = (await reader.exists(base)) === "file" ? base : `${base}.gz`;
  const bytes = await reader.bytes(path);
  const header = 4 + 4 * rank;
  if (bytes.length < header || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || bytes[3] !== rank) {
    throw bad(path, `it is not an IDX file of bytes with ${rank} dimensions`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (bytes.length !== header + size)
    throw bad(path, `it has ${bytes.length - header} values where its header says ${size}`);
  return { path, shape, values: bytes.subarray(header) };
}

function bad(path: string, what: string): RuntimeFault {
  return new RuntimeFault("bad-data", `${path}: ${what}`, "download or copy the file again");
}
