/**
 * Conditional linear-Gaussian models (Lauritzen and Wermuth 1989): takes a model apart into pieces that are independent of
 * each other given the discrete nodes. In each configuration of those a piece is affine in its noise.
 */
import type { Expr } from "#lang/syntax/ast";
import { degreeOf } from "../../causal/degree.ts";
import type { Words } from "../../causal/evaluate.ts";
import type { CausalModel, CausalNode } from "../../causal/model.ts";
import { pinnedValue } from "../../transforms/prune.ts";
import { splitSeen } from "../../transforms/split.ts";
import { wordOf } from "../distribution.ts";
import { type FiniteVariable, tabulate } from "../tabulate.ts";
import { largestDegree } from "./polynomial.ts";
import { intersectRegions, type Region } from "./regions.ts";

/** Continuous nodes that hang together, with what has been seen of them. */
export interface Part {
  /** in topological order; a threshold, such as `Y > 2`, stands for the difference of its sides */
  readonly nodes: readonly CausalNode[];
  /** the discrete nodes that they read */
  readonly scope: readonly FiniteVariable[];
  readonly values: readonly { readonly node: string; readonly value: number }[];
  readonly regions: readonly Region[];
}

export interface Mixture {
  /** nodes that were seen at a value are split in two */
  readonly model: CausalModel;
  /** the discrete part */
  readonly variables: ReadonlyMap<string, FiniteVariable>;
  /** with nodes that the question is about; a mean has just one */
  readonly asked: readonly Part[];
  /** with nothing but evidence */
  readonly others: readonly Part[];
}

/** What is wanted of the targets: the probability of events on them, or the mean of an expression that reads them. */
export interface Wanted {
  readonly targets: readonly string[];
  readonly value: Expr | null;
}

/** For regions, where `node` is true when its form is in the interval. */
export function trueRegion(node: CausalNode): Region {
  const { mechanism } = node;
  if (mechanism.kind !== "equation" || mechanism.value.kind !== "binary") {
    throw new Error(`internal: ${node.name} is no threshold`);
  }
  const { NEGATIVE_INFINITY, POSITIVE_INFINITY, MIN_VALUE } = Number;
  switch (mechanism.value.operator) {
    case ">":
      return { node: node.name, low: MIN_VALUE, high: POSITIVE_INFINITY };
    case ">=":
      return { node: node.name, low: 0, high: POSITIVE_INFINITY };
    case "<":
      return { node: node.name, low: NEGATIVE_INFINITY, high: -MIN_VALUE };
    case "<=":
      return { node: node.name, low: NEGATIVE_INFINITY, high: 0 };
    default:
      throw new Error(`internal: ${node.name} is no threshold`);
  }
}

export function falseRegion(node: CausalNode): Region {
  const { low, high } = trueRegion(node);
  return high === Number.POSITIVE_INFINITY
    ? { node: node.name, low: Number.NEGATIVE_INFINITY, high: low === 0 ? -Number.MIN_VALUE : 0 }
    : { node: node.name, low: high === 0 ? Number.MIN_VALUE : 0, high: Number.POSITIVE_INFINITY };
}

const comparisons: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

/** Whether the mechanism is affine in the unknown nodes, in each configuration of the others. */
function isAffine(node: CausalNode, unknown: (name: string) => boolean, words: Words): boolean {
  const { mechanism, type } = node;
  const degree = (expr: Expr) => degreeOf(expr, unknown);
  if (type.kind === "real" && mechanism.kind === "distribution") {
    const [mean, std] = mechanism.args;
    const { gaussian } = wordOf(words, mechanism.name);
    return gaussian === true && mean !== undefined && std !== undefined && degree(mean) <= 1 && degree(std) === 0;
  }
  if (mechanism.kind !== "equation") return false;
  const { value } = mechanism;
  if (type.kind === "real") return degree(value) <= 1;
  const threshold = type.kind === "bool" && value.kind === "binary" && comparisons.has(value.operator);
  return threshold && degree(value.left) <= 1 && degree(value.right) <= 1;
}

/** What has been seen of the nodes as values and regions; null where it is neither. */
function evidenceOn(
  nodes: readonly CausalNode[],
  model: CausalModel,
): { values: { node: string; value: number }[]; regions: Region[] } | null {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const values: { node: string; value: number }[] = [];
  const regions: Region[] = [];
  for (const piece of model.evidence) {
    const node = byName.get(piece.node);
    if (node === undefined) continue;
    if (piece.kind === "value" && Number.isFinite(piece.value)) values.push(piece);
    else if (piece.kind === "interval") regions.push(piece);
    else if (piece.kind === "states" && pinnedValue(piece) !== null) {
      regions.push(pinnedValue(piece) === 1 ? trueRegion(node) : falseRegion(node));
    } else return null;
  }
  return { values, regions };
}

const scopeOf = (nodes: readonly CausalNode[], variables: ReadonlyMap<string, FiniteVariable>) => {
  const names = new Set(nodes.flatMap((node) => node.parents));
  return [...variables.values()].filter(({ node }) => names.has(node.name));
};

/** Groups of continuous nodes that read each other. */
function groups(continuous: readonly CausalNode[]): readonly (readonly CausalNode[])[] {
  const groupOf = new Map<string, Set<CausalNode>>();
  for (const node of continuous) {
    const group = new Set([node]);
    for (const parent of node.parents) for (const member of groupOf.get(parent) ?? []) group.add(member);
    for (const member of group) groupOf.set(member.name, group);
  }
  return [...new Set(groupOf.values())].map((group) => continuous.filter((node) => group.has(node)));
}

function merge(parts: readonly Part[], variables: readonly FiniteVariable[]): Part {
  const scope = new Set([...variables, ...parts.flatMap((part) => part.scope)]);
  return {
    nodes: parts.flatMap((part) => part.nodes),
    scope: [...scope].sort((a, b) => a.id - b.id),
    values: parts.flatMap((part) => part.values),
    regions: parts.flatMap((part) => part.regions),
  };
}

/**
 * Takes a pruned model apart, or says which of it is not linear-Gaussian.
 * @param finite the names of its finite nodes
 */
export function takeApart(
  pruned: CausalModel,
  finite: ReadonlySet<string>,
  { targets, value }: Wanted,
  words: Words,
): Mixture | { readonly reason: string } {
  const model = splitSeen(pruned, (node) => !finite.has(node.name));
  const { variables, diagnostics } = tabulate(model, words);
  if (diagnostics.length > 0) return { reason: "a table that is none" };
  const continuous = model.nodes.filter((node) => !variables.has(node.name));
  const names = new Set(continuous.map(({ name }) => name));
  const unknown = (name: string) => names.has(name);
  const thresholds = new Set(continuous.filter(({ type }) => type.kind === "bool").map(({ name }) => name));
  const other = continuous.find(
    (node) => !isAffine(node, unknown, words) || node.parents.some((parent) => thresholds.has(parent)),
  );
  if (other !== undefined) return { reason: `${other.name} is not linear-Gaussian` };

  const parts: Part[] = [];
  for (const nodes of groups(continuous)) {
    const evidence = evidenceOn(nodes, model);
    if (evidence === null) return { reason: `soft evidence on ${nodes[0]!.name}` };
    parts.push({ nodes, scope: scopeOf(nodes, variables), ...evidence });
  }
  const has = (part: Part, name: string) => part.nodes.some((node) => node.name === name);
  const touched = parts.filter((part) => targets.some((target) => has(part, target)));
  const others = parts.filter((part) => !touched.includes(part));
  const dimensions = (part: Part, more: readonly string[] = []) =>
    intersectRegions([...part.regions, ...more.map((node) => ({ node, low: 0, high: 0 }))]).length;
  const wide = others.find((part) => dimensions(part) > 2);
  if (wide !== undefined) return { reason: `an event of ${dimensions(wide)} continuous nodes` };
  if (value === null) {
    const large = touched.find(
      (part) =>
        dimensions(
          part,
          targets.filter((name) => has(part, name)),
        ) > 2,
    );
    if (large !== undefined) return { reason: "an event of more than two continuous nodes" };
    return { model, variables, asked: touched, others };
  }
  if (degreeOf(value, unknown) > largestDegree || targets.some((name) => thresholds.has(name))) {
    return { reason: "the mean of what is no polynomial" };
  }
  const read = targets.flatMap((name) => variables.get(name) ?? []);
  const asked = merge(touched, read);
  if (dimensions(asked) > 1) return { reason: "a mean in an event of two continuous nodes" };
  return { model, variables, asked: [asked], others };
}
