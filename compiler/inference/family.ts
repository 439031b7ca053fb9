/**
 * Questions about every state of a node at once: `P(Y | X)` and `P(Y | do(X))` of a bare X, `E[Y | X]`, `CATE(... | Z)`.
 * They are asked state by state, and the answer is a table.
 */
import { diagnose } from "#lang/diagnostics/catalogue";
import type {
  Action,
  Condition,
  EffectExpr,
  EventExpr,
  ExpectationExpr,
  Expr,
  ProbabilityExpr,
} from "#lang/syntax/ast";
import type { Span } from "#lang/source";
import { statesOf } from "#lang/types/type";
import { type CausalModel, type CausalNode, nodeOf } from "../causal/model.ts";
import { printEvent } from "../causal/print-expression.ts";
import type { Answer, Interval, Table } from "./answer.ts";
import type { Failure, Part } from "./session.ts";

export type Asked = ProbabilityExpr | ExpectationExpr | EffectExpr;

/** A condition without a value: for each state the one that takes its place. */
interface Axis {
  /** how it is called: the node, or the variable of another world */
  readonly name: string;
  readonly states: readonly string[];
  readonly place: EventExpr | Action;
  at(state: number): EventExpr | Action;
}

/** Questions of one table. */
const mostQuestions = 4096;

/** The stored state as it would be written. */
function stateValue({ type }: CausalNode, state: number, span: Span): Expr {
  if (type.kind === "bool") return { kind: "boolean", value: state === 1, span };
  if (type.kind === "int") return { kind: "number", value: type.low + state, span };
  return { kind: "name", name: { kind: "identifier", text: statesOf(type)![state]!, span }, span };
}

function axesOf(given: readonly Condition[], model: CausalModel): readonly Axis[] {
  const ofEvent = (event: EventExpr): readonly Axis[] => {
    if (event.kind === "claim" || event.test !== null) return [];
    const node = nodeOf(model, event.variable.name.text);
    const states = statesOf(node.type);
    if (states === null || node.type.kind === "bool") return [];
    const at = (state: number): EventExpr => {
      return { ...event, test: { kind: "compare", operator: "=", value: stateValue(node, state, event.span) } };
    };
    return [{ name: event.variable.actions.length === 0 ? node.name : printEvent(event), states, place: event, at }];
  };
  const ofAction = (action: Action): readonly Axis[] => {
    const node = nodeOf(model, action.target.text);
    const states = statesOf(node.type);
    if (action.operator !== null || states === null) return [];
    const at = (state: number): Action => {
      return { ...action, operator: "=", value: stateValue(node, state, action.span) };
    };
    return [{ name: node.name, states, place: action, at }];
  };
  return given.flatMap((condition) => {
    if (condition.kind === "do") return condition.actions.flatMap(ofAction);
    return (condition.kind === "observe" ? condition.events : [condition]).flatMap(ofEvent);
  });
}

function replace<Query extends Asked>(query: Query, places: ReadonlyMap<unknown, EventExpr | Action>): Query {
  const put = <T extends EventExpr | Action>(item: T) => (places.get(item) ?? item) as T;
  const given = query.given.map((condition): Condition => {
    if (condition.kind === "do") return { ...condition, actions: condition.actions.map(put) };
    if (condition.kind === "observe") return { ...condition, events: condition.events.map(put) };
    return put(condition);
  });
  return { ...query, given };
}

/** Asks once, or once for each combination of states of the bare nodes behind the bar. */
export function tabled<Query extends Asked>(
  query: Query,
  model: CausalModel,
  ask: (query: Query) => Part | Failure,
): Part | Failure {
  const axes = axesOf(query.given, model);
  if (axes.length === 0) return ask(query);
  const entries = axes.reduce((product, { states }) => product * states.length, 1);
  if (entries > mostQuestions) {
    return { diagnostics: [diagnose("C704", query.span, { what: "this table", entries, limit: mostQuestions })] };
  }
  const left: string[][] = [];
  const parts: Part[] = [];
  let failure: Failure | null = null;
  const descend = (axis: number, chosen: readonly number[]): Nested | null => {
    if (axis < axes.length) {
      const rows = axes[axis]!.states.flatMap((state, i): [string, Nested][] => {
        const row = descend(axis + 1, [...chosen, i]);
        return row === null ? [] : [[state, row]];
      });
      return rows.length === 0 ? null : new Map(rows);
    }
    const places = new Map(axes.map(({ place, at }, i) => [place, at(chosen[i]!)]));
    const part = ask(replace(query, places));
    if (!("diagnostics" in part)) {
      parts.push(part);
      return part;
    }
    // a state that never occurs has no row; all else that is wrong is wrong with the whole question
    if (part.diagnostics.every(({ code }) => code === "C450")) {
      left.push(chosen.map((state, i) => axes[i]!.states[state]!));
      failure ??= part;
    } else if (failure === null || isImpossible(failure)) failure = part;
    return null;
  };
  const whole = descend(0, []);
  if (failure !== null && (whole === null || !isImpossible(failure))) return failure;
  const names = axes.map(({ name }) => name);
  const states = left.map((list) => list.join(", "));
  const missing = left.length === 0 ? [] : [diagnose("C456", query.span, { name: names.join(", "), states })];
  return {
    ...joined(parts),
    value: valueIn(whole!, parts),
    axes: [...names, ...(parts[0]!.axes ?? [])],
    warnings: [...warningsOf(parts), ...missing],
  };
}

type Nested = Part | ReadonlyMap<string, Nested>;

const isImpossible = ({ diagnostics }: Failure) => diagnostics.every(({ code }) => code === "C450");

/** What is said of all parts together: the weakest. */
function joined(parts: readonly Part[]): Pick<Part, "rung" | "bounds" | "sampled"> {
  const rung = Math.max(...parts.map((part) => part.rung)) as Part["rung"];
  const bounds = parts.flatMap((part) => part.bounds ?? []);
  const sampled = parts.flatMap((part) => part.sampled ?? []);
  return {
    rung,
    ...(bounds.length === 0 ? {} : { bounds: { outer: bounds.some(({ outer }) => outer) } }),
    ...(sampled.length === 0
      ? {}
      : {
          sampled: {
            stderr: Math.max(...sampled.map(({ stderr }) => stderr)),
            ess: Math.min(...sampled.map(({ ess }) => ess)),
          },
        }),
  };
}

/** One warning of each kind is enough. */
const warningsOf = (parts: readonly Part[]) => [
  ...new Map(
    parts.flatMap((part) => part.warnings).map((warning) => [`${warning.code} ${warning.message}`, warning]),
  ).values(),
];

/** Nested tables; where one number has bounds, all are intervals. */
function valueIn(nested: Nested, parts: readonly Part[]): Table<number> | Table<Interval> {
  const open = parts.some((part) => part.bounds !== undefined);
  type Value = Answer["value"] | Table<number> | Table<Interval>;
  const widened = (value: Value): Value => {
    if (typeof value !== "object") return open ? { low: Number(value), high: Number(value) } : value;
    return Object.fromEntries(
      Object.entries(value).map(([state, inner]) => [state, widened(inner)]),
    ) as Table<Interval>;
  };
  const valueOfPart = ({ value, bounds }: Part): Value => (bounds === undefined ? widened(value) : value);
  const build = (item: Nested): Value =>
    item instanceof Map
      ? (Object.fromEntries([...item].map(([state, inner]) => [state, build(inner)])) as Table<Interval>)
      : valueOfPart(item as Part);
  return build(nested) as Table<number>;
}
