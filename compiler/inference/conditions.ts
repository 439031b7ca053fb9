/** What stands behind the bar of a query, as interventions and evidence, and events as tests of stored values. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import type { Span } from "#lang/source";
import type { Action, CallExpr, Condition, Event, Expr, Label, MapExpr, RelationalOperator } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
import { evaluateConstant, nodesOf, printValue, toNatural, toStored, type Words } from "../causal/evaluate.ts";
import { type CausalModel, type CausalNode, type Evidence, nodeOf } from "../causal/model.ts";
import { type Intervention, intervene } from "../transforms/do.ts";
import { observe } from "../transforms/observe.ts";
import { fillMass, wordOf } from "./distribution.ts";
import type { EvidenceSpans } from "./impossible.ts";

/** Carries the diagnostic out of the nested cases below; never leaves this file. */
class Refused extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}
const refuse = (diagnostic: Diagnostic): never => {
  throw new Refused(diagnostic);
};
const unsupported = (what: string, span: Span): never => refuse(diagnose("C190", span, { what }));

/** Runs `body`; what it refuses comes back as a diagnostic. */
function guarded<T>(body: () => T): T | { readonly diagnostics: readonly Diagnostic[] } {
  try {
    return body();
  } catch (error) {
    if (error instanceof Refused) return { diagnostics: [error.diagnostic] };
    throw error;
  }
}

const compare: Record<RelationalOperator, (a: number, b: number) => boolean> = {
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

function stateIndex(type: NodeType, label: Label): number {
  const states = statesOf(type) ?? [];
  const text = type.kind === "bool" ? (states[Number(label.text)] ?? label.text) : label.text;
  const index = states.indexOf(text);
  if (index === -1) refuse(diagnose("C201", label.span, { what: "state", name: label.text, suggestion: null }));
  return index;
}

/** The natural value of an expression that may read parameters and state names, but no node. */
function constant(expr: Expr, node: CausalNode, model: CausalModel, words: Words): number {
  if (nodesOf(expr, model, node.type).length > 0)
    unsupported("a comparison of one node with another in an event", expr.span);
  const value = evaluateConstant(expr, model, words, node.type);
  if (Number.isNaN(value)) refuse(diagnose("C454", expr.span, { what: "the value", problem: String(value) }));
  return value;
}

/** Weights by state from `{a: 0.7, b: 0.3}`; states that are left out have weight 0. */
function weightsOf(map: MapExpr, node: CausalNode, model: CausalModel, words: Words): Float64Array {
  const weights = new Float64Array(statesOf(node.type)?.length ?? 0);
  for (const { key, value } of map.entries) {
    weights[stateIndex(node.type, key)] = evaluateConstant(value, model, words, null);
  }
  return weights;
}

/** The node of an event; subscripts would make it counterfactual. */
function nodeOfEvent(event: Event, model: CausalModel): CausalNode {
  const { name, actions } = event.variable;
  if (actions.length > 0) unsupported("a counterfactual variable", event.variable.span);
  return nodeOf(model, name.text);
}

/** Whether a stored value of the node is in the event; a bare event is `= true`. */
export type EventTest = (stored: number) => boolean;

function testOf(event: Event, node: CausalNode, model: CausalModel, words: Words): EventTest {
  const { test } = event;
  if (test === null) {
    if (node.type.kind !== "bool") refuse(diagnose("C550", event.span, { name: node.name }));
    return (stored) => stored === 1;
  }
  switch (test.kind) {
    case "compare": {
      const value = constant(test.value, node, model, words);
      const holds = compare[test.operator];
      return (stored) => holds(toNatural(node.type, stored), value);
    }
    case "in": {
      const states = new Set(test.labels.map((label) => stateIndex(node.type, label)));
      return (stored) => states.has(stored);
    }
    case "soft":
      return unsupported("soft evidence as the event of a probability", event.span);
  }
}

/** The next larger floating-point number, for strict bounds. */
function nextUp(x: number): number {
  if (!Number.isFinite(x)) return x;
  if (x === 0) return Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}

/** The values of a continuous node that an event allows, both ends included; null for what is not `<`, `<=`, `>`, `>=`. */
function intervalOf(
  operator: RelationalOperator,
  value: number,
): { readonly low: number; readonly high: number } | null {
  switch (operator) {
    case "<":
      return { low: Number.NEGATIVE_INFINITY, high: -nextUp(-value) };
    case "<=":
      return { low: Number.NEGATIVE_INFINITY, high: value };
    case ">":
      return { low: nextUp(value), high: Number.POSITIVE_INFINITY };
    case ">=":
      return { low: value, high: Number.POSITIVE_INFINITY };
    case "=":
    case "==":
    case "!=":
      return null;
  }
}

function evidenceOf(event: Event, model: CausalModel, words: Words): Evidence {
  const node = nodeOfEvent(event, model);
  const states = statesOf(node.type);
  const { test } = event;
  if (states !== null) {
    if (test?.kind === "soft") {
      return { kind: "states", node: node.name, weights: [...weightsOf(test.weights, node, model, words)] };
    }
    const holds = testOf(event, node, model, words);
    return { kind: "states", node: node.name, weights: states.map((_, state) => Number(holds(state))) };
  }
  if (test?.kind !== "compare") return refuse(diagnose("C550", event.span, { name: node.name }));
  const value = constant(test.value, node, model, words);
  const interval = intervalOf(test.operator, value);
  if (interval !== null) return { kind: "interval", node: node.name, ...interval };
  if (test.operator === "!=") return unsupported("`!=` as a condition on a continuous node", event.span);
  return { kind: "value", node: node.name, value };
}

/** Arguments of a call in the order of the signature, named ones and defaults included. */
function argumentsInOrder(call: CallExpr, words: Words): readonly Expr[] {
  const { parameters } = wordOf(words, call.callee.text);
  const positional = call.args.filter((arg) => arg.name === null).map((arg) => arg.value);
  return parameters.map((parameter, i) => {
    const named = call.args.find((arg) => arg.name?.text === parameter.name)?.value;
    const value = named ?? positional[i];
    if (value !== undefined) return value;
    const fallback = parameter.default;
    if (typeof fallback !== "number") throw new Error(`internal: no ${parameter.name} for ${call.callee.text}`);
    return { kind: "number", value: fallback, span: call.span };
  });
}

function interventionOf(action: Action, model: CausalModel, words: Words): Intervention {
  const { operator, value, span } = action;
  const node = nodeOf(model, action.target.text);
  if (operator === ":=") return unsupported("a policy, do(X := ...),", span);
  if (operator === null || value === null) return refuse(diagnose("C510", span, { name: node.name }));
  if (operator === "=") {
    const natural = constant(value, node, model, words);
    const stored = toStored(node.type, natural);
    if (!Number.isFinite(stored)) {
      const name = printValue(node.type, natural);
      refuse(diagnose("C201", value.span, { what: `state of \`${node.name}\``, name, suggestion: null }));
    }
    return { kind: "set", node: node.name, value: stored };
  }
  if (value.kind === "map") {
    const probabilities = weightsOf(value, node, model, words);
    const sum = probabilities.reduce((total, entry) => total + entry, 0);
    if (probabilities.some((entry) => !(entry >= 0)) || !(Math.abs(sum - 1) <= 1e-6)) {
      refuse(diagnose("C401", value.span, { sum, row: `the distribution of \`${node.name}\`` }));
    }
    const normalised = probabilities.map((entry) => entry / sum);
    return { kind: "draw", node: node.name, mechanism: { kind: "table", probabilities: normalised } };
  }
  if (value.kind !== "call") return unsupported("this form of stochastic intervention", value.span);
  const args = argumentsInOrder(value, words);
  const reads = args.flatMap((arg) => nodesOf(arg, model));
  if (reads.length > 0) unsupported("an intervention that reads other nodes", value.span);
  return { kind: "draw", node: node.name, mechanism: { kind: "distribution", name: value.callee.text, args } };
}

/** Reads `X = v` of do() or of a subscript, or says what is wrong with it. */
export function readIntervention(
  action: Action,
  model: CausalModel,
  words: Words,
): Intervention | { readonly diagnostics: readonly Diagnostic[] } {
  return guarded(() => interventionOf(action, model, words));
}

/** A distribution without parents can be checked at once, where its place in the text is known. */
function checkIntervention(action: Action, chosen: Intervention, model: CausalModel, words: Words): void {
  if (chosen.kind !== "draw" || chosen.mechanism.kind !== "distribution" || action.value === null) return;
  const node = nodeOf(model, chosen.node);
  const states = statesOf(node.type);
  const word = wordOf(words, chosen.mechanism.name);
  if (states === null || word.mass === null) return;
  const args = chosen.mechanism.args.flatMap((arg) =>
    arg.kind === "map"
      ? [...weightsOf(arg, node, model, words)]
      : (arg.kind === "list" ? arg.items : [arg]).map((item) => evaluateConstant(item, model, words, null)),
  );
  const problem = fillMass(word, args, new Float64Array(states.length));
  if (problem === null) return;
  refuse(diagnose("C451", action.value.span, { node: node.name, distribution: word.name, problem, at: "" }));
}

export interface Conditioned {
  /** after do() and observe() */
  readonly model: CausalModel;
  readonly spans: EvidenceSpans;
  /** whether there was a do() */
  readonly intervened: boolean;
}

/**
 * The model under the conditions: interventions first, then evidence about the intervened model. Setting one node twice
 * is an error (C501), wherever the two stand.
 */
export function applyConditions(
  model: CausalModel,
  conditions: readonly Condition[],
  words: Words,
): Conditioned | { readonly diagnostics: readonly Diagnostic[] } {
  return guarded(() => {
    const interventions = new Map<string, Intervention>();
    const spans = new Map<Evidence, Span>();
    for (const condition of conditions) {
      if (condition.kind === "do") {
        for (const action of condition.actions) {
          const intervention = interventionOf(action, model, words);
          const name = intervention.node;
          if (interventions.has(name)) refuse(diagnose("C501", action.span, { name }));
          checkIntervention(action, intervention, model, words);
          interventions.set(name, intervention);
        }
      } else {
        const events = condition.kind === "observe" ? condition.events : [condition];
        for (const event of events) spans.set(evidenceOf(event, model, words), event.span);
      }
    }
    const mutilated = interventions.size === 0 ? model : intervene(model, [...interventions.values()]);
    return { model: observe(mutilated, [...spans.keys()]), spans, intervened: interventions.size > 0 };
  });
}

export interface Targets {
  /** tests of nodes; several on one node must all hold */
  readonly tests: readonly {
    readonly node: CausalNode;
    readonly holds: EventTest;
    /** the values of a continuous node for which it holds, but for single points */
    readonly interval: { readonly low: number; readonly high: number } | null;
  }[];
  /** bare discrete nodes whose whole distribution is asked for, each once */
  readonly free: readonly CausalNode[];
}

function intervalIn(event: Event, node: CausalNode, model: CausalModel, words: Words) {
  const { test } = event;
  if (statesOf(node.type) !== null || test?.kind !== "compare") return null;
  const interval = intervalOf(test.operator, constant(test.value, node, model, words));
  if (interval !== null) return interval;
  // a single point has no probability, and all but one has all of it
  const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return test.operator === "!=" ? { low, high } : { low: high, high: low };
}

/** What stands before the bar of P. A bare bool is an event, another bare discrete node its whole distribution. */
export function readEvents(
  model: CausalModel,
  events: readonly Event[],
  words: Words,
): Targets | { readonly diagnostics: readonly Diagnostic[] } {
  return guarded(() => {
    const tests: Targets["tests"][number][] = [];
    const free = new Map<string, CausalNode>();
    for (const event of events) {
      const node = nodeOfEvent(event, model);
      if (event.test === null && node.type.kind !== "bool") {
        if (statesOf(node.type) === null) refuse(diagnose("C417", event.span, { name: node.name }));
        free.set(node.name, node);
      } else {
        tests.push({ node, holds: testOf(event, node, model, words), interval: intervalIn(event, node, model, words) });
      }
    }
    return { tests, free: [...free.values()] };
  });
}
