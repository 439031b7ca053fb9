/** The predicates of assertions: `identifiable(P(Y | do(X)))` and `independent(A, B | C)`. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { PredicateExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import type { Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";
import { jointTable } from "../inference/joint.ts";
import { defaultLimit, planQuery } from "../plan/query-plan.ts";
import { type Admg, admgOf } from "./admg.ts";
import { jointOfTable } from "./joint.ts";
import { isIdentifiableQuery } from "./question.ts";
import { separated } from "./separation.ts";

export interface Finding {
  readonly holds: boolean;
  /** how it was found, for the line of a test */
  readonly reason: string;
}

export interface PredicateContext {
  readonly vocabulary: Words;
  /** entries of the largest table that exact inference may walk */
  readonly limit?: number;
}

/** Probabilities that agree this well are the same. */
const tolerance = 1e-9;

type Outcome = Finding | { readonly diagnostics: readonly Diagnostic[] };

export function holdsPredicate(model: CausalModel, predicate: PredicateExpr, context: PredicateContext): Outcome {
  if (predicate.query !== null) {
    const holds = isIdentifiableQuery(model, predicate.query);
    return { holds, reason: holds ? "it has an estimand" : "there is a hedge" };
  }
  return independence(model, predicate, context);
}

/** All nodes, latent ones included: they can be asked about too. */
function graphOfAll(model: CausalModel): Admg {
  const { nodes, bidirected } = model.drawn ?? { nodes: model.nodes, bidirected: [] };
  return admgOf({ nodes: nodes.map(({ name, parents }) => ({ name, parents, latent: false })), bidirected });
}

/**
 * Mutual independence of the variables given the conditions. What the graph separates is independent. Where it does not,
 * a graph without mechanisms implies no independence; else the joint distribution decides, exactly, for discrete nodes.
 */
function independence(
  model: CausalModel,
  { variables, given, span }: PredicateExpr,
  context: PredicateContext,
): Outcome {
  const names = variables.map((variable) => variable.text);
  const conditions = given.map((name) => name.text);
  const graph = graphOfAll(model);
  const apart = names.every((name, i) =>
    separated(graph, new Set([name]), new Set(names.slice(i + 1)), new Set(conditions)),
  );
  if (apart) return { holds: true, reason: "by m-separation in the graph" };
  if (model.drawn !== undefined) return { holds: false, reason: "the graph connects them" };

  const all = [...names, ...conditions];
  const what = names.map((name) => `\`${name}\``).join(", ");
  const unknown = { diagnostics: [diagnose("C535", span, { what })] };
  const types = all.map((name) => model.nodes.find((node) => node.name === name)!.type);
  if (types.some((type) => statesOf(type) === null)) return unknown;
  const { vocabulary: words, limit = defaultLimit } = context;
  const planned = planQuery(model, all, all, { words, limit, span });
  if ("diagnostics" in planned) return planned;
  if (planned.plan.method !== "exact") return unknown;
  const sizes = types.map((type) => statesOf(type)!.length);
  const joint = jointTable(model, all, words);
  const { marginal } = jointOfTable(all, sizes, joint);
  // P(a, b, c) P(c)^(n - 1) = P(a, c) P(b, c) for n variables: no division
  const alone = marginal(conditions);
  const parts = names.map((name) => marginal([name, ...conditions]));
  const rows = alone.length;
  let worst = 0;
  joint.forEach((probability, cell) => {
    const condition = cell % rows;
    let rest = Math.floor(cell / rows);
    let expected = 1;
    for (let i = names.length - 1; i >= 0; i--) {
      expected *= parts[i]![(rest % sizes[i]!) * rows + condition]!;
      rest = Math.floor(rest / sizes[i]!);
    }
    worst = Math.max(worst, Math.abs(probability * alone[condition]! ** (names.length - 1) - expected));
  });
  return worst <= tolerance
    ? { holds: true, reason: `the joint distribution factorises to ${tolerance}` }
    : { holds: false, reason: `the joint distribution differs by up to ${worst.toPrecision(3)}` };
}
