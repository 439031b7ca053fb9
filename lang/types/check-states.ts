/** States by name, and distributions over states as they are written: `0.3`, `{a: 0.2, b: 0.8}`. */
import { diagnose } from "../diagnostics/catalogue.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Span } from "../source.ts";
import type { Expr, Label, MapEntry, MapExpr } from "../syntax/ast.ts";
import { type ConstantScope, evaluateNumber } from "./check-constant.ts";
import { type CheckContext, declaredHere } from "./check-context.ts";
import { normalised } from "./normalise.ts";
import { type NodeType, statesOf } from "./type.ts";

/** A type with finitely many states. */
export type DiscreteType = Extract<NodeType, { readonly kind: "bool" | "labels" | "int" }>;

/** How far the probabilities of a row may be from 1 together; they are normalised. */
const sumTolerance = 1e-6;

export function isDiscrete(type: NodeType): type is DiscreteType {
  return type.kind === "bool" || type.kind === "labels" || type.kind === "int";
}

export function countStates(type: DiscreteType): number {
  if (type.kind === "int") return type.high - type.low + 1;
  return type.kind === "bool" ? 2 : type.labels.length;
}

/** The index of the state with that spelling, or null. For bool, 0 and 1 are accepted. */
export function stateIndex(type: DiscreteType, spelling: string): number | null {
  if (type.kind === "int") {
    const value = Number(spelling);
    return spelling !== "" && Number.isInteger(value) && value >= type.low && value <= type.high
      ? value - type.low
      : null;
  }
  const text = type.kind === "bool" && (spelling === "0" || spelling === "1") ? String(spelling === "1") : spelling;
  const index = (statesOf(type) ?? []).indexOf(text);
  return index === -1 ? null : index;
}

/** The index of the state that a label names, or null where there is none, which is reported (C203). */
export function resolveState(context: CheckContext, node: string, type: DiscreteType, label: Label): number | null {
  const index = stateIndex(type, label.text);
  if (index === null && label.text !== "") reportUnknownState(context, node, type, label.text, label.span);
  return index;
}

/** Words that are names in backquotes only; `true` and `false` are states as they are. */
const reserved: ReadonlySet<string> = new Set(["if", "then", "else", "and", "or", "not", "in"]);

/** A state as it is written: in backquotes where it is no plain word or number. */
function printLabel(label: string): string {
  return /^[A-Za-z_]\w*$|^-?\d+$/.test(label) && !reserved.has(label) ? label : `\`${label}\``;
}

export function reportUnknownState(
  context: CheckContext,
  node: string,
  type: DiscreteType,
  state: string,
  span: Span,
): void {
  const states = statesOf(type) ?? [];
  const suggestion = closest(state, states);
  const fix =
    suggestion === null ? null : { title: `change to \`${suggestion}\``, span, replacement: printLabel(suggestion) };
  const related = declaredHere(context, node, span);
  context.report(diagnose("C203", span, { node, state, states, suggestion }, { related, fix }));
}

/** The values of a map in the order of the states, each given exactly once; null where not, which is reported. */
export function matchStates(
  context: CheckContext,
  node: string,
  type: DiscreteType,
  entries: readonly Pick<MapEntry, "key" | "value">[],
  span: Span,
): readonly Expr[] | null {
  const values = new Array<Expr | null>(countStates(type)).fill(null);
  let wrong = false;
  for (const { key, value } of entries) {
    const index = resolveState(context, node, type, key);
    if (index === null) wrong = true;
    else if (values[index] !== null) {
      context.report(diagnose("C412", key.span, { row: `the state \`${key.text}\`` }));
      wrong = true;
    } else {
      values[index] = value;
    }
  }
  if (wrong) return null;
  const missing = (statesOf(type) ?? []).filter((_, i) => values[i] === null);
  if (missing.length > 0) {
    context.report(diagnose("C414", span, { node, states: missing }));
    return null;
  }
  return values as Expr[];
}

/**
 * Probabilities of the states from a constant map, or from a number for bool (P(true)); normalised. Null where something
 * is wrong, which is reported. `row` names the row in messages.
 */
export function checkDistribution(
  context: CheckContext,
  node: string,
  type: DiscreteType,
  expr: Expr,
  scope: ConstantScope,
  row: string,
): readonly number[] | null {
  if (expr.kind === "missing") return null;
  if (expr.kind === "map") return checkMap(context, node, type, expr, scope, row);
  if (type.kind !== "bool") {
    const states = statesOf(type) ?? [];
    context.report(diagnose("C415", expr.span, { node, states: states.slice(0, 6) }));
    return null;
  }
  const value = evaluateNumber(context, expr, scope);
  if (value === undefined || !checkProbability(context, value, row, expr.span)) return null;
  return [1 - value, value];
}

function checkMap(
  context: CheckContext,
  node: string,
  type: DiscreteType,
  map: MapExpr,
  scope: ConstantScope,
  row: string,
): readonly number[] | null {
  const values = matchStates(context, node, type, map.entries, map.span);
  return values === null ? null : evaluateProbabilities(context, values, scope, row, map.span);
}

/** Numbers that must be probabilities and sum to 1 (C410, C401); normalised. */
export function evaluateProbabilities(
  context: CheckContext,
  exprs: readonly Expr[],
  scope: ConstantScope,
  row: string,
  span: Span,
): readonly number[] | null {
  const numbers: number[] = [];
  let wrong = false;
  for (const expr of exprs) {
    const value = evaluateNumber(context, expr, scope);
    if (value === undefined || !checkProbability(context, value, row, expr.span)) wrong = true;
    else numbers.push(value);
  }
  if (wrong) return null;
  const sum = numbers.reduce((total, value) => total + value, 0);
  if (Math.abs(sum - 1) > sumTolerance) {
    context.report(diagnose("C401", span, { sum: Number(sum.toPrecision(8)), row }));
    return null;
  }
  return normalised(numbers);
}

function checkProbability(context: CheckContext, value: number, row: string, span: Span): boolean {
  if (value >= 0 && value <= 1) return true;
  context.report(diagnose("C410", span, { what: `a probability of ${row}`, value }));
  return false;
}
