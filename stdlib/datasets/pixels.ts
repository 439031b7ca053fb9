/** Pictures of data sets as bytes: the one rounding that all of them share, and a store of pictures made or read before. */

/** The level of an 8-bit picture nearest to a value in [-1, 1]. */
export function toByte(value: number): number {
  const level = (value + 1) * 127.5 + 0.5;
  return level >= 255 ? 255 : level > 0 ? Math.floor(level) : 0;
}

const values = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/** Writes the values of `bytes` to `out` from element `offset` on. */
export function expand(bytes: Uint8Array, out: Float32Array, offset: number): void {
  for (let i = 0; i < bytes.length; i++) out[offset + i] = values[bytes[i]!]!;
}

/** Rounds `out[offset .. offset + bytes.length)` to levels, which go to `bytes`. */
export function quantise(out: Float32Array, offset: number, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = toByte(out[offset + i]!);
    out[offset + i] = values[bytes[i]!]!;
  }
}

/** [size, size, 3] to [3, size, size]. */
export function planesOf(interleaved: Uint8Array, planes: Uint8Array): void {
  const plane = planes.length / 3;
  for (let i = 0; i < plane; i++) {
    planes[i] = interleaved[3 * i]!;
    planes[plane + i] = interleaved[3 * i + 1]!;
    planes[2 * plane + i] = interleaved[3 * i + 2]!;
  }
}

/** [size, size, 3] to [size, size]: the luma of ITU-R BT.601, as in gray JPEG files. */
export function grayOf(interleaved: Uint8Array, gray: Uint8Array): void {
  for (let i = 0; i < gray.length; i++) {
    const [r, g, b] = [interleaved[3 * i]!, interleaved[3 * i + 1]!, interleaved[3 * i + 2]!];
    gray[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
  }
}

/** Mirrors the picture that begins at element `offset` left to right: `lines` lines of `width` values. */
export function mirror(values: Float32Array, offset: number, lines: number, width: number): void {
  for (let line = 0; line < lines; line++) {
    const start = offset + line * width;
    values.subarray(start, start + width).reverse();
  }
}

/** Keeps as many pictures as fit; the first that come stay, since an epoch asks for every row once. */
export interface PictureStore {
  get(row: number): Uint8Array | null;
  /** Keeps a copy if there is room. */
  put(row: number, bytes: Uint8Array): void;
}

const storeLimit = 512 * 1024 * 1024;
const blockLimit = 16 * 1024 * 1024;

export function createPictureStore(rows: number, bytesEach: number, limit = storeLimit): PictureStore {
  const capacity = Math.min(rows, Math.floor(limit / bytesEach));
  const perBlock = Math.max(1, Math.min(capacity, Math.floor(blockLimit / bytesEach)));
  const slots = new Int32Array(rows).fill(-1);
  const blocks: Uint8Array[] = [];
  let used = 0;
  const slot = (index: number) => {
    const start = (index % perBlock) * bytesEach;
    return blocks[Math.floor(index / perBlock)]!.subarray(start, start + bytesEach);
  };
  return {
    get(row) {
      const index = slots[row]!;
      return index < 0 ? null : slot(index);
    },
    put(row, bytes) {
      if (used >= capacity || slots[row]! >= 0) return;
      if (used % perBlock === 0) blocks.push(new Uint8Array(perBlock * bytesEach));
      slot(used).set(bytes);
      slots[row] = used++;
    },
  };
}
