/** What the trainers of images share: the image node as data has it, its labels, and the library's networks for its size. */
import { type CausalModel, nodeOf } from "#compiler/causal/model";
import { labelLayout } from "#compiler/lower/encoding";
import type { TrainingTarget } from "#compiler/vocabulary";
import type { Constant, Constants, NetworkReference } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import type { Shape } from "#runtime/tensor";
import type { ColumnGroup } from "../losses/cross-entropy.ts";

export interface ImageProblem {
  readonly name: string;
  /** [channels, height, width] of one image */
  readonly shape: Shape;
  /** number of label columns: the parents of the image in their order */
  readonly width: number;
  readonly groups: readonly ColumnGroup[];
  /** of its mechanism; empty where the image is not learned */
  readonly settings: Constants;
}

/** Throws a `bad-data` fault where the image has no labels to be drawn from. */
export function imageProblem({
  model,
  node,
}: Pick<TrainingTarget, "node"> & { readonly model: CausalModel }): ImageProblem {
  const image = nodeOf(model, node ?? "");
  if (image.type.kind !== "image") throw new Error(`internal: ${image.name} is not an image`);
  if (image.parents.length === 0) {
    throw new RuntimeFault(
      "bad-data",
      `the image \`${image.name}\` has no parents, and images are learned from labels`,
      `name the labels it depends on: \`image ${image.name} : ... ~ generator(Label, ...)\``,
    );
  }
  const { channels, height, width } = image.type;
  const layout = labelLayout(image.parents.map((parent) => nodeOf(model, parent)));
  return {
    name: image.name,
    shape: [channels, height, width],
    width: layout.width,
    groups: layout.entries.map((entry) => ({
      start: entry.offset,
      size: entry.width,
      kind: entry.states === null ? "real" : entry.width === 1 ? "bool" : "states",
    })),
    settings: image.mechanism.kind === "learned" ? image.mechanism.settings : {},
  };
}

/**
 * A network of the standard library, in its version for small images where they have at most 32 pixels a side: the names
 * are those of `stdlib/networks`.
 */
export function libraryNetwork(
  { shape }: ImageProblem,
  name: string,
  args: Readonly<Record<string, Constant>>,
  variant = "",
): NetworkReference {
  const small = Math.max(shape[1]!, shape[2]!) <= 32 ? "32" : "";
  return { kind: "network-reference", name: `${name}${small}${variant}`, args };
}
