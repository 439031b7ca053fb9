/** A causal model as text (Pearl's assignments with their exogenous noise) and as a graph for Graphviz. */
import type { DrawnGraph } from "#lang/checked";
import { printType, statesOf } from "#lang/types/type";
import { printValue } from "./evaluate.ts";
import type { CausalModel, CausalNode, Evidence } from "./model.ts";
import { printExpression, printName } from "./print-expression.ts";

/** Tables with more numbers are printed as their size only. */
const printedEntries = 64;

/** A piece of evidence as it would be written in a query. */
export function printEvidence({ type, claim }: CausalNode, evidence: Evidence): string {
  // what is computed for an event has the text of the event as its name
  const name = claim ? evidence.node : printName(evidence.node);
  switch (evidence.kind) {
    case "value":
      return `${name} = ${evidence.value}`;
    case "interval": {
      const low = evidence.low === Number.NEGATIVE_INFINITY ? [] : [`${name} >= ${evidence.low}`];
      const high = evidence.high === Number.POSITIVE_INFINITY ? [] : [`${name} <= ${evidence.high}`];
      return [...low, ...high].join(", ");
    }
    case "states": {
      const states = statesOf(type) ?? [];
      const weights = evidence.target ?? evidence.weights;
      const seen = states.flatMap((state, i) => (weights[i]! > 0 ? [{ state, weight: weights[i]! }] : []));
      if (claim && seen.length === 1) return seen[0]!.state === "true" ? name : `not (${name})`;
      if (seen.length === 1) return `${name} = ${printName(seen[0]!.state)}`;
      if (evidence.target === undefined && seen.every(({ weight }) => weight === seen[0]!.weight)) {
        return `${name} in {${seen.map(({ state }) => printName(state)).join(", ")}}`;
      }
      return `${name} ~ {${seen.map(({ state, weight }) => `${printName(state)}: ${weight}`).join(", ")}}`;
    }
  }
}

const kindOfRole: Record<CausalNode["role"], string> = {
  sample: "observed",
  let: "observed",
  latent: "latent",
  noise: "exogenous",
  image: "image",
};

const exogenous = (node: CausalNode) => `U_${node.naturalOf ?? node.name}`;
const call = (node: CausalNode) => [node.parents.map(printName).join(", "), exogenous(node)].filter(Boolean).join("; ");

function sizeOfTable(node: CausalNode): { rows: number; states: number } | null {
  const states = statesOf(node.type)?.length;
  if (node.mechanism.kind !== "table" || states === undefined) return null;
  return { rows: node.mechanism.probabilities.length / states, states };
}

/** Probabilities to six decimals: enough to tell them apart, short enough to read. */
const printProbability = (p: number) => String(Number(p.toFixed(6)));

function printTable(node: CausalNode, parents: readonly CausalNode[]): string[] {
  const size = sizeOfTable(node);
  if (node.mechanism.kind !== "table" || size === null || size.rows * size.states > printedEntries) return [];
  const { probabilities } = node.mechanism;
  const states = statesOf(node.type)!;
  return Array.from({ length: size.rows }, (_, row) => {
    let rest = row;
    const labels = parents.toReversed().map(({ type }) => {
      const count = statesOf(type)!.length;
      const label = printValue(type, rest % count);
      rest = Math.floor(rest / count);
      return printName(label);
    });
    const entries = states.map(
      (state, i) => `${printName(state)}: ${printProbability(probabilities[row * size.states + i]!)}`,
    );
    const key = parents.length === 0 ? "" : `(${labels.toReversed().join(", ")})  `;
    return `    ${key}${entries.join("  ")}`;
  });
}

function printMechanism(node: CausalNode): string {
  const { mechanism } = node;
  const name = printName(node.name);
  const uniform = `${exogenous(node)} ~ Uniform(0, 1)`;
  switch (mechanism.kind) {
    case "table": {
      const { rows, states } = sizeOfTable(node)!;
      return `${name} := f(${call(node)})  ${uniform}  table ${rows}x${states}`;
    }
    case "distribution": {
      const args = mechanism.args.map((arg) => printExpression(arg)).join(", ");
      if (node.role === "noise") return `${name} ~ ${mechanism.name}(${args})`;
      return `${name} := f(${call(node)})  ${uniform}  ${mechanism.name}(${args})`;
    }
    case "equation":
      return `${name} := ${printExpression(mechanism.value)}`;
    case "learned": {
      const noise = node.type.kind === "image" ? `${exogenous(node)} ~ Normal(0, I)` : uniform;
      return `${name} := f(${call(node)})  ${noise}  ${mechanism.name}, to be learned`;
    }
    case "fixed":
      return `${name} := ${printName(printValue(node.type, mechanism.value))}`;
  }
}

function mark(node: CausalNode): string {
  if (node.naturalOf !== undefined) return "natural";
  return node.intervened || node.mechanism.kind === "fixed" ? "set" : kindOfRole[node.role];
}

function printDrawn({ nodes, bidirected, lacks }: DrawnGraph): readonly string[] {
  return [
    `  // a graph without probabilities: ${lacks}`,
    ...nodes.map(({ name, parents, latent, type }) => {
      const causes = parents.map((parent) => printName(parent)).join(", ");
      const kind = latent ? "latent" : "sample";
      return `  ${printName(name)} := ?(${causes})${type === null ? "" : `  : ${printType(type)}`}  [${kind}]`;
    }),
    ...bidirected.map(([a, b]) => `  ${printName(a)} <-> ${printName(b)}`),
  ];
}

/** For `causal show model`: one assignment a node in topological order, small tables, then the evidence. */
export function printModel(model: CausalModel): string {
  const byName = new Map(model.nodes.map((node) => [node.name, node]));
  const params = Object.entries(model.params).map(([name, value]) => `  param ${printName(name)} = ${value}`);
  const nodes = model.nodes.flatMap((node) => [
    `  ${printMechanism(node)}  : ${printType(node.type)}  [${mark(node)}]`,
    ...printTable(
      node,
      node.parents.map((parent) => byName.get(parent)!),
    ),
  ]);
  const evidence = model.evidence.map((piece) => `  given ${printEvidence(byName.get(piece.node)!, piece)}`);
  const drawn = model.drawn === undefined ? [] : printDrawn(model.drawn);
  return `${[`model ${printName(model.name)}`, ...params, ...nodes, ...drawn, ...evidence].join("\n")}\n`;
}

const quote = (text: string) => JSON.stringify(text);

function drawnToDot({ nodes, bidirected }: DrawnGraph): readonly string[] {
  return [
    ...nodes.map(({ name, latent }) => `  ${quote(name)}${latent ? ' [style="dashed"]' : ""};`),
    ...nodes.flatMap(({ name, parents }) => parents.map((parent) => `  ${quote(parent)} -> ${quote(name)};`)),
    ...bidirected.map(([a, b]) => `  ${quote(a)} -> ${quote(b)} [dir=both, style=dashed];`),
  ];
}

/** For `causal show model --dot`: latent and exogenous nodes and natural values dashed, set nodes doubled, observed evidence filled. */
export function toDot(model: CausalModel): string {
  const seen = new Set(model.evidence.map((piece) => piece.node));
  const nodes = model.nodes.map((node) => {
    const styles = [
      ...(node.role === "latent" || node.role === "noise" || node.naturalOf !== undefined ? ["dashed"] : []),
      ...(seen.has(node.name) ? ["filled"] : []),
    ];
    const attributes = [
      ...(node.type.kind === "image" ? ["shape=box"] : []),
      ...(node.intervened || node.mechanism.kind === "fixed" ? ["peripheries=2"] : []),
      ...(styles.length > 0 ? [`style=${quote(styles.join(","))}`] : []),
    ];
    return `  ${quote(node.name)}${attributes.length > 0 ? ` [${attributes.join(", ")}]` : ""};`;
  });
  const edges = model.nodes.flatMap((node) =>
    node.parents.map((parent) => `  ${quote(parent)} -> ${quote(node.name)};`),
  );
  const drawn = model.drawn === undefined ? [] : drawnToDot(model.drawn);
  return `${[`digraph ${quote(model.name)} {`, ...nodes, ...edges, ...drawn, "}"].join("\n")}\n`;
}
