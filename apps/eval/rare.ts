/** Rare combinations of labels: whether the pictures of one are still different from each other (label-conditioned mode collapse). */
import type { CausalNode } from "#compiler/causal/model";
import { statesOf } from "#lang/types/type";
import { type OpenData, labelsOf } from "../api/data.ts";
import { generate } from "../api/images.ts";
import type { World } from "../api/world.ts";
import { diversityIn, leastDiverse } from "./distances.ts";
import type { RareCombination } from "./evaluation.ts";
import { type Judge, readPictures } from "./judge.ts";
import { stackRows } from "./metrics/features.ts";
import { wilson } from "./metrics/intervals.ts";
import type { RealPictures, States } from "./real.ts";

/** Combinations that are looked at, and pictures of each. */
export const rareCombinations = 8;
export const rarePictures = 64;

/** The combinations of labels with the fewest training rows, rarest first, of those that real pictures can be had of. */
export async function rareOf(
  world: World,
  image: CausalNode,
  judge: Judge,
  data: OpenData,
  real: RealPictures,
  seed: number,
): Promise<readonly RareCombination[]> {
  const { parents } = judge;
  const executor = await world.executor();
  const results: RareCombination[] = [];
  for (const { states, share } of combinationsByShare(data, parents)) {
    if (results.length === rareCombinations) break;
    const theirs = await real.given(states, 2 * rarePictures);
    if (theirs.images.length < leastDiverse) continue;
    const count = rarePictures;
    const columns = Object.fromEntries(
      Object.entries(states).map(([name, value]) => [name, new Uint16Array(count).fill(value)]),
    );
    const stage = world.generators.get(image.name)!;
    const { images } = await generate(stage, parents, columns, count, { executor, seed });
    const read = await readPictures(judge, images, executor);
    const right = images.filter((_, i) =>
      Object.entries(states).every(([name, value]) => read.columns[name]![i] === value),
    );
    results.push({
      states: Object.fromEntries(parents.map(({ name, type }) => [name, statesOf(type)![states[name]!]!])),
      share,
      n: count,
      allRead: wilson(right.length, count),
      pixels: diversityIn(stackRows(images), stackRows(theirs.images)),
    });
  }
  return results;
}

function combinationsByShare(
  data: OpenData,
  parents: readonly CausalNode[],
): readonly { readonly states: States; readonly share: number }[] {
  const { columns } = labelsOf(data, parents);
  const counts = new Map<string, { readonly states: States; count: number }>();
  for (const row of data.training) {
    const states = Object.fromEntries(parents.map(({ name }) => [name, columns[name]![row]!]));
    const key = Object.values(states).join(" ");
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { states, count: 1 });
    else known.count++;
  }
  return [...counts]
    .sort(([a, x], [b, y]) => x.count - y.count || (a < b ? -1 : 1))
    .map(([, { states, count }]) => ({ states, share: count / data.training.length }));
}
