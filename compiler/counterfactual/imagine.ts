/**
 * Reads a query with counterfactual variables as a query about parallel worlds: every `Y[X = x]` becomes a node of its
 * own, named like it is written, in a model in which the worlds stand side by side.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type {
  Action,
  Condition,
  CounterfactualVariable,
  EventExpr,
  ExpectationExpr,
  ProbabilityExpr,
} from "#lang/syntax/ast";
import { variablesOf } from "#lang/types/check-events";
import { variablesIn } from "#lang/types/check-expression";
import { statesOf } from "#lang/types/type";
import { renameNodes, type Words } from "../causal/evaluate.ts";
import { type CausalModel, nodeOf } from "../causal/model.ts";
import { printAction } from "../causal/print-expression.ts";
import { applyConditions } from "../inference/conditions.ts";
import { interventionOf, refuseCycles } from "../inference/interventions.ts";
import { guarded } from "../inference/refused.ts";
import { createWorlds, type ParallelWorlds, type Setting, type World } from "../transforms/counterfactual.ts";
import type { Intervention } from "../transforms/do.ts";
import { pinnedValue } from "../transforms/prune.ts";

type Variable = Pick<CounterfactualVariable, "name" | "actions">;
type Failure = { readonly diagnostics: readonly Diagnostic[] };

export interface Imagining {
  readonly model: CausalModel;
  readonly vocabulary: Words;
  /** conditions that hold for every part of the query */
  readonly extraGiven?: readonly Condition[];
}

const eventsOf = (given: readonly Condition[]): readonly EventExpr[] =>
  given.flatMap((condition) => {
    if (condition.kind === "do") return [];
    return condition.kind === "observe" ? condition.events : [condition];
  });

const isImagined = (variable: Variable) => variable.actions.length > 0;

/** Whether the query compares worlds: whether it is on the third rung. */
export function isCounterfactual(query: ProbabilityExpr | ExpectationExpr): boolean {
  const asked = query.kind === "probability" ? variablesOf(query.events) : variablesIn(query.value);
  return [...asked, ...variablesOf(eventsOf(query.given))].some(isImagined);
}

/** Values that the evidence gives to nodes of the factual world. */
function observedValues(
  events: readonly EventExpr[],
  { model, vocabulary }: Imagining,
): ReadonlyMap<string, number> | Failure {
  const factual = events.filter((event) => !variablesOf([event]).some(isImagined));
  const conditioned = applyConditions(model, factual, vocabulary);
  if ("diagnostics" in conditioned) return conditioned;
  const pairs = conditioned.model.evidence.flatMap((piece): [string, number][] => {
    const value = pinnedValue(piece);
    return value === null ? [] : [[piece.node, value]];
  });
  return new Map(pairs);
}

/** Parallel worlds that grow with every variable that is read. What it throws, `guarded` catches. */
interface Reader {
  /** the node that the variable is */
  variable(read: Variable): string;
  /** the event about those nodes */
  event(event: EventExpr): EventExpr;
  build(): ParallelWorlds;
}

function readerOf(observed: ReadonlyMap<string, number>, { model, vocabulary: words }: Imagining): Reader {
  const worlds = createWorlds(model, observed);
  const variable = ({ name, actions }: Variable): string => {
    const interventions: Intervention[] = [];
    const settings = actions.map((action): [string, Setting] => {
      const { target } = action;
      const setting = readSetting(action);
      if (setting.kind !== "mechanism") interventions.push({ kind: "set", node: target.text, value: 0 });
      else {
        const { mechanism, parents } = setting;
        const own = parents.filter((parent) => model.nodes.some((node) => node.name === parent));
        interventions.push({ kind: "replace", node: target.text, mechanism, parents: own, span: action.span });
      }
      return [target.text, setting];
    });
    refuseCycles(model, interventions);
    return worlds.variable(name.text, new Map(settings) satisfies World);
  };

  const readSetting = (action: Action): Setting => {
    const { target, operator, value } = action;
    const { type } = nodeOf(model, target.text);
    if (value?.kind === "counterfactual") return { kind: "variable", name: variable(value.variable) };
    if (value?.kind === "name" && operator === "=") {
      const { text } = value.name;
      const isState = statesOf(type)?.includes(text) === true;
      const isNode = model.nodes.some((node) => node.name === text);
      if (isNode && !isState) return { kind: "variable", name: worlds.variable(text, new Map()) };
    }
    if (value === null || operator === "=") return settingOf(action, model);
    // variables of other worlds that a policy reads are nodes to it like those of its own world
    const others = new Map<string, string>();
    const rename = (read: Variable) => {
      if (!isImagined(read)) return read.name.text;
      const name = variable(read);
      others.set(name, read.name.text);
      return name;
    };
    const plain = renameNodes(value, model, rename, type);
    const foreign = [...others].map(([name, node]) => ({ ...nodeOf(model, node), name }));
    return settingOf({ ...action, value: plain }, { ...model, nodes: [...model.nodes, ...foreign] });
  };

  const settingOf = (action: Action, scope: CausalModel): Setting => {
    const intervention = interventionOf(action, scope, words);
    if (intervention.kind === "set") return { kind: "value", value: intervention.value };
    const { mechanism, parents } = intervention;
    return { kind: "mechanism", mechanism, parents, text: printAction(action) };
  };

  const event = (asked: EventExpr): EventExpr => {
    if (asked.kind === "claim") return { ...asked, value: renameNodes(asked.value, model, variable) };
    const { name, span } = asked.variable;
    const renamed = { name: { ...name, text: variable(asked.variable) }, actions: [], span };
    if (asked.test?.kind !== "compare") return { ...asked, variable: renamed };
    const { type } = nodeOf(model, name.text);
    const value = renameNodes(asked.test.value, model, variable, type);
    return { ...asked, variable: renamed, test: { ...asked.test, value } };
  };
  return { variable, event, build: () => worlds.build() };
}

/** Interventions beside counterfactual variables are an error (C502): all worlds would be under them. */
function refuseDone(given: readonly Condition[], name: string): Failure | null {
  const done = given.find((condition) => condition.kind === "do");
  return done === undefined ? null : { diagnostics: [diagnose("C502", done.span, { name })] };
}

export interface Imagined<Query> {
  /** without subscripts; its names are those of `worlds.model` */
  readonly query: Query;
  readonly worlds: ParallelWorlds;
}

/** The query about parallel worlds that a counterfactual query is. Conditions that the session holds are part of it. */
export function imagine<Query extends ProbabilityExpr | ExpectationExpr>(
  query: Query,
  session: Imagining,
): Imagined<Query> | Failure {
  const asked = query.kind === "probability" ? variablesOf(query.events) : variablesIn(query.value);
  return reading(asked, query.given, session, (reader, events) => {
    const plain =
      query.kind === "probability"
        ? { ...query, events: query.events.map(reader.event) }
        : { ...query, value: renameNodes(query.value, session.model, reader.variable) };
    return { query: { ...plain, given: events }, worlds: reader.build() };
  });
}

/** What `build` makes of the conditions as events without subscripts; those that the session holds come first. */
function reading<T>(
  asked: readonly CounterfactualVariable[],
  conditions: readonly Condition[],
  session: Imagining,
  build: (reader: ReturnType<typeof readerOf>, given: readonly EventExpr[]) => T,
): T | Failure {
  const given = [...(session.extraGiven ?? []), ...conditions];
  const refused = refuseDone(given, (asked.find(isImagined) ?? asked[0])?.name.text ?? "Y");
  if (refused !== null) return refused;
  const observed = observedValues(eventsOf(given), session);
  if ("diagnostics" in observed) return observed;
  return guarded(() => {
    const reader = readerOf(observed, session);
    return build(reader, eventsOf(given).map(reader.event));
  });
}

export interface ImaginedDraw {
  readonly worlds: ParallelWorlds;
  /** without subscripts */
  readonly given: readonly EventExpr[];
  /** the names that the variables have in `worlds.model`, in their order */
  readonly names: readonly string[];
}

/** As `imagine`, for variables that are drawn. Of an image there is a node in every world that it is asked in. */
export function imagineDraw(
  variables: readonly CounterfactualVariable[],
  conditions: readonly Condition[],
  session: Imagining,
): ImaginedDraw | Failure {
  return reading(variables, conditions, session, (reader, events) => {
    const names = variables.map(reader.variable);
    return { worlds: reader.build(), given: events, names };
  });
}
