import { expect, test } from "vitest";
import { discriminatorLoss, generatorLoss } from "#stdlib/losses/adversarial";
import { type ColumnGroup, labelLoss, labelPrediction, swappedCrossEntropy } from "#stdlib/losses/cross-entropy";
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

test("the swapped cross entropy takes the label as the prediction", async () => {
  const [p, y] = [sigmoid(0.4), 0.7];
  const [value] = await evaluate((b) =>
    swappedCrossEntropy(b, matrix(b, [[0.4]]), matrix(b, [[Math.log(y / (1 - y))]])),
  );
  expect(value).toBeCloseTo(-(p * Math.log(y) + (1 - p) * Math.log(1 - y)), 6);
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
