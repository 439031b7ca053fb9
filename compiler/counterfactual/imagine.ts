/**
 * Reads a query with counterfactual variables as a query about parallel worlds: every `Y[X = x]` becomes a node of its
 * own, named like it is written, in a model in which the worlds stand side by side.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type {
  Action,
  Condition,
  CounterfactualVariable,
  Event,
  ExpectationExpr,
  ProbabilityExpr,
} from "#lang/syntax/ast";
import { variablesIn } from "#lang/types/check-expression";
import { statesOf } from "#lang/types/type";
import { renameNodes } from "../causal/evaluate.ts";
import { nodeOf } from "../causal/model.ts";
import { applyConditions, readIntervention } from "../inference/conditions.ts";
import type { Failure, Session } from "../inference/session.ts";
import {
  createWorlds,
  type ParallelWorlds,
  type Setting,
  type World,
  type WorldBuilder,
} from "../transforms/counterfactual.ts";
import { pinnedValue } from "../transforms/prune.ts";

/** Stops at the first variable that cannot be read; never leaves this file. */
class Unreadable extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super("unreadable");
    this.failure = failure;
  }
}

const eventsOf = (given: readonly Condition[]): readonly Event[] =>
  given.flatMap((condition) => {
    if (condition.kind === "do") return [];
    return condition.kind === "observe" ? condition.events : [condition];
  });

/** Whether the query compares worlds: whether it is on the third rung. */
export function isCounterfactual(query: ProbabilityExpr | ExpectationExpr): boolean {
  const events = [...(query.kind === "probability" ? query.events : []), ...eventsOf(query.given)];
  const read = query.kind === "expectation" ? variablesIn(query.value) : [];
  return [...events.map((event) => event.variable), ...read].some((variable) => variable.actions.length > 0);
}

/** Values that the evidence gives to nodes of the factual world. */
function observedValues(events: readonly Event[], session: Session): ReadonlyMap<string, number> | Failure {
  const factual = events.filter((event) => event.variable.actions.length === 0);
  const conditioned = applyConditions(session.model, factual, session.vocabulary);
  if ("diagnostics" in conditioned) return conditioned;
  const pairs = conditioned.model.evidence.flatMap((piece): [string, number][] => {
    const value = pinnedValue(piece);
    return value === null ? [] : [[piece.node, value]];
  });
  return new Map(pairs);
}

function readSetting(action: Action, worlds: WorldBuilder, session: Session): Setting {
  const { value } = action;
  if (value?.kind === "counterfactual") return { kind: "variable", name: nameOf(value.variable, worlds, session) };
  if (value?.kind === "name") {
    const { text } = value.name;
    const isState = statesOf(nodeOf(session.model, action.target.text).type)?.includes(text) === true;
    const isNode = session.model.nodes.some((node) => node.name === text);
    if (isNode && !isState) return { kind: "variable", name: worlds.variable(text, new Map()) };
  }
  const intervention = readIntervention(action, session.model, session.vocabulary);
  if ("diagnostics" in intervention) throw new Unreadable(intervention);
  if (intervention.kind === "set") return { kind: "value", value: intervention.value };
  const what = `\`${action.operator}\` in the subscript of a counterfactual variable`;
  throw new Unreadable({ diagnostics: [diagnose("C190", action.span, { what })] });
}

function nameOf(
  { name, actions }: Pick<CounterfactualVariable, "name" | "actions">,
  worlds: WorldBuilder,
  session: Session,
): string {
  const world: World = new Map(actions.map((action) => [action.target.text, readSetting(action, worlds, session)]));
  return worlds.variable(name.text, world);
}

export interface Imagined<Query> {
  /** without subscripts; its names are those of `worlds.model` */
  readonly query: Query;
  readonly worlds: ParallelWorlds;
}

/**
 * The query about parallel worlds that a counterfactual query is. Conditions that the session holds are part of it; an
 * intervention among them is an error (C502).
 */
export function imagine<Query extends ProbabilityExpr | ExpectationExpr>(
  query: Query,
  session: Session,
): Imagined<Query> | Failure {
  const given = [...(session.extraGiven ?? []), ...query.given];
  const done = given.find((condition) => condition.kind === "do");
  if (done !== undefined) {
    const name = query.kind === "probability" ? query.events[0]!.variable.name.text : "Y";
    return { diagnostics: [diagnose("C502", done.span, { name })] };
  }
  const observed = observedValues(eventsOf(given), session);
  if ("diagnostics" in observed) return observed;
  const worlds = createWorlds(session.model, observed);
  const variable = (read: Pick<CounterfactualVariable, "name" | "actions">) => nameOf(read, worlds, session);
  const renameEvent = (event: Event): Event => {
    const { name, span } = event.variable;
    return { ...event, variable: { name: { ...name, text: variable(event.variable) }, actions: [], span } };
  };
  try {
    const events = eventsOf(given).map(renameEvent);
    const asked =
      query.kind === "probability"
        ? { ...query, events: query.events.map(renameEvent) }
        : { ...query, value: renameNodes(query.value, session.model, variable) };
    return { query: { ...asked, given: events }, worlds: worlds.build() };
  } catch (error) {
    if (error instanceof Unreadable) return error.failure;
    throw error;
  }
}
