/**
 * Painting with signed distances: a shape is a function that gives the distance of a point to its edge (negative inside), and
 * a pixel is covered by the fraction that the distance says, so that edges are soft at any size. No faces here.
 */

/** Red, green and blue in [0, 1]. */
export type Colour = readonly [number, number, number];

/** Distance to the edge, in the units of the drawing. Only its values within a pixel of the edge need to be right. */
export type Distance = (u: number, v: number) => number;

/** A picture under construction, with the place of the drawing in it. */
export interface Canvas {
  /** [3, size, size], values in [0, 1] */
  readonly pixels: Float32Array;
  readonly size: number;
  /** the drawing's origin, in pixels */
  readonly originX: number;
  readonly originY: number;
  /** pixels for one unit of the drawing, and its rotation */
  readonly unit: number;
  readonly cos: number;
  readonly sin: number;
}

/** Where a shape ends: nothing outside of the circle is touched. */
export interface Extent {
  readonly u: number;
  readonly v: number;
  readonly radius: number;
}

/**
 * A pixel far from the edge tells that its neighbours are on the same side, so that most of a shape is skipped or filled in
 * runs. Distances may overestimate by a factor of two for that, as first-order distances do.
 */
export function fill(canvas: Canvas, shape: Distance, extent: Extent, colour: Colour, opacity = 1): void {
  const { size, originX, originY, unit, cos, sin } = canvas;
  const centreX = originX + unit * (cos * extent.u - sin * extent.v);
  const centreY = originY + unit * (sin * extent.u + cos * extent.v);
  const reach = extent.radius * unit + 1;
  const left = Math.max(0, Math.floor(centreX - reach));
  const right = Math.min(size, Math.ceil(centreX + reach));
  const top = Math.max(0, Math.floor(centreY - reach));
  const bottom = Math.min(size, Math.ceil(centreY + reach));
  for (let y = top; y < bottom; y++) {
    const dy = (y + 0.5 - originY) / unit;
    for (let x = left; x < right; ) {
      const dx = (x + 0.5 - originX) / unit;
      const distance = unit * shape(cos * dx + sin * dy, cos * dy - sin * dx);
      const coverage = distance <= -0.5 ? 1 : 0.5 - distance;
      const beyond = Math.abs(distance) - 0.5;
      const run = beyond > 0 ? Math.min(right - x, 1 + Math.floor(beyond / 2)) : 1;
      if (coverage > 0) blend(canvas, y * size + x, run, colour, coverage * opacity);
      x += run;
    }
  }
}

function blend({ pixels, size }: Canvas, first: number, run: number, colour: Colour, alpha: number): void {
  const plane = size * size;
  const keep = 1 - alpha;
  for (let c = 0; c < 3; c++) {
    const part = alpha * colour[c]!;
    const start = first + c * plane;
    for (let i = start; i < start + run; i++) pixels[i] = keep * pixels[i]! + part;
  }
}

/** First-order distance to an ellipse around (u0, v0): exact on the edge and right beside it. */
export function ellipse(u0: number, v0: number, ru: number, rv: number): Distance {
  return (u, v) => {
    const a = (u - u0) / ru;
    const b = (v - v0) / rv;
    const k = Math.sqrt(a * a + b * b);
    const gradient = Math.sqrt((a / ru) * (a / ru) + (b / rv) * (b / rv));
    return k === 0 ? -Math.min(ru, rv) : (k * (k - 1)) / gradient;
  };
}

/** Between an ellipse (square = 0) and the fourth-power superellipse with its boxy corners (square = 1). */
export function squircle(u0: number, v0: number, ru: number, rv: number, square: number): Distance {
  return (u, v) => {
    const a = ((u - u0) / ru) ** 2;
    const b = ((v - v0) / rv) ** 2;
    const k = (1 - square) * Math.sqrt(a + b) + square * Math.sqrt(Math.sqrt(a * a + b * b));
    if (k === 0) return -Math.min(ru, rv);
    // k is homogeneous, so that (1 - 1 / k) of the way along the ray from the centre lies outside
    return Math.sqrt((u - u0) ** 2 + (v - v0) ** 2) * (1 - 1 / k);
  };
}

/** A line with round ends; its half width goes from r0 at the start to r1 at the end. */
export function stroke(u0: number, v0: number, u1: number, v1: number, r0: number, r1 = r0): Distance {
  const du = u1 - u0;
  const dv = v1 - v0;
  const square = du * du + dv * dv;
  return (u, v) => {
    const along = ((u - u0) * du + (v - v0) * dv) / square;
    const t = Math.min(1, Math.max(0, along));
    const a = u - u0 - t * du;
    const b = v - v0 - t * dv;
    return Math.sqrt(a * a + b * b) - (r0 + t * (r1 - r0));
  };
}

/**
 * A band along the parabola v = v0 + bend (1/2 - t^2), t = (u - u0) / halfWidth: with bend > 0 its ends point up. Its half
 * height goes from `middle` to `end`.
 */
export function bow(u0: number, v0: number, halfWidth: number, bend: number, middle: number, end: number): Distance {
  return (u, v) => {
    const raw = (u - u0) / halfWidth;
    const t = Math.min(1, Math.max(-1, raw));
    const half = end + (middle - end) * (1 - t * t);
    const dv = v - v0 - bend * (0.5 - t * t);
    const du = (raw - t) * halfWidth;
    if (du !== 0) return Math.sqrt(du * du + dv * dv) - end;
    const slope = (2 * bend * t) / halfWidth;
    return (Math.abs(dv) - half) / Math.sqrt(1 + slope * slope);
  };
}

export function both(a: Distance, b: Distance): Distance {
  return (u, v) => Math.max(a(u, v), b(u, v));
}

/** The edge of a shape as a line of the given half width. */
export function outline(shape: Distance, halfWidth: number): Distance {
  return (u, v) => Math.abs(shape(u, v)) - halfWidth;
}

export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]), a[2] + t * (b[2] - a[2])];
}

export function darken(colour: Colour, by: number): Colour {
  return mix(colour, [0, 0, 0], by);
}

/** A point on a ramp of colours, t in [-1, 1]. */
export function ramp(colours: readonly Colour[], t: number): Colour {
  const place = ((t + 1) / 2) * (colours.length - 1);
  const first = Math.min(colours.length - 2, Math.max(0, Math.floor(place)));
  return mix(colours[first]!, colours[first + 1]!, place - first);
}

/** A colour circle around a gray: t in [-1, 1] goes around once. */
export function hueCircle(gray: number, strength: number, t: number): Colour {
  const angle = Math.PI * t;
  const third = (2 * Math.PI) / 3;
  return [
    gray + strength * Math.cos(angle),
    gray + strength * Math.cos(angle - third),
    gray + strength * Math.cos(angle + third),
  ];
}
