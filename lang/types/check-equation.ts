/** Structural equations, `let Y := f(X, U)`: their parents, and whether they give the type of their node. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Expr } from "../syntax/ast.ts";
import { type CheckContext, watch } from "./check-context.ts";
import { agrees, describeValueType, typeOfExpression, type ValueType } from "./check-expression.ts";
import type { MechanismResult, NodeUnderCheck, ParentUse } from "./mechanism.ts";
import { expressionsOf, type ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

/** A `let`: its type follows from the expression, or must agree with it. */
export function checkEquation(
  context: CheckContext,
  view: ModelView,
  node: NodeUnderCheck,
  value: Expr,
): MechanismResult {
  const parents: ParentUse[] = [];
  const watched = watch(context);
  const scope = expressionsOf(
    view,
    (name, span) => {
      if (!parents.some((parent) => parent.name === name)) parents.push({ name, span });
    },
    (parent, span) => watched.report(diagnose("C306", span, { node: node.name, parent })),
  );
  const { declared } = node;
  const expected = declared?.kind === "labels" ? { labels: declared.labels, owner: node.name } : null;
  const found = typeOfExpression(watched, value, scope, expected);
  if (declared !== null && found !== null && !agrees(declared, found)) {
    const args = {
      name: node.name,
      declared: printType(declared),
      found: describeValueType(found),
      source: "its equation",
    };
    const related = [{ span: node.nameSpan, label: "declared here" }];
    watched.report(diagnose("C222", value.span, args, { related }));
  }
  const type = declared ?? (node.untyped && found !== null ? nodeTypeOf(found) : null);
  const usable = watched.sound() && type !== null && found !== null;
  return { type, parents, mechanism: usable ? { kind: "equation", value } : null };
}

function nodeTypeOf(type: ValueType): NodeType {
  return type.kind === "number" ? { kind: "real", size: null } : type;
}
