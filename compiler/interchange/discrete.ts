/**
 * The discrete part of a causal model as the formats of Bayesian networks hold it: every node a table, whatever its
 * mechanism was. What has no table is reported, never dropped.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { printType, statesOf } from "#lang/types/type";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";
import { tabulate } from "../inference/tabulate.ts";

export interface DiscreteNode {
  readonly name: string;
  readonly states: readonly string[];
  readonly parents: readonly string[];
  /** [row * states + state], the last parent fastest */
  readonly probabilities: Float64Array;
}

export interface DiscreteModel {
  readonly name: string;
  /** parents first */
  readonly nodes: readonly DiscreteNode[];
}

function reasonFor(node: CausalNode, format: string): string {
  const { type, mechanism } = node;
  if (statesOf(type) === null)
    return `it holds \`${printType(type)}\`, and ${format} has only nodes with finitely many states`;
  if (mechanism.kind === "learned") return "its mechanism is not learned yet";
  return "its mechanism has no finite table";
}

/**
 * Every node with its table: distributions over states and equations between them are tabulated. Where a node has none
 * the reasons are given instead (C801); `format` names the target in them.
 */
export function discreteModel(
  model: CausalModel,
  words: Words,
  format: string,
): DiscreteModel | { readonly diagnostics: readonly Diagnostic[] } {
  const { variables, diagnostics } = tabulate(model, words);
  if (diagnostics.length > 0) return { diagnostics };
  const found: Diagnostic[] = [];
  const nodes = model.nodes.flatMap((node): DiscreteNode[] => {
    const states = statesOf(node.type);
    const table = variables.get(node.name);
    if (states === null || table === undefined) {
      found.push(diagnose("C801", node.span, { node: node.name, format, reason: reasonFor(node, format) }));
      return [];
    }
    return [{ name: node.name, states, parents: node.parents, probabilities: table.factor.values }];
  });
  return found.length > 0 ? { diagnostics: found } : { name: model.name, nodes };
}

/** The labels of the parents in the row of that number, the last parent fastest. */
export function rowLabels(labels: readonly (readonly string[])[], row: number): string[] {
  const result = new Array<string>(labels.length);
  let rest = row;
  for (let i = labels.length - 1; i >= 0; i--) {
    const { length } = labels[i]!;
    result[i] = labels[i]![rest % length]!;
    rest = Math.floor(rest / length);
  }
  return result;
}
