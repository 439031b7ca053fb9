/** The metrics against closed forms and numbers worked out by hand. */
import { describe, expect, it } from "vitest";
import { coverage } from "../../../apps/eval/metrics/coverage.ts";
import { meanDistance } from "../../../apps/eval/metrics/diversity.ts";
import { type Features, squaredDistance, stackRows } from "../../../apps/eval/metrics/features.ts";
import { frechetDistance, momentsOf } from "../../../apps/eval/metrics/frechet.ts";
import { difference, meanOf, ratio, wilson } from "../../../apps/eval/metrics/intervals.ts";
import { kernelDistance, squaredDiscrepancy } from "../../../apps/eval/metrics/kernel.ts";
import { samplingFloor, totalVariation, totalVariationAmongSeen } from "../../../apps/eval/metrics/label-distance.ts";
import { boundsOf, nearestRow, thumbnailOf } from "../../../apps/eval/metrics/nearest.ts";
import { products, squaredDistances } from "../../../apps/eval/metrics/products.ts";
import { cholesky, multiply, singularValues, transpose } from "../../../apps/eval/metrics/matrices.ts";
import { createStream } from "../../../runtime/random.ts";

const rows = (...values: readonly (readonly number[])[]) => stackRows(values.map((row) => Float32Array.from(row)));

function normals(seed: number, count: number, width: number, mean = 0, std = 1): Features {
  const data = new Float32Array(count * width);
  createStream(seed, "test").fillNormal(data, mean, std);
  return { rows: count, width, data };
}

describe("square matrices", () => {
  it("have the singular values of the closed form", () => {
    // [[2, 1], [1, 2]]: 1 and 3; the second difference matrix of size n: 2 - 2 cos(k pi / (n + 1))
    const two = singularValues({ size: 2, data: Float64Array.of(2, 1, 1, 2) });
    expect([...two].sort()).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
    const n = 40;
    const data = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      data[i * n + i] = 2;
      if (i > 0) data[i * n + i - 1] = data[(i - 1) * n + i] = -1;
    }
    const found = [...singularValues({ size: n, data })].sort((a, b) => a - b);
    found.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 12);
    });
  });

  it("of no symmetry keep their length, and the product of their singular values is their volume", () => {
    const a = { size: 3, data: Float64Array.of(1, 2, 0, 0, 3, 4, 5, 0, 1) };
    const values = singularValues(a);
    const squares = (entries: Float64Array) => entries.reduce((sum, entry) => sum + entry * entry, 0);
    expect(squares(values)).toBeCloseTo(squares(a.data), 12);
    // det = 1 (3 - 0) - 2 (0 - 20) = 43
    expect(values.reduce((product, value) => product * value, 1)).toBeCloseTo(43, 12);
  });

  it("are the squares of their Cholesky factors, also where they lack rank", () => {
    const full = Float64Array.from(normals(7, 30, 30).data);
    const lacking = full.map((entry, i) => (i % 30 < 20 ? entry : 0));
    for (const data of [full, lacking]) {
      const a = multiply({ size: 30, data }, transpose({ size: 30, data }));
      const factor = cholesky(a);
      const again = multiply(factor, transpose(factor));
      a.data.forEach((entry, i) => {
        expect(again.data[i]).toBeCloseTo(entry, 9);
      });
      expect(factor.data[1]).toBe(0);
    }
  });

  it("may be zero or have features that never vary", () => {
    expect([...singularValues({ size: 3, data: new Float64Array(9) })]).toEqual([0, 0, 0]);
    expect([...cholesky({ size: 2, data: Float64Array.of(0, 0, 0, 4) }).data]).toEqual([0, 0, 0, 2]);
  });
});

describe("pairs of rows", () => {
  it.each([
    [1, 1, 1],
    [3, 5, 7],
    [4, 8, 6],
  ])("%i and %i of width %i have these products and distances", (first, second, width) => {
    const [a, b] = [normals(1, first, width), normals(2, second, width)];
    const pairs = Array.from({ length: first * second }, (_, at) => [Math.floor(at / second), at % second] as const);
    const found = [products(a, b), squaredDistances(a, b)];
    for (const [at, [i, j]] of pairs.entries()) {
      let dot = 0;
      for (let k = 0; k < width; k++) dot += a.data[i * width + k]! * b.data[j * width + k]!;
      expect(found[0]![at]).toBeCloseTo(dot, 12);
      expect(found[1]![at]).toBeCloseTo(squaredDistance(a, i, b, j), 12);
    }
    expect(products(a, a)).toEqual(products(a, { ...a }));
    expect(squaredDistances(a, a).filter((_, at) => at % (first + 1) === 0)).toEqual(new Float64Array(first));
  });
});

describe("the Fréchet distance", () => {
  const diagonal = (...entries: readonly number[]) => ({
    size: entries.length,
    data: Float64Array.from({ length: entries.length ** 2 }, (_, i) =>
      i % (entries.length + 1) === 0 ? entries[i / (entries.length + 1)]! : 0,
    ),
  });

  it("of two normals is the closed form", () => {
    const p = { mean: Float64Array.of(0, 0, 0), covariance: diagonal(1, 4, 9) };
    const q = { mean: Float64Array.of(1, 2, 2), covariance: diagonal(4, 4, 1) };
    // |mean difference|^2 = 9; sum of (std - std')^2 = 1 + 0 + 4
    expect(frechetDistance(p, q)).toBeCloseTo(14, 10);
    expect(frechetDistance(q, p)).toBeCloseTo(14, 10);
  });

  it("needs no commuting covariances: 2 x 2 by the trace formula", () => {
    const [a, b] = [Float64Array.of(2, 1, 1, 2), Float64Array.of(3, -1, -1, 1)];
    const mean = Float64Array.of(0, 0);
    // tr sqrt(M) of a 2 x 2 matrix M = AB is sqrt(tr M + 2 sqrt(det M)); tr AB = 6, det AB = 3 * 2
    const expected = 4 + 4 - 2 * Math.sqrt(6 + 2 * Math.sqrt(6));
    const [p, q] = [a, b].map((data) => ({ mean, covariance: { size: 2, data } }));
    expect(frechetDistance(p!, q!)).toBeCloseTo(expected, 10);
  });

  it("of a set with itself is 0, also with constant features", () => {
    const set = normals(1, 60, 8);
    for (let i = 0; i < 60; i++) set.data[i * 8 + 3] = 0.5;
    expect(frechetDistance(momentsOf(set), momentsOf(set))).toBeLessThan(1e-9);
  });

  it("has unbiased moments", () => {
    const { mean, covariance } = momentsOf(rows([0, 0], [2, 4], [4, 2]));
    expect([...mean]).toEqual([expect.closeTo(2, 12), expect.closeTo(2, 12)]);
    expect([...covariance.data].map((entry) => Math.round(entry * 1e9) / 1e9)).toEqual([4, 2, 2, 4]);
  });
});

describe("the kernel distance", () => {
  it("is the U-statistic worked out by hand", () => {
    // width 1: k(x, y) = (xy + 1)^3. Within p {0, 1}: 1; within q {1, 2}: 27; between: 1, 1, 8, 27
    expect(squaredDiscrepancy(rows([0], [1]), rows([1], [2]))).toBeCloseTo(1 + 27 - (2 * 37) / 4, 12);
  });

  it("is unbiased: near 0, on both sides, for equal distributions, and positive for others", () => {
    const options = { subsets: 20, size: 60, seed: 1 };
    const values = Array.from(
      { length: 12 },
      (_, i) => kernelDistance(normals(i, 120, 6), normals(100 + i, 120, 6), options).value,
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(values.some((value) => value < 0)).toBe(true);
    expect(Math.abs(mean)).toBeLessThan((4 * spread) / Math.sqrt(values.length));
    const far = kernelDistance(normals(1, 120, 6), normals(2, 120, 6, 1), options);
    expect(far.value).toBeGreaterThan(5 * far.error);
    expect(kernelDistance(normals(1, 120, 6), normals(2, 120, 6, 1), options)).toEqual(far);
  });

  it("compares widths that are no multiple of four", () => {
    const width = 5;
    const [p, q] = [normals(1, 4, width), normals(2, 4, width)];
    const kernel = (a: Features, i: number, b: Features, j: number) => {
      let dot = 0;
      for (let k = 0; k < width; k++) dot += a.data[i * width + k]! * b.data[j * width + k]!;
      return (dot / width + 1) ** 3;
    };
    const mean = (a: Features, b: Features, same: boolean) => {
      const pairs = [0, 1, 2, 3].flatMap((i) =>
        [0, 1, 2, 3].filter((j) => !same || i !== j).map((j) => kernel(a, i, b, j)),
      );
      return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
    };
    expect(squaredDiscrepancy(p, q)).toBeCloseTo(mean(p, p, true) + mean(q, q, true) - 2 * mean(p, q, false), 10);
  });
});

describe("precision and recall", () => {
  it("see invention and collapse", () => {
    const real = rows([0], [1], [2], [3], [10], [11], [12], [13]);
    // one of the two modes, and nothing else
    const collapsed = rows([0.1], [0.9], [1.5], [2.2], [2.8], [0.4], [1.2], [1.9]);
    expect(coverage(real, collapsed)).toEqual({ precision: 1, recall: 0.5 });
    const invented = rows([100], [101], [102], [103], [104], [105], [106], [107]);
    expect(coverage(real, invented)).toEqual({ precision: 0, recall: 0 });
    expect(coverage(real, real)).toEqual({ precision: 1, recall: 1 });
  });
});

describe("diversity", () => {
  it("is the mean distance of pairs, by the root of the width", () => {
    const found = meanDistance(rows([0, 0], [3, 4], [6, 8]));
    expect(found.value).toBeCloseTo((5 + 5 + 10) / 3 / Math.SQRT2, 6);
    expect(meanDistance(rows([1, 1], [1, 1], [1, 1]))).toEqual({ value: 0, low: 0, high: 0, n: 3 });
  });

  it("has intervals that hold what they promise", () => {
    // of two standard normal numbers: mean distance 2 / sqrt(pi)
    const covered = Array.from({ length: 200 }, (_, i) => meanDistance(normals(i, 60, 1))).filter(
      ({ low, high }) => low <= 2 / Math.sqrt(Math.PI) && 2 / Math.sqrt(Math.PI) <= high,
    );
    expect(covered.length / 200).toBeGreaterThan(0.88);
  });
});

describe("intervals", () => {
  it("of shares are Wilson's", () => {
    // 8 of 10: from 0.4902 to 0.9433
    expect(wilson(8, 10)).toEqual({
      value: 0.8,
      low: expect.closeTo(0.4902, 4),
      high: expect.closeTo(0.9433, 4),
      n: 10,
    });
    expect(wilson(0, 20)).toMatchObject({ value: 0, low: 0, high: expect.closeTo(0.1611, 4) });
    expect(wilson(20, 20)).toMatchObject({ value: 1, high: 1 });
    expect(wilson(0, 0)).toEqual({ value: Number.NaN, low: 0, high: 1, n: 0 });
  });

  it("of means, differences and ratios", () => {
    const mean = meanOf([1, 2, 3, 4]);
    expect(mean.high - mean.value).toBeCloseTo(1.959964 * Math.sqrt(5 / 3 / 4), 5);
    const other = { value: 1, low: 0.7, high: 1.3, n: 9 };
    const half = { value: 2, low: 1.6, high: 2.4, n: 5 };
    expect(difference(half, other)).toEqual({
      value: 1,
      low: expect.closeTo(0.5, 12),
      high: expect.closeTo(1.5, 12),
      n: 5,
    });
    expect(ratio(half, other)).toMatchObject({
      value: 2,
      low: expect.closeTo(2 * Math.exp(-Math.hypot(0.2, 0.3)), 12),
    });
  });
});

describe("label distances", () => {
  it("differ in what they make of unseen combinations", () => {
    const [model, data] = [
      [0.4, 0.4, 0.2],
      [0.5, 0.5, 0],
    ];
    expect(totalVariation(model!, data!)).toBeCloseTo(0.2, 12);
    expect(totalVariationAmongSeen(model!, data!)).toBeCloseTo(0, 12);
    expect(totalVariationAmongSeen([0.3, 0.5, 0.2], data!)).toBeCloseTo(0.125, 12);
  });

  it("the original's is never the larger", () => {
    const stream = createStream(3, "distances");
    for (let round = 0; round < 50; round++) {
      const shares = (zero: number) => {
        const values = Array.from({ length: 9 }, (_, i) => (i < zero ? 0 : stream.uniform()));
        const total = values.reduce((sum, value) => sum + value, 0);
        return values.map((value) => value / total);
      };
      const [model, data] = [shares(0), shares(round % 8)];
      expect(totalVariationAmongSeen(model, data)).toBeLessThanOrEqual(totalVariation(model, data) + 1e-12);
    }
  });

  it("the sampling floor of a fair coin is the mean deviation of its share", () => {
    // E|share - 1/2| is about sqrt(1 / (2 pi n)); twenty rounds leave a tenth of it to chance
    expect(samplingFloor(Float64Array.of(0.5, 0.5), 400)).toBeCloseTo(Math.sqrt(1 / (2 * Math.PI * 400)), 2);
    expect(samplingFloor(Float64Array.of(0, 1), 50)).toBeCloseTo(0, 12);
  });
});

describe("the nearest picture", () => {
  const shape = [1, 4, 4] as const;

  it("is that of a search through all of them", async () => {
    const set = normals(5, 300, 16);
    const picture = (row: number) => set.data.slice(row * 16, (row + 1) * 16);
    const thumbnails = Array.from({ length: 300 }, (_, i) => thumbnailOf(picture(i), shape, 2));
    const wanted = normals(6, 20, 16);
    let read = 0;
    for (let i = 0; i < wanted.rows; i++) {
      const query = wanted.data.slice(i * 16, (i + 1) * 16);
      const distances = Array.from({ length: 300 }, (_, j) =>
        picture(j).reduce((sum, value, k) => sum + (value - query[k]!) ** 2, 0),
      );
      const features = stackRows(thumbnails.map(({ thumbnail }) => thumbnail));
      const small = stackRows([thumbnailOf(query, shape, 2).thumbnail]);
      const found = await nearestRow(
        query,
        boundsOf(small, { features, block: thumbnails[0]!.block }),
        async (rows) => {
          read += rows.length;
          return stackRows([...rows].map(picture));
        },
      );
      expect(found.row).toBe(distances.indexOf(Math.min(...distances)));
      expect(found.distance).toBeCloseTo(Math.sqrt(Math.min(...distances) / 16), 5);
    }
    expect(read).toBeLessThan(20 * 300);
  });

  it("thumbnails are means of blocks", () => {
    const { thumbnail, block } = thumbnailOf(
      Float32Array.from({ length: 16 }, (_, i) => i),
      shape,
      2,
    );
    expect([...thumbnail]).toEqual([2.5, 4.5, 10.5, 12.5]);
    expect(block).toBe(4);
  });
});
