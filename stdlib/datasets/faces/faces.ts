/**
 * A numbered collection of generated faces with the truth behind it: the labels, the exogenous noise, and the picture that the
 * same noise makes under any intervention. The word `faces` of the language is `../faces.ts`.
 */
import { createStream } from "#runtime/random";
import { quantise } from "../pixels.ts";
import {
  attributes,
  type FaceChanges,
  type FaceLabels,
  labelsOf,
  sampleLabelNoise,
  uniformLabelsOf,
} from "./labels.ts";
import { noiseNames, sampleNoise } from "./noise.ts";
import { renderFace } from "./render.ts";

export interface FacesOptions {
  readonly rows: number;
  /** side of the pictures in pixels */
  readonly size: number;
  readonly seed: number;
  /** "g1": from the causal model; "uniform": all independent and fair */
  readonly labels: "g1" | "uniform";
}

/**
 * Face i is a function of the seed and i alone. Pictures are [3, size, size] in [-1, 1], rounded to the levels of an 8-bit
 * picture; they go to `out` from `offset` on, or to a new array.
 */
export interface Faces extends FacesOptions {
  labelsOf(row: number): FaceLabels;
  /** the components of `noiseNames` */
  noiseOf(row: number): Float32Array;
  face(row: number, out?: Float32Array, offset?: number): Float32Array;
  /** The labels that row would have had under do(changes): its own label noise, children recomputed. */
  counterfactualLabels(row: number, changes: FaceChanges): FaceLabels;
  /**
   * The picture that row would have been under do(changes): same exogenous noise, labels as in `counterfactualLabels`. Over
   * all rows these are draws from P(face | do(changes)), since the noise is drawn from its prior.
   */
  counterfactualFace(row: number, changes: FaceChanges, out?: Float32Array, offset?: number): Float32Array;
}

export function createFaces(options: FacesOptions): Faces {
  const { rows, size, seed } = options;
  const pixels = 3 * size * size;
  const bytes = new Uint8Array(pixels);
  const labelsFrom = options.labels === "g1" ? labelsOf : uniformLabelsOf;
  const { labelNoise, lookNoise } = drawNoise(rows, seed);

  const noiseOf = (row: number) => lookNoise.subarray(row * noiseNames.length, (row + 1) * noiseNames.length);
  const counterfactualLabels = (row: number, changes: FaceChanges) =>
    labelsFrom(labelNoise.subarray(row * attributes.length, (row + 1) * attributes.length), changes);
  const counterfactualFace: Faces["counterfactualFace"] = (
    row,
    changes,
    out = new Float32Array(pixels),
    offset = 0,
  ) => {
    renderFace(counterfactualLabels(row, changes), noiseOf(row), size, out, offset);
    quantise(out, offset, bytes);
    return out;
  };
  return {
    ...options,
    labelsOf: (row) => counterfactualLabels(row, {}),
    noiseOf,
    face: (row, out, offset) => counterfactualFace(row, {}, out, offset),
    counterfactualLabels,
    counterfactualFace,
  };
}

/** Row by row from two streams, so that more rows leave the first ones as they are. */
function drawNoise(rows: number, seed: number) {
  const labelStream = createStream(seed, "faces", "labels");
  const lookStream = createStream(seed, "faces", "looks");
  const labelNoise = new Float64Array(rows * attributes.length);
  const lookNoise = new Float32Array(rows * noiseNames.length);
  for (let row = 0; row < rows; row++) {
    labelNoise.set(sampleLabelNoise(labelStream), row * attributes.length);
    lookNoise.set(sampleNoise(lookStream), row * noiseNames.length);
  }
  return { labelNoise, lookNoise };
}
