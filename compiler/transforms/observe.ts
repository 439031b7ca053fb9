/** Conditioning: notes what has been seen. Mechanisms stay as they are; inference updates ancestors too. */
import type { CausalModel, Evidence } from "../causal/model.ts";
import { verifyModel } from "../causal/verify.ts";

/** Adds evidence; several pieces on one node multiply. */
export function observe(model: CausalModel, evidence: readonly Evidence[]): CausalModel {
  const result = { ...model, evidence: [...model.evidence, ...evidence] };
  verifyModel(result);
  return result;
}
