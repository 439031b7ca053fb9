/**
 * What a word of the standard library must give to the compiler: a signature for the front end and its meaning. The
 * words themselves are in stdlib, one small file each; the compiler gets them as an argument.
 */
import type { NetworkDecl } from "#lang/syntax/ast";
import type {
  Constants,
  DatasetSignature,
  DistributionSignature,
  FunctionSignature,
  LayerSignature,
  MechanismSignature,
  NetworkReference,
  RegimeSignature,
  Signatures,
} from "#lang/types/signature";
import type { Feed, Initialiser, StateEntry, TrainingPlan } from "#runtime/program/plan";
import type { Shape } from "#runtime/tensor";
import type { CausalModel } from "./causal/model.ts";
import type { Builder, Operand, Value } from "./tensor/build.ts";

/** What a layer may ask for while it is lowered. Names are local to the layer; the lowering makes them unique. */
export interface LayerContext {
  readonly builder: Builder;
  /** `train`: batch statistics, dropout; `draw`: stored statistics, so that no example depends on its batch */
  readonly mode: "train" | "draw";
  parameter(name: string, shape: Shape, init: Initialiser): Value;
  /** A running statistic: its current value. */
  statistic(name: string, shape: Shape, init: Initialiser): Value;
  /** The new value of a statistic; ignored when drawing. */
  update(name: string, value: Value): void;
  /** A fresh random input. */
  noise(name: string, shape: Shape, feed: Feed): Value;
}

/** Maps are [batch, channels, height, width]; vectors are [batch, n]. */
export interface Layer extends LayerSignature {
  lower(context: LayerContext, inputs: readonly Value[], args: Constants): Value;
}

/** Functions of one draw; arguments are numbers, states are indices. Probabilities of discrete families are in `mass`. */
export interface Distribution extends DistributionSignature {
  /** one draw given independent uniform(0, 1) numbers from `uniform` and standard normal ones from `normal` */
  sample(args: readonly number[], uniform: () => number, normal: () => number): number;
  /** natural logarithm of the density or mass at a value; -Infinity outside the support */
  logDensity(value: number, args: readonly number[]): number;
  /** probabilities of the states 0 .. states - 1; null for continuous families */
  mass: ((args: readonly number[], states: number) => readonly number[]) | null;
  /** the value is its first argument plus the second one times a standard normal number */
  readonly gaussian?: true;
  /** expectation of the value, or null where there is none */
  mean(args: readonly number[]): number | null;
}

/** A network of the program or of the standard library, lowered into a builder as often as it is called. */
export interface NetworkLowering {
  readonly output: Value;
  /** parameters and statistics, named `${scope}/...` */
  readonly state: readonly StateEntry[];
  /** new values of statistics by state name; empty when drawing */
  readonly updates: ReadonlyMap<string, Value>;
  /** inputs that the lowering created (dropout noise) */
  readonly feeds: Readonly<Record<string, Feed>>;
}

export interface TrainingTarget {
  readonly model: CausalModel;
  /** the image node, or null when the labels are trained */
  readonly node: string | null;
  /** number of rows of the data that is trained on */
  readonly rows: number;
  /**
   * Lowers a call of a network. `scope` names its parameters: two calls with one scope share them, and the
   * parameters enter the builder once.
   */
  network(
    builder: Builder,
    reference: NetworkReference,
    inputs: readonly Value[],
    options: { readonly scope: string; readonly mode: "train" | "draw" },
  ): NetworkLowering;
}

export interface Regime extends RegimeSignature {
  plan(target: TrainingTarget, settings: Constants): TrainingPlan;
}

export interface MathFunction extends FunctionSignature {
  /** the same for every pixel of images; there where the signature says `pixelwise` */
  lower?(b: Builder, ...args: readonly Operand[]): Value;
  apply(...args: readonly number[]): number;
  /** of one that grows or falls everywhere: x from y, not a number where there is none, and log |dx/dy| there */
  readonly inverse?: { apply(y: number): number; logSlope(y: number): number };
}

export interface Vocabulary extends Signatures {
  readonly layers: ReadonlyMap<string, Layer>;
  readonly distributions: ReadonlyMap<string, Distribution>;
  readonly mechanisms: ReadonlyMap<string, MechanismSignature>;
  readonly regimes: ReadonlyMap<string, Regime>;
  readonly datasets: ReadonlyMap<string, DatasetSignature>;
  readonly functions: ReadonlyMap<string, MathFunction>;
  /** networks that regimes use by name when the program does not declare them: file path -> text */
  readonly library: ReadonlyMap<string, string>;
}

export type { NetworkDecl };
