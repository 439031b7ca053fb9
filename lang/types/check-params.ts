/** Parameters of a model: constants that may use each other in any order. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { ParamMember } from "../syntax/ast.ts";
import { type ConstantScope, describeConstant, evaluateConstant } from "./check-constant.ts";
import type { CheckContext } from "./check-context.ts";
import { resolveType } from "./check-type.ts";
import type { Constant } from "./signature.ts";
import { type NodeType, printType } from "./type.ts";

export interface Params {
  /** null: there is no such parameter; undefined value: it is wrong or needs itself */
  lookup(name: string, span: Span): { readonly value: Constant | undefined } | null;
  names(): readonly string[];
}

/** The parameters by name, each evaluated once, when it is first needed. `isNode` tells the nodes from unknown names. */
export function createParams(
  context: CheckContext,
  members: readonly ParamMember[],
  isNode: (name: string) => boolean,
): Params {
  const declared = new Map(members.map((member) => [member.name.text, member]));
  const values = new Map<string, Constant | undefined>();
  const open: string[] = [];

  const lookup = (name: string, span: Span): { readonly value: Constant | undefined } | null => {
    const member = declared.get(name);
    if (member === undefined) return null;
    if (open.includes(name)) {
      context.report(diagnose("C221", span, { reason: `\`${name}\` needs itself` }));
      return { value: undefined };
    }
    if (!values.has(name)) {
      open.push(name);
      values.set(name, evaluate(member));
      open.pop();
    }
    return { value: values.get(name) };
  };

  const scope: ConstantScope = {
    what: "parameter",
    names: () => declared.keys(),
    lookup: (name, span) => {
      const found = lookup(name, span);
      if (found !== null) return { kind: "constant", value: found.value };
      return isNode(name) ? { kind: "other", what: "a node" } : null;
    },
  };

  const evaluate = (member: ParamMember): Constant | undefined => {
    const value = evaluateConstant(context, member.value, scope);
    // a parameter is a constant, so that its whole number needs no bounds
    const isInteger = member.type?.kind === "int-type" && member.type.low === null;
    const type = member.type === null || isInteger ? null : resolveType(context, member.type, scope);
    if (value === undefined) return undefined;
    const { text: name } = member.name;
    const numeric = typeof value === "number" || typeof value === "boolean";
    if (!numeric) {
      const what = `the parameter \`${name}\``;
      context.report(
        diagnose("C214", member.value.span, {
          what,
          expected: "a number, true or false",
          found: describeConstant(value),
        }),
      );
      return undefined;
    }
    const fits = isInteger ? Number.isInteger(value) : type === null || holds(type, value);
    if (fits) return value;
    const args = {
      name,
      declared: type === null ? "int" : printType(type),
      found: describeConstant(value),
      source: "its value",
    };
    context.report(diagnose("C222", member.value.span, args));
    return undefined;
  };

  return { lookup, names: () => [...declared.keys()] };
}

function holds(type: NodeType, value: number | boolean): boolean {
  switch (type.kind) {
    case "bool":
      return typeof value === "boolean" || value === 0 || value === 1;
    case "int":
      return Number.isInteger(value) && Number(value) >= type.low && Number(value) <= type.high;
    case "real":
      return type.size === null && typeof value === "number";
    case "labels":
    case "image":
      return false;
  }
}
