/**
 * A training plan: everything the one training loop needs to know, as serialisable data. A regime of the standard
 * library makes plans; nothing here knows what a regime or a causal model is.
 */
import type { Program } from "./program.ts";
import type { Shape } from "../tensor.ts";

export type Initialiser =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  /** normal, redrawn outside two standard deviations */
  | { readonly kind: "truncatedNormal"; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  /** Glorot and Bengio 2010, uniform: limit sqrt(6 / (fanIn + fanOut)) */
  | { readonly kind: "glorotUniform"; readonly fanIn: number; readonly fanOut: number }
  /** He et al. 2015, normal: std sqrt(2 / fanIn) */
  | { readonly kind: "heNormal"; readonly fanIn: number };

/** `parameter` is trained; `statistic` is learned without a gradient (running mean); the rest belongs to the trainer. */
export type StateRole = "parameter" | "statistic" | "optimizer" | "counter";

export interface StateEntry {
  readonly name: string;
  readonly shape: Shape;
  readonly role: StateRole;
  readonly init: Initialiser;
}

/**
 * How a program input that is not state is filled on each call. Draws come from the stream named after the input.
 * `batch` takes a column of a named source; all columns of one source in one call come from the same rows.
 */
export type Feed =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  /** exponential with this rate, restricted to [0, max] */
  | { readonly kind: "truncatedExponential"; readonly rate: number; readonly max: number }
  | { readonly kind: "batch"; readonly source: string; readonly column: string };

export interface CycleEntry {
  readonly program: string;
  /** calls of the program in a row, before the next entry */
  readonly times: number;
}

/** A scalar output of a program that is shown and logged. */
export interface Metric {
  readonly program: string;
  readonly output: string;
  readonly label: string;
  /** the metric that says how good the whole is: the checkpoint that is best by it is kept */
  readonly selects?: "lowest" | "highest";
}

/** A forward program that is run after training, with its feeds. */
export interface ForwardPlan {
  readonly program: string;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** runs whose outputs are averaged (tables estimated by sampling); 1 where one run is exact */
  readonly repeat: number;
}

export interface TrainingPlan {
  readonly format: 1;
  /** e.g. "causalgan" */
  readonly regime: string;
  /** e.g. "Faces.Face" or "Faces.labels" */
  readonly target: string;
  readonly batch: number;
  /**
   * How rows are read: `shuffled` anew in each pass, or `sequential` in the order of the data, the last batch of a pass
   * filled up with rows of `weight` 0.
   */
  readonly order: "shuffled" | "sequential";
  /**
   * Rows whose labels l_1 ... l_d have the shares p(l_i) are chosen in proportion to the product of p(l_i) ** -balance,
   * so that rare labels are seen more often; 0: as they come.
   */
  readonly balance: number;
  /** one step is one pass through the cycle */
  readonly steps: number;
  readonly cycle: readonly CycleEntry[];
  readonly state: readonly StateEntry[];
  readonly programs: Readonly<Record<string, Program>>;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly metrics: readonly Metric[];
  /** outputs named after nodes: conditional probability tables [rows, states] of the learned discrete mechanisms */
  readonly tables: ForwardPlan | null;
  /** inputs `labels` [batch, width] and noise; output `image` [batch, channels, height, width] in [-1, 1] */
  readonly draw: ForwardPlan | null;
  /** input `image` [batch, channels, height, width]; output `labels` [batch, width], the probability of each column */
  readonly predict: ForwardPlan | null;
}
