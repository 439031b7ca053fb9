/** Conditioning: notes what has been seen. Mechanisms stay as they are; inference updates ancestors too. */
import type { CausalModel, Evidence } from "../causal/model.ts";
import { verifyEvidence } from "../causal/verify.ts";

/** Adds evidence; several pieces on one node multiply. */
export function observe(model: CausalModel, evidence: readonly Evidence[]): CausalModel {
  verifyEvidence(model, evidence);
  return { ...model, evidence: [...model.evidence, ...evidence] };
}
