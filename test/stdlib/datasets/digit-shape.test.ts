/** Thickness and slant of strokes whose thickness and slant are known, because they were drawn with them. */
import { describe, expect, it } from "vitest";
import { slant, strokeThickness } from "#stdlib/datasets/digit-shape";

const side = 28;

/** A picture from a function that says how much ink there is at a point, 0 to 1; pixels are averages of 4 x 4 points. */
function paint(ink: (x: number, y: number) => boolean, low = 0, high = 255) {
  const values = new Float64Array(side * side);
  for (let i = 0; i < values.length; i++) {
    let covered = 0;
    for (let k = 0; k < 16; k++) {
      const [x, y] = [(i % side) + ((k % 4) + 0.5) / 4, Math.floor(i / side) + (Math.floor(k / 4) + 0.5) / 4];
      if (ink(x, y)) covered++;
    }
    values[i] = low + ((high - low) * covered) / 16;
  }
  return { values, width: side, height: side };
}

/** A stroke of a width from (14, 4) downwards, `lean` pixels to the right at its top for each pixel of height. */
const stroke = (width: number, lean = 0) =>
  paint((x, y) => y > 4 && y < 24 && Math.abs(x - 14 - lean * (14 - y)) < (width / 2) * Math.hypot(1, lean));

describe("the thickness of a stroke", () => {
  it.each([2, 2.5, 3, 3.5, 4, 5, 6])("is its width of %d pixels, standing or leaning", (width) => {
    for (const lean of [0, 0.3, -0.5]) {
      expect(Math.abs(strokeThickness(stroke(width, lean)) - width)).toBeLessThan(0.15);
    }
  });

  it("is exactly that of a bar that ends where pixels do", () => {
    for (const width of [1, 2, 3, 4, 5]) {
      const lying = paint((x, y) => x > 3 && x < 25 && y > 10 && y < 10 + width);
      const standing = paint((x, y) => y > 3 && y < 25 && x > 10 && x < 10 + width);
      expect([strokeThickness(lying), strokeThickness(standing)]).toEqual([width, width]);
    }
  });

  it.each([2, 3, 4])("is that of a ring of %d pixels, whatever the size of the ring", (width) => {
    for (const radius of [5, 7, 9]) {
      const ring = paint((x, y) => Math.abs(Math.hypot(x - 14, y - 14) - radius) < width / 2);
      expect(Math.abs(strokeThickness(ring) - width)).toBeLessThan(0.1);
    }
  });

  it("is that of both strokes of a cross, and of a stroke that leaves the picture", () => {
    const cross = paint((x, y) => Math.abs(x - 14) < 1.5 || Math.abs(y - 14) < 1.5);
    expect(Math.abs(strokeThickness(cross) - 3)).toBeLessThan(0.2);
  });

  it("does not mind the scale of the pixels", () => {
    const { values, ...rest } = stroke(3, 0.3);
    const signed = { ...rest, values: values.map((value) => value / 127.5 - 1) };
    expect(strokeThickness(signed)).toBe(strokeThickness({ ...rest, values }));
  });

  it("of a blank picture is 0, of a single pixel about one", () => {
    expect(strokeThickness(paint(() => false))).toBe(0);
    expect(strokeThickness(paint(() => true))).toBe(0);
    expect(strokeThickness(paint((x, y) => x > 10 && x < 11 && y > 10 && y < 11))).toBeCloseTo(0.75, 0);
  });
});

describe("the slant of a stroke", () => {
  it.each([0, 0.1, 0.3, 0.6, -0.2, -0.5])("is the angle of its lean of %d", (lean) => {
    expect(slant(stroke(2, lean))).toBeCloseTo((Math.atan(lean) * 180) / Math.PI, 0);
  });

  it("is 0 for a blank picture, a level line and a ring", () => {
    expect(slant(paint(() => false))).toBe(0);
    expect(slant(paint((_, y) => y > 10 && y < 11))).toBe(0);
    expect(slant(paint((x, y) => Math.abs(Math.hypot(x - 14, y - 14) - 7) < 2))).toBeCloseTo(0, 9);
  });
});
