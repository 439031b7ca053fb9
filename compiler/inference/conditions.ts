/** What stands behind the bar of a query: the model after its interventions, with its evidence. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import type { Condition } from "#lang/syntax/ast";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel, Evidence } from "../causal/model.ts";
import { type Intervention, intervene } from "../transforms/do.ts";
import { observe } from "../transforms/observe.ts";
import { evidenceOf } from "./events.ts";
import type { EvidenceSpans } from "./impossible.ts";
import { interventionOf, refuseCycles } from "./interventions.ts";
import { guarded, refuse } from "./refused.ts";

export interface Conditioned {
  /** after do() and observe() */
  readonly model: CausalModel;
  readonly spans: EvidenceSpans;
  /** whether there was a do() */
  readonly intervened: boolean;
}

/**
 * The model under the conditions: interventions first, then evidence about the intervened model. Setting one node twice
 * is an error (C501), wherever the two stand. Soft evidence has no weights yet, see `soft.ts`.
 */
export function applyConditions(
  model: CausalModel,
  conditions: readonly Condition[],
  words: Words,
): Conditioned | { readonly diagnostics: readonly Diagnostic[] } {
  return guarded(() => {
    const interventions = new Map<string, Intervention>();
    for (const condition of conditions) {
      if (condition.kind !== "do") continue;
      for (const action of condition.actions) {
        const intervention = interventionOf(action, model, words);
        const name = intervention.node;
        if (interventions.has(name)) refuse(diagnose("C501", action.span, { name }));
        interventions.set(name, intervention);
      }
    }
    const actions = [...interventions.values()];
    refuseCycles(model, actions);
    // the same nodes are the same network, of which some things are kept
    let current = actions.length === 0 ? model : intervene(model, actions);
    const spans = new Map<Evidence, Span>();
    for (const condition of conditions) {
      if (condition.kind === "do") continue;
      for (const event of condition.kind === "observe" ? condition.events : [condition]) {
        const found = evidenceOf(event, current, words);
        current = found.model;
        if (found.evidence !== null) spans.set(found.evidence, event.span);
      }
    }
    return { model: observe(current, [...spans.keys()]), spans, intervened: actions.length > 0 };
  });
}
