/**
 * Random linear-Gaussian models with their mean and covariance by matrices, and textbook conditioning. Nothing here uses
 * the code under test.
 */
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import type { Stream } from "#runtime/random";
import { distribution, equation, model, real } from "../../causal/models.ts";

export type Matrix = readonly (readonly number[])[];

export interface Dense {
  readonly names: readonly string[];
  readonly mean: readonly number[];
  readonly covariance: Matrix;
}

/** X_i = constant + sum of slopes X_j + std U_i, j < i; a std of 0 makes a deterministic equation. */
export interface Line {
  readonly name: string;
  readonly constant: number;
  readonly slopes: Readonly<Record<string, number>>;
  readonly std: number;
}

/** Solves a x = b by elimination with pivoting. */
export function solve(a: Matrix, b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  const n = b.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i]![n]!;
    for (let j = i + 1; j < n; j++) sum -= rows[i]![j]! * x[j]!;
    x[i] = sum / rows[i]![i]!;
  }
  return x;
}

/** Moments by going through the lines in order; `set` replaces lines by constants. */
export function moments(lines: readonly Line[], set: Readonly<Record<string, number>> = {}): Dense {
  const names = lines.map(({ name }) => name);
  const mean: number[] = [];
  const covariance = lines.map(() => new Array<number>(lines.length).fill(0));
  lines.forEach((line, i) => {
    const value = set[line.name];
    const slopes = value === undefined ? Object.entries(line.slopes) : [];
    const parents = slopes.map(([name, slope]) => ({ index: names.indexOf(name), slope }));
    mean.push(parents.reduce((sum, { index, slope }) => sum + slope * mean[index]!, value ?? line.constant));
    for (let j = 0; j < i; j++) {
      const shared = parents.reduce((sum, { index, slope }) => sum + slope * covariance[index]![j]!, 0);
      covariance[i]![j] = shared;
      covariance[j]![i] = shared;
    }
    const own = value === undefined ? line.std ** 2 : 0;
    covariance[i]![i] = parents.reduce((sum, { index, slope }) => sum + slope * covariance[i]![index]!, own);
  });
  return { names, mean, covariance };
}

/** Mean and variance of one node given values of others: m + S_ab S_bb^-1 (v - m_b). */
export function conditional(dense: Dense, target: string, seen: Readonly<Record<string, number>>) {
  const at = dense.names.indexOf(target);
  const given = Object.keys(seen).map((name) => dense.names.indexOf(name));
  if (given.length === 0) return { mean: dense.mean[at]!, variance: dense.covariance[at]![at]! };
  const block = given.map((i) => given.map((j) => dense.covariance[i]![j]!));
  const cross = given.map((i) => dense.covariance[i]![at]!);
  const weights = solve(block, cross);
  const values = Object.values(seen);
  return {
    mean: weights.reduce((sum, w, k) => sum + w * (values[k]! - dense.mean[given[k]!]!), dense.mean[at]!),
    variance: weights.reduce((sum, w, k) => sum - w * cross[k]!, dense.covariance[at]![at]!),
  };
}

export function randomLines(stream: Stream, count: number): readonly Line[] {
  const round = (x: number) => Math.round(x * 1000) / 1000;
  return Array.from({ length: count }, (_, i): Line => {
    const parents = Array.from({ length: i }, (_, j) => `X${j}`).filter(() => stream.uniform() < 0.5);
    const slopes = Object.fromEntries(parents.map((name) => [name, round(3 * stream.uniform() - 1.5)]));
    return { name: `X${i}`, constant: round(2 * stream.normal()), slopes, std: round(0.2 + 2 * stream.uniform()) };
  });
}

/** The lines as a model: each as a distribution, or as an equation with explicit noise. */
export function modelOf(lines: readonly Line[], explicit: (i: number) => boolean): CausalModel {
  const nodes = lines.flatMap(({ name, constant, slopes, std }, i): CausalNode[] => {
    const mean = Object.entries(slopes).reduce(
      (sum, [parent, slope]) => `${sum} + ${parent} * (${slope})`,
      `(${constant})`,
    );
    const parents = Object.keys(slopes);
    if (!explicit(i)) return [distribution(name, real, parents, "Normal", [mean, String(std)])];
    const noise = distribution(`U${i}`, real, [], "Normal", ["0", "1"], "noise");
    return [noise, equation(name, real, [...parents, noise.name], `${mean} + ${std} * ${noise.name}`)];
  });
  return model(nodes);
}
