/** A sweep of moves over all sites: random walks as wide as the particles are spread, and other states of discrete sites. */
import type { Stream } from "#runtime/random";
import { metropolis, type Move, prepareMove, type Temperature } from "./moves.ts";
import type { Step, Target, Term } from "./target.ts";

export interface Kernel {
  /** to be called when the particles are those of a new temperature */
  adapt(): void;
  /** how many columns and terms a sweep computes for each particle */
  readonly work: number;
  sweep(temperature: Temperature, stream: Stream): void;
}

/** Shares of accepted moves that random walks are best at (Roberts and Rosenthal 2001), for one and for many sites. */
const bestAlone = 0.44;
const bestTogether = 0.234;
const seldom = 0.02;
/** A block needs several particles for each entry of its covariance. */
const largestBlock = 32;

interface Walk {
  readonly site: Step;
  readonly move: Move;
  spread: number;
  factor: number;
}

const clampFactor = (factor: number) => Math.min(20, Math.max(1e-4, factor));

/** The lower triangle L with L L' = matrix; a direction without spread gets none. */
function cholesky(matrix: readonly Float64Array[]): Float64Array[] {
  const n = matrix.length;
  const lower = matrix.map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i === j) lower[i]![i] = sum > 1e-12 * matrix[i]![i]! ? Math.sqrt(sum) : 0;
      else lower[i]![j] = lower[j]![j]! > 0 ? sum / lower[j]![j]! : 0;
    }
  }
  return lower;
}

function covarianceOf(columns: readonly Float64Array[]): Float64Array[] {
  const centred = columns.map((column) => {
    const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
    return column.map((x) => x - mean);
  });
  return centred.map((a) =>
    Float64Array.from(centred, (b) => {
      let sum = 0;
      for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
      return sum / a.length;
    }),
  );
}

/** A joint proposal for sites that does not look at where they are. */
export interface Independent {
  readonly sites: readonly Step[];
  /** writes new values into the columns of the sites */
  readonly draw: (stream: Stream) => void;
  /** terms whose sum is the log probability of the proposal, up to a constant */
  readonly terms: ReadonlySet<Term>;
}

export function createKernel(target: Target, independent: Independent | null): Kernel {
  const { steps, count } = target;
  const sites = steps.filter(({ site }) => site !== null);
  const walks = sites
    .filter(({ site }) => site!.states === null)
    .map((site): Walk => ({ site, move: prepareMove(target, [site]), spread: 1, factor: 2.4 }));
  const flips = sites
    .filter(({ site }) => site!.states !== null && site!.states > 1)
    .map((site) => ({ site, states: site.site!.states!, move: prepareMove(target, [site]) }));
  const together = walks.length > 1 && walks.length <= largestBlock;
  const block = together
    ? prepareMove(
        target,
        walks.map(({ site }) => site),
      )
    : null;
  const whole = independent === null ? null : prepareMove(target, independent.sites);
  let lower: Float64Array[] = [];
  // proposals that are hardly ever taken are tried once a temperature
  let taken = 1;
  let blockFactor = 2.38 / Math.sqrt(walks.length);

  const moves = [...walks, ...flips].map(({ move }) => move).concat(block ?? [], whole ?? []);
  return {
    work: moves.reduce((sum, { updated, terms }) => sum + updated.length + terms.length, 0),
    adapt() {
      taken = 1;
      const covariance = covarianceOf(walks.map(({ site }) => site.column));
      for (const [i, walk] of walks.entries()) walk.spread = Math.sqrt(covariance[i]![i]!) || walk.spread * 1e-3;
      if (block !== null) lower = cholesky(covariance);
    },
    sweep(temperature, stream) {
      if (independent !== null && whole !== null && taken > seldom) {
        taken = metropolis(whole, temperature, stream, () => independent.draw(stream), independent.terms);
      }
      for (const { site, states, move } of flips) {
        metropolis(move, temperature, stream, () => {
          for (let row = 0; row < count; row++) {
            site.column[row] = (site.column[row]! + 1 + stream.integer(states - 1)) % states;
          }
        });
      }
      for (const walk of walks) {
        const { column } = walk.site;
        const accepted = metropolis(walk.move, temperature, stream, () => {
          for (let row = 0; row < count; row++) column[row]! += walk.factor * walk.spread * stream.normal();
        });
        walk.factor = clampFactor(walk.factor * Math.exp(accepted - bestAlone));
      }
      if (block === null) return;
      const step = new Float64Array(walks.length);
      const accepted = metropolis(block, temperature, stream, () => {
        for (let row = 0; row < count; row++) {
          for (let i = 0; i < step.length; i++) step[i] = stream.normal();
          walks.forEach(({ site }, i) => {
            let sum = 0;
            for (let k = 0; k <= i; k++) sum += lower[i]![k]! * step[k]!;
            site.column[row]! += blockFactor * sum;
          });
        }
      });
      blockFactor = clampFactor(blockFactor * Math.exp(accepted - bestTogether));
    },
  };
}
