/** Pictures to and from files, through sharp. Composing pictures into grids is `grid.ts`. */
import type { Decoded, DecodeOptions } from "#stdlib/datasets/dataset";

/** 8-bit RGB, row by row from the top: [height, width, 3]. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Loaded when the first picture is: most commands never see one. */
const loadSharp = async () => (await import("sharp")).default;

export async function encodePng(picture: Picture): Promise<Uint8Array> {
  const { width, height, rgb } = picture;
  const sharp = await loadSharp();
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/**
 * AVIF for a page: a fifth of the PNG, with noise that can be seen still to be seen. A sheet whose pixels come in blocks of
 * 2 x 2 is stored at half its size, which a page shows twice as large again.
 */
export async function encodeForPage(picture: Picture): Promise<Uint8Array> {
  const { width, height, rgb } = halved(picture) ?? picture;
  const sharp = await loadSharp();
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .avif({ quality: 88, effort: 3, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** Every second pixel of every second line, where the others are the same; else null. */
export function halved({ width, height, rgb }: Picture): Picture | null {
  if (width % 2 !== 0 || height % 2 !== 0) return null;
  const half = new Uint8Array((width * height * 3) / 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * 3, ((y >> 1) * (width >> 1) + (x >> 1)) * 3];
      for (let c = 0; c < 3; c++) {
        if (y % 2 === 0 && x % 2 === 0) half[to + c] = rgb[from + c]!;
        else if (half[to + c] !== rgb[from + c]) return null;
      }
    }
  }
  return { width: width / 2, height: height / 2, rgb: half };
}

/**
 * Any format that sharp reads, turned upright as its EXIF data say; transparency is laid on white, gray and CMYK become RGB.
 * Rejects when it is not a picture, or not a whole one.
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(bytes, { failOn: "error" })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`internal: sharp decoded ${info.channels} channels`);
  return { width: info.width, height: info.height, rgb: data };
}

/** Decodes, keeps the centred square and resizes it by averaging: RGB bytes [size, size, 3], or what is wrong. */
export async function decodeImage(bytes: Uint8Array, { crop, size }: DecodeOptions): Promise<Decoded> {
  if (bytes.length === 0) return { flaw: "empty", detail: "" };
  let picture: Picture;
  try {
    picture = await decodePicture(bytes);
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).trim().split("\n")[0]!;
    if (detail.startsWith("internal:")) throw error;
    if (/unsupported image format/i.test(detail)) return { flaw: "not a picture", detail: "" };
    if (isCut(bytes)) return { flaw: "truncated", detail: "" };
    // libvips' messages are shared between threads, so that another may have taken this one's
    return { flaw: "damaged", detail: detail === "Unknown error" ? "" : detail };
  }
  const { width, height } = picture;
  if (crop !== null && Math.min(width, height) < crop) {
    return { flaw: "too small", detail: `${width} x ${height}, and the crop is ${crop}` };
  }
  return { rgb: resizeArea(cropCentre(picture, crop ?? Math.min(width, height)), size) };
}

/** Whether a JPEG or PNG file lacks its end: the marker EOI, the chunk IEND. */
function isCut(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file[0] === 0xff && file[1] === 0xd8) return file.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0;
  return file.toString("latin1", 1, 4) === "PNG" && !file.includes("IEND");
}

function cropCentre({ width, height, rgb }: Picture, side: number): Picture {
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  const result = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * 3;
    result.set(rgb.subarray(start, start + side * 3), y * side * 3);
  }
  return { width: side, height: side, rgb: result };
}

/**
 * Each pixel of the result is the average of the part of the square picture that it covers, pixels at the rim counted by
 * their covered fraction: TensorFlow's ResizeMethod.AREA, as in the CausalGAN pipeline. Both ways, one axis after the other.
 */
export function resizeArea(picture: Picture, size: number): Uint8Array {
  const side = picture.width;
  if (picture.height !== side) throw new Error(`internal: resizeArea of ${side} x ${picture.height}, not a square`);
  if (side === size) return picture.rgb;
  const spans = areaSpans(side, size);
  const wide = new Float32Array(side * size * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < size; x++) {
      const { first, weights } = spans[x]!;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * picture.rgb[(y * side + first + k) * 3 + c]!;
        wide[(y * size + x) * 3 + c] = sum;
      }
    }
  }
  const result = new Uint8Array(size * size * 3);
  const row = size * 3;
  for (let y = 0; y < size; y++) {
    const { first, weights } = spans[y]!;
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * wide[(first + k) * row + i]!;
      result[y * row + i] = Math.round(sum);
    }
  }
  return result;
}

/** Which source pixels a pixel of the result covers, with weights that sum to 1. */
function areaSpans(from: number, to: number): { readonly first: number; readonly weights: readonly number[] }[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const low = i * scale;
    const high = low + scale;
    const first = Math.floor(low);
    const last = Math.min(from, Math.ceil(high - 1e-9));
    const covered = Array.from({ length: last - first }, (_, k) => {
      return Math.min(high, first + k + 1) - Math.max(low, first + k);
    });
    return { first, weights: covered.map((part) => part / scale) };
  });
}
