/** Data sets whose truth is known: the true model of the labels, and pictures under any intervention on them. */
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import type { CheckedData } from "#lang/checked";
import { createFaces, type Faces } from "#stdlib/datasets/faces/faces";
import { attributes, type FaceChanges } from "#stdlib/datasets/faces/labels";
import { projectOf } from "../api/project.ts";
import type { Labelled, RealPictures, States } from "./real.ts";

export interface Truth {
  /** null where labels have no causes */
  readonly labels: CausalModel | null;
  /** fresh pictures, none of which is in the data; `model` is what was trained */
  pictures(parents: readonly CausalNode[], seed: number): RealPictures | null;
  /** the same data set as a judge learns best from it: other pictures, labels independent of each other */
  readonly judgeData: CheckedData;
}

/** By the word of the data set; those without a row here are known by their rows only. */
const truths: Readonly<Record<string, (data: CheckedData) => Truth>> = { faces: facesTruth };

export function truthOf(data: CheckedData): Truth | null {
  return Object.hasOwn(truths, data.dataset) ? truths[data.dataset]!(data) : null;
}

/** Labels without pictures cost little, so that rare ones can be looked for among many. */
const faces = 60_000;
/** Faces of a judge. */
const judged = 10_000;
/** Seeds of the data sets of programs are small numbers. */
const otherSeed = 1_000_003;

function facesTruth(data: CheckedData): Truth {
  const labels = data.args.labels === "uniform" ? "uniform" : "g1";
  const size = Number(data.args.size);
  return {
    labels: labels === "g1" ? trueFacesModel() : null,
    judgeData: {
      ...data,
      name: `faces(labels = "uniform")`,
      args: { ...data.args, n: judged, seed: otherSeed + Number(data.args.seed), labels: "uniform", holdout: 0 },
    },
    pictures(parents, seed) {
      const areAttributes = parents.every(
        ({ name, type }) => type.kind === "bool" && (attributes as readonly string[]).includes(name),
      );
      if (!areAttributes) return null;
      const fresh = createFaces({ rows: faces, size, seed: 2 * otherSeed + seed, labels });
      return facePictures(
        fresh,
        parents.map(({ name }) => name),
      );
    },
  };
}

let truthModel: CausalModel | null = null;

function trueFacesModel(): CausalModel {
  truthModel ??= projectOf('import "stdlib/graphs/faces-truth.causal"').models.get("FacesTruth")!;
  return truthModel;
}

function facePictures(collection: Faces, parents: readonly string[]): RealPictures {
  /** the faces of these rows, each as it would have been */
  const show = (rows: readonly number[], changes: FaceChanges): Labelled => {
    const labels = rows.map((row) => collection.counterfactualLabels(row, changes));
    return {
      images: rows.map((row) => collection.counterfactualFace(row, changes)),
      columns: Object.fromEntries(
        attributes.map((attribute) => [attribute, Uint8Array.from(labels, (label) => label[attribute])]),
      ),
    };
  };
  const range = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);
  const half = Math.floor(collection.rows / 2);
  return {
    what: "fresh faces of the true model",
    some: async (count) => show(range(0, Math.min(count, half)), {}),
    more: async (count) => show(range(half, Math.min(count, half)), {}),
    async given(states: States, count) {
      // where all labels are given, seeing is doing: nothing else decides how a face looks
      if (attributes.every((attribute) => attribute in states)) return show(range(0, count), states as FaceChanges);
      const rows: number[] = [];
      for (let row = 0; row < collection.rows && rows.length < count; row++) {
        const labels = collection.labelsOf(row);
        if (Object.entries(states).every(([name, value]) => labels[name as keyof FaceChanges] === value))
          rows.push(row);
      }
      return show(rows, {});
    },
    async done(node, value, count) {
      if (!parents.includes(node)) return null;
      const changes = { [node]: value } as FaceChanges;
      return {
        how: "faces of the true model under the intervention",
        images: show(range(0, Math.min(count, half)), changes),
      };
    },
  };
}
