/** From a question of the language, `P(Y | do(X), Z)`, to the answer of identification and its value on data. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Event, EventExpr, Expr, ProbabilityExpr } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
import { evaluateConstant, toStored, type Words } from "../causal/evaluate.ts";
import type { CausalModel } from "../causal/model.ts";
import { printQuery } from "../causal/print-expression.ts";
import { type Admg, graphOfModel } from "./admg.ts";
import { adjustmentSets, backDoorSets } from "./adjustment.ts";
import { freeNames } from "./estimand.ts";
import { evaluateEstimand, fixStates, likeliest } from "./evaluate.ts";
import { frontDoorSets } from "./front-door.ts";
import type { Hedge } from "./hedge.ts";
import { type CausalQuery, type Identification, identify, queryOf } from "./id.ts";
import type { Joint } from "./joint.ts";
import { estimandToLatex, printCausal, printEstimand } from "./print.ts";

/** What is asked, on the graph of the model; checked questions only. */
interface Question {
  readonly graph: Admg;
  readonly query: CausalQuery;
  /** where a node is to have one value */
  readonly values: ReadonlyMap<string, Expr>;
}

function questionOf(model: CausalModel, { events, given }: ProbabilityExpr): Question {
  const graph = graphOfModel(model);
  const single = (list: readonly EventExpr[]) => list.filter((event): event is Event => event.kind === "event");
  const seen = given.flatMap((condition): readonly Event[] => {
    if (condition.kind === "do") return [];
    return single(condition.kind === "observe" ? condition.events : [condition]);
  });
  const actions = given.flatMap((condition) => (condition.kind === "do" ? condition.actions : []));
  const names = (list: readonly Event[]) => list.map((event) => event.variable.name.text);
  const values = new Map<string, Expr>();
  const asked = single(events);
  for (const { variable, test } of [...asked, ...seen]) {
    if (test?.kind === "compare") values.set(variable.name.text, test.value);
  }
  for (const { target, value } of actions) if (value !== null) values.set(target.text, value);
  const treatments = actions.map((action) => action.target.text);
  return { graph, query: queryOf(graph, names(asked), treatments, names(seen)), values };
}

/** An answer in words; sets of nodes are lists of names. */
export type Identified =
  | {
      readonly query: string;
      readonly identified: true;
      /** `P(y | do(x)) = sum_z P(y | x, z) P(z)` */
      readonly estimand: string;
      readonly latex: string;
      /** nodes that the estimand mentions but does not depend on: any values do */
      readonly arbitrary: readonly string[];
      /** minimal sets, small ones first; absent where the question has conditions */
      readonly backDoor?: readonly (readonly string[])[];
      readonly frontDoor?: readonly (readonly string[])[];
      readonly adjustment?: readonly (readonly string[])[];
    }
  | {
      readonly query: string;
      readonly identified: false;
      readonly hedge: {
        readonly outer: readonly string[];
        readonly inner: readonly string[];
        readonly roots: readonly string[];
        readonly bidirected: readonly (readonly [string, string])[];
      };
    };

/** Sets are listed up to this many. */
const listed = 10;

/** Whether and how the effect follows from the observed distribution of the model's nodes. */
export function identifyQuery(model: CausalModel, expr: ProbabilityExpr): Identified {
  const { graph, query } = questionOf(model, expr);
  const found = identify(graph, query);
  const text = printQuery(expr);
  if (!found.identified) return { query: text, identified: false, hedge: hedgeWords(found.hedge, graph) };
  const { outcomes, treatments, given } = query;
  const lists = (sets: readonly ReadonlySet<string>[]) => sets.map((set) => inOrder(set, graph));
  const sets =
    given.size > 0 || treatments.size === 0
      ? {}
      : {
          backDoor: lists(backDoorSets(graph, treatments, outcomes, listed)),
          frontDoor: lists(frontDoorSets(graph, treatments, outcomes, listed)),
          adjustment: lists(adjustmentSets(graph, treatments, outcomes, listed)),
        };
  return {
    query: text,
    identified: true,
    estimand: `${printCausal(query, graph)} = ${printEstimand(found.estimand, graph)}`,
    latex: `${printCausal(query, graph, "latex")} = ${estimandToLatex(found.estimand, graph)}`,
    arbitrary: inOrder(found.arbitrary, graph),
    ...sets,
  };
}

/** Whether the effect can be identified at all. */
export function isIdentifiableQuery(model: CausalModel, expr: ProbabilityExpr): boolean {
  const { graph, query } = questionOf(model, expr);
  return identify(graph, query).identified;
}

/** The diagnostic that an effect does not follow from data (C534), with the arrows to blame. */
export function diagnoseHedge(answer: Extract<Identified, { identified: false }>, expr: ProbabilityExpr): Diagnostic {
  const { outer, bidirected } = answer.hedge;
  const arrows = bidirected.map(([a, b]) => `\`${a} <-> ${b}\``).join(", ");
  return diagnose("C534", expr.span, { query: answer.query, inside: outer.join(", "), arrows });
}

const inOrder = (set: ReadonlySet<string>, graph: Admg) => graph.nodes.filter((name) => set.has(name));

function hedgeWords({ outer, inner, roots, bidirected }: Hedge, graph: Admg) {
  const place = (name: string) => graph.nodes.indexOf(name);
  return {
    outer: inOrder(outer, graph),
    inner: inOrder(inner, graph),
    roots: inOrder(roots, graph),
    bidirected: bidirected.map(([a, b]) => (place(a) < place(b) ? ([a, b] as const) : ([b, a] as const))),
  };
}

// ---------------------------------------------------------------- on data

/** The nodes that the estimand reads, with their types: the columns that are needed. Or why they cannot be counted. */
export function columnsOf(
  model: CausalModel,
  expr: ProbabilityExpr,
): { readonly columns: ReadonlyMap<string, NodeType> } | { readonly diagnostics: readonly Diagnostic[] } {
  const { graph, query } = questionOf(model, expr);
  const found = identify(graph, query);
  const mentioned = found.identified ? freeAndBound(found) : new Set<string>();
  const columns = new Map<string, NodeType>();
  const diagnostics: Diagnostic[] = [];
  for (const name of graph.nodes) {
    if (!mentioned.has(name) && !query.outcomes.has(name) && !query.treatments.has(name) && !query.given.has(name)) {
      continue;
    }
    const type = typeOf(model, name);
    if (type !== null && statesOf(type) !== null) columns.set(name, type);
    else diagnostics.push(diagnose("C533", expr.span, { name }));
  }
  return diagnostics.length > 0 ? { diagnostics } : { columns };
}

function freeAndBound(found: Extract<Identification, { identified: true }>): ReadonlySet<string> {
  const names = new Set<string>();
  const parts = new Set([found.estimand]);
  // a Set visits what is added while it is walked, and each part once
  for (const part of parts) {
    if (part.kind === "probability") for (const name of freeNames(part)) names.add(name);
    else if (part.kind === "product") for (const factor of part.factors) parts.add(factor);
    else if (part.kind === "sum") parts.add(part.of);
    else parts.add(part.numerator).add(part.denominator);
  }
  return names;
}

function typeOf(model: CausalModel, name: string): NodeType | null {
  const nodes: readonly { readonly name: string; readonly type: NodeType | null }[] = model.drawn?.nodes ?? model.nodes;
  return nodes.find((node) => node.name === name)?.type ?? null;
}

/** One number: the states of all nodes of the question by name, and their probability; null where it is undefined. */
export interface EstimatedCell {
  readonly states: Readonly<Record<string, string>>;
  readonly probability: number | null;
}

/**
 * The estimand on an observed distribution, for all values that the question leaves open: treatments and conditions
 * first, outcomes last. Or the diagnostics that it is not identifiable (C534), nowhere defined (C536) or too large (C705).
 */
export function estimateQuery(
  model: CausalModel,
  expr: ProbabilityExpr,
  joint: Joint,
  words: Words,
): { readonly cells: readonly EstimatedCell[] } | { readonly diagnostics: readonly Diagnostic[] } {
  const { graph, query, values } = questionOf(model, expr);
  const found = identify(graph, query);
  if (!found.identified) {
    const hedge = hedgeWords(found.hedge, graph);
    return { diagnostics: [diagnoseHedge({ query: printQuery(expr), identified: false, hedge }, expr)] };
  }
  const asked = [query.treatments, query.given, query.outcomes].flatMap((set) => inOrder(set, graph));
  const arbitrary = inOrder(found.arbitrary, graph);
  const whole = evaluateEstimand(found.estimand, joint, [...asked, ...arbitrary]);
  if (whole === null) {
    return { diagnostics: [diagnose("C705", expr.span, { query: printQuery(expr) })] };
  }
  // any values of these give the same: the likeliest have most rows behind them
  const table = fixStates(whole, new Map(likeliest(arbitrary, joint).map((state, i) => [arbitrary[i]!, state])), joint);
  const fixed = new Map<string, number>();
  for (const [name, value] of values) {
    const type = typeOf(model, name)!;
    fixed.set(name, toStored(type, evaluateConstant(value, model, words, type)));
  }
  const states = asked.map((name) => statesOf(typeOf(model, name)!)!);
  const cells: EstimatedCell[] = [];
  table.values.forEach((probability, cell) => {
    const index = new Array<number>(asked.length);
    let rest = cell;
    for (let i = asked.length - 1; i >= 0; i--) {
      index[i] = rest % states[i]!.length;
      rest = Math.floor(rest / states[i]!.length);
    }
    if (!asked.every((name, i) => !fixed.has(name) || fixed.get(name) === index[i])) return;
    const named = Object.fromEntries(asked.map((name, i) => [name, states[i]![index[i]!]!]));
    cells.push({ states: named, probability: Number.isNaN(probability) ? null : probability });
  });
  if (cells.every(({ probability }) => probability === null)) {
    return { diagnostics: [diagnose("C536", expr.span, { name: asked.join(", ") })] };
  }
  return { cells };
}
