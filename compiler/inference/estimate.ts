/** Means of functions of weighted draws, with their Monte-Carlo standard errors. */
import type { Draws } from "./sample.ts";

export interface Estimate {
  readonly mean: number;
  readonly stderr: number;
}

/**
 * The self-normalised mean sum w f / sum w and its standard error by the delta method, sqrt(sum w^2 (f - m)^2) / sum w
 * (Owen 2013, Monte Carlo theory, methods and examples, equation 9.8). Draws of weight zero are not looked at.
 */
export function estimateMean(draws: Draws, value: (row: number) => number): Estimate {
  const { count, weights } = draws;
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
  for (let row = 0; row < count; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    if (weight !== 0) squares += (weight * (values[row]! - mean)) ** 2;
  }
  return { mean, stderr: Math.sqrt(squares) / total };
}

/** The shares of weight in cells 0 .. cells - 1, each with its standard error; a row in cell -1 is in none. */
export function estimateShares(draws: Draws, cells: number, cellOf: (row: number) => number): readonly Estimate[] {
  const { count, weights } = draws;
  const inside = new Float64Array(cells);
  const insideSquares = new Float64Array(cells);
  let [total, squares] = [0, 0];
  for (let row = 0; row < count; row++) {
    const weight = weights === null ? 1 : weights[row]!;
    total += weight;
    squares += weight * weight;
    const cell = cellOf(row);
    if (cell === -1) continue;
    inside[cell]! += weight;
    insideSquares[cell]! += weight * weight;
  }
  return Array.from(inside, (share, cell) => {
    const mean = share / total;
    // sum w^2 (1_c - m)^2, where 1_c is 0 or 1
    const spread = insideSquares[cell]! * (1 - 2 * mean) + mean * mean * squares;
    return { mean, stderr: Math.sqrt(Math.max(0, spread)) / total };
  });
}
