import { expect, test } from "vitest";
import { discriminatorLoss, generatorLoss } from "#stdlib/losses/adversarial";
import { type ColumnGroup, labelLoss, labelPrediction, swappedLabelLoss } from "#stdlib/losses/cross-entropy";
import { adjusted, reconstructionLoss } from "#stdlib/losses/autoencoder";
import { type LabelDistance, labelDistance, labelDistances } from "#stdlib/losses/label-distance";
import { jointLabels } from "#stdlib/losses/label-space";
import { evaluate, matrix } from "./evaluate.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const groups: readonly ColumnGroup[] = [
  { start: 0, size: 1, kind: "bool" },
  { start: 1, size: 1, kind: "bool" },
  { start: 2, size: 3, kind: "states" },
  { start: 5, size: 2, kind: "real" },
];
const outputs = [
  [1.5, -0.3, 0.2, 1, -2, 0.5, 3],
  [-60, 60, 0, 0, 0, -1, 2],
];
const labels = [
  [1, 0, 0, 1, 0, 1, 1],
  [0, 1, 1, 0, 0, -1, 2],
];

test("the loss of labels is the sum of -log P of each", async () => {
  const [first, second] = await evaluate((b) => labelLoss(b, groups, matrix(b, outputs), matrix(b, labels)));
  const categorical = -Math.log(Math.exp(1) / (Math.exp(0.2) + Math.exp(1) + Math.exp(-2)));
  const real = 0.5 * (0.5 ** 2 + 2 ** 2);
  expect(first).toBeCloseTo(-Math.log(sigmoid(1.5)) - Math.log(1 - sigmoid(-0.3)) + categorical + real, 5);
  expect(second, "certain and right").toBeCloseTo(Math.log(3), 5);
});

test("predictions are probabilities by group", async () => {
  const row = (await evaluate((b) => labelPrediction(b, groups, matrix(b, outputs)))).slice(0, 7);
  expect(row[0]).toBeCloseTo(sigmoid(1.5), 6);
  expect(row[1]).toBeCloseTo(sigmoid(-0.3), 6);
  expect(row[2]! + row[3]! + row[4]!).toBeCloseTo(1, 6);
  expect(row[3]! / row[2]!).toBeCloseTo(Math.exp(0.8), 5);
  expect(row.slice(5)).toEqual([0.5, 3]);
});

test("the swapped cross entropy takes the labels as the prediction, of bools and of categoricals", async () => {
  const soft = [[0.7, 0.4, 0.2, 0.7, 0.1, 1, 1]];
  const [value] = await evaluate((b) => swappedLabelLoss(b, groups, matrix(b, outputs.slice(0, 1)), matrix(b, soft)));
  const bool = (x: number, y: number) => -(sigmoid(x) * Math.log(y) + (1 - sigmoid(x)) * Math.log(1 - y));
  const weights = [0.2, 1, -2].map(Math.exp);
  const total = weights.reduce((sum, x) => sum + x);
  const sky = [0.2, 0.7, 0.1].reduce((sum, y, k) => sum - (weights[k]! / total) * Math.log(y), 0);
  expect(value).toBeCloseTo(bool(1.5, 0.7) + bool(-0.3, 0.4) + sky + 0.5 * (0.5 ** 2 + 2 ** 2), 5);
});

test("a categorical of two states costs what a bool does", async () => {
  const two: readonly ColumnGroup[] = [{ start: 0, size: 2, kind: "states" }];
  const one: readonly ColumnGroup[] = [{ start: 0, size: 1, kind: "bool" }];
  for (const kind of labelDistances) {
    const [a] = await evaluate((b) => labelDistance(b, kind, two, matrix(b, [[0.1, 1]]), matrix(b, [[0, 1]])));
    const [c] = await evaluate((b) => labelDistance(b, kind, one, matrix(b, [[0.9]]), matrix(b, [[1]])));
    expect(a, kind).toBeCloseTo(c!, 5);
  }
  const [a] = await evaluate((b) => swappedLabelLoss(b, two, matrix(b, [[0.1, 1]]), matrix(b, [[0.3, 0.7]])));
  const [c] = await evaluate((b) => swappedLabelLoss(b, one, matrix(b, [[0.9]]), matrix(b, [[0.7]])));
  expect(a).toBeCloseTo(c!, 5);
});

test("distances of labels are means over the batch and the labels", async () => {
  const discreteGroups = groups.slice(0, 3);
  const [x, t] = [outputs, labels].map((rows) => rows.map((row) => row.slice(0, 5))) as [number[][], number[][]];
  const p = x.map((row) => {
    const weights = row.slice(2).map(Math.exp);
    const total = weights.reduce((sum, w) => sum + w);
    return [sigmoid(row[0]!), sigmoid(row[1]!), ...weights.map((w) => w / total)];
  });
  const mean = (f: (p: number, t: number) => number) => {
    let sum = 0;
    for (const i of [0, 1]) for (let k = 0; k < 5; k++) sum += (k < 2 ? 1 : 0.5) * f(p[i]![k]!, t[i]![k]!);
    return sum / 6;
  };
  const value = async (kind: LabelDistance) =>
    (await evaluate((b) => labelDistance(b, kind, discreteGroups, matrix(b, x), matrix(b, t))))[0]!;
  expect(await value("square")).toBeCloseTo(
    mean((p, t) => (p - t) ** 2),
    5,
  );
  expect(await value("absolute")).toBeCloseTo(
    mean((p, t) => Math.abs(p - t)),
    5,
  );
  const losses = await evaluate((b) => labelLoss(b, discreteGroups, matrix(b, x), matrix(b, t)));
  expect(await value("cross_entropy")).toBeCloseTo((losses[0]! + losses[1]!) / 6, 5);
});

test("a joint space has a state for each combination, the last label fastest", async () => {
  const space = jointLabels(groups.slice(0, 3));
  expect(space.width).toBe(12);
  const rows = await evaluate((b) =>
    space.encode(
      b,
      matrix(
        b,
        labels.map((row) => row.slice(0, 5)),
      ),
    ),
  );
  // (1, 0, 1) and (0, 1, 0)
  expect(rows.flatMap((x, i) => (x === 1 ? [i] : []))).toEqual([1 * 6 + 0 * 3 + 1, 12 + 0 * 6 + 1 * 3 + 0]);
  const soft = await evaluate((b) => space.encode(b, matrix(b, [[0.7, 0.4, 0.2, 0.7, 0.1]])));
  expect(soft[1 * 6 + 0 * 3 + 2]).toBeCloseTo(0.7 * 0.6 * 0.1, 6);
  expect(soft.reduce((sum, x) => sum + x)).toBeCloseTo(1, 6);
  expect(() => jointLabels(groups)).toThrow(/real number/);
  const many = Array.from({ length: 13 }, (_, start): ColumnGroup => ({ start, size: 1, kind: "bool" }));
  expect(() => jointLabels(many)).toThrow(/8192 outputs/);
});

test("an autoencoder's loss is the mean absolute difference, and a weight follows its margin within [0, 1]", async () => {
  const loss = await evaluate((b) => reconstructionLoss(b, matrix(b, [[1, 2]]), matrix(b, [[0.5, 4]])));
  expect(loss[0]).toBeCloseTo(1.25, 6);
  const next = (now: number, margin: number) => evaluate((b) => adjusted(b, b.constant(now), 0.1, b.constant(margin)));
  expect((await next(0.2, 0.5))[0]).toBeCloseTo(0.25, 6);
  expect(await next(0.02, -0.5)).toEqual([0]);
  expect(await next(0.99, 3)).toEqual([1]);
});

test("adversarial losses of both players", async () => {
  const [real, fake] = [
    [[2], [-1]],
    [[0.5], [-3]],
  ];
  const mean = (f: (x: number) => number, xs: readonly (readonly number[])[]) => (f(xs[0]![0]!) + f(xs[1]![0]!)) / 2;
  const d = await evaluate((b) => discriminatorLoss(b, matrix(b, real!), matrix(b, fake!)));
  expect(d[0]).toBeCloseTo(
    mean((x) => -Math.log(sigmoid(x)), real!) + mean((x) => -Math.log(1 - sigmoid(x)), fake!),
    5,
  );
  const ratio = (x: number) => Math.log((1 - sigmoid(x)) / sigmoid(x));
  const nonsaturating = (x: number) => -Math.log(sigmoid(x));
  const minimax = (x: number) => Math.log(1 - sigmoid(x));
  for (const [kind, f] of Object.entries({ ratio, nonsaturating, minimax })) {
    const [value] = await evaluate((b) => generatorLoss(b, kind as "ratio", matrix(b, fake!)));
    expect(value, kind).toBeCloseTo(mean(f, fake!), 5);
  }
});
