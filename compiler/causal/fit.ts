/** Puts learned conditional probability tables into a model; how they are learned is the business of training. */
import { statesOf } from "#lang/types/type";
import { type CausalModel, nodeOf } from "./model.ts";
import { verifyModel } from "./verify.ts";

/**
 * Replaces learned mechanisms of discrete nodes by tables: `tables` holds P(node | parents) by node, [row * states +
 * state] with the last parent fastest. Rows are normalised, since tables of single precision miss 1 a little. Throws an
 * internal error when a table does not fit its node.
 */
export function fitModel(model: CausalModel, tables: ReadonlyMap<string, Float64Array>): CausalModel {
  const nodes = new Map(model.nodes.map((node) => [node.name, node]));
  for (const [name, table] of tables) {
    const node = nodeOf(model, name);
    const states = statesOf(node.type)?.length;
    if (states === undefined) throw new Error(`internal: a table for ${name}, which is not discrete`);
    const probabilities = Float64Array.from(table);
    for (let row = 0; row < probabilities.length; row += states) {
      const entries = probabilities.subarray(row, row + states);
      const sum = entries.reduce((total, entry) => total + entry, 0);
      for (let state = 0; state < entries.length; state++) entries[state]! /= sum;
    }
    nodes.set(name, { ...node, mechanism: { kind: "table", probabilities } });
  }
  const result = { ...model, nodes: [...nodes.values()] };
  verifyModel(result);
  return result;
}
