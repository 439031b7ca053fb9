/** What a lint looks at: each probability, expectation, effect or drawing of a statement by itself, with its model. */
import type { Span } from "#lang/source";
import type {
  Action,
  Condition,
  CounterfactualVariable,
  DrawStatement,
  EffectExpr,
  Event,
  EventExpr,
  ExpectationExpr,
  Expr,
  PredicateExpr,
  ProbabilityExpr,
  QueryExpr,
} from "#lang/syntax/ast";
import { variablesOf } from "#lang/types/check-events";
import { namesIn, variablesIn } from "#lang/types/check-expression";
import { nodesOf } from "../causal/evaluate.ts";
import { type CausalModel, nodeOf } from "../causal/model.ts";
import { printEvent } from "../causal/print-expression.ts";

type Asked = ProbabilityExpr | ExpectationExpr | EffectExpr | PredicateExpr | DrawStatement;

export interface Question {
  readonly asked: Asked;
  /** as declared: the conditions of the question are not applied */
  readonly model: CausalModel;
  /** names before the bar, without what they are subscripted with */
  readonly outcomes: readonly string[];
  /** all that do() gives a value */
  readonly done: readonly Action[];
  /** all that is seen of single nodes, counterfactual variables included */
  readonly seen: readonly Event[];
  /** whether worlds are compared: whether the question is on the third rung */
  readonly imagined: boolean;
  /** nodes that are seen with another value in a question that this one is compared with */
  readonly compared?: ReadonlySet<string>;
  readonly span: Span;
}

const actionsOf = (given: readonly Condition[]): readonly Action[] =>
  given.flatMap((condition) => (condition.kind === "do" ? condition.actions : []));
const allEventsOf = (given: readonly Condition[]): readonly EventExpr[] =>
  given.flatMap((condition) => {
    if (condition.kind === "do") return [];
    return condition.kind === "observe" ? condition.events : [condition];
  });
const isSingle = (event: EventExpr): event is Event => event.kind === "event";
const eventsOf = (given: readonly Condition[]): readonly Event[] => allEventsOf(given).filter(isSingle);
/** The nodes that events are about. */
const namesOf = (events: readonly EventExpr[], model: CausalModel): readonly string[] =>
  events.flatMap((event) =>
    event.kind === "event"
      ? [event.variable.name.text]
      : [...readBy(event.value, model), ...variablesIn(event.value).map((variable) => variable.name.text)],
  );
const isImagined = (variables: readonly CounterfactualVariable[]) =>
  variables.some((variable) => variable.actions.length > 0);

/** Effects that compare worlds; the others are differences on the second rung. */
const rung3 = new Set(["ETT", "NDE", "NIE", "PN", "PS", "PNS"]);

/** The questions in a query, which may be arithmetic of several. Names of earlier queries are asked where they are declared. */
export function questionsOf(query: QueryExpr, model: CausalModel): readonly Question[] {
  switch (query.kind) {
    case "number":
    case "name":
    case "missing":
      return [];
    case "query-unary":
      return questionsOf(query.operand, model);
    case "query-binary": {
      const [left, right] = [questionsOf(query.left, model), questionsOf(query.right, model)];
      return query.operator === "+" || query.operator === "*" ? [...left, ...right] : comparing(left, right);
    }
    case "probability": {
      const [done, seen] = [actionsOf(query.given), eventsOf(query.given)];
      const outcomes = namesOf(query.events, model);
      const imagined = isImagined(variablesOf([...query.events, ...allEventsOf(query.given)]));
      return [{ asked: query, model, outcomes, done, seen, imagined, span: query.span }];
    }
    case "expectation": {
      const [done, seen] = [actionsOf(query.given), eventsOf(query.given)];
      const read = variablesIn(query.value);
      const outcomes = [...readBy(query.value, model), ...read.map((variable) => variable.name.text)];
      const imagined = isImagined([...read, ...variablesOf(allEventsOf(query.given))]);
      return [{ asked: query, model, outcomes, done, seen, imagined, span: query.span }];
    }
    case "effect": {
      const [done, seen] = [actionsOf(query.given), eventsOf(query.given)];
      const outcomes = namesOf([query.outcome], model);
      return [{ asked: query, model, outcomes, done, seen, imagined: rung3.has(query.effect), span: query.span }];
    }
    case "predicate": {
      const { span } = query;
      return [{ asked: query, model, outcomes: [], done: [], seen: [], imagined: false, span }];
    }
  }
}

/** Both sides of a comparison: two questions that differ in the value of what is seen are asked about its influence. */
export function comparing(left: readonly Question[], right: readonly Question[]): readonly Question[] {
  const [one, other] = [left[0], right[0]];
  if (one === undefined || other === undefined || left.length > 1 || right.length > 1) return [...left, ...right];
  const values = (question: Question) =>
    new Map(question.seen.map((event) => [event.variable.name.text, printEvent(event)]));
  const [a, b] = [values(one), values(other)];
  const compared = new Set([...a].filter(([name, text]) => b.has(name) && b.get(name) !== text).map(([name]) => name));
  // one finding for both sides
  return [{ ...one, compared }, other];
}

export function questionOfDraw(draw: DrawStatement, model: CausalModel): Question {
  const [done, seen] = [actionsOf(draw.given), eventsOf(draw.given)];
  const outcomes = draw.variables.map((variable) => variable.name.text);
  return { asked: draw, model, outcomes, done, seen, imagined: false, span: draw.span };
}

/** Nodes that the expression reads in the factual world. */
function readBy(expr: Expr, model: CausalModel): readonly string[] {
  return model.drawn === undefined ? nodesOf(expr, model) : [];
}

/** The nodes that are set: by do(), or as the treatment of an effect on the second rung. */
export function setNodes({ asked, done, imagined }: Question): ReadonlySet<string> {
  const treatment = asked.kind === "effect" && !imagined ? [asked.treatment.text] : [];
  return new Set([...done.map((action) => action.target.text), ...treatment]);
}

/** All nodes that the question names, subscripts included. */
export function mentioned({ asked, outcomes, done, seen }: Question): ReadonlySet<string> {
  const names = new Set<string>(outcomes);
  const add = (variable: CounterfactualVariable): void => {
    names.add(variable.name.text);
    variable.actions.forEach(addAction);
  };
  const addAction = ({ target, value }: Action): void => {
    names.add(target.text);
    if (value !== null) addAll(value);
  };
  /** In a subscript every name counts; states among them do no harm. */
  const addAll = (expr: Expr): void => {
    for (const name of namesIn(expr)) names.add(name);
    variablesIn(expr).forEach(add);
  };
  const addEvent = (event: EventExpr): void => {
    if (event.kind === "claim") addAll(event.value);
    else {
      add(event.variable);
      if (event.test?.kind === "compare") addAll(event.test.value);
    }
  };
  done.forEach(addAction);
  seen.forEach(addEvent);
  if (asked.kind !== "predicate") allEventsOf(asked.given).forEach(addEvent);
  switch (asked.kind) {
    case "probability":
      asked.events.forEach(addEvent);
      break;
    case "expectation":
      variablesIn(asked.value).forEach(add);
      break;
    case "effect":
      names.add(asked.treatment.text);
      break;
    case "predicate":
      for (const { text } of [...asked.variables, ...asked.given]) names.add(text);
      (asked.query?.events ?? []).forEach(addEvent);
      for (const action of actionsOf(asked.query?.given ?? [])) addAction(action);
      allEventsOf(asked.query?.given ?? []).forEach(addEvent);
      break;
    case "draw":
      asked.variables.forEach(add);
      break;
  }
  return names;
}

/** Where a node is declared, as a related place. */
export function declaredAt(model: CausalModel, name: string, label: string) {
  return { span: nodeOf(model, name).span, label };
}
