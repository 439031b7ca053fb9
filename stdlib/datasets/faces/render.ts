/**
 * The mechanism of the image node: (labels, exogenous noise) -> a cartoon face. Every attribute is drawn with its own shapes
 * and does not look at the others. Distances are in units of half a head; u goes right, v down, (0, 0) is between the eyes
 * and the nose.
 */
import type { FaceLabels } from "./labels.ts";
import { type FaceNoise, type NoiseName, namedNoise } from "./noise.ts";
import {
  both,
  bow,
  type Canvas,
  type Colour,
  darken,
  type Distance,
  ellipse,
  fill,
  hueCircle,
  mix,
  outline,
  ramp,
  squircle,
  stroke,
} from "./paint.ts";

type Looks = Readonly<Record<NoiseName, number>>;

interface Palette {
  readonly skin: Colour;
  readonly shade: Colour;
  readonly hair: Colour;
  readonly hairShade: Colour;
  readonly background: Colour;
  readonly shirt: Colour;
}

interface Sketch {
  readonly canvas: Canvas;
  readonly labels: FaceLabels;
  readonly looks: Looks;
  readonly palette: Palette;
  /** half width of the head, and the distance of the eyes from the middle */
  readonly width: number;
  readonly eyes: number;
}

const sides = [-1, 1] as const;
/** half the side of the picture, in units */
const frame = 1.36;
const eyeHeight = -0.1;
const mouthHeight = 0.62;
const ink: Colour = [0.12, 0.09, 0.1];

/**
 * Paints one face into `out` as [3, size, size] with values in [-1, 1], from element `offset` on.
 * @param size side of the picture in pixels, 32 to 128
 */
export function renderFace(labels: FaceLabels, noise: FaceNoise, size: number, out: Float32Array, offset = 0): void {
  const pixels = out.subarray(offset, offset + 3 * size * size);
  const looks = namedNoise(noise);
  const angle = 0.1 * looks.tilt;
  const canvas: Canvas = {
    pixels,
    size,
    originX: size * (0.5 + (0.06 * looks.shiftX) / (2 * frame)),
    originY: size * (0.5 + (0.06 * looks.shiftY + 0.02) / (2 * frame)),
    unit: (size / (2 * frame)) * (1 + 0.05 * looks.scale),
    cos: Math.cos(angle),
    sin: Math.sin(angle),
  };
  const sketch: Sketch = {
    canvas,
    labels,
    looks,
    palette: paletteOf(labels, looks),
    width: 0.74 + 0.035 * looks.headWidth,
    eyes: 0.33 + 0.02 * looks.eyeSpacing,
  };
  paintBackground(sketch);
  paintHairBehind(sketch);
  paintBody(sketch);
  paintHead(sketch);
  paintAge(sketch);
  paintEyes(sketch);
  paintBrows(sketch);
  paintNose(sketch);
  paintMouth(sketch);
  paintMustache(sketch);
  paintHair(sketch);
  paintGlasses(sketch);
  light(sketch);
}

function paletteOf(labels: FaceLabels, looks: Looks): Palette {
  const tone = ramp(
    [
      [0.62, 0.42, 0.31],
      [0.86, 0.64, 0.5],
      [0.98, 0.83, 0.73],
    ],
    looks.skin,
  );
  const skin = mix(
    tone,
    looks.skinWarmth > 0 ? [0.95, 0.6, 0.55] : [0.93, 0.78, 0.5],
    0.12 * Math.abs(looks.skinWarmth),
  );
  const grown = mix(
    ramp(
      [
        [0.1, 0.08, 0.09],
        [0.3, 0.18, 0.1],
        [0.52, 0.32, 0.15],
        [0.84, 0.65, 0.3],
      ],
      looks.hairShade,
    ),
    [0.6, 0.2, 0.08],
    0.15 * (looks.hairRed + 1),
  );
  const hair = labels.Young ? grown : mix(grown, [0.83, 0.84, 0.87], 0.8);
  return {
    skin,
    shade: darken(skin, 0.22),
    hair,
    hairShade: darken(hair, 0.2),
    background: hueCircle(0.72 + 0.1 * looks.backgroundLight, 0.1, looks.background),
    shirt: hueCircle(0.45, 0.25, looks.shirt),
  };
}

function paintBackground({ canvas, palette }: Sketch): void {
  const plane = canvas.size ** 2;
  for (const channel of [0, 1, 2] as const) {
    canvas.pixels.fill(palette.background[channel], channel * plane, (channel + 1) * plane);
  }
}

/** The long hair of women falls behind the shoulders; it stays below the top of the head, which belongs to Bald. */
function paintHairBehind({ canvas, labels, looks, palette, width }: Sketch): void {
  if (labels.Male) return;
  const half = width + 0.24 + 0.05 * looks.hairVolume;
  const end = 1.12 + 0.1 * looks.hairLength;
  const middle = (end - 0.62) / 2;
  fill(canvas, squircle(0, middle, half, end - middle, 0.7), { u: 0, v: middle, radius: 1.6 }, palette.hairShade);
}

function paintBody({ canvas, labels, palette }: Sketch): void {
  const neck = labels.Male ? 0.36 : 0.24;
  const shoulders = labels.Male ? 1.25 : 1.0;
  fill(canvas, squircle(0, 1.75, shoulders, 0.62, 0.4), { u: 0, v: 1.75, radius: 1.5 }, palette.shirt);
  fill(canvas, stroke(0, 0.8, 0, 1.12, neck), { u: 0, v: 0.96, radius: 0.6 }, palette.shade);
}

function paintHead({ canvas, labels, palette, width }: Sketch): void {
  for (const side of sides) {
    fill(
      canvas,
      ellipse(side * (width + 0.02), 0.02, 0.12, 0.17),
      { u: side * width, v: 0.02, radius: 0.25 },
      palette.shade,
    );
  }
  const skull = ellipse(0, -0.12, width, 0.86);
  // the jaw: broad and angular, or running to a small chin
  const jaw = labels.Male ? squircle(0, 0.22, width - 0.02, 0.8, 0.75) : ellipse(0, 0.2, width - 0.08, 0.78);
  fill(canvas, (u, v) => Math.min(skull(u, v), jaw(u, v)), { u: 0, v: 0.02, radius: 1.15 }, palette.skin);
}

/** Young: rosy cheeks. Old: gray hair (see the palette), lines on the forehead and beside the mouth. */
function paintAge({ canvas, labels, palette }: Sketch): void {
  for (const side of sides) {
    if (labels.Young) {
      fill(
        canvas,
        ellipse(side * 0.46, 0.3, 0.15, 0.11),
        { u: side * 0.46, v: 0.3, radius: 0.2 },
        [0.95, 0.4, 0.4],
        0.4,
      );
    } else {
      const line = stroke(side * 0.3, 0.2, side * 0.52, 0.56, 0.02, 0.045);
      fill(canvas, line, { u: side * 0.4, v: 0.38, radius: 0.3 }, darken(palette.skin, 0.4), 0.9);
    }
  }
  if (!labels.Young) {
    fill(
      canvas,
      bow(0, -0.5, 0.34, -0.06, 0.035, 0.015),
      { u: 0, v: -0.5, radius: 0.4 },
      darken(palette.skin, 0.4),
      0.9,
    );
  }
}

function paintEyes({ canvas, labels, looks, eyes }: Sketch): void {
  const half = labels.Narrow_Eyes ? 0.04 : 0.14;
  const iris = ramp(
    [
      [0.32, 0.2, 0.1],
      [0.25, 0.42, 0.25],
      [0.2, 0.42, 0.7],
    ],
    looks.eyeColour,
  );
  for (const side of sides) {
    const u = side * eyes;
    const extent = { u, v: eyeHeight, radius: 0.25 };
    const white = ellipse(u, eyeHeight, 0.17, half);
    fill(canvas, ellipse(u, eyeHeight - 0.012, 0.205, half + 0.035), extent, ink);
    fill(canvas, white, extent, [0.98, 0.98, 0.97]);
    fill(canvas, both(white, ellipse(u, eyeHeight, 0.115, 0.125)), extent, iris);
    fill(canvas, both(white, ellipse(u, eyeHeight, 0.06, 0.065)), extent, ink);
  }
}

function paintBrows({ canvas, labels, looks, palette, eyes }: Sketch): void {
  const v = eyeHeight - 0.27 - 0.02 * looks.browHeight;
  const half = labels.Male ? 0.07 : 0.028;
  for (const side of sides) {
    const brow = stroke(side * (eyes - 0.16), v, side * (eyes + 0.2), v + 0.03, half, 0.7 * half);
    fill(canvas, brow, { u: side * eyes, v, radius: 0.35 }, darken(palette.hair, 0.45));
  }
}

function paintNose({ canvas, looks, palette }: Sketch): void {
  const v = 0.22 + 0.03 * looks.noseLength;
  fill(canvas, ellipse(0, v, 0.11, 0.075), { u: 0, v, radius: 0.15 }, palette.shade);
  fill(canvas, stroke(0, 0.02, 0, v - 0.05, 0.03, 0.05), { u: 0, v: 0.1, radius: 0.25 }, palette.shade, 0.35);
}

function paintMouth({ canvas, labels, looks, palette }: Sketch): void {
  const half = (labels.Smiling ? 0.36 : 0.24) + 0.02 * looks.mouthWidth;
  const bend = labels.Smiling ? 0.22 : -0.03;
  const gap = labels.Mouth_Slightly_Open ? 0.12 : 0;
  const lip = labels.Wearing_Lipstick ? 0.075 : 0.035;
  const lips: Colour = labels.Wearing_Lipstick
    ? ramp(
        [
          [0.88, 0.16, 0.1],
          [0.8, 0.05, 0.16],
          [0.7, 0.05, 0.38],
        ],
        looks.lipstickHue,
      )
    : mix(palette.shade, [0.55, 0.25, 0.22], 0.5);
  const extent = { u: 0, v: mouthHeight, radius: 0.5 };
  fill(canvas, bow(0, mouthHeight, half, bend, gap + lip, 0.5 * lip + 0.012), extent, lips);
  if (!labels.Mouth_Slightly_Open) {
    fill(canvas, bow(0, mouthHeight, half, bend, 0.014, 0.014), extent, darken(lips, 0.55));
    return;
  }
  const inside = bow(0, mouthHeight, half - 0.05, bend, gap, 0);
  const middle: Distance = (u, v) => v - mouthHeight - bend * (0.5 - (u / half) ** 2);
  fill(canvas, inside, extent, [0.25, 0.05, 0.07]);
  fill(canvas, both(inside, middle), extent, [0.98, 0.97, 0.94]);
}

function paintMustache({ canvas, labels, palette }: Sketch): void {
  if (!labels.Mustache) return;
  for (const side of sides) {
    const whiskers = stroke(side * 0.05, 0.385, side * 0.33, 0.45, 0.085, 0.04);
    fill(canvas, whiskers, { u: side * 0.19, v: 0.41, radius: 0.3 }, darken(palette.hair, 0.62));
  }
}

/** Beside the face, always: short or long (Male). On top, unless Bald. */
function paintHair({ canvas, labels, looks, palette, width }: Sketch): void {
  for (const side of sides) {
    const u = side * (width + 0.01);
    const lock = labels.Male
      ? stroke(u, -0.34, u, -0.12, 0.09, 0.06)
      : stroke(u, -0.3, u + side * 0.07, 0.72 + 0.12 * looks.hairLength, 0.1, 0.15);
    fill(canvas, lock, { u, v: 0.2, radius: 0.9 }, palette.hair);
  }
  if (labels.Bald) {
    const shine = ellipse(-0.24 * looks.lightX, -0.72, 0.2, 0.09);
    fill(canvas, shine, { u: 0, v: -0.72, radius: 0.5 }, mix(palette.skin, [1, 1, 1], 0.6));
    return;
  }
  const dome = squircle(0, -0.2, width + 0.1 + 0.03 * looks.hairVolume, 0.94 + 0.06 * looks.hairVolume, 0.15);
  const lean = 0.14 * looks.parting;
  const hairline: Distance = (u, v) => {
    const slope = lean + 1.5 * u;
    return (v + 0.62 - lean * u - 0.75 * u * u) / Math.sqrt(1 + slope * slope);
  };
  fill(canvas, both(dome, hairline), { u: 0, v: -0.5, radius: 1.1 }, palette.hair);
}

function paintGlasses({ canvas, labels, looks, eyes, width }: Sketch): void {
  if (!labels.Eyeglasses) return;
  const colour = ramp(
    [
      [0.08, 0.08, 0.1],
      [0.3, 0.1, 0.08],
      [0.1, 0.12, 0.35],
    ],
    looks.frameHue,
  );
  for (const side of sides) {
    const u = side * eyes;
    const lens = squircle(u, eyeHeight + 0.01, 0.265, 0.25, 0.4 + 0.4 * looks.frameShape);
    const extent = { u, v: eyeHeight, radius: 0.4 };
    fill(canvas, lens, extent, [0.75, 0.88, 1], 0.15);
    fill(canvas, outline(lens, 0.04), extent, colour);
    const temple = stroke(side * (eyes + 0.27), eyeHeight - 0.03, side * width, eyeHeight - 0.03, 0.035);
    fill(canvas, temple, { u: side * 0.67, v: eyeHeight, radius: 0.2 }, colour);
  }
  fill(canvas, stroke(-0.07, eyeHeight, 0.07, eyeHeight, 0.035), { u: 0, v: eyeHeight, radius: 0.15 }, colour);
}

/** Brightens the side of the light, and takes [0, 1] to [-1, 1]. */
function light({ canvas: { pixels, size }, looks }: Sketch): void {
  const plane = size * size;
  for (let y = 0; y < size; y++) {
    const down = (2 * (y + 0.5)) / size - 1;
    for (let x = 0; x < size; x++) {
      const right = (2 * (x + 0.5)) / size - 1;
      const brightness = 1 - 0.1 * (looks.lightX * right + (0.5 + 0.5 * looks.lightY) * down);
      for (let i = y * size + x; i < 3 * plane; i += plane) {
        pixels[i] = 2 * Math.min(1, Math.max(0, pixels[i]! * brightness)) - 1;
      }
    }
  }
}
