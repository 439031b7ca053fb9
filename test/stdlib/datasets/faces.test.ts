/** The generated faces: determinism, truth under interventions, and labels that can be seen in the pixels. */
import { describe, expect, test } from "vitest";
import { createStream } from "#runtime/random";
import { createFaces } from "#stdlib/datasets/faces/faces";
import {
  attributes,
  type Attribute,
  type FaceLabels,
  labelMechanisms,
  sampleLabels,
} from "#stdlib/datasets/faces/labels";
import { noiseNames, sampleNoise } from "#stdlib/datasets/faces/noise";
import { renderFace } from "#stdlib/datasets/faces/render";
import { openDataset } from "./open.ts";

const plain = Object.fromEntries(attributes.map((attribute) => [attribute, 0])) as FaceLabels;

test("the same seed gives the same faces, another seed others, and more rows leave the first as they are", async () => {
  const pictures = async (args: Readonly<Record<string, number>>) => {
    const source = await openDataset("faces", { n: 6, size: 16, ...args });
    const out = new Float32Array(6 * 3 * 16 * 16);
    await source.image!.read(Int32Array.of(0, 1, 2, 3, 4, 5), out);
    return { labels: [...source.columns].map(([name, column]) => [name, [...column.values.slice(0, 6)]]), out };
  };
  const first = await pictures({ seed: 3 });
  expect(await pictures({ seed: 3 })).toEqual(first);
  expect(await pictures({ seed: 3, n: 50 })).toEqual(first);
  expect((await pictures({ seed: 4 })).out).not.toEqual(first.out);
});

test("reading again gives the same values as the first time, in [-1, 1], in any order", async () => {
  const source = await openDataset("faces", { n: 40, size: 16 });
  const each = 3 * 16 * 16;
  const once = new Float32Array(3 * each);
  const again = new Float32Array(3 * each);
  await source.image!.read(Int32Array.of(7, 3, 7), once);
  await source.image!.read(Int32Array.of(3, 7, 3), again);
  expect(once.subarray(0, each)).toEqual(again.subarray(each, 2 * each));
  expect(once.subarray(each, 2 * each)).toEqual(again.subarray(0, each));
  expect(once.subarray(2 * each)).toEqual(once.subarray(0, each));
  expect(once.every((value) => value >= -1 && value <= 1)).toBe(true);
});

test("labels follow the model", async () => {
  const rows = 40_000;
  const source = await openDataset("faces", { n: rows, size: 16 });
  const column = (name: Attribute) => source.columns.get(name)!.values;
  for (const name of attributes) {
    const { parents, probabilities } = labelMechanisms[name];
    const counts = probabilities.map(() => ({ ones: 0, all: 0 }));
    for (let row = 0; row < rows; row++) {
      const count = counts[parents.reduce((index, parent) => 2 * index + column(parent)[row]!, 0)]!;
      count.all++;
      count.ones += column(name)[row]!;
    }
    counts.forEach(({ ones, all }, i) => {
      const p = probabilities[i]!;
      expect(Math.abs(ones / all - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / all) + 1 / all);
    });
  }
});

test("uniform labels are fair and independent", async () => {
  const rows = 20_000;
  const source = await openDataset("faces", { n: rows, size: 16, labels: "uniform" });
  for (const a of attributes) {
    for (const b of attributes) {
      const [x, y] = [source.columns.get(a)!.values, source.columns.get(b)!.values];
      const bothOne = Array.from(x).filter((value, row) => value * y[row]! === 1).length / rows;
      expect(Math.abs(bothOne - (a === b ? 0.5 : 0.25))).toBeLessThan(0.016);
    }
  }
});

describe("counterfactuals", () => {
  const faces = createFaces({ rows: 3000, size: 32, seed: 2, labels: "g1" });

  test("no change is the factual face", () => {
    for (let row = 0; row < 5; row++) {
      expect(faces.counterfactualLabels(row, {})).toEqual(faces.labelsOf(row));
      expect(faces.counterfactualFace(row, {})).toEqual(faces.face(row));
      expect(faces.counterfactualFace(row, faces.labelsOf(row))).toEqual(faces.face(row));
    }
  });

  test("a leaf changes alone; a root takes its children along by their own noise", () => {
    let moved = 0;
    for (let row = 0; row < faces.rows; row++) {
      const factual = faces.labelsOf(row);
      expect(faces.counterfactualLabels(row, { Mustache: 1 })).toEqual({ ...factual, Mustache: 1 });
      const other = faces.counterfactualLabels(row, { Male: factual.Male ? 0 : 1 });
      expect([other.Young, other.Eyeglasses]).toEqual([factual.Young, factual.Eyeglasses]);
      if (other.Wearing_Lipstick !== factual.Wearing_Lipstick) moved++;
    }
    expect(moved / faces.rows).toBeGreaterThan(0.7);
  });

  test("over the rows, do(Mustache = 1) leaves Male alone and Mustache = 1 does not", () => {
    const rows = Array.from({ length: faces.rows }, (_, row) => row);
    const share = (labels: readonly FaceLabels[]) => labels.filter((l) => l.Male).length / labels.length;
    expect(share(rows.map((row) => faces.counterfactualLabels(row, { Mustache: 1 })))).toBeCloseTo(0.4215, 1);
    expect(share(rows.map(faces.labelsOf).filter((l) => l.Mustache))).toBeGreaterThan(0.95);
  });
});

/** Where an attribute may show, in parts of the picture's side: [left, top, right, bottom], with room for the pose. */
const regions: Readonly<Record<Attribute, readonly [number, number, number, number]>> = {
  Young: [0, 0, 1, 1],
  Male: [0, 0, 1, 1],
  Eyeglasses: [0.14, 0.25, 0.86, 0.7],
  Bald: [0.1, 0, 0.9, 0.6],
  Mustache: [0.26, 0.48, 0.74, 0.85],
  Smiling: [0.24, 0.54, 0.76, 0.95],
  Wearing_Lipstick: [0.24, 0.54, 0.76, 0.95],
  Mouth_Slightly_Open: [0.24, 0.54, 0.76, 0.95],
  Narrow_Eyes: [0.16, 0.27, 0.84, 0.65],
};

describe.each([32, 64, 128])("at %i pixels", (size) => {
  test.each(attributes)("%s changes the picture where it should, whatever else is drawn", (attribute) => {
    const stream = createStream(5, "toggle", attribute);
    const [left, top, right, bottom] = regions[attribute].map((part) => part * size) as [
      number,
      number,
      number,
      number,
    ];
    const plane = size * size;
    const off = new Float32Array(3 * plane);
    const on = new Float32Array(3 * plane);
    for (let i = 0; i < 12; i++) {
      const labels = { ...sampleLabels(stream), [attribute]: 0 } as FaceLabels;
      const noise = sampleNoise(stream);
      renderFace(labels, noise, size, off);
      renderFace({ ...labels, [attribute]: 1 }, noise, size, on);
      let changed = 0;
      for (let k = 0; k < plane; k++) {
        const change = Math.max(...[0, 1, 2].map((c) => Math.abs(on[k + c * plane]! - off[k + c * plane]!)));
        if (change < 1e-6) continue;
        const [x, y] = [k % size, Math.floor(k / size)];
        expect(x + 1 >= left && x <= right && y + 1 >= top && y <= bottom).toBe(true);
        if (change > 0.2) changed++;
      }
      expect(changed / plane).toBeGreaterThan(0.008);
    }
  });
});

test("every component of the noise changes the picture, a little for a little", () => {
  // glasses, lipstick, an open mouth: all components have something to act on
  const labels: FaceLabels = { ...plain, Eyeglasses: 1, Wearing_Lipstick: 1, Mouth_Slightly_Open: 1 };
  const middle = sampleNoise(createStream(1, "middle")).map((value) => value / 2);
  for (const Bald of [0, 1] as const) {
    const draw = (noise: ArrayLike<number>) => {
      const out = new Float32Array(3 * 32 * 32);
      renderFace({ ...labels, Bald }, noise, 32, out);
      return out;
    };
    const base = draw(middle);
    noiseNames.forEach((name, i) => {
      if (Bald && name === "parting") return;
      const distance = (step: number) => {
        const other = draw(middle.map((value, k) => (k === i ? value + step : value)));
        return other.reduce((sum, value, k) => sum + Math.abs(value - base[k]!), 0);
      };
      expect(distance(0.5), name).toBeGreaterThan(0.5);
      expect(distance(0.001), name).toBeLessThan(0.05 * distance(0.5));
    });
  }
});

test("edges are soft: the picture at 64 pixels, averaged down, is close to the one at 32", () => {
  const stream = createStream(9, "sizes");
  for (let i = 0; i < 5; i++) {
    const labels = sampleLabels(stream);
    const noise = sampleNoise(stream);
    const small = new Float32Array(3 * 32 * 32);
    const large = new Float32Array(3 * 64 * 64);
    renderFace(labels, noise, 32, small);
    renderFace(labels, noise, 64, large);
    let difference = 0;
    for (let k = 0; k < small.length; k++) {
      const [c, y, x] = [Math.floor(k / 1024), Math.floor(k / 32) % 32, k % 32];
      const at = (dy: number, dx: number) => large[c * 4096 + (2 * y + dy) * 64 + 2 * x + dx]!;
      difference += Math.abs((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4 - small[k]!);
    }
    expect(difference / small.length).toBeLessThan(0.02);
  }
});

test("a linear probe reads every attribute off 32 x 32 pixels", async () => {
  const [training, held, size] = [1500, 500, 32];
  const source = await openDataset("faces", { n: training + held, size, labels: "uniform", seed: 11 });
  const features = 3 * size * size;
  const pixels = new Float32Array((training + held) * features);
  await source.image!.read(
    Int32Array.from({ length: training + held }, (_, row) => row),
    pixels,
  );

  const mean = new Float64Array(features);
  for (let i = 0; i < training * features; i++) mean[i % features]! += pixels[i]! / training;
  for (let i = 0; i < pixels.length; i++) pixels[i]! -= mean[i % features]!;

  const accuracies = attributes.map((attribute) => {
    const labels = source.columns.get(attribute)!.values;
    const weights = new Float64Array(features);
    let bias = 0;
    const score = (row: number) => {
      let sum = bias;
      for (let k = 0; k < features; k++) sum += weights[k]! * pixels[row * features + k]!;
      return sum;
    };
    // logistic regression by stochastic gradient descent, the rate falling to 0
    const passes = 8;
    for (let step = 0; step < passes * training; step++) {
      const row = step % training;
      const rate = 0.004 * (1 - step / (passes * training));
      const error = labels[row]! - 1 / (1 + Math.exp(-score(row)));
      for (let k = 0; k < features; k++) weights[k]! += rate * error * pixels[row * features + k]!;
      bias += rate * error;
    }
    let right = 0;
    for (let row = training; row < training + held; row++) if (score(row) > 0 === (labels[row] === 1)) right++;
    return right / held;
  });
  const table = Object.fromEntries(attributes.map((attribute, i) => [attribute, accuracies[i]]));
  for (const attribute of attributes) expect(table[attribute], JSON.stringify(table)).toBeGreaterThan(0.9);
});
