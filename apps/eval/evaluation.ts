/**
 * What an evaluation of a run says, as plain data: the schema of `causal eval --json`, which docs/how-to/evaluate.md documents.
 * Numbers that could not be computed are null. What a metric means is in `metrics/index.ts`.
 */
import type { Estimate } from "./metrics/intervals.ts";

export type { Estimate };

/** A state of a label, by name. */
export interface State {
  readonly node: string;
  readonly state: string;
}

export interface StageSummary {
  readonly target: string;
  readonly regime: string;
  /** of the checkpoint that was evaluated */
  readonly step: number;
  readonly steps: number;
  readonly done: boolean;
  readonly seconds: number;
}

export interface LabelDistance {
  readonly rows: "training" | "held out";
  readonly n: number;
  /** total variation, all combinations counted */
  readonly tvd: number;
  /** as the released CausalGAN computes it */
  readonly amongSeen: number;
  /** what as many rows drawn from the training rows would show */
  readonly floor: number;
}

/** The joint table of two labels, normalised: [states of the first][states of the second]. */
export interface Crosstab {
  readonly nodes: readonly [string, string];
  readonly model: readonly (readonly number[])[];
  readonly data: readonly (readonly number[])[];
  /** total variation between the two tables */
  readonly tvd: number;
}

/** P(target | cause) by seeing and by doing. */
export interface Effect {
  readonly cause: State;
  readonly target: State;
  /** whether the target descends from the cause, so that doing may matter */
  readonly descendant: boolean;
  /** the share in the training rows */
  readonly data: Estimate | null;
  /** exact, in the model; null where the cause never happens */
  readonly seen: number | null;
  readonly done: number;
  /** in the model that the data was generated from, where it is known */
  readonly trueSeen: number | null;
  readonly trueDone: number | null;
}

export interface LabelEvaluation {
  readonly nodes: readonly string[];
  readonly combinations: number;
  readonly data: string | null;
  readonly distances: readonly LabelDistance[];
  readonly crosstabs: readonly Crosstab[];
  readonly effects: readonly Effect[];
}

export interface JudgeSummary {
  /** `program`: a trained `classifier` of the run; `evaluation`: trained for this and kept in the run directory */
  readonly origin: "program" | "evaluation";
  readonly trainedOn: string;
  readonly steps: number;
  readonly seed: number;
  /** of its features */
  readonly width: number;
  /** what its accuracy was measured on: pictures that it was not trained on */
  readonly assessedOn: string | null;
  /** by label; null where there is nothing to measure it on */
  readonly accuracy: Readonly<Record<string, Estimate>> | null;
}

export interface Reading extends State {
  /** whether the label descends from the intervened one */
  readonly descendant: boolean;
  /** exact, in the model under the intervention; null where it is not computed */
  readonly exact: number | null;
  /** share of the drawn labels */
  readonly drawn: number;
  /** share of the pictures on which the judge reads it */
  readonly read: Estimate;
  /** (read - drawn) here minus (read - drawn) without the intervention: what the pictures themselves add */
  readonly shift: Estimate;
}

/** Pictures under do(node = state). */
export interface Intervention extends State {
  readonly n: number;
  /** share of the pictures on which the judge reads the state */
  readonly effectiveness: Estimate;
  /** among pictures drawn with another label as well: share on which both are read */
  readonly groups: readonly (State & { readonly both: Estimate })[];
  /** all other labels */
  readonly others: readonly Reading[];
}

/** Pictures given node = state. */
export interface Observation extends State {
  readonly n: number;
  readonly read: readonly (State & { readonly exact: number | null; readonly read: Estimate })[];
}

/** Drawn pictures against real ones. */
export interface PictureDistance {
  /** "all", "do(X = x)" or "X = x" */
  readonly pictures: string;
  readonly against: string;
  /** pictures of each side */
  readonly n: number;
  readonly fid: number;
  /** of two sets of n real pictures; null where there are too few */
  readonly fidFloor: number | null;
  readonly kid: number;
  /** standard error over subsets */
  readonly kidError: number;
  readonly kidFloor: number | null;
  readonly precision: Estimate;
  readonly recall: Estimate;
  /** of two sets of as many real pictures; null where there are too few */
  readonly precisionReal: Estimate | null;
  readonly recallReal: Estimate | null;
}

/** Mean distance of two pictures within a label. */
export interface Diversity extends State {
  readonly n: number;
  readonly pixels: DiversityIn;
  readonly features: DiversityIn;
}

export interface DiversityIn {
  readonly drawn: Estimate;
  readonly real: Estimate | null;
  /** drawn / real: 1 is as diverse as real pictures */
  readonly ratio: Estimate | null;
  /** other real pictures / real: what chance alone shows; null where there are too few */
  readonly ratioReal: Estimate | null;
}

/** One combination of all labels of the image that is rare in the data. */
export interface RareCombination {
  readonly states: Readonly<Record<string, string>>;
  /** share in the training rows */
  readonly share: number;
  readonly n: number;
  /** pictures on which the judge reads every label as drawn */
  readonly allRead: Estimate;
  readonly pixels: DiversityIn;
}

export interface NearestSummary {
  /** training pictures that were searched */
  readonly searched: number;
  readonly n: number;
  /** median root mean square difference of a drawn picture to its nearest training picture; values are in [-1, 1] */
  readonly drawnMedian: number;
  /** the same for real pictures that were not trained on; null where there are none */
  readonly realMedian: number | null;
  /** share of drawn pictures that are nearer than 99 % of those real ones: 0.01 is chance */
  readonly copies: Estimate | null;
}

export interface ImageEvaluation {
  readonly image: string;
  readonly shape: readonly [number, number, number];
  readonly judge: JudgeSummary;
  /** total variation between the labels read off pictures and the model's joint distribution, and what chance shows */
  readonly readLabels: { readonly tvd: number; readonly floor: number; readonly n: number } | null;
  readonly interventions: readonly Intervention[];
  readonly observations: readonly Observation[];
  readonly distances: readonly PictureDistance[];
  readonly diversity: readonly Diversity[];
  readonly rare: readonly RareCombination[];
  readonly nearest: NearestSummary | null;
}

export interface Evaluation {
  readonly format: 1;
  readonly package: { readonly name: "causal-lang"; readonly version: string };
  readonly run: string;
  readonly model: string;
  readonly seed: number;
  /** pictures drawn for each intervention and observation */
  readonly samples: number;
  readonly stages: readonly StageSummary[];
  readonly labels: LabelEvaluation | null;
  readonly images: readonly ImageEvaluation[];
  /** what was not evaluated, and why */
  readonly leftOut: readonly string[];
}

/** The aims that results are held against. */
export const aims = {
  /** lowest share of pictures on which the judge reads the intervened state */
  effectiveness: 0.95,
  /** the same for both labels, among pictures drawn with another label as well */
  groups: 0.9,
  /** largest shift of a label that does not descend from the intervened one */
  shift: 0.03,
} as const;
