/** The evaluation of labels: distances to the data, pairwise tables, and what seeing and doing say about each pair. */
import { descendantsOf } from "#compiler/causal/graph";
import { type CausalModel, type CausalNode, nodeOf } from "#compiler/causal/model";
import { jointTable } from "#compiler/inference/joint";
import { intervene } from "#compiler/transforms/do";
import { statesOf } from "#lang/types/type";
import { type OpenData, labelsOf } from "../api/data.ts";
import { loadVocabulary } from "../api/project.ts";
import type { Crosstab, Effect, LabelDistance, LabelEvaluation } from "./evaluation.ts";
import { jointShares, labelReport, sizesOf } from "./label-report.ts";
import { totalVariation } from "./metrics/label-distance.ts";
import { wilson } from "./metrics/intervals.ts";

/** More labels than that make too many pairs to look at. */
export const mostLabels = 60;

/** The discrete nodes whose ancestors are discrete as well, fitted or given: those that have exact tables. */
export function exactNodes(model: CausalModel): readonly CausalNode[] {
  const exact = new Set<string>();
  for (const { name, type, parents, mechanism } of model.nodes) {
    if (statesOf(type) === null || mechanism.kind === "learned") continue;
    if (parents.every((parent) => exact.has(parent))) exact.add(name);
  }
  return model.nodes.filter((node) => exact.has(node.name));
}

/** P(node = state) of every state. */
export function marginal(model: CausalModel, node: string): Float64Array {
  return jointTable(model, [node], loadVocabulary());
}

export function set(model: CausalModel, node: string, value: number): CausalModel {
  return intervene(model, [{ kind: "set", node, value }]);
}

/** The states of a label that tables show: `true` of a bool, all of another. */
export function shownStates(node: CausalNode): readonly { readonly state: string; readonly value: number }[] {
  const states = statesOf(node.type)!.map((state, value) => ({ state, value }));
  return node.type.kind === "bool" ? states.slice(1) : states;
}

/**
 * `data` has a column for each node of `taught`, or is null: then only what the model itself says is evaluated.
 * `truth` is the model that the data was generated from.
 */
export function evaluateLabels(
  model: CausalModel,
  data: OpenData | null,
  taught: ReadonlySet<string>,
  truth: CausalModel | null,
): { readonly labels: LabelEvaluation; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const all = model.nodes.filter((node) => node.type.kind !== "image");
  const exact = exactNodes(model);
  const without = all.filter((node) => !exact.includes(node)).map((node) => node.name);
  if (without.length > 0) leftOut.push(`labels without an exact table: ${without.join(", ")}`);
  const compared = data === null ? exact : exact.filter((node) => taught.has(node.name));
  const nodes = compared.slice(0, mostLabels);
  if (nodes.length < compared.length) {
    leftOut.push(`pairs of labels beyond the first ${mostLabels} of ${compared.length}`);
  }
  const columns = data === null ? null : labelsOf(data, nodes);
  const rows = columns === null ? null : nodes.map(({ name }) => columns.columns[name]!);
  const report = data === null || columns === null ? null : labelReport(model, data, columns);
  if (columns !== null && report === null) leftOut.push("label distances: the labels have too many combinations");
  const context: Context = { model, truth, nodes, rows, training: data?.training ?? new Int32Array(0) };
  return {
    labels: {
      nodes: nodes.map(({ name }) => name),
      combinations: nodes.reduce((product, node) => product * statesOf(node.type)!.length, 1),
      data: data?.name ?? null,
      distances: report === null ? [] : distancesOf(report),
      crosstabs: rows === null ? [] : crosstabs(context, rows),
      effects: effects(context),
    },
    leftOut,
  };
}

interface Context {
  readonly model: CausalModel;
  readonly truth: CausalModel | null;
  readonly nodes: readonly CausalNode[];
  /** columns of the nodes, all rows of the data */
  readonly rows: readonly ArrayLike<number>[] | null;
  readonly training: Int32Array;
}

function distancesOf({ training, heldOut }: NonNullable<ReturnType<typeof labelReport>>): readonly LabelDistance[] {
  const named = [["training", training] as const, ...(heldOut === null ? [] : [["held out", heldOut] as const])];
  return named.map(([rows, { rows: n, tvd, amongSeen, floor }]) => ({ rows, n, tvd, amongSeen, floor }));
}

/** Joint tables of all pairs, in the model and in the training rows. */
function crosstabs({ model, nodes, training }: Context, rows: readonly ArrayLike<number>[]): readonly Crosstab[] {
  return nodes.flatMap((first, i) =>
    nodes.slice(i + 1).map((second, k): Crosstab => {
      const names = [first.name, second.name] as const;
      const sizes = sizesOf(model, names);
      const exact = jointTable(model, names, loadVocabulary());
      const found = jointShares([rows[i]!, rows[i + 1 + k]!], sizes, training);
      return {
        nodes: names,
        model: inRows(exact, sizes[1]!),
        data: inRows(found, sizes[1]!),
        tvd: totalVariation(exact, found),
      };
    }),
  );
}

function inRows(table: Float64Array, width: number): readonly (readonly number[])[] {
  return Array.from({ length: table.length / width }, (_, i) => [...table.subarray(i * width, (i + 1) * width)]);
}

/** Every state of every label as a cause of every other label. */
function effects(context: Context): readonly Effect[] {
  const { model, truth, nodes } = context;
  return nodes.flatMap((cause, c) => {
    const descendants = descendantsOf(model, [cause.name]);
    return statesOf(cause.type)!.flatMap((state, value) => {
      const done = set(model, cause.name, value);
      const trueDone = known(truth, cause) ? set(truth!, cause.name, value) : null;
      return nodes.flatMap((target, t) => {
        if (target === cause) return [];
        const [ofModel, ofTruth] = [marginal(done, target.name), known(truth, target) ? trueDone : null];
        const trueMarginal = ofTruth === null ? null : marginal(ofTruth, target.name);
        return shownStates(target).map(
          (shown): Effect => ({
            cause: { node: cause.name, state },
            target: { node: target.name, state: shown.state },
            descendant: descendants.has(target.name),
            data: countedShare(context, [c, value], [t, shown.value]),
            seen: seenShare(model, [cause.name, value], [target.name, shown.value]),
            done: ofModel[shown.value]!,
            trueSeen: ofTruth === null ? null : seenShare(truth!, [cause.name, value], [target.name, shown.value]),
            trueDone: trueMarginal?.[shown.value] ?? null,
          }),
        );
      });
    });
  });
}

/** Whether the true model has this label, with the same states. */
function known(truth: CausalModel | null, node: CausalNode): boolean {
  const other = truth?.nodes.find(({ name }) => name === node.name);
  return other !== undefined && statesOf(other.type)?.join() === statesOf(node.type)?.join();
}

/** P(target | cause) in a model, or null where the cause never happens. */
function seenShare(
  model: CausalModel,
  [cause, value]: readonly [string, number],
  [target, wanted]: readonly [string, number],
): number | null {
  const joint = jointTable(model, [cause, target], loadVocabulary());
  const states = statesOf(nodeOf(model, target).type)!.length;
  const row = joint.subarray(value * states, (value + 1) * states);
  const total = row.reduce((sum, entry) => sum + entry, 0);
  return total > 0 ? row[wanted]! / total : null;
}

function countedShare(
  { rows, training }: Context,
  [cause, value]: readonly [number, number],
  [target, wanted]: readonly [number, number],
) {
  if (rows === null) return null;
  let [n, successes] = [0, 0];
  for (const row of training) {
    if (rows[cause]![row] !== value) continue;
    n++;
    if (rows[target]![row] === wanted) successes++;
  }
  return wilson(successes, n);
}
