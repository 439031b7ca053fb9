/**
 * Pictures of a data set that lie in files, one a row: finding what is wrong with them, decoding them once, keeping them as
 * bytes in memory or on disk. How problems are worded is `picture-problems.ts`, how shards are laid out `picture-cache.ts`.
 */
import type { Constants } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import { numberArgument, textArgument } from "./arguments.ts";
import type { Decoded, FileStamp, ImageColumn, PictureFlaw, PictureProblem, Reader } from "./dataset.ts";
import { fingerprintText } from "./fingerprint.ts";
import { createPictureCache, type Flaw, type PictureCache } from "./picture-cache.ts";
import { problemCounts, problemLines, problemsFault, unlabelledText } from "./picture-problems.ts";
import { createPictureStore, expand, grayOf, type PictureStore, planesOf } from "./pixels.ts";

export interface PictureList {
  /** the data set, for messages and names of caches */
  readonly name: string;
  /** where the pictures lie; another place does not make them other data */
  readonly folder: string;
  /** one a row, with the folder */
  readonly paths: readonly string[];
  readonly place: (row: number) => string;
  /** files beside these that no row names */
  readonly unlabelled?: readonly string[];
  /** what is known to be wrong with rows, besides their files */
  readonly flaws?: readonly Flaw[];
  readonly channels: 1 | 3;
  readonly size: number;
  readonly crop: number | null;
}

export interface OpenPictures {
  readonly image: ImageColumn;
  /** the rows that are left, in their order; null where all are */
  readonly rows: Int32Array | null;
  /** the same for the same files, by name and size */
  readonly fingerprint: string;
}

/** Pictures that are decoded at a time: enough for sharp's threads, few enough for the memory. */
const atOnce = 16;
const block = 1024;
const megabyte = 1024 * 1024;

/**
 * Looks at all files. With `bad = "skip"` every picture is decoded now and the rows of bad ones are left out. With
 * `bad = "refuse"` they are decoded now if a file is missing or empty, to refuse all that is bad at once; else when they are
 * scanned or read. A reader of labels only decodes none.
 * `args` has bad, cache and budget. Throws RuntimeFault "bad-data".
 */
export async function openPictures(list: PictureList, args: Constants, reader: Reader): Promise<OpenPictures> {
  const { paths, channels, size, crop } = list;
  const each = channels * size * size;
  const { decodeImage, watch } = reader;
  if (decodeImage === undefined) throw new Error("internal: this reader cannot decode pictures");
  const skip = textArgument(args, "bad") === "skip";

  const flaws = new Map((list.flaws ?? []).map((flaw) => [flaw.row, flaw]));
  const names = [...paths];
  const stamps = await stampAll(names, flaws, reader);
  const problems = (): readonly PictureProblem[] =>
    [...flaws.values()]
      .sort((a, b) => a.row - b.row)
      .map((flaw) => ({ ...flaw, place: list.place(flaw.row), path: paths[flaw.row]! }));

  const sizes = names.map((name, row) => `${name.slice(list.folder.length)} ${stamps[row]?.size ?? "-"}`).join("\n");
  const times = stamps.map((stamp) => stamp?.modified ?? "-").join(" ");
  const key = `${list.name}-${fingerprintText(`pictures-2 ${list.folder} ${crop} ${size} ${channels}\n${sizes}\n${times}`)}`;
  const keep = createKeeper(key, paths.length, each, args, reader);

  async function decodeRow(row: number): Promise<Uint8Array | Flaw> {
    const known = flaws.get(row);
    if (known !== undefined) return known;
    const encoded = await reader.bytes(names[row]!);
    const decoded: Decoded = await decodeImage!(encoded, { crop, size });
    if ("flaw" in decoded) return { row, ...decoded };
    const planes = new Uint8Array(each);
    if (channels === 3) planesOf(decoded.rgb, planes);
    else grayOf(decoded.rgb, planes);
    return planes;
  }

  let scanned = false;
  async function scan(): Promise<void> {
    if (scanned) return;
    let done = 0;
    for (const [first, end] of keep.blocks()) {
      const known = await keep.known(first);
      if (known !== null) {
        for (const flaw of known) flaws.set(flaw.row, flaw);
      } else {
        const found: Flaw[] = [];
        const take = keep.begin(first, end);
        await pool(first, end, async (row) => {
          if (watch?.signal?.aborted) return;
          const result = keep.memory?.get(row) == null ? await decodeRow(row) : null;
          if (result instanceof Uint8Array) take(row, result);
          else if (result !== null) found.push(result);
          done++;
          watch?.progress?.(done, paths.length);
        });
        if (watch?.signal?.aborted) {
          throw new RuntimeFault(
            "interrupted",
            "stopped while pictures were read; nothing was saved",
            "start again when you like",
          );
        }
        for (const flaw of found) flaws.set(flaw.row, flaw);
        await keep.end(first, end, found);
      }
      done = end;
      watch?.progress?.(done, paths.length);
    }
    if (!skip && flaws.size > 0) throw problemsFault(problems(), paths.length);
    scanned = true;
  }

  /** What an earlier scan has found and kept. */
  async function recall(): Promise<void> {
    for (const [first] of keep.blocks()) for (const flaw of (await keep.known(first)) ?? []) flaws.set(flaw.row, flaw);
  }

  let rows: Int32Array | null = null;
  const unlabelled = list.unlabelled ?? [];
  if (unlabelled.length > 0) watch?.notice?.(unlabelledText(unlabelled));
  // a refusal names everything, so that one repair is enough
  if (reader.labelsOnly === true) await recall();
  else if (skip || flaws.size > 0) await scan();
  if (skip) {
    const left = Int32Array.from(paths.keys()).filter((row) => !flaws.has(row));
    if (flaws.size > 0) {
      const counts = problemCounts(problems(), paths.length);
      if (left.length === 0) throw problemsFault(problems(), paths.length);
      watch?.notice?.([`${counts}; their rows are left out`, ...problemLines(problems())].join("\n  "));
      rows = left;
    }
  }

  async function readOne(row: number, out: Float32Array, offset: number): Promise<void> {
    const kept = keep.memory?.get(row) ?? (await keep.disk?.get(row)) ?? null;
    if (kept !== null) return expand(kept, out, offset);
    const result = await decodeRow(row);
    if (!(result instanceof Uint8Array)) {
      flaws.set(row, result);
      throw problemsFault(problems(), paths.length);
    }
    keep.memory?.put(row, result);
    expand(result, out, offset);
  }

  const original = (row: number) => rows?.[row] ?? row;
  const gone = rows === null ? "" : `, without ${fingerprintText([...flaws.keys()].sort().join(" "))}`;
  return {
    rows,
    fingerprint: `${crop ?? "all"} to ${size}${channels === 1 ? " gray" : ""}, pictures ${fingerprintText(sizes)}${gone}`,
    image: {
      channels,
      height: size,
      width: size,
      async read(asked, out) {
        // a bad one must not leave others running behind the caller's back
        const outcomes = await Promise.allSettled(Array.from(asked, (row, i) => readOne(original(row), out, i * each)));
        const failed = outcomes.find((outcome) => outcome.status === "rejected");
        if (failed !== undefined) throw failed.reason;
      },
      files: {
        count: paths.length,
        unlabelled,
        get problems() {
          return problems();
        },
        kept: keep.words,
        scan,
        decode: (asked) => pool(0, asked.length, async (i) => void (await decodeRow(original(asked[i]!)))),
      },
    },
  };
}

/** Looks every file up. A name in another Unicode normal form is the same name: archives change it between systems. */
async function stampAll(
  names: string[],
  flaws: Map<number, Flaw>,
  reader: Reader,
): Promise<readonly (FileStamp | null)[]> {
  const stamps: (FileStamp | null)[] = new Array(names.length).fill(null);
  await pool(0, names.length, async (row) => {
    if (flaws.has(row)) return;
    for (const name of new Set([names[row]!, names[row]!.normalize("NFC"), names[row]!.normalize("NFD")])) {
      const stamp = await reader.stamp(name);
      if (stamp === null) continue;
      stamps[row] = stamp;
      names[row] = name;
      break;
    }
    const flaw: PictureFlaw | null = stamps[row] === null ? "missing" : stamps[row]!.size === 0 ? "empty" : null;
    if (flaw !== null) flaws.set(row, { row, flaw, detail: "" });
  });
  return stamps;
}

/** Calls `task` for each number, `atOnce` at a time. After a failure no more are begun, and those under way are awaited. */
async function pool(first: number, end: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = first;
  let failed = false;
  const worker = async () => {
    while (next < end && !failed) {
      try {
        await task(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const rejected = outcomes.find((outcome) => outcome.status === "rejected");
  if (rejected !== undefined) throw rejected.reason;
}

interface Keeper {
  readonly memory: PictureStore | null;
  readonly disk: PictureCache | null;
  /** for `PictureFiles.kept` */
  readonly words: string;
  /** rows that are scanned together */
  blocks(): readonly (readonly [number, number])[];
  /** the flaws of a block that is on disk; null where it has to be read */
  known(first: number): Promise<readonly Flaw[] | null>;
  begin(first: number, end: number): (row: number, picture: Uint8Array) => void;
  end(first: number, end: number, flaws: readonly Flaw[]): Promise<void>;
}

function createKeeper(key: string, rows: number, each: number, args: Constants, reader: Reader): Keeper {
  const { watch } = reader;
  const bytes = rows * each;
  const limit = numberArgument(args, "budget") * megabyte;
  const asked = textArgument(args, "cache");
  const wanted = asked === "auto" ? (bytes <= limit ? "memory" : "disk") : asked;
  const where = wanted === "disk" && reader.shards === undefined ? "memory" : wanted;
  const all = `${rows.toLocaleString("en")} pictures of ${each.toLocaleString("en")} bytes, ${inMegabytes(bytes)} MB`;
  const inBudget = `${inMegabytes(limit)} MB`;
  const memory = where === "memory" ? createPictureStore(rows, each, limit) : null;
  const disk = where === "disk" ? createPictureCache(reader.shards!(key), rows, each) : null;
  if (memory !== null && bytes > limit) {
    const part = Math.floor(limit / each).toLocaleString("en");
    watch?.notice?.(`${all}, exceed the budget of ${inBudget}: ${part} are kept, the others are decoded at each use`);
  }
  let pending: Uint8Array | null = null;
  let writable = true;
  let told = false;

  const shardOf = (first: number) => blocks.findIndex(([start]) => start === first);
  const blocks =
    disk === null
      ? Array.from({ length: Math.ceil(rows / block) }, (_, i) => [i * block, Math.min(rows, (i + 1) * block)] as const)
      : Array.from({ length: disk.shards }, (_, shard) => disk.rowsOf(shard));
  return {
    memory,
    disk,
    words:
      where === "none"
        ? `not kept: each use decodes its file (${all})`
        : disk === null
          ? `in memory: ${all} of a budget of ${inBudget}`
          : `on disk in ${disk.directory}: ${all}`,
    blocks: () => blocks,
    known: async (first) => (disk === null ? null : disk.flaws(shardOf(first))),
    begin(first, end) {
      if (disk !== null && writable && !told) {
        told = true;
        watch?.notice?.(`decoded pictures are written to ${disk.directory}: ${all}`);
      }
      if (memory !== null) return (row, picture) => memory.put(row, picture);
      if (disk === null || !writable) return () => {};
      const into = new Uint8Array((end - first) * each);
      pending = into;
      return (row, picture) => into.set(picture, (row - first) * each);
    },
    async end(first, _end, flaws) {
      if (disk === null || pending === null) return;
      try {
        await disk.write(shardOf(first), pending, flaws);
      } catch (error) {
        if (!(error instanceof RuntimeFault)) throw error;
        writable = false;
        watch?.notice?.(`${error.message}: pictures that are not kept are decoded at each use`);
      } finally {
        pending = null;
      }
    },
  };
}

const inMegabytes = (bytes: number) =>
  (bytes / megabyte).toLocaleString("en", { maximumFractionDigits: bytes < 10 * megabyte ? 1 : 0 });
