/**
 * Sequential Monte Carlo from the prior to the posterior (Del Moral, Doucet and Jasra 2006): evidence is tempered in, each
 * temperature chosen so that half of the particles still count; then they are resampled and moved. Several independent
 * runs say how sure the answer is.
 */
import { createStream, type Stream } from "#runtime/random";
import type { Words } from "../../causal/evaluate.ts";
import type { CausalModel } from "../../causal/model.ts";
import { estimateMean } from "../estimate.ts";
import { drawPosterior, evidenceWeights, isPossible, predictCost } from "../exact.ts";
import { resample } from "../resample.ts";
import type { Draws } from "../sample.ts";
import type { Solution } from "../solve.ts";
import type { FiniteVariable } from "../tabulate.ts";
import { createKernel, type Independent, type Kernel } from "./kernel.ts";
import { recompute, type Temperature } from "./moves.ts";
import { compileTarget, type Target, type Term } from "./target.ts";

export interface MoveOptions {
  readonly words: Words;
  readonly seed: number | string;
  readonly limit: number;
  /** particles of all runs together */
  readonly samples: number;
  readonly variables: ReadonlyMap<string, FiniteVariable>;
  readonly solutions: readonly Solution[];
}

/** Enough for a standard error that is known to a fifth. */
const runs = 16;
const fewestParticles = 100;
const mostParticles = 4096;
/**
 * Columns and terms that all particles compute together, as far as it can be told before: some seconds. Where it is not
 * enough for half of the fewest particles there is no answer.
 */
const mostWork = 3e7;
const expectedSweeps = 80;
/** More steps than any posterior needs that can be reached at all. */
const mostTemperatures = 100;
const fewestSweeps = 1;
const mostSweeps = 12;
/** Of the variance of the sites, what may be explained by where the particles were before they moved. */
const memory = 0.25;

/** A distance counts in its mean where there is any, among the first particles. */
function measure(terms: readonly Term[]): void {
  for (const term of terms) {
    const positive = term.values.filter((value) => value > 0 && Number.isFinite(value));
    const mean = positive.reduce((sum, value) => sum + value, 0) / positive.length;
    term.unit = mean > 0 ? mean : 1;
  }
}

function temperatureAt(power: number): Temperature {
  return { power, pull: power === 1 ? Number.POSITIVE_INFINITY : (2 * power) / (1 - power) };
}

/** By particle, all that is tempered: the log likelihood, and the distance from the evidence in units. */
function evidenceOf(terms: readonly Term[], count: number): { likelihood: Float64Array; distance: Float64Array } {
  const [likelihood, distance] = [new Float64Array(count), new Float64Array(count)];
  for (const { kind, values, unit } of terms) {
    const sums = kind === "distance" ? distance : likelihood;
    if (kind !== "prior") for (let row = 0; row < count; row++) sums[row]! += values[row]! / unit;
  }
  return { likelihood, distance };
}

/** Log weights of the step from one temperature to the next. */
function increments(evidence: ReturnType<typeof evidenceOf>, from: Temperature, to: Temperature): Float64Array {
  return evidence.likelihood.map((likelihood, row) => {
    const distance = evidence.distance[row]!;
    const penalty = distance === 0 ? 0 : (to.pull - from.pull) * distance;
    const log = (to.power - from.power) * likelihood - penalty;
    return Number.isNaN(log) ? Number.NEGATIVE_INFINITY : log;
  });
}

interface Weighed {
  readonly weights: Float64Array;
  readonly logMean: number;
  readonly ess: number;
}

function weigh(logs: Float64Array): Weighed {
  const largest = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return { weights: new Float64Array(logs.length), logMean: largest, ess: 0 };
  const weights = logs.map((log) => Math.exp(log - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  return { weights, logMean: largest + Math.log(sum / logs.length), ess: (sum * sum) / squares };
}

/** The largest power at which half of the particles count, by bisection. */
function nextPower(power: number, essAt: (power: number) => number, count: number): number {
  if (essAt(1) >= count / 2) return 1;
  let [low, high] = [power, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (essAt(middle) >= count / 2) low = middle;
    else high = middle;
  }
  // where even the smallest step loses too many, take it: the next ones are then about fewer particles
  return low > power ? low : high;
}

/** Puts copies of the chosen rows into the place of all. */
function reorder({ steps }: Target, rows: Int32Array): void {
  const arrays = steps.flatMap(({ column, terms }) => [column, ...terms.map(({ values }) => values)]);
  for (const array of arrays) array.set(Float64Array.from(rows, (row) => array[row]!));
}

/** How much of each site's variance is left from before, on average. */
function remembered(before: readonly Float64Array[], now: readonly Float64Array[]): number {
  const shares = now.map((column, i) => correlation(before[i]!, column) ** 2);
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (column: Float64Array) => column.reduce((sum, x) => sum + x, 0) / column.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let row = 0; row < a.length; row++) {
    const [x, y] = [a[row]! - meanA, b[row]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

function moveAll(target: Target, kernel: Kernel, temperature: Temperature, stream: Stream): void {
  const sites = target.steps.filter(({ site }) => site !== null && site.states === null).map(({ column }) => column);
  const before = sites.map((column) => column.slice());
  kernel.adapt();
  for (let sweep = 1; sweep <= mostSweeps; sweep++) {
    kernel.sweep(temperature, stream);
    if (sweep >= fewestSweeps && sites.length > 0 && remembered(before, sites) < memory) return;
  }
}

/** One run; the columns of the target are its particles. @returns the log probability of the evidence, or null without any */
function run(target: Target, kernel: Kernel, start: () => void, stream: Stream): number | null {
  start();
  const { count, steps } = target;
  const terms = steps.flatMap((step) => step.terms);
  recompute([], terms, count);
  measure(terms.filter(({ kind }) => kind === "distance"));
  let temperature = temperatureAt(0);
  let logEvidence = 0;
  for (let i = 0; i < mostTemperatures; i++) {
    const evidence = evidenceOf(terms, count);
    const at = (power: number) => weigh(increments(evidence, temperature, temperatureAt(power)));
    const power = nextPower(temperature.power, (next) => at(next).ess, count);
    const { weights, logMean, ess } = at(power);
    if (ess === 0) return null;
    logEvidence += logMean;
    reorder(target, resample(weights, count, stream));
    temperature = temperatureAt(power);
    moveAll(target, kernel, temperature, stream);
    if (power === 1) return logEvidence;
  }
  return null;
}

/**
 * Draws given the evidence of the model, as `drawWeighted` gives them, in batches that are independent of each other. Its
 * weights are those of the runs. Effective sample size: how many independent draws would know the sites as well.
 */
export function drawMoved(model: CausalModel, options: MoveOptions): Draws {
  const { words, seed, limit, samples, solutions } = options;
  const all = evidenceWeights(model.evidence, options.variables);
  const isExact = predictCost(options.variables, all, []).largest <= limit;
  const [variables, weights] = isExact ? [options.variables, all] : [new Map<string, FiniteVariable>(), new Map()];
  const met = new Set(variables.keys());
  const compile = (count: number) => compileTarget(model, { words, count, met, solutions });
  const nothing = { count: 0, columns: new Map(), weights: new Float64Array(0), ess: 0, batch: 1 };
  const { work } = createKernel(compile(1), null);
  const affordable = mostWork / (runs * expectedSweeps * Math.max(1, work));
  if (affordable < fewestParticles / 2) return nothing;
  const wanted = Math.max(fewestParticles, Math.min(mostParticles, samples / 400));
  const count = Math.round(Math.max(fewestParticles / 2, Math.min(wanted, affordable)));
  const target = compile(count);
  const total = runs * count;
  if (!isPossible(variables, weights)) return nothing;
  const columns = new Map(model.nodes.map(({ name }) => [name, new Float64Array(total)]));
  const evidence = new Float64Array(runs).fill(Number.NEGATIVE_INFINITY);

  const finite = target.steps.filter(({ name }) => met.has(name));
  const stored = (step: (typeof finite)[number], states: Int32Array) => {
    const { domain } = variables.get(step.name)!;
    step.column.set(Float64Array.from(states, (state) => domain[state]!));
  };
  let draws = 0;
  const drawFinite = (steps: typeof finite) => {
    const drawn = drawPosterior(variables, weights, count, `${seed}/finite/${draws++}`);
    for (const step of steps) stored(step, drawn.get(step.name)!);
  };
  const free = finite.filter(({ site }) => site !== null);
  const independent: Independent | null =
    free.length === 0
      ? null
      : { sites: free, draw: () => drawFinite(free), terms: new Set(finite.flatMap(({ terms }) => terms)) };
  for (let i = 0; i < runs; i++) {
    const stream = createStream(seed, "move", i);
    const kernel = createKernel(target, independent);
    const start = () => {
      if (finite.length > 0) drawFinite(finite);
      for (const { name, column, update, site } of target.steps) {
        if (met.has(name)) continue;
        const value = update ?? (site === null ? null : (row: number) => site.draw(row, stream));
        if (value !== null) for (let row = 0; row < count; row++) column[row] = value(row);
      }
    };
    evidence[i] = run(target, kernel, start, stream) ?? Number.NEGATIVE_INFINITY;
    for (const [name, column] of columns) column.set(target.columns.get(name)!, i * count);
  }
  const best = evidence.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  const share = (i: number) => (best === Number.NEGATIVE_INFINITY ? 0 : Math.exp(evidence[i]! - best));
  const shares = Float64Array.from({ length: total }, (_, row) => share(Math.floor(row / count)));
  const found: Draws = { count: total, columns, weights: shares, ess: 0, batch: count };
  return best === Number.NEGATIVE_INFINITY ? found : { ...found, ess: essOf(found, target) };
}

/** Of each site the variance over the squared standard error of its mean; the harmonic mean of these. */
function essOf(draws: Draws, target: Target): number {
  const worth = target.steps.flatMap(({ name, site }) => {
    if (site === null) return [];
    const column = draws.columns.get(name)!;
    const { mean, stderr } = estimateMean(draws, (row) => column[row]!);
    const { mean: variance } = estimateMean(draws, (row) => (column[row]! - mean) ** 2);
    return variance > 0 ? [stderr ** 2 / variance] : [];
  });
  if (worth.length === 0) return draws.count;
  const mean = worth.reduce((sum, share) => sum + share, 0) / worth.length;
  return Math.min(draws.count, 1 / mean);
}
