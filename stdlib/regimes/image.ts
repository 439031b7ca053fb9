/** What the trainers of images share: the image node as data has it, its labels, and the library's networks for its size. */
import { type CausalModel, nodeOf } from "#compiler/causal/model";
import { labelLayout } from "#compiler/lower/encoding";
import type { TrainingTarget } from "#compiler/vocabulary";
import type { Constant, Constants, NetworkReference } from "#lang/types/signature";
import { RuntimeFault } from "#runtime/fault";
import type { Shape } from "#runtime/tensor";
import type { ColumnGroup } from "../losses/cross-entropy.ts";

/** Scopes of the trained generator and of its moving average. */
export const generatorScope = "generator";
export const averageScope = "average";

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
 * A network of the standard library, in its version for the size of the image: 32 for at most 32 pixels a side, the
 * published one for at most 64, else 128. The names are those of `stdlib/networks`.
 */
export function libraryNetwork(
  { shape }: ImageProblem,
  name: string,
  args: Readonly<Record<string, Constant>>,
  variant = "",
): NetworkReference {
  const pixels = Math.max(shape[1]!, shape[2]!);
  const size = pixels <= 32 ? "32" : pixels <= 64 ? "" : "128";
  return { kind: "network-reference", name: `${name}${size}${variant}`, args };
}

/** The generator that the image's mechanism names. */
export function generatorOf({ name, settings }: ImageProblem): NetworkReference {
  const generator = settings.network;
  if (generator === null || typeof generator !== "object" || !("kind" in generator)) {
    throw new Error(`internal: the image ${name} has no generator network`);
  }
  return generator;
}

/** The other networks are as wide as the generator, where it says how wide it is. */
export function widthOf({ args }: NetworkReference): Readonly<Record<string, Constant>> {
  return typeof args.width === "number" ? { width: args.width } : {};
}
