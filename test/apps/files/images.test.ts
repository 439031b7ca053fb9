/** Pictures: PNG there and back, the averaging resize, the centred crop, and the layout of grids. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { advance, dot, glyphHeight, glyphWidth } from "#apps/files/font";
import { imageGrid } from "#apps/files/grid";
import {
  decodeImage,
  decodePicture,
  encodeForPage,
  encodePng,
  halved,
  type Picture,
  resizeArea,
} from "#apps/files/images";
import { createStream } from "#runtime/random";

function noise(width: number, height: number): Picture {
  const stream = createStream(1, "picture", width, height);
  return { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256)) };
}

async function decoded(bytes: Uint8Array, options: { crop: number | null; size: number }): Promise<Uint8Array> {
  const result = await decodeImage(bytes, options);
  if ("flaw" in result) throw new Error(`${result.flaw} ${result.detail}`);
  return result.rgb;
}

const bytesOf = (picture: Picture) => ({ ...picture, rgb: [...picture.rgb] });

test("PNG keeps every pixel", async () => {
  const picture = noise(13, 7);
  expect(bytesOf(await decodePicture(await encodePng(picture)))).toEqual(bytesOf(picture));
});

test("a picture in a page is a fraction of its PNG, and looks the same", async () => {
  const half = noise(80, 40);
  const doubled = { width: 160, height: 80, rgb: new Uint8Array(160 * 80 * 3) };
  for (let i = 0; i < doubled.rgb.length; i++) {
    const [y, x] = [Math.floor(i / 480), Math.floor(i / 3) % 160];
    doubled.rgb[i] = half.rgb[((y >> 1) * 80 + (x >> 1)) * 3 + (i % 3)]!;
  }
  expect(bytesOf(halved(doubled)!)).toEqual(bytesOf(half));
  const [first] = doubled.rgb;
  doubled.rgb[3] = 255 - first!;
  expect(halved(doubled)).toBeNull();
  expect(halved(noise(3, 4))).toBeNull();

  const smooth = { width: 64, height: 64, rgb: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i / 3) % 256) };
  const file = await encodeForPage(smooth);
  const { data } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const squares = data.reduce((sum, value, i) => sum + (value - smooth.rgb[i]!) ** 2, 0);
  expect(10 * Math.log10(255 ** 2 / (squares / data.length))).toBeGreaterThan(30);
});

test("gray and transparent pictures come as RGB", async () => {
  const gray = await sharp(Uint8Array.of(0, 100, 200, 255), { raw: { width: 2, height: 2, channels: 1 } })
    .png()
    .toBuffer();
  expect([...(await decodePicture(gray)).rgb]).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
  const clear = await sharp(Uint8Array.of(9, 9, 9, 0), { raw: { width: 1, height: 1, channels: 4 } })
    .png()
    .toBuffer();
  expect([...(await decodePicture(clear)).rgb]).toEqual([255, 255, 255]);
});

test("what is no picture, or half of one, is refused", async () => {
  await expect(decodePicture(new TextEncoder().encode("no picture"))).rejects.toThrow();
  const { width, height, rgb } = noise(64, 64);
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
  await expect(decodePicture(jpeg.subarray(0, jpeg.length / 2))).rejects.toThrow();
});

describe("area resize", () => {
  test("a whole factor averages blocks", () => {
    const picture = noise(8, 8);
    const small = resizeArea(picture, 4);
    const at = (x: number, y: number, c: number) => picture.rgb[(y * 8 + x) * 3 + c]!;
    for (let i = 0; i < small.length; i++) {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % 4, Math.floor(i / 12)];
      const sum = at(2 * x, 2 * y, c) + at(2 * x + 1, 2 * y, c) + at(2 * x, 2 * y + 1, c) + at(2 * x + 1, 2 * y + 1, c);
      expect(Math.abs(small[i]! - sum / 4)).toBeLessThanOrEqual(0.5);
    }
  });

  test("a broken factor weighs the pixels at the rim by their part", () => {
    const row = [0, 90, 240];
    const picture = { width: 3, height: 3, rgb: Uint8Array.from([...row, ...row, ...row].flatMap((v) => [v, v, v])) };
    const [a, b] = [(0 + 0.5 * 90) / 1.5, (0.5 * 90 + 240) / 1.5];
    expect([...resizeArea(picture, 2)].filter((_, i) => i % 3 === 0)).toEqual([a, b, a, b].map(Math.round));
  });

  test("keeps the mean from 108 to 64, and a flat picture flat", () => {
    const mean = (bytes: Uint8Array) => bytes.reduce((sum, v) => sum + v, 0) / bytes.length;
    const picture = noise(108, 108);
    expect(mean(resizeArea(picture, 64))).toBeCloseTo(mean(picture.rgb), 1);
    const flat = { width: 108, height: 108, rgb: new Uint8Array(108 * 108 * 3).fill(77) };
    expect(new Set(resizeArea(flat, 64))).toEqual(new Set([77]));
    expect(new Set(resizeArea(flat, 150))).toEqual(new Set([77]));
  });
});

test("the centred square of a CelebA picture is kept", async () => {
  const rgb = new Uint8Array(178 * 218 * 3);
  for (let y = 55; y < 163; y++) for (let x = 35; x < 143; x++) rgb.fill(200, (y * 178 + x) * 3, (y * 178 + x) * 3 + 3);
  const png = await encodePng({ width: 178, height: 218, rgb });
  expect(new Set(await decoded(png, { crop: 108, size: 64 }))).toEqual(new Set([200]));
  expect((await decoded(png, { crop: null, size: 16 })).length).toBe(16 * 16 * 3);
  expect(await decodeImage(png, { crop: 179, size: 16 })).toEqual({
    flaw: "too small",
    detail: "178 x 218, and the crop is 179",
  });
});

describe("grids", () => {
  const white = new Float32Array(3 * 16).fill(1);
  const red = Float32Array.from({ length: 48 }, (_, i) => (i < 16 ? 1 : -1));
  const pixel = (picture: Picture, x: number, y: number) => [
    ...picture.rgb.subarray((y * picture.width + x) * 3).subarray(0, 3),
  ];

  test("pictures stand side by side, enlarged, below their caption", () => {
    const grid = imageGrid({ rows: [{ caption: "", images: [red, white, red] }], size: 4, channels: 3, scale: 8 });
    expect([grid.width, grid.height]).toEqual([232, 64]);
    expect([15, 16, 47, 48].map((x) => pixel(grid, x, 20))).toEqual([
      [255, 255, 255],
      [255, 0, 0],
      [255, 0, 0],
      [255, 255, 255],
    ]);
    expect(pixel(grid, 16 + 2 * 36, 47)).toEqual([255, 0, 0]);
    expect(pixel(grid, 16 + 2 * 36, 48)).toEqual([255, 255, 255]);
    const captioned = imageGrid({ rows: [{ caption: "do(X = 1)", images: [red] }], size: 4, channels: 3, scale: 8 });
    expect(captioned.height).toBeGreaterThan(grid.height);
    expect(captioned.rgb.some((value) => value === 40)).toBe(true);
  });

  test("more pictures than columns go on below, and values out of range are clamped", () => {
    const images = Array.from({ length: 5 }, () => new Float32Array(16).fill(9));
    const grid = imageGrid({ rows: [{ caption: "", images }], size: 4, channels: 1, scale: 1, columns: 2 });
    expect(grid.height).toBe(32 + 3 * 4 + 2 * 4);
    expect(new Set(grid.rgb)).toEqual(new Set([255]));
  });

  test("long captions are broken, none of their letters is lost", () => {
    const caption = "P(Face | do(Mustache = true), Male = false, Young = true) with 16 pictures and a seed of 7";
    const count = (text: string, columns: number) => {
      const images = Array.from({ length: columns }, () => new Float32Array(16 * 16).fill(1));
      const grid = imageGrid({ rows: [{ caption: text, images }], size: 16, channels: 1, scale: 1 });
      return grid.rgb.filter((value) => value === 40).length;
    };
    const dots = [...caption].reduce((sum, character) => sum + dotsOf(character), 0);
    expect(count(caption, 1)).toBe(3 * dots);
  });

  test("every printable character has its own glyph, and others look like a question mark", () => {
    const shapes = Array.from({ length: 95 }, (_, i) => shapeOf(String.fromCharCode(32 + i)));
    expect(new Set(shapes).size).toBe(95);
    expect(shapes.filter((shape) => !shape.includes("1"))).toHaveLength(1);
    expect(shapeOf("é")).toBe(shapeOf("?"));
    expect(advance).toBeGreaterThan(glyphWidth);
  });

  function shapeOf(character: string): string {
    return Array.from({ length: glyphWidth * glyphHeight }, (_, i) =>
      dot(character, i % glyphWidth, Math.floor(i / glyphWidth)) ? "1" : "0",
    ).join("");
  }

  function dotsOf(character: string): number {
    return [...shapeOf(character)].filter((d) => d === "1").length;
  }
});
