/**
 * Models and graphs as `.causal` text that compiles to the same again: tables row by row with the shortest decimals that
 * read back to the same bits, names in backquotes where they need them.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { wordTypes } from "#lang/syntax/tokens";
import { type NodeType, printType, statesOf } from "#lang/types/type";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { printExpression, printName } from "../causal/print-expression.ts";
import type { MixedGraph } from "./dagitty.ts";
import { rowLabels } from "./discrete.ts";

/** Names of nodes and models; any word of the language is quoted, wherever it would be one. */
function writeName(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) && !wordTypes.has(text) ? text : `\`${text}\``;
}

/** In tables a label is followed by a sign, so that most words of the language are free. */
const writeLabel = printName;

function writeType(type: NodeType): string {
  return type.kind === "labels" ? `{${type.labels.map(writeLabel).join(", ")}}` : printType(type);
}

/** One distribution: `P(true)` where that says all of it to the last bit, else by state. */
function writeRow(type: NodeType, labels: readonly string[], row: Float64Array): string {
  if (type.kind === "bool" && row[0] === 1 - row[1]!) return String(row[1]);
  return `{${labels.map((label, state) => `${label}: ${row[state]}`).join(", ")}}`;
}

function tableLines(node: CausalNode, probabilities: Float64Array, labelsOf: ReadonlyMap<string, readonly string[]>) {
  const labels = labelsOf.get(node.name)!;
  if (node.parents.length === 0) {
    const entries = labels.map((label, state) => `${label}: ${probabilities[state]}`);
    return [`cpt { ${entries.join(", ")} }`];
  }
  const parents = node.parents.map((parent) => labelsOf.get(parent)!);
  const heads = Array.from({ length: probabilities.length / labels.length }, (_, row) => {
    const key = rowLabels(parents, row);
    // without brackets a state below zero would be taken from the row before it: `0.5 -1: ...`
    return key.length === 1 && !key[0]!.startsWith("-") ? `${key[0]}:` : `(${key.join(", ")}):`;
  });
  const width = heads.reduce((most, head) => Math.max(most, head.length), 0);
  const rows = heads.map((head, row) => {
    const values = probabilities.subarray(row * labels.length, (row + 1) * labels.length);
    return `    ${head.padEnd(width)} ${writeRow(node.type, labels, values)}`;
  });
  return [`cpt(${node.parents.map(writeName).join(", ")}) {`, ...rows, "  }"];
}

function memberLines(node: CausalNode, labelsOf: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const { mechanism, type, role } = node;
  const name = writeName(node.name);
  const coupling = node.coupling === undefined ? "" : ` { coupling = ${node.coupling} }`;
  const head = `  ${role === "latent" ? "latent" : "sample"} ${name} : ${writeType(type)} ~ `;
  switch (mechanism.kind) {
    case "table": {
      const [first, ...rest] = tableLines(node, mechanism.probabilities, labelsOf);
      const lines = [head + first, ...rest];
      return [...lines.slice(0, -1), lines.at(-1)! + coupling];
    }
    case "distribution": {
      const call = `${mechanism.name}(${mechanism.args.map((arg) => printExpression(arg)).join(", ")})`;
      return [role === "noise" ? `  noise ${name} ~ ${call}` : head + call + coupling];
    }
    case "equation":
      return [`  let ${name} : ${writeType(type)} := ${printExpression(mechanism.value)}`];
    case "fixed": {
      const value = statesOf(type)?.[mechanism.value];
      return [`  let ${name} : ${writeType(type)} := ${value === undefined ? mechanism.value : writeLabel(value)}`];
    }
    case "learned":
      return null;
  }
}

/**
 * The model as one `model` declaration. Mechanisms that are not learned yet, and images, have no text of their own
 * (C801): their networks are declarations of the program.
 */
export function modelToCausal(
  model: CausalModel,
): { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] } {
  const labelsOf = new Map(model.nodes.map((node) => [node.name, (statesOf(node.type) ?? []).map(writeLabel)]));
  const diagnostics: Diagnostic[] = [];
  const lines = [`model ${writeName(model.name)} {`];
  for (const [name, value] of Object.entries(model.params)) lines.push(`  param ${writeName(name)} = ${value}`);
  for (const node of model.nodes) {
    const written = memberLines(node, labelsOf);
    if (written !== null) lines.push(...written);
    else {
      const reason =
        node.type.kind === "image"
          ? "pictures are made by a trained network, which has no text"
          : "its mechanism is not learned yet";
      diagnostics.push(diagnose("C801", node.span, { node: node.name, format: "causal", reason }));
    }
  }
  return diagnostics.length > 0 ? { diagnostics } : { text: `${[...lines, "}"].join("\n")}\n` };
}

/** A graph without mechanisms: its nodes, its arrows, and the question that its exposures and outcomes ask. */
export function graphToCausal({ name, nodes, arrows, arcs }: MixedGraph): string {
  const members = nodes.map((node) => `  ${node.latent ? "latent" : "sample"} ${writeName(node.name)}`);
  const edges = [
    ...arrows.map(([from, to]) => `    ${writeName(from)} -> ${writeName(to)}`),
    ...arcs.map(([a, b]) => `    ${writeName(a)} <-> ${writeName(b)}`),
  ];
  const graph = edges.length === 0 ? [] : ["  graph {", ...edges, "  }"];
  const named = (mark: "exposure" | "outcome") =>
    nodes.filter((node) => node.marks.includes(mark)).map((node) => writeName(node.name));
  const [exposures, outcomes] = [named("exposure"), named("outcome")];
  const question =
    exposures.length > 0 && outcomes.length > 0
      ? [`identify P(${outcomes.join(", ")} | do(${exposures.join(", ")}))`]
      : [];
  return `${[`model ${writeName(name)} {`, ...members, ...graph, "}", ...question].join("\n")}\n`;
}
