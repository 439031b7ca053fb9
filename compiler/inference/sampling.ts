/** Which sampler draws: likelihood weighting, and one that moves its draws where the evidence is out of reach of that. */
import type { CausalModel } from "../causal/model.ts";
import { drawWeighted, prepareSampling, type SampleOptions, type Sampled } from "./sample.ts";
import { drawMoved } from "./smc/sampler.ts";

/** Of the weighted draws; below it moving ones are worth their time. */
const collapsed = 1 / 100;

/** Draws of all nodes given the evidence of the model, about `samples` of them. */
export function drawGiven(model: CausalModel, samples: number, options: SampleOptions): Sampled {
  const prepared = prepareSampling(model, options);
  if ("diagnostics" in prepared) return prepared;
  const weighted = drawWeighted(model, prepared, samples, options);
  // moves know the mechanism of each node, and not what ties nodes together
  if (options.couple !== undefined) return weighted;
  if ("diagnostics" in weighted || weighted.draws.ess >= collapsed * samples) return weighted;
  const moved = drawMoved(model, { ...options, ...prepared, samples });
  return moved.ess > weighted.draws.ess ? { draws: moved } : weighted;
}
