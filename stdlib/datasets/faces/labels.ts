/**
 * The true causal model of the labels of generated faces: the graph G1 of CausalGAN with probabilities counted on CelebA.
 * `stdlib/graphs/faces-truth.causal` says the same in the language. How labels look is `render.ts`.
 */

/** In the order of G1; parents come before their children. */
export const attributes = [
  "Young",
  "Male",
  "Eyeglasses",
  "Bald",
  "Mustache",
  "Smiling",
  "Wearing_Lipstick",
  "Mouth_Slightly_Open",
  "Narrow_Eyes",
] as const;

export type Attribute = (typeof attributes)[number];
export type FaceLabels = Readonly<Record<Attribute, 0 | 1>>;
export type FaceChanges = Readonly<Partial<Record<Attribute, 0 | 1>>>;

export interface LabelMechanism {
  readonly parents: readonly Attribute[];
  /** P(attribute = 1 | parents): rows count the parents' states, the last parent fastest */
  readonly probabilities: readonly number[];
}

/**
 * Counted on 15,000 rows of CelebA and rounded; Male and Young are the marginals of 20,000 rows. Bald women and women with a
 * moustache hardly occur there (once, and never); 0.0003 keeps them possible, as conditioning on them needs.
 */
export const labelMechanisms: Readonly<Record<Attribute, LabelMechanism>> = {
  Young: { parents: [], probabilities: [0.78] },
  Male: { parents: [], probabilities: [0.4215] },
  Eyeglasses: { parents: ["Young"], probabilities: [0.166, 0.038] },
  Bald: { parents: ["Male", "Young"], probabilities: [0.0003, 0.0003, 0.116, 0.0215] },
  Mustache: { parents: ["Male", "Young"], probabilities: [0.0003, 0.0003, 0.128, 0.071] },
  Smiling: { parents: ["Male", "Young"], probabilities: [0.659, 0.526, 0.433, 0.381] },
  Wearing_Lipstick: { parents: ["Male", "Young"], probabilities: [0.738, 0.818, 0.0015, 0.009] },
  Mouth_Slightly_Open: { parents: ["Young", "Smiling"], probabilities: [0.233, 0.745, 0.217, 0.76] },
  Narrow_Eyes: {
    parents: ["Male", "Young", "Smiling"],
    probabilities: [0.101, 0.132, 0.094, 0.12, 0.116, 0.18, 0.083, 0.166],
  },
};

/**
 * The exogenous noise of the labels: one number in [0, 1) for each attribute in order; an attribute is 1 when its number is
 * below its probability. This coupling is monotone, and it is part of the truth that counterfactuals are checked against.
 */
export type LabelNoise = ArrayLike<number>;

/** Labels of G1 under do(changes), given their exogenous noise. Without changes: the factual labels. */
export function labelsOf(noise: LabelNoise, changes: FaceChanges = {}): FaceLabels {
  const labels: Partial<Record<Attribute, 0 | 1>> = {};
  attributes.forEach((attribute, i) => {
    const { parents, probabilities } = labelMechanisms[attribute];
    const row = parents.reduce((index, parent) => 2 * index + labels[parent]!, 0);
    labels[attribute] = changes[attribute] ?? (noise[i]! < probabilities[row]! ? 1 : 0);
  });
  return labels as FaceLabels;
}

/** Independent fair labels under do(changes), from the same noise: for classifiers and probes. */
export function uniformLabelsOf(noise: LabelNoise, changes: FaceChanges = {}): FaceLabels {
  const entries = attributes.map((attribute, i) => [attribute, changes[attribute] ?? (noise[i]! < 0.5 ? 1 : 0)]);
  return Object.fromEntries(entries);
}

/** Draws the exogenous noise of one face's labels. */
export function sampleLabelNoise(stream: { uniform(): number }): Float64Array {
  return Float64Array.from(attributes, () => stream.uniform());
}

/** Labels drawn from G1. */
export function sampleLabels(stream: { uniform(): number }): FaceLabels {
  return labelsOf(sampleLabelNoise(stream));
}
