/** Builds the causal model of a checked model declaration: the same nodes, with tables as typed arrays. */
import type { CheckedMechanism, CheckedModel } from "#lang/checked";
import type { CausalModel, Mechanism } from "./model.ts";
import { verifyModel } from "./verify.ts";

function mechanismOf(checked: CheckedMechanism): Mechanism {
  return checked.kind === "table"
    ? { kind: "table", probabilities: Float64Array.from(checked.probabilities) }
    : checked;
}

/** Stage 4 of the pipeline. The program must be free of errors. */
export function buildModel(checked: CheckedModel): CausalModel {
  const model: CausalModel = {
    name: checked.name,
    nodes: checked.nodes.map((node) => ({
      name: node.name,
      role: node.role,
      type: node.type,
      parents: node.parents,
      mechanism: mechanismOf(node.mechanism),
      ...(node.coupling === undefined ? {} : { coupling: node.coupling }),
      span: node.nameSpan,
    })),
    params: checked.params,
    evidence: [],
    ...(checked.drawn === undefined ? {} : { drawn: checked.drawn }),
  };
  verifyModel(model);
  return model;
}
