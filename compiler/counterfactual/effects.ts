/** Effects as what they stand for: differences and probabilities of ordinary and counterfactual variables. */
import type { Action, Condition, EffectExpr, Event, Expr, Identifier, Label, QueryExpr } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
import { descendantsOf } from "../causal/graph.ts";
import { type CausalModel, nodeOf } from "../causal/model.ts";

const complement = { "=": "!=", "==": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

const nameOf = ({ text, span }: Label): Expr => ({
  kind: "name",
  name: { kind: "identifier", text, span },
  span,
});

/** The label as an expression: a number where the node holds numbers, else the name of a state. */
function levelOf(type: NodeType, label: Label): Expr {
  const number = Number(label.text);
  if ((type.kind === "int" || type.kind === "real") && Number.isFinite(number)) {
    return { kind: "number", value: number, span: label.span };
  }
  if (type.kind !== "bool") return nameOf(label);
  return { kind: "boolean", value: label.text === "true" || label.text === "1", span: label.span };
}

/** The event that happens exactly when the given one does not. */
function negated(event: Event, type: NodeType): Event {
  const { test, span } = event;
  if (test === null) {
    return { ...event, test: { kind: "compare", operator: "=", value: { kind: "boolean", value: false, span } } };
  }
  if (test.kind === "compare") return { ...event, test: { ...test, operator: complement[test.operator] } };
  if (test.kind === "soft") throw new Error("internal: soft evidence as an outcome");
  const inside = new Set(test.labels.map((label) => label.text));
  const labels = (statesOf(type) ?? []).filter((state) => !inside.has(state));
  return { ...event, test: { kind: "in", labels: labels.map((text) => ({ kind: "label", text, span })) } };
}

/**
 * What an effect stands for (Pearl 2009, Causality, chapters 4 and 9), with Y the outcome, a and b the two levels:
 *
 *     ATE, CATE, CDE   E[Y | do(X = b), ...] - E[Y | do(X = a), ...]
 *     ETT              E[Y | X = b, ...] - E[Y[X = a] | X = b, ...]
 *     NDE              E[Y[X = b, M = M[X = a]] | ...] - E[Y[X = a] | ...]
 *     NIE              E[Y[X = a, M = M[X = b]] | ...] - E[Y[X = a] | ...]
 *     PN               P(not Y[X = a] | X = b, Y, ...)
 *     PS               P(Y[X = b] | X = a, not Y, ...)
 *     PNS              P(Y[X = b], not Y[X = a] | ...)
 *
 * M are the parents of Y that X influences, other than X. E is P where Y is an event.
 */
export function expandEffect(expr: EffectExpr, model: CausalModel): QueryExpr {
  const { effect, treatment, from, to, given, span } = expr;
  // the front end has refused outcomes of several nodes (C515)
  if (expr.outcome.kind === "claim") throw new Error("internal: the outcome of an effect is a claim");
  const { outcome } = expr;
  const treated = nodeOf(model, treatment.text);
  const target = nodeOf(model, outcome.variable.name.text);
  const set = (label: Label, name: Identifier = treatment): Action => {
    const value = levelOf(nodeOf(model, name.text).type, label);
    return { kind: "action", target: name, operator: "=", value, span: label.span };
  };
  const [low, high] = [set(from), set(to)];
  const did = (action: Action): Condition => ({ kind: "do", actions: [action], span: action.span });
  const had = (action: Action): Condition => ({
    kind: "event",
    variable: { name: treatment, actions: [], span: treatment.span },
    test: { kind: "compare", operator: "=", value: action.value! },
    span: action.span,
  });
  const under = (event: Event, actions: readonly Action[]): Event => ({
    ...event,
    variable: { ...event.variable, actions },
  });
  const mean = (actions: readonly Action[], conditions: readonly Condition[]): QueryExpr => {
    const event = under(outcome, actions);
    if (outcome.test !== null || target.type.kind === "bool") {
      return { kind: "probability", events: [event], given: conditions, span };
    }
    const value: Expr =
      actions.length === 0
        ? { kind: "name", name: outcome.variable.name, span }
        : { kind: "counterfactual", variable: event.variable, span };
    return { kind: "expectation", value, given: conditions, span };
  };
  const minus = (left: QueryExpr, right: QueryExpr): QueryExpr => {
    return { kind: "query-binary", operator: "-", left, right, span };
  };
  const probability = (events: readonly Event[], conditions: readonly Condition[]): QueryExpr => {
    return { kind: "probability", events, given: conditions, span };
  };
  const mediated = (level: Action): readonly Action[] => {
    const influenced = descendantsOf(model, [treated.name]);
    return target.parents
      .filter((parent) => parent !== treated.name && influenced.has(parent))
      .map((text) => {
        const name: Identifier = { kind: "identifier", text, span };
        const variable = { name, actions: [level], span };
        return { kind: "action", target: name, operator: "=", value: { kind: "counterfactual", variable, span }, span };
      });
  };
  const not = negated(outcome, target.type);
  switch (effect) {
    case "ATE":
    case "CATE":
    case "CDE":
      return minus(mean([], [...given, did(high)]), mean([], [...given, did(low)]));
    case "ETT":
      return minus(mean([], [...given, had(high)]), mean([low], [...given, had(high)]));
    case "NDE":
      return minus(mean([high, ...mediated(low)], given), mean([low], given));
    case "NIE":
      return minus(mean([low, ...mediated(high)], given), mean([low], given));
    case "PN":
      return probability([under(not, [low])], [...given, had(high), outcome]);
    case "PS":
      return probability([under(outcome, [high])], [...given, had(low), not]);
    case "PNS":
      return probability([under(outcome, [high]), under(not, [low])], given);
  }
}
