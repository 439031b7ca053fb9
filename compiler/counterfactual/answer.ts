/**
 * Answers on the third rung: abduction, action and prediction at once, by conditioning the parallel worlds on what was
 * seen. Where nothing is left open it is an ordinary query about them; else couplings give points, or bounds are found.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { ExpectationExpr, ProbabilityExpr } from "#lang/syntax/ast";
import { statesOf } from "#lang/types/type";
import { nodesOf } from "../causal/evaluate.ts";
import { ancestorsOf } from "../causal/graph.ts";
import { printQuery } from "../causal/print-expression.ts";
import { type CausalModel, type CausalNode, nodeOf } from "../causal/model.ts";
import type { Interval } from "../inference/answer.ts";
import type { Conditioned } from "../inference/conditions.ts";
import { readEvents, type Targets } from "../inference/events.ts";
import { evidenceWeights, multiplyWeights, type Weights } from "../inference/exact.ts";
import { expectation } from "../inference/expectation.ts";
import { diagnoseImpossible } from "../inference/impossible.ts";
import { probability, shaped } from "../inference/probability.ts";
import { condition, type Failure, type Part, type Session } from "../inference/session.ts";
import { type FiniteVariable, tabulate } from "../inference/tabulate.ts";
import { type Imagined, imagine } from "./imagine.ts";
import { type Question, type Reply, reply } from "./parallel.ts";

type Asked = ProbabilityExpr | ExpectationExpr;
type Coupled = Question["coupled"];

/** A goal of the finite engine and how its result becomes the number that was asked for. */
interface Goal {
  readonly weights: Weights;
  readonly offset: number;
}

/** P(...) or E[...] with counterfactual variables. */
export function counterfactual(query: Asked, session: Session): Part | Failure {
  const imagined: Imagined<Asked> | Failure = imagine(query, session);
  if ("diagnostics" in imagined) return imagined;
  const { query: plain } = imagined;
  const { parallel, coupled, factual } = compared(imagined, session);
  if (coupled.length > 0) return finite(plain, parallel, coupled, factual);
  const part = plain.kind === "probability" ? probability(plain, parallel) : expectation(plain, parallel);
  return "diagnostics" in part ? part : { ...part, rung: 3 };
}

/** The parallel worlds as a model of their own, and the nodes that they compute differently by chance. */
function compared({ worlds }: Imagined<Asked>, session: Session) {
  const coupled = [...worlds.copies].flatMap(([name, names]): Coupled[number][] => {
    const node = nodeOf(session.model, name);
    const { kind } = node.mechanism;
    const stochastic = kind === "table" || kind === "distribution" || kind === "learned";
    return names.length > 1 && stochastic ? [{ node, names }] : [];
  });
  const parallel: Session = { ...session, model: worlds.model, extraGiven: [] };
  const factual = new Set(session.model.nodes.map((node) => node.name));
  return { parallel, coupled, factual };
}

/**
 * The structural models in which a query attains its bounds, for each of its numbers; null where it has no sharp bounds.
 * The noise of nodes that are not named is free.
 */
export function attainingModels(
  query: Asked,
  session: Session,
): Extract<Reply, { kind: "bounds" }>["witnesses"] | null {
  const imagined: Imagined<Asked> | Failure = imagine(query, session);
  if ("diagnostics" in imagined) return null;
  const { parallel, coupled, factual } = compared(imagined, session);
  const asked = coupled.length === 0 ? null : finiteQuestion(imagined.query, parallel, coupled, factual);
  if (asked === null || "diagnostics" in asked) return null;
  const found = reply(asked.question, session.limit);
  return found.kind === "bounds" ? found.witnesses : null;
}

/** The name of the node that holds the value of E[...]; no node of a program can be called so. */
const valueName = "E[...]";

function withValue(query: Asked, model: CausalModel): CausalModel {
  if (query.kind === "probability") return model;
  const value: CausalNode = {
    name: valueName,
    role: "let",
    type: { kind: "real", size: null },
    parents: nodesOf(query.value, model),
    mechanism: { kind: "equation", value: query.value },
    span: query.span,
  };
  return { ...model, nodes: [...model.nodes, value] };
}

/** What the finite engine cannot take: unfitted and continuous nodes. */
function obstacle(model: CausalModel, variables: ReadonlyMap<string, FiniteVariable>, coupled: Coupled, query: Asked) {
  const unfitted = model.nodes.find((node) => node.mechanism.kind === "learned");
  if (unfitted !== undefined) return diagnose("C601", unfitted.span, { name: unfitted.name, model: model.name });
  const continuous = coupled.find(({ node }) => statesOf(node.type) === null);
  if (continuous !== undefined) return diagnose("C520", continuous.node.span, { name: continuous.node.name });
  const infinite = model.nodes.find((node) => !variables.has(node.name));
  if (infinite === undefined) return null;
  return diagnose("C523", query.span, { name: coupled[0]!.node.name, continuous: infinite.name });
}

interface Finite {
  readonly question: Question;
  readonly goals: readonly Goal[];
  /** the bare nodes whose states the numbers are for */
  readonly free: readonly CausalNode[];
  /** what has been seen cannot happen */
  impossible(): Diagnostic;
}

function finite(query: Asked, session: Session, coupled: Coupled, factual: ReadonlySet<string>): Part | Failure {
  const asked = finiteQuestion(query, session, coupled, factual);
  if ("diagnostics" in asked) return asked;
  const found = reply(asked.question, session.limit);
  if (found.kind === "impossible") return { diagnostics: [asked.impossible()] };
  return partOf(found, asked.goals, asked.free, query);
}

function finiteQuestion(
  query: Asked,
  session: Session,
  coupled: Coupled,
  factual: ReadonlySet<string>,
): Finite | Failure {
  const { vocabulary: words } = session;
  const conditioned = condition(query.given, { ...session, model: withValue(query, session.model) });
  if ("diagnostics" in conditioned) return conditioned;
  const { spans } = conditioned;
  const softened = softBesideWorlds(conditioned, factual);
  if (softened !== null) return { diagnostics: [softened] };
  const targets = query.kind === "probability" ? readEvents(conditioned.model, query.events, words) : null;
  if (targets !== null && "diagnostics" in targets) return targets;
  const model = targets?.model ?? conditioned.model;
  const { variables, diagnostics } = tabulate(model, words);
  if (diagnostics.length > 0) return { diagnostics };
  const problem = obstacle(model, variables, coupled, query);
  if (problem !== null) return { diagnostics: [problem] };
  const goals = query.kind === "expectation" ? valueGoals(query, variables) : eventGoals(targets!, variables);
  if ("diagnostics" in goals) return goals;
  const evidence = evidenceWeights(model.evidence, variables);
  const question = { variables, evidence, goals: goals.map(({ weights }) => weights), coupled };
  const free = targets?.free ?? [];
  return { question, goals, free, impossible: () => diagnoseImpossible(model, model.evidence, spans) };
}

/** Soft evidence beside conditions on other worlds, whose probability need not be known (C519). */
function softBesideWorlds({ model, spans }: Conditioned, factual: ReadonlySet<string>) {
  const soft = model.evidence.find((piece) => piece.kind === "states" && piece.target !== undefined);
  if (soft === undefined) return null;
  const imagined = (name: string) => !factual.has(name) && !nodeOf(model, name).claim;
  const seen = ancestorsOf(
    model,
    model.evidence.map((piece) => piece.node),
  );
  if (![...seen].some(imagined)) return null;
  return diagnose("C519", spans.get(soft) ?? nodeOf(model, soft.node).span, { name: soft.node });
}

/** One number for each combination of the bare nodes. */
function eventGoals(targets: Targets, variables: ReadonlyMap<string, FiniteVariable>): readonly Goal[] {
  let tests: Weights = new Map();
  for (const { node, holds } of targets.tests) {
    const indicator = variables.get(node.name)!.domain.map((stored) => Number(holds(stored)));
    tests = multiplyWeights(tests, new Map([[node.name, indicator]]));
  }
  let cells: readonly Weights[] = [tests];
  for (const node of targets.free) {
    const states = statesOf(node.type)!.map((_, state) => state);
    cells = cells.flatMap((cell) =>
      states.map((state) => {
        const indicator = Float64Array.from(states, (other) => Number(other === state));
        return multiplyWeights(cell, new Map([[node.name, indicator]]));
      }),
    );
  }
  return cells.map((weights) => ({ weights, offset: 0 }));
}

/** Weights must not be negative, so values are counted from the smallest one. */
function valueGoals(query: ExpectationExpr, variables: ReadonlyMap<string, FiniteVariable>): readonly Goal[] | Failure {
  const { domain } = variables.get(valueName)!;
  const wrong = domain.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    const problem = { what: `\`${printQuery(query)}\``, problem: String(wrong) };
    return { diagnostics: [diagnose("C454", query.span, problem)] };
  }
  const offset = domain.reduce((smallest, value) => Math.min(smallest, value), Number.POSITIVE_INFINITY);
  return [{ weights: new Map([[valueName, domain.map((value) => value - offset)]]), offset }];
}

function partOf(
  found: Exclude<Reply, { readonly kind: "impossible" }>,
  goals: readonly Goal[],
  free: readonly CausalNode[],
  query: Asked,
): Part | Failure {
  // rounding must not leave probabilities outside of 0 and 1
  const clamp = (value: number) => (query.kind === "probability" ? Math.min(1, Math.max(0, value)) : value);
  switch (found.kind) {
    case "points":
      return {
        ...shaped(
          free,
          found.values.map((value, i) => clamp(value + goals[i]!.offset)),
        ),
        rung: 3,
        warnings: [],
      };
    case "bounds": {
      const intervals = found.ends.map(({ low, high }, i): Interval => {
        return { low: clamp(low + goals[i]!.offset), high: clamp(high + goals[i]!.offset) };
      });
      return { ...shaped(free, intervals), rung: 3, bounds: { outer: found.witnesses === undefined }, warnings: [] };
    }
    case "too-large":
      return { diagnostics: [diagnose("C522", query.span, { entries: found.entries })] };
  }
}
