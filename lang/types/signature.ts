/**
 * How the front end learns the vocabulary: signatures as plain data, handed in by the caller. The standard library
 * gives them their meaning; the front end only checks their use.
 */
import type { FeatureShape } from "./type.ts";

/** A value known while compiling. A network reference carries the constants it was called with. */
export type Constant = number | boolean | string | readonly Constant[] | NetworkReference;
export interface NetworkReference {
  readonly kind: "network-reference";
  readonly name: string;
  readonly args: Readonly<Record<string, Constant>>;
}

export type ParameterKind =
  | "int"
  | "number"
  | "probability"
  | "boolean"
  | "string"
  | "ints"
  | "network"
  /** the name of a `data` statement */
  | "data"
  /** an expression over nodes of the model (arguments of distributions) */
  | "expression";

export interface Parameter {
  /** `group.name` where it is set in a group: `labeler { rate = 1e-4 }` sets `labeler.rate` */
  readonly name: string;
  readonly kind: ParameterKind;
  /** absent: the argument is required; null: optional without a value */
  readonly default?: Constant | null;
  /** closed interval for numbers */
  readonly range?: readonly [number, number];
  /** allowed spellings, for strings */
  readonly choices?: readonly string[];
  /** what a network of one tensor is called with, in the settings of a regime: the image, if nothing else is said */
  readonly reads?: "image" | "vector";
  readonly doc: string;
}

export type Constants = Readonly<Record<string, Constant | null>>;
export type ShapeResult = { readonly shape: FeatureShape } | { readonly problem: string; readonly help?: string };

/** A layer of a network: `dense(64)`, `relu`, `concat(a, b)`. */
export interface LayerSignature {
  readonly name: string;
  /** how many tensors it takes; null: one or more */
  readonly inputs: number | null;
  readonly parameters: readonly Parameter[];
  readonly doc: string;
  /** Shape of the result, or what is wrong. Unknown dimensions (null) must be let through. */
  shape(inputs: readonly FeatureShape[], args: Constants): ShapeResult;
}

export interface DistributionSignature {
  readonly name: string;
  /** what the node that has it may be; `states`: any discrete type */
  readonly support: "bool" | "states" | "int" | "real";
  readonly parameters: readonly Parameter[];
  readonly doc: string;
}

/** `neural`, `generator`: mechanisms that are learned. Positional arguments are parents. */
export interface MechanismSignature {
  readonly name: string;
  readonly on: "discrete" | "image";
  readonly settings: readonly Parameter[];
  readonly doc: string;
}

export interface RegimeSignature {
  readonly name: string;
  /** trains the learned discrete mechanisms of a model together, or one image node */
  readonly target: "labels" | "image";
  /** trains the labels where a whole model is trained and no other is named */
  readonly standard?: boolean;
  /** reads the labels off the image and does not draw it: may be trained beside a regime that does */
  readonly reads?: boolean;
  readonly settings: readonly Parameter[];
  readonly doc: string;
}

export interface DatasetSignature {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly doc: string;
}

/** A function of expressions: `exp(x)`, `max(a, b)`. */
export interface FunctionSignature {
  readonly name: string;
  readonly arity: number;
  readonly doc: string;
  /** whether it can be computed for every pixel of an image */
  readonly pixelwise?: boolean;
  /** its value; absent: the function cannot be used in constants */
  apply?(...args: readonly number[]): number;
}

export interface Signatures {
  readonly layers: ReadonlyMap<string, LayerSignature>;
  readonly distributions: ReadonlyMap<string, DistributionSignature>;
  readonly mechanisms: ReadonlyMap<string, MechanismSignature>;
  readonly regimes: ReadonlyMap<string, RegimeSignature>;
  readonly datasets: ReadonlyMap<string, DatasetSignature>;
  readonly functions: ReadonlyMap<string, FunctionSignature>;
}
