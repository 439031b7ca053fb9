/** Actions of do() and of subscripts as interventions: what `X = v`, `X ~ D` and `X := e` give the node. */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Span } from "#lang/source";
import type { Action, CallExpr, Expr, Label, MapExpr } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
import { evaluateConstant, nodesOf, printValue, toStored, type Words } from "../causal/evaluate.ts";
import { type CausalModel, type CausalNode, nodeOf } from "../causal/model.ts";
import { cycleAfter, type Intervention, type NewMechanism } from "../transforms/do.ts";
import { fillMass, wordOf } from "./distribution.ts";
import { refuse } from "./refused.ts";

export function stateIndex(type: NodeType, label: Label): number {
  const states = statesOf(type) ?? [];
  const text = type.kind === "bool" ? (states[Number(label.text)] ?? label.text) : label.text;
  const index = states.indexOf(text);
  if (index === -1) refuse(diagnose("C201", label.span, { what: "state", name: label.text, suggestion: null }));
  return index;
}

/** The natural value of an expression that reads no node. */
export function constantValue(expr: Expr, node: CausalNode, model: CausalModel, words: Words): number {
  const value = evaluateConstant(expr, model, words, node.type);
  if (Number.isNaN(value)) refuse(diagnose("C454", expr.span, { what: "the value", problem: String(value) }));
  return value;
}

/** Expressions by state from `{a: 0.7, b: 0.3}`; states that are left out have weight 0. */
function weightsInOrder(map: MapExpr, type: NodeType): readonly Expr[] {
  const zero: Expr = { kind: "number", value: 0, span: map.span };
  const weights = new Array<Expr>(statesOf(type)?.length ?? 0).fill(zero);
  for (const { key, value } of map.entries) weights[stateIndex(type, key)] = value;
  return weights;
}

/** A distribution from `{a: 0.7, b: 0.3}`, normalised; anything but probabilities that sum to 1 is refused (C401). */
export function constantDistribution(map: MapExpr, node: CausalNode, model: CausalModel, words: Words): Float64Array {
  const weights = weightsInOrder(map, node.type).map((weight) => evaluateConstant(weight, model, words, null));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.some((weight) => !(weight >= 0)) || !(Math.abs(sum - 1) <= 1e-6)) {
    refuse(diagnose("C401", map.span, { sum, row: `the distribution of \`${node.name}\`` }));
  }
  return Float64Array.from(weights, (weight) => weight / sum);
}

/** Arguments of a call in the order of the signature, named ones and defaults included. */
function argumentsInOrder(call: CallExpr, type: NodeType, words: Words): readonly Expr[] {
  const { parameters } = wordOf(words, call.callee.text);
  const positional = call.args.filter((arg) => arg.name === null).map((arg) => arg.value);
  return parameters.map((parameter, i) => {
    const named = call.args.find((arg) => arg.name?.text === parameter.name)?.value;
    const value = named ?? positional[i];
    if (value?.kind === "map") return { kind: "list", items: weightsInOrder(value, type), span: value.span };
    if (value !== undefined) return value;
    const fallback = parameter.default;
    if (typeof fallback !== "number") throw new Error(`internal: no ${parameter.name} for ${call.callee.text}`);
    return { kind: "number", value: fallback, span: call.span };
  });
}

/** A family of distributions with its arguments; of a map of states a list in their order. */
interface Family {
  readonly name: string;
  readonly args: readonly Expr[];
}

/** The family over states with a probability for each. */
const states = "Categorical";
const truth = "Bernoulli";

function familyOf(value: Expr, node: CausalNode, words: Words): Family {
  if (value.kind === "call") return { name: value.callee.text, args: argumentsInOrder(value, node.type, words) };
  if (value.kind === "map") {
    return { name: states, args: [{ kind: "list", items: weightsInOrder(value, node.type), span: value.span }] };
  }
  if (value.kind !== "if") throw new Error(`internal: a ${value.kind} as a distribution`);
  let [yes, no] = [familyOf(value.then, node, words), familyOf(value.else, node, words)];
  if (yes.name !== no.name) [yes, no] = [yes, no].map((family) => asStates(family, node, value)) as [Family, Family];
  const args = yes.args.map((arg, i) => choose(value.test, arg, no.args[i]!, value.span));
  return { name: yes.name, args };
}

/** `Bernoulli(p)` as probabilities of false and true; other families are not mixed. */
function asStates({ name, args }: Family, node: CausalNode, value: Expr): Family {
  if (name === states) return { name, args };
  const [p] = args;
  if (name !== truth || p === undefined) {
    return refuse(diagnose("C508", value.span, { name: node.name, families: [name, states] }));
  }
  const { span } = p;
  const no: Expr = { kind: "binary", operator: "-", left: { kind: "number", value: 1, span }, right: p, span };
  return { name: states, args: [{ kind: "list", items: [no, p], span }] };
}

function choose(test: Expr, yes: Expr, no: Expr, span: Span): Expr {
  if (yes.kind === "list" && no.kind === "list") {
    return { kind: "list", items: yes.items.map((item, i) => choose(test, item, no.items[i]!, span)), span };
  }
  // biome-ignore lint/suspicious/noThenProperty: the branch of an expression; nothing awaits it
  return { kind: "if", test, then: yes, else: no, span };
}

function drawn(value: Expr, node: CausalNode, model: CausalModel, words: Words): NewMechanism {
  if (value.kind === "map" && value.entries.every((entry) => nodesOf(entry.value, model).length === 0)) {
    return { kind: "table", probabilities: constantDistribution(value, node, model, words) };
  }
  const { name, args } = familyOf(value, node, words);
  return { kind: "distribution", name, args };
}

const readsOf = (mechanism: NewMechanism, { type }: CausalNode, model: CausalModel): readonly string[] => {
  if (mechanism.kind === "table") return [];
  if (mechanism.kind === "equation") return nodesOf(mechanism.value, model, type);
  return [...new Set(mechanism.args.flatMap((arg) => nodesOf(arg, model)))];
};

/** Reads one action. Whether a policy may read what it reads is told of all actions together, by `refuseCycles`. */
export function interventionOf(action: Action, model: CausalModel, words: Words): Intervention {
  const { operator, value, span } = action;
  const node = nodeOf(model, action.target.text);
  if (operator === null || value === null) return refuse(diagnose("C510", span, { name: node.name }));
  const isConstant = nodesOf(value, model, node.type).length === 0;
  if (operator === "=" || (operator === ":=" && isConstant && value.kind !== "counterfactual")) {
    if (!isConstant) {
      const source = nodesOf(value, model, node.type)[0]!;
      refuse(diagnose("C507", value.span, { name: node.name, source }));
    }
    const natural = constantValue(value, node, model, words);
    const stored = toStored(node.type, natural);
    if (!Number.isFinite(stored)) {
      const name = printValue(node.type, natural);
      refuse(diagnose("C201", value.span, { what: `state of \`${node.name}\``, name, suggestion: null }));
    }
    return { kind: "set", node: node.name, value: stored };
  }
  const mechanism: NewMechanism = operator === ":=" ? { kind: "equation", value } : drawn(value, node, model, words);
  const parents = readsOf(mechanism, node, model);
  if (parents.length === 0) checkRoot(mechanism, node, model, words, value.span);
  return { kind: "replace", node: node.name, mechanism, parents, span };
}

/** A distribution without parents can be checked at once. */
function checkRoot(mechanism: NewMechanism, node: CausalNode, model: CausalModel, words: Words, span: Span): void {
  if (mechanism.kind !== "distribution") return;
  const states = statesOf(node.type);
  const word = wordOf(words, mechanism.name);
  if (states === null || word.mass === null) return;
  const args = mechanism.args.flatMap((arg) =>
    (arg.kind === "list" ? arg.items : [arg]).map((item) => evaluateConstant(item, model, words, null)),
  );
  const problem = fillMass(word, args, new Float64Array(states.length));
  if (problem === null) return;
  refuse(diagnose("C451", span, { node: node.name, distribution: word.name, problem, at: "" }));
}

/** Refuses policies that read what they influence (C509). */
export function refuseCycles(model: CausalModel, interventions: readonly Intervention[]): void {
  const cycle = cycleAfter(model, interventions);
  if (cycle === null) return;
  const ring = cycle.slice(0, -1);
  for (const action of interventions) {
    const at = ring.indexOf(action.node);
    if (action.kind !== "replace" || at === -1) continue;
    const path = [...ring.slice(at), ...ring.slice(0, at), action.node];
    refuse(diagnose("C509", action.span, { name: action.node, path }));
  }
}
