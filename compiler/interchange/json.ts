/** A causal model as JSON for other programs: tables as rows of numbers, expressions as text of the language. */
import { statesOf } from "#lang/types/type";
import { printExpression } from "../causal/print-expression.ts";
import type { CausalModel, CausalNode } from "../causal/model.ts";

function mechanismOf(node: CausalNode) {
  const { mechanism, type } = node;
  const states = statesOf(type);
  switch (mechanism.kind) {
    case "table": {
      const { probabilities } = mechanism;
      const width = states!.length;
      const rows = Array.from({ length: probabilities.length / width }, (_, row) => [
        ...probabilities.subarray(row * width, (row + 1) * width),
      ]);
      return { kind: "table", rows };
    }
    case "distribution":
      return { kind: "distribution", name: mechanism.name, args: mechanism.args.map((arg) => printExpression(arg)) };
    case "equation":
      return { kind: "equation", value: printExpression(mechanism.value) };
    case "fixed":
      return { kind: "fixed", value: states?.[mechanism.value] ?? mechanism.value };
    case "learned":
      return { kind: "learned", name: mechanism.name, settings: mechanism.settings };
  }
}

/**
 * One node a line: `{"format": "causal-model", "version": 1, "name", "params", "nodes": [{"name", "role", "type", "states", "parents",
 * "mechanism", "coupling"?}]}`. Nodes come after their parents; row r of a table is that combination of the parents' states, the last
 * parent fastest; columns are the states. Numbers read back to the same bits.
 */
export function writeJson({ name, nodes, params }: CausalModel): string {
  const lines = nodes.map((node) =>
    JSON.stringify({
      name: node.name,
      role: node.role,
      type: node.type,
      states: statesOf(node.type),
      parents: node.parents,
      mechanism: mechanismOf(node),
      coupling: node.coupling,
    }),
  );
  const head = JSON.stringify({ format: "causal-model", version: 1, name, params }).slice(0, -1);
  return `${head}, "nodes": [\n${lines.join(",\n")}\n]}\n`;
}
