/**
 * Decoded pictures on disk: shards of fixed-size pictures, each followed by what was wrong with its files as JSON. A shard is
 * whole or absent, so that a kill costs the shard it was in. Which files a cache is of is in its key.
 */
import type { PictureFlaw, Shards } from "./dataset.ts";

export interface Flaw {
  readonly row: number;
  readonly flaw: PictureFlaw;
  readonly detail: string;
}

export interface PictureCache {
  readonly directory: string;
  readonly shards: number;
  /** The rows of a shard: from the first to before the second. */
  rowsOf(shard: number): readonly [number, number];
  /** What is wrong with the pictures of a shard; null where the shard has to be written. */
  flaws(shard: number): Promise<readonly Flaw[] | null>;
  /** `pictures` holds those of all rows of the shard; those with a flaw do not matter. */
  write(shard: number, pictures: Uint8Array, flaws: readonly Flaw[]): Promise<void>;
  /** Null where the shard of the row is not there. */
  get(row: number): Promise<Uint8Array | null>;
}

const shardBytes = 32 * 1024 * 1024;

export function createPictureCache(shards: Shards, rows: number, bytesEach: number, limit = shardBytes): PictureCache {
  const each = Math.max(1, Math.min(rows, Math.floor(limit / bytesEach)));
  const known = new Map<number, Promise<readonly Flaw[] | null>>();
  const rowsOf = (shard: number) => [shard * each, Math.min(rows, (shard + 1) * each)] as const;

  async function readFlaws(shard: number): Promise<readonly Flaw[] | null> {
    const [first, end] = rowsOf(shard);
    const tail = await shards.tail(shard, (end - first) * bytesEach);
    try {
      return tail === null ? null : (JSON.parse(new TextDecoder().decode(tail)) as readonly Flaw[]);
    } catch {
      // cut or overwritten by something else: it is written again
      return null;
    }
  }

  function flaws(shard: number): Promise<readonly Flaw[] | null> {
    const found = known.get(shard) ?? readFlaws(shard);
    known.set(shard, found);
    return found;
  }

  return {
    directory: shards.directory,
    shards: Math.ceil(rows / each),
    rowsOf,
    flaws,
    async write(shard, pictures, found) {
      const tail = new TextEncoder().encode(JSON.stringify(found));
      const bytes = new Uint8Array(pictures.length + tail.length);
      bytes.set(pictures);
      bytes.set(tail, pictures.length);
      await shards.write(shard, bytes);
      known.set(shard, Promise.resolve(found));
    },
    async get(row) {
      const shard = Math.floor(row / each);
      if ((await flaws(shard)) === null) return null;
      const picture = new Uint8Array(bytesEach);
      const there = await shards.read(shard, (row - shard * each) * bytesEach, picture);
      // deleted while it is used: the file of the picture is decoded instead
      return there ? picture : null;
    },
  };
}
