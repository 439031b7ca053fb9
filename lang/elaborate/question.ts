/** Questions about families: events, interventions and draws that name one are about each of its elements. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type {
  Action,
  Assertion,
  Condition,
  CounterfactualStatement,
  CounterfactualVariable,
  DrawStatement,
  Event,
  EventExpr,
  Expr,
  Identifier,
  PredicateExpr,
  ProbabilityExpr,
  QueryExpr,
} from "../syntax/ast.ts";
import { elementName } from "../syntax/elements.ts";
import { evaluateConstant } from "../types/check-constant.ts";
import type { CheckContext } from "../types/check-context.ts";
import { constantsOf, type ModelView } from "../types/model-scope.ts";
import { familiesOf, select } from "./families.ts";
import { identifiersFor } from "./members.ts";
import { single, spread, type SpreadScope } from "./spread.ts";

/** Turns the parts of a question about a model into parts about single nodes. What is wrong is reported. */
export interface Questions {
  query(expr: QueryExpr): QueryExpr;
  probability(expr: ProbabilityExpr): ProbabilityExpr;
  conditions(given: readonly Condition[]): readonly Condition[];
  draw(statement: DrawStatement): DrawStatement;
  assertion(assertion: Assertion): Assertion;
  counterfactual(statement: CounterfactualStatement): CounterfactualStatement;
}

export function questionsOf(context: CheckContext, model: ModelView): Questions {
  const scope = scopeOf(context, model);

  const several = (name: Identifier): readonly Identifier[] => {
    const found = identifiersFor(name, scope);
    return found.length === 0 ? [{ kind: "identifier", text: "", span: name.span }] : found;
  };

  const onlyOne = (name: Identifier): Identifier => {
    const [first, another] = several(name);
    if (another === undefined) return first!;
    context.report(diagnose("C225", name.span, { name: name.text, count: several(name).length }));
    return { kind: "identifier", text: "", span: name.span };
  };

  const expression = (expr: Expr): Expr => withVariables(single(expr, scope));

  /** Counterfactual variables inside an expression. */
  const withVariables = (expr: Expr): Expr => {
    switch (expr.kind) {
      case "counterfactual":
        return { ...expr, variable: { ...variable(expr.variable), name: onlyOne(expr.variable.name) } };
      case "unary":
        return { ...expr, operand: withVariables(expr.operand) };
      case "binary":
        return { ...expr, left: withVariables(expr.left), right: withVariables(expr.right) };
      case "if": {
        // biome-ignore lint/suspicious/noThenProperty: the branch of an expression; nothing awaits it
        const branches = { then: withVariables(expr.then), else: withVariables(expr.else) };
        return { ...expr, test: withVariables(expr.test), ...branches };
      }
      case "call":
        return { ...expr, args: expr.args.map((arg) => ({ ...arg, value: withVariables(arg.value) })) };
      default:
        return expr;
    }
  };

  const variable = (given: CounterfactualVariable): CounterfactualVariable => ({
    ...given,
    actions: given.actions.flatMap(action),
  });

  /** One value for each target: a list gives them one by one, anything else is the same for all. */
  const values = (targets: readonly Identifier[], value: Expr): readonly Expr[] => {
    const found = spread(value, scope);
    if (found.kind === "one" || targets.length === 1) {
      const same = found.kind === "one" ? withVariables(found.value) : value;
      return targets.map(() => same);
    }
    if (found.values.length === targets.length) return found.values.map(withVariables);
    context.report(diagnose("C228", value.span, { left: targets.length, right: found.values.length }));
    return targets.map(() => ({ kind: "missing", span: value.span }));
  };

  const action = (given: Action): readonly Action[] => {
    const targets = several(given.target);
    // the words of a distribution are no values of the elements
    const isValue = given.value !== null && given.operator !== "~";
    const found = isValue ? values(targets, given.value!) : targets.map(() => given.value);
    return targets.map((target, i) => ({ ...given, target, value: found[i]! }));
  };

  const event = (given: EventExpr): readonly EventExpr[] =>
    given.kind === "claim" ? [{ ...given, value: expression(given.value) }] : eventOf(given);

  const eventOf = (given: Event): readonly Event[] => {
    const { test } = given;
    const names = several(given.variable.name);
    if (names.length > 1 && test === null && names.some(({ text }) => model.node(text)?.type?.kind !== "bool")) {
      context.report(diagnose("C225", given.span, { name: given.variable.name.text, count: names.length }));
      return [];
    }
    const inner = variable(given.variable);
    const found = test?.kind === "compare" ? values(names, test.value) : null;
    return names.map((name, i) => ({
      ...given,
      variable: { ...inner, name },
      test: test?.kind === "compare" ? { ...test, value: found![i]! } : test,
    }));
  };

  const conditions = (given: readonly Condition[]): readonly Condition[] =>
    given.flatMap((condition): readonly Condition[] => {
      if (condition.kind === "event" || condition.kind === "claim") return event(condition);
      if (condition.kind === "do") return [{ ...condition, actions: condition.actions.flatMap(action) }];
      return [{ ...condition, events: condition.events.flatMap(event) }];
    });

  const probability = (expr: ProbabilityExpr): ProbabilityExpr => ({
    ...expr,
    events: expr.events.flatMap(event),
    given: conditions(expr.given),
  });

  const predicate = (expr: PredicateExpr): PredicateExpr => ({
    ...expr,
    variables: expr.variables.flatMap(several),
    given: expr.given.flatMap(several),
    query: expr.query === null ? null : probability(expr.query),
  });

  const query = (expr: QueryExpr): QueryExpr => {
    switch (expr.kind) {
      case "probability":
        return probability(expr);
      case "expectation":
        return { ...expr, value: expression(expr.value), given: conditions(expr.given) };
      case "effect": {
        const [outcome, another] = event(expr.outcome);
        const one =
          another === undefined || expr.outcome.kind === "claim"
            ? outcome
            : { ...expr.outcome, variable: { ...expr.outcome.variable, name: onlyOne(expr.outcome.variable.name) } };
        const treatment = onlyOne(expr.treatment);
        return { ...expr, outcome: one ?? expr.outcome, treatment, given: conditions(expr.given) };
      }
      case "predicate":
        return predicate(expr);
      case "query-unary":
        return { ...expr, operand: query(expr.operand) };
      case "query-binary":
        return { ...expr, left: query(expr.left), right: query(expr.right) };
      case "number":
      case "name":
      case "missing":
        return expr;
    }
  };

  return {
    query,
    probability,
    conditions,
    draw: (statement) => ({
      ...statement,
      variables: statement.variables.flatMap((given) =>
        several(given.name).map((name) => ({ ...variable(given), name })),
      ),
      given: conditions(statement.given),
    }),
    assertion: (assertion) => {
      const { left, right } = assertion;
      return {
        ...assertion,
        left: query(left),
        right: right === null || right.kind === "boolean" ? right : query(right),
      };
    },
    counterfactual: (statement) => ({
      ...statement,
      given: statement.given.flatMap(event),
      actions: statement.actions.flatMap(action),
      report: statement.report.flatMap(several),
    }),
  };
}

/** Outside of models an index is a number or a label, and a family stands for all of its elements. */
function scopeOf(context: CheckContext, model: ModelView): SpreadScope {
  const families = familiesOf([...model.nodeNames(), ...model.paramNames()]);
  const place = (expr: Expr): string | null => {
    if (expr.kind === "missing") return null;
    if (expr.kind === "name" && model.param(expr.name.text, expr.span) === null) return expr.name.text;
    const value = evaluateConstant(context, expr, constantsOf(model));
    return value === undefined ? null : String(value);
  };
  return {
    context,
    place: () => null,
    decided: () => null,
    elements: (name) => {
      const base = name.element?.base ?? name.text;
      const family = families.get(base) ?? null;
      if (name.element === undefined) return family && select(context, family, [], name);
      const [first] = name.element.index;
      const isAction = first?.kind === "name" && family === null && model.node(base) !== null;
      if (isAction && model.node(first.name.text) !== null) {
        context.report(diagnose("C510", first.span, { name: first.name.text }));
        return "none";
      }
      const index = name.element.index.map(place);
      if (index.includes(null)) return "none";
      if (family !== null) return select(context, family, index as readonly string[], name);
      return { kind: "identifier", text: elementName(base, index as readonly string[]), span: name.span };
    },
  };
}
