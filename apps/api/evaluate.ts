/**
 * What drawn pictures show, read by a classifier that was trained on other, real pictures: whether an intervention is
 * visible (effectiveness) and whether it leaves alone what it does not cause. How a classifier is trained is a regime's
 * business.
 */
import { drawSamples } from "#compiler/inference/draw";
import { decodeLabels, labelLayout } from "#compiler/lower/encoding";
import type { Condition } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { ProgramError } from "./errors.ts";
import { classify, generate, parentsOf, type TrainedStage } from "./images.ts";
import type { World } from "./world.ts";

export interface Reading {
  /** pictures drawn */
  readonly count: number;
  /** share of pictures on which the classifier reads the drawn state of each node */
  readonly agreement: Readonly<Record<string, number>>;
  /** share of each state of each node: as drawn, and as read off the pictures */
  readonly drawn: Readonly<Record<string, readonly number[]>>;
  readonly read: Readonly<Record<string, readonly number[]>>;
}

/** Draws pictures of an image node under conditions and reads their labels back. Throws a ProgramError. */
export async function readBack(
  world: World,
  image: string,
  classifier: TrainedStage,
  given: readonly Condition[],
  options: { readonly count: number; readonly seed: number },
): Promise<Reading> {
  const { count, seed } = options;
  const executor = await world.executor();
  const { vocabulary } = world.project;
  const samples = drawSamples(world.model, [...world.given, ...given], count, { vocabulary, seed });
  if ("diagnostics" in samples) throw new ProgramError(samples.diagnostics, world.project.program.sources);
  const parents = parentsOf(world.model, image);
  const pictures = await generate(world.generators.get(image)!, parents, samples.columns, count, { executor, seed });
  const probabilities = await classify(classifier, pictures.images, executor);
  const read = decodeLabels(labelLayout(parents), probabilities);

  const names = parents.filter((node) => statesOf(node.type) !== null);
  const shares = (column: ArrayLike<number>, states: number): number[] => {
    const result = new Array<number>(states).fill(0);
    for (let i = 0; i < count; i++) result[column[i]!]! += 1 / count;
    return result;
  };
  const table = <T>(row: (name: string, states: number) => T): Record<string, T> =>
    Object.fromEntries(names.map((node) => [node.name, row(node.name, statesOf(node.type)!.length)]));
  return {
    count,
    agreement: table((name) => {
      let same = 0;
      for (let i = 0; i < count; i++) if (samples.columns[name]![i] === read[name]![i]) same++;
      return same / count;
    }),
    drawn: table((name, states) => shares(samples.columns[name]!, states)),
    read: table((name, states) => shares(read[name]!, states)),
  };
}
