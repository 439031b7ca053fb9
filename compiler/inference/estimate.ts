/** Means of functions of weighted draws, with their Monte-Carlo standard errors. */
import type { Draws } from "./sample.ts";

export interface Estimate {
  readonly mean: number;
  readonly stderr: number;
}

/**
 * The self-normalised mean sum w f / sum w and its standard error by the delta method, sqrt(sum w^2 (f - m)^2) / sum w
 * (Owen 2013, Monte Carlo theory, methods and examples, equation 9.8), where the terms are those of batches. Draws of
 * weight zero are not looked at.
 */
export function estimateMean(draws: Draws, value: (row: number) => number): Estimate {
  const { count, weights, batch } = draws;
  let [total, sum] = [0, 0];
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight === 0) continue;
    values[row] = value(row);
    total += weight;
    sum += weight * values[row]!;
  }
  const mean = sum / total;
  let squares = 0;
  for (let start = 0; start < count; start += batch) {
    let deviation = 0;
    for (let row = start; row < start + batch; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      if (weight !== 0) deviation += weight * (values[row]! - mean);
    }
    squares += deviation ** 2;
  }
  return { mean, stderr: (Math.sqrt(squares) / total) * fewBatches(draws) };
}

/** Deviations are from the mean that was estimated from them, which matters where they are few. */
function fewBatches({ count, batch }: Draws): number {
  const batches = count / batch;
  return batch === 1 || batches === 1 ? 1 : Math.sqrt(batches / (batches - 1));
}

/** The shares of weight in cells 0 .. cells - 1, each with its standard error; a row in cell -1 is in none. */
export function estimateShares(draws: Draws, cells: number, cellOf: (row: number) => number): readonly Estimate[] {
  const { count, weights, batch } = draws;
  const inside = new Float64Array(cells);
  // of the batches: sum of S^2 and of S W, with S the weight in the cell and W all weight; and sum of W^2
  const squares = new Float64Array(cells);
  const products = new Float64Array(cells);
  let [total, totalSquares] = [0, 0];
  const current = new Float64Array(cells);
  for (let start = 0; start < count; start += batch) {
    let whole = 0;
    const touched: number[] = [];
    for (let row = start; row < start + batch; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      whole += weight;
      const cell = cellOf(row);
      if (cell === -1 || weight === 0) continue;
      if (current[cell] === 0) touched.push(cell);
      current[cell]! += weight;
    }
    total += whole;
    totalSquares += whole * whole;
    for (const cell of touched) {
      const share = current[cell]!;
      inside[cell]! += share;
      squares[cell]! += share * share;
      products[cell]! += share * whole;
      current[cell] = 0;
    }
  }
  return Array.from(inside, (share, cell) => {
    const mean = share / total;
    // sum over the batches of (S - m W)^2
    const spread = squares[cell]! - 2 * mean * products[cell]! + mean * mean * totalSquares;
    const stderr = (Math.sqrt(Math.max(0, spread)) / total) * fewBatches(draws);
    // where all draws agree, one more may still differ
    const agreed = mean < Number.EPSILON || mean > 1 - Number.EPSILON;
    return { mean, stderr: agreed ? Math.max(stderr, 1 / draws.ess) : stderr };
  });
}
