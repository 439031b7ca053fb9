/**
 * Draws of counterfactual variables: joint samples of parallel worlds. What the worlds compare must be determined, by
 * explicit noise or by a declared coupling, since a sample has no bounds.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Condition, CounterfactualVariable, EventExpr } from "#lang/syntax/ast";
import { variablesOf } from "#lang/types/check-events";
import { statesOf } from "#lang/types/type";
import { type CausalModel, nodeOf } from "../causal/model.ts";
import { type DrawOptions, drawSamples, type Samples } from "../inference/draw.ts";
import { evidenceWeights } from "../inference/exact.ts";
import type { Couple } from "../inference/sample.ts";
import { imagineDraw } from "./imagine.ts";
import { couple, type Question } from "./parallel.ts";

export interface WorldSamples extends Samples {
  /** the parallel worlds; their variables are the names of the columns */
  readonly model: CausalModel;
  /** the columns of the variables that were asked for, in their order; of an image there is none, but of its parents */
  readonly names: readonly string[];
  /** the node of the program that a variable of the worlds is, where it has another name */
  readonly origins: ReadonlyMap<string, string>;
}

const eventsOf = (given: readonly Condition[]): readonly EventExpr[] =>
  given.flatMap((condition) => {
    if (condition.kind === "do") return [];
    return condition.kind === "observe" ? condition.events : [condition];
  });

/** Whether a drawing looks at other worlds than the one that its conditions are about. */
export function isImaginedDraw(variables: readonly CounterfactualVariable[], given: readonly Condition[]): boolean {
  return [...variables, ...variablesOf(eventsOf(given))].some(({ actions }) => actions.length > 0);
}

/** `count` joint draws of the variables, each in its world, given what is seen. The same seed gives the same columns. */
export function drawWorlds(
  model: CausalModel,
  variables: readonly CounterfactualVariable[],
  given: readonly Condition[],
  count: number,
  options: DrawOptions,
): WorldSamples | { readonly diagnostics: readonly Diagnostic[] } {
  const imagined = imagineDraw(variables, given, { model, vocabulary: options.vocabulary });
  if ("diagnostics" in imagined) return imagined;
  const { worlds, names } = imagined;
  const span = (variables.find(({ actions }) => actions.length > 0) ?? variables[0]!).span;
  const coupled = [...worlds.copies].flatMap(([name, copies]): Question["coupled"][number][] => {
    const node = nodeOf(model, name);
    const { kind } = node.mechanism;
    const stochastic = kind === "table" || kind === "distribution" || kind === "learned";
    return copies.length > 1 && stochastic && node.type.kind !== "image" ? [{ node, names: copies }] : [];
  });
  const problems = coupled.flatMap(({ node }): Diagnostic[] => {
    const related = [{ span: node.span, label: "declared here" }];
    if (statesOf(node.type) === null) return [diagnose("C520", span, { name: node.name }, { related })];
    return node.coupling === undefined ? [diagnose("C517", span, { name: node.name }, { related })] : [];
  });
  if (problems.length > 0) return { diagnostics: problems };
  const events = eventsOf(given);
  const soft = events.find((event) => event.kind === "event" && event.test?.kind === "soft");
  if (coupled.length > 0 && soft?.kind === "event" && variablesOf(events).some(({ actions }) => actions.length > 0)) {
    return { diagnostics: [diagnose("C519", soft.span, { name: soft.variable.name.text })] };
  }
  const join: Couple = (finite, evidence) => {
    const infinite = coupled.flatMap((entry) => entry.names).find((name) => !finite.has(name));
    if (infinite !== undefined) {
      const continuous = worlds.model.nodes.find((node) => !finite.has(node.name))!.name;
      return { diagnostics: [diagnose("C523", span, { name: coupled[0]!.node.name, continuous })] };
    }
    const found = couple({ variables: finite, evidence: evidenceWeights(evidence, finite), coupled });
    switch (found.kind) {
      case "coupled":
        return { variables: found.variables };
      case "too-large":
        return { diagnostics: [diagnose("C522", span, { entries: found.entries })] };
    }
  };
  const drawn = drawSamples(worlds.model, imagined.given, count, {
    ...options,
    ...(coupled.length === 0 ? {} : { couple: join }),
  });
  const origins = new Map([...worlds.copies].flatMap(([node, copies]) => copies.map((copy) => [copy, node] as const)));
  return "diagnostics" in drawn ? drawn : { ...drawn, model: worlds.model, names, origins };
}
