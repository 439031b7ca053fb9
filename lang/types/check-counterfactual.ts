/** `counterfactual` blocks as queries: what was given is the evidence, what is done a subscript of what is reported. */
import type { CounterfactualStatement, CounterfactualVariable, QueryExpr, QueryStatement } from "../syntax/ast.ts";
import { isDiscrete } from "./check-states.ts";
import type { ModelView } from "./model-scope.ts";

/**
 * One query for each reported node: its mean where it is a number, else its distribution. A block with one report gives
 * its name to the query, with several each is called `name.Node`.
 */
export function reportedQueries(model: ModelView, statement: CounterfactualStatement): readonly QueryStatement[] {
  const { name, given, actions, report } = statement;
  return report.map((node): QueryStatement => {
    const { span } = node;
    const type = model.node(node.text)?.type ?? null;
    const variable: CounterfactualVariable = { name: node, actions, span };
    const isNumber = type !== null && (!isDiscrete(type) || type.kind === "int") && type.kind !== "image";
    const plain = { kind: "name", name: node, span } as const;
    const value: QueryExpr = isNumber
      ? {
          kind: "expectation",
          value: actions.length === 0 ? plain : { kind: "counterfactual", variable, span },
          given,
          span,
        }
      : { kind: "probability", events: [{ kind: "event", variable, test: null, span }], given, span };
    const own = name === null || report.length === 1 ? name : { ...name, text: `${name.text}.${node.text}` };
    return { kind: "query", name: own, value, model: statement.model, span };
  });
}
