/** What the judge reads off drawn pictures: whether a do() shows, what it leaves alone, and whether labels and pictures agree. */
import { descendantsOf } from "#compiler/causal/graph";
import type { CausalModel, CausalNode } from "#compiler/causal/model";
import { jointTable } from "#compiler/inference/joint";
import { statesOf } from "#lang/types/type";
import { loadVocabulary } from "../api/project.ts";
import type { Drawn, Regime } from "./drawn.ts";
import type { Intervention, Observation, Reading } from "./evaluation.ts";
import { jointShares, sizesOf } from "./label-report.ts";
import { exactNodes, marginal, set, shownStates } from "./labels.ts";
import { difference, type Estimate, meanOf, wilson } from "./metrics/intervals.ts";
import { samplingFloor, totalVariation } from "./metrics/label-distance.ts";

type Fixed = Exclude<Regime, { kind: "all" }>;

/** A subgroup needs as many pictures to be reported. */
const leastInGroup = 30;

/** How often the column holds the state. */
export const shareOf = (column: ArrayLike<number>, value: number, count: number): Estimate => {
  let successes = 0;
  for (let i = 0; i < count; i++) if (column[i] === value) successes++;
  return wilson(successes, count);
};

/** Mean of 1[read] - 1[drawn] over the pictures: what the pictures add to the labels that they were drawn with. */
function misread({ labels, columns, count }: Drawn, node: string, value: number): Estimate {
  return meanOf(
    Float64Array.from(
      { length: count },
      (_, i) => Number(columns[node]![i] === value) - Number(labels[node]![i] === value),
    ),
  );
}

/**
 * Effectiveness (Monteiro et al. 2023, arXiv 2303.01274, section 4): the judge reads the state that was set; and the
 * readings of all other labels, beside those of pictures without the intervention.
 */
export function interventionOf(
  model: CausalModel,
  discrete: readonly CausalNode[],
  base: Drawn,
  drawn: Drawn,
  { node, value }: Fixed,
): Intervention {
  const { labels, columns, count } = drawn;
  const descendants = descendantsOf(model, [node.name]);
  const exact = new Set(exactNodes(model).map(({ name }) => name));
  const mutilated = set(model, node.name, value);
  const others = discrete.filter((other) => other !== node);
  const groups = others.flatMap((other) =>
    statesOf(other.type)!.flatMap((state, wanted) => {
      const members = Array.from({ length: count }, (_, i) => i).filter((i) => labels[other.name]![i] === wanted);
      if (members.length < leastInGroup) return [];
      const both = members.filter((i) => columns[node.name]![i] === value && columns[other.name]![i] === wanted);
      return [{ node: other.name, state, both: wilson(both.length, members.length) }];
    }),
  );
  return {
    node: node.name,
    state: statesOf(node.type)![value]!,
    n: count,
    effectiveness: shareOf(columns[node.name]!, value, count),
    groups,
    others: others.flatMap((other) => {
      const distribution = exact.has(other.name) && exact.has(node.name) ? marginal(mutilated, other.name) : null;
      return shownStates(other).map((shown): Reading => {
        const [under, without] = [drawn, base].map((one) => misread(one, other.name, shown.value)) as [
          Estimate,
          Estimate,
        ];
        return {
          node: other.name,
          state: shown.state,
          descendant: descendants.has(other.name),
          exact: distribution?.[shown.value] ?? null,
          drawn: shareOf(labels[other.name]!, shown.value, count).value,
          read: shareOf(columns[other.name]!, shown.value, count),
          shift: difference(under, without),
        };
      });
    }),
  };
}

/** What is read off pictures given a label: P(other | node = state) of the picture's own labels. */
export function observationOf(
  model: CausalModel,
  discrete: readonly CausalNode[],
  { columns, count }: Drawn,
  { node, value }: Fixed,
): Observation {
  const exact = new Set(exactNodes(model).map(({ name }) => name));
  return {
    node: node.name,
    state: statesOf(node.type)![value]!,
    n: count,
    read: discrete
      .filter((other) => other !== node)
      .flatMap((other) => {
        const states = statesOf(other.type)!.length;
        const table =
          exact.has(other.name) && exact.has(node.name)
            ? jointTable(model, [node.name, other.name], loadVocabulary())
            : null;
        const row = table?.subarray(value * states, (value + 1) * states);
        const total = row?.reduce((sum, entry) => sum + entry, 0) ?? 0;
        return shownStates(other).map((shown) => ({
          node: other.name,
          state: shown.state,
          exact: row === undefined || total === 0 ? null : row[shown.value]! / total,
          read: shareOf(columns[other.name]!, shown.value, count),
        }));
      }),
  };
}

const largestJoint = 1 << 20;

/** How far the joint distribution of the labels read off pictures is from the model's; null where it is too large a table. */
export function readLabels(
  model: CausalModel,
  discrete: readonly CausalNode[],
  { columns, count }: Drawn,
): { readonly tvd: number; readonly floor: number; readonly n: number } | null {
  const names = discrete.map(({ name }) => name);
  const exact = exactNodes(model).map(({ name }) => name);
  const sizes = sizesOf(model, names);
  if (
    names.some((name) => !exact.includes(name)) ||
    sizes.reduce((product, size) => product * size, 1) > largestJoint
  ) {
    return null;
  }
  const joint = jointTable(model, names, loadVocabulary());
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  const found = jointShares(
    names.map((name) => columns[name]!),
    sizes,
    rows,
  );
  return { tvd: totalVariation(joint, found), floor: samplingFloor(joint, count), n: count };
}
