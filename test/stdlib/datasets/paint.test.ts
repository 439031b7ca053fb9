/** Painting: every pixel gets the coverage that its distance says, however the runs between edges are taken. */
import { expect, test } from "vitest";
import { createStream } from "#runtime/random";
import {
  both,
  bow,
  type Canvas,
  type Distance,
  ellipse,
  fill,
  outline,
  squircle,
  stroke,
} from "#stdlib/datasets/faces/paint";

const size = 48;
const shapes: Readonly<Record<string, (r: () => number) => Distance>> = {
  "a round ellipse": (r) => ellipse(r(), r(), 0.5 + 0.2 * r(), 0.5 + 0.2 * r()),
  "a flat ellipse": (r) => ellipse(r(), r(), 0.4, 0.04),
  "a box with round corners": (r) => squircle(0, r(), 0.6 + 0.2 * r(), 0.6 + 0.2 * r(), 0.9),
  "a stroke": (r) => stroke(r(), r(), r(), r(), 0.1, 0.02),
  "a smile": (r) => bow(0, r(), 0.36, 0.22 * r(), 0.12, 0.02),
  "a ring": (r) => outline(squircle(r(), r(), 0.27, 0.25, 0.5), 0.04),
  "a cut ellipse": () =>
    both(ellipse(0, -0.2, 0.85, 0.9), (u, v) => (v + 0.6 - 0.75 * u * u) / Math.sqrt(1 + 2.25 * u * u)),
};

test.each(Object.keys(shapes))("%s", (name) => {
  const stream = createStream(1, name);
  for (let time = 0; time < 30; time++) {
    const angle = 0.3 * (stream.uniform() - 0.5);
    const pixels = new Float32Array(3 * size * size);
    const canvas: Canvas = {
      pixels,
      size,
      originX: size / 2 + stream.uniform(),
      originY: size / 2 + stream.uniform(),
      unit: size / 2.7,
      cos: Math.cos(angle),
      sin: Math.sin(angle),
    };
    const shape = shapes[name]!(() => 2 * stream.uniform() - 1);
    fill(canvas, shape, { u: 0, v: 0, radius: 4 }, [1, 0.5, 0], 0.8);
    const expected = pixels.map((_, k) => {
      const [c, y, x] = [Math.floor(k / size ** 2), Math.floor(k / size) % size, k % size];
      const [dx, dy] = [(x + 0.5 - canvas.originX) / canvas.unit, (y + 0.5 - canvas.originY) / canvas.unit];
      const distance = shape(canvas.cos * dx + canvas.sin * dy, canvas.cos * dy - canvas.sin * dx);
      return Math.min(1, Math.max(0, 0.5 - canvas.unit * distance)) * 0.8 * [1, 0.5, 0][c]!;
    });
    const worst = pixels.reduce((most, value, k) => Math.max(most, Math.abs(value - expected[k]!)), 0);
    expect(worst).toBeLessThan(1e-6);
  }
});
