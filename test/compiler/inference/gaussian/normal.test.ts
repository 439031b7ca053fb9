/** The normal distribution against values to many digits, computed with mpmath. */
import { describe, expect, it } from "vitest";
import { intervalMass, rectangleMass, upperTail } from "#compiler/inference/gaussian/normal";

const relative = (found: number, truth: number) => Math.abs(found / truth - 1);

describe("the upper tail", () => {
  it.each([
    [0.1, 0.460172162722971],
    [0.7, 0.241963652223073],
    [0.9999, 0.1586794522137626],
    [1, 0.15865525393145705],
    [1.5, 0.06680720126885807],
    [2, 0.02275013194817921],
    [3, 0.0013498980316300946],
    [5, 2.866515718791939e-7],
    [8, 6.220960574271784e-16],
    [15, 3.670966199312751e-51],
    [30, 4.906713927148187e-198],
    [37, 5.725571222524577e-300],
  ])("at %d", (x, truth) => {
    expect(relative(upperTail(x), truth)).toBeLessThan(2e-14);
    expect(upperTail(-x)).toBeCloseTo(1 - truth, 15);
  });

  it("knows its ends and its middle", () => {
    expect([upperTail(0), upperTail(Number.POSITIVE_INFINITY), upperTail(Number.NEGATIVE_INFINITY)]).toEqual([
      0.5, 0, 1,
    ]);
    expect(intervalMass(2, 1)).toBe(0);
    expect(intervalMass(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(1);
    expect(relative(intervalMass(-9, -8), 6.220960574271784e-16 - 1.1285884059538408e-19)).toBeLessThan(1e-12);
  });
});

describe("a rectangle of correlated numbers", () => {
  it.each([
    [0, 12, 0, 12, 0.5, 1 / 3],
    [1, 12, -12, -0.5, -0.3, 0.0765014704574395],
    [2, 14, 2, 14, 0.9, 0.0133612561270193],
    [-1, 1, -0.5, 2, 0.7, 0.494519800786888],
    [4, 16, 4, 16, 0.2, 2.05450688714317e-8],
    [0, 12, -12, 0, 0.999, 0.00711821870311983],
    [-1, 0.5, 0.4, 3, -0.9999, 0.185923004458219],
  ])("[%d, %d] x [%d, %d] at %d", (a, b, c, d, correlation, truth) => {
    const infinite = (x: number) => (Math.abs(x) >= 12 ? Math.sign(x) * Number.POSITIVE_INFINITY : x);
    const sides = [
      { low: a, high: infinite(b) },
      { low: infinite(c), high: infinite(d) },
    ] as const;
    expect(relative(rectangleMass(sides[0], sides[1], correlation), truth)).toBeLessThan(1e-10);
    expect(relative(rectangleMass(sides[1], sides[0], correlation), truth)).toBeLessThan(1e-10);
  });
});
