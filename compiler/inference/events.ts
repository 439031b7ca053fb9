/**
 * Events as tests of stored values and as evidence. A claim that computes with nodes, `2 * X + Y > 3`, becomes an event
 * of one node that is added to the model.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type { Diagnostic } from "#lang/diagnostics/diagnostic";
import { comparison, variableAsExpr } from "#lang/syntax/claims";
import type { Claim, EventExpr, EventTest, Expr, RelationalOperator } from "#lang/syntax/ast";
import { type NodeType, statesOf } from "#lang/types/type";
import { nodesOf, toNatural, type Words } from "../causal/evaluate.ts";
import { type CausalModel, type CausalNode, type Evidence, nodeOf } from "../causal/model.ts";
import { printClaim, printExpression } from "../causal/print-expression.ts";
import { constantDistribution, constantValue, stateIndex } from "./interventions.ts";
import { guarded, refuse } from "./refused.ts";

const compare: Record<RelationalOperator, (a: number, b: number) => boolean> = {
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
const mirrored: Record<RelationalOperator, RelationalOperator> = {
  "=": "=",
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};
const isComparison = (operator: string): operator is RelationalOperator => Object.hasOwn(compare, operator);

/** Whether a stored value of the node is in the event. */
export type StoredTest = (stored: number) => boolean;

/** An event of one node, which may have been added to the model for it. */
interface Single {
  readonly model: CausalModel;
  readonly node: CausalNode;
  /** null: bare */
  readonly test: EventTest | null;
}

/** The node that has this name and holds the value of the expression. */
function withNode(model: CausalModel, value: Expr, type: NodeType, name: string): Pick<Single, "model" | "node"> {
  const known = model.nodes.find((node) => node.name === name);
  if (known?.claim) return { model, node: known };
  if (known !== undefined) return withNode(model, value, type, `${name}'`);
  const node: CausalNode = {
    name,
    role: "let",
    type,
    parents: nodesOf(value, model, type),
    mechanism: { kind: "equation", value },
    span: value.span,
    claim: true,
  };
  return { model: { ...model, nodes: [...model.nodes, node] }, node };
}

/** Whether the expression is true or false, and not a number. */
function isTruth(expr: Expr, model: CausalModel): boolean {
  switch (expr.kind) {
    case "boolean":
      return true;
    case "unary":
      return expr.operator === "not";
    case "binary":
      return isComparison(expr.operator) || expr.operator === "and" || expr.operator === "or";
    case "name":
      return model.nodes.find((node) => node.name === expr.name.text)?.type.kind === "bool";
    case "if":
      return isTruth(expr.then, model) && isTruth(expr.else, model);
    default:
      return false;
  }
}

/**
 * A comparison of numbers some of which are continuous is an event of their difference, a real number, so that it can be
 * conditioned on; any other claim is whether a truth value is true.
 */
function ofClaim({ value, span }: Pick<Claim, "value" | "span">, model: CausalModel): Single {
  const real = nodesOf(value, model).some((name) => nodeOf(model, name).type.kind === "real");
  if (real && value.kind === "binary" && isComparison(value.operator)) {
    const { left, right, operator } = value;
    if (!isTruth(left, model) || !isTruth(right, model)) return ofDifference(left, operator, right, model);
  }
  return { ...withNode(model, value, { kind: "bool" }, printClaim(value)), test: isTrue(span) };
}

const isTrue = (span: Claim["span"]): EventTest => {
  return { kind: "compare", operator: "=", value: { kind: "boolean", value: true, span } };
};

function ofDifference(left: Expr, operator: RelationalOperator, right: Expr, model: CausalModel): Single {
  const reads = (side: Expr) => nodesOf(side, model).length > 0;
  if (!reads(left)) return ofDifference(right, mirrored[operator], left, model);
  const { span } = right;
  const difference: Expr = { kind: "binary", operator: "-", left, right, span };
  const value = reads(right) ? difference : left;
  const bound: Expr = reads(right) ? { kind: "number", value: 0, span } : right;
  const test: EventTest = { kind: "compare", operator, value: bound };
  if (value.kind === "name") return { model, node: nodeOf(model, value.name.text), test };
  return { ...withNode(model, value, { kind: "real", size: null }, printExpression(value)), test };
}

function single(event: EventExpr, model: CausalModel): Single {
  if (event.kind === "claim") return ofClaim(event, model);
  const { variable, test, span } = event;
  if (variable.actions.length > 0) throw new Error(`internal: ${variable.name.text} is not factual`);
  const node = nodeOf(model, variable.name.text);
  if (test?.kind !== "compare" || nodesOf(test.value, model, node.type).length === 0) return { model, node, test };
  return ofClaim({ value: comparison(variableAsExpr(event), test.operator, test.value), span }, model);
}

function testOf(event: EventExpr, { node, test, model }: Single, words: Words): StoredTest {
  if (test === null) {
    if (node.type.kind !== "bool") refuse(diagnose("C550", event.span, { name: node.name }));
    return (stored) => stored === 1;
  }
  switch (test.kind) {
    case "compare": {
      const value = constantValue(test.value, node, model, words);
      const holds = compare[test.operator];
      return (stored) => holds(toNatural(node.type, stored), value);
    }
    case "in": {
      const states = new Set(test.labels.map((label) => stateIndex(node.type, label)));
      return (stored) => states.has(stored);
    }
    case "soft":
      return refuse(diagnose("C512", event.span, { name: node.name }));
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

/** The values of a continuous node that an event allows, both ends included. */
interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Null for what is not `<`, `<=`, `>`, `>=`. */
function intervalOf(operator: RelationalOperator, value: number): Interval | null {
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

function intervalIn({ node, test, model }: Single, words: Words): Interval | null {
  if (statesOf(node.type) !== null || test?.kind !== "compare") return null;
  const interval = intervalOf(test.operator, constantValue(test.value, node, model, words));
  if (interval !== null) return interval;
  // a single point has no probability, and all but one has all of it
  const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return test.operator === "!=" ? { low, high } : { low: high, high: low };
}

/** The model with the node that the event is about, and the evidence; null where the event is certain. */
export function evidenceOf(
  event: EventExpr,
  model: CausalModel,
  words: Words,
): { readonly model: CausalModel; readonly evidence: Evidence | null } {
  const found = single(event, model);
  const { node, test } = found;
  const states = statesOf(node.type);
  const evidence = (piece: Evidence | null) => ({ model: found.model, evidence: piece });
  if (states !== null) {
    if (test?.kind === "soft") {
      const target = [...constantDistribution(test.weights, node, model, words)];
      const weights = target.map((share) => Number(share > 0));
      return evidence({ kind: "states", node: node.name, weights, target });
    }
    const holds = testOf(event, found, words);
    return evidence({ kind: "states", node: node.name, weights: states.map((_, state) => Number(holds(state))) });
  }
  if (test?.kind !== "compare") return refuse(diagnose("C550", event.span, { name: node.name }));
  const value = constantValue(test.value, node, found.model, words);
  const interval = intervalOf(test.operator, value);
  if (interval !== null) return evidence({ kind: "interval", node: node.name, ...interval });
  if (test.operator !== "!=") return evidence({ kind: "value", node: node.name, value });
  // a density differs from any single value with probability one; an equation may have finitely many values
  if (node.mechanism.kind === "distribution") return evidence(null);
  const name: Expr = {
    kind: "name",
    name: { kind: "identifier", text: node.name, span: event.span },
    span: event.span,
  };
  const differs = comparison(name, "!=", test.value);
  const added = withNode(found.model, differs, { kind: "bool" }, printClaim(differs));
  return { model: added.model, evidence: { kind: "states", node: added.node.name, weights: [0, 1] } };
}

export interface Targets {
  /** with the nodes that were added for claims */
  readonly model: CausalModel;
  /** tests of nodes; several on one node must all hold */
  readonly tests: readonly {
    readonly node: CausalNode;
    readonly holds: StoredTest;
    /** the values of a continuous node for which it holds, but for single points */
    readonly interval: Interval | null;
  }[];
  /** bare discrete nodes whose whole distribution is asked for, each once */
  readonly free: readonly CausalNode[];
}

/** What stands before the bar of P. A bare bool is an event, another bare discrete node its whole distribution. */
export function readEvents(
  model: CausalModel,
  events: readonly EventExpr[],
  words: Words,
): Targets | { readonly diagnostics: readonly Diagnostic[] } {
  return guarded(() => {
    let current = model;
    const tests: Targets["tests"][number][] = [];
    const free = new Map<string, CausalNode>();
    for (const event of events) {
      const found = single(event, current);
      const { node, test } = found;
      current = found.model;
      if (test === null && node.type.kind !== "bool") {
        if (statesOf(node.type) === null) refuse(diagnose("C417", event.span, { name: node.name }));
        free.set(node.name, node);
      } else {
        tests.push({ node, holds: testOf(event, found, words), interval: intervalIn(found, words) });
      }
    }
    return { model: current, tests, free: [...free.values()] };
  });
}
