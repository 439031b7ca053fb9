/** What names mean inside one model: its nodes with their types, and its parameters. */
import type { CheckedModel } from "../checked.ts";
import type { Span } from "../source.ts";
import type { ConstantScope } from "./check-constant.ts";
import type { ExpressionScope } from "./check-expression.ts";
import type { Constant } from "./signature.ts";
import type { NodeType } from "./type.ts";

export type NodeRole = "sample" | "latent" | "noise" | "let" | "image";

export interface NodeView {
  readonly role: NodeRole;
  /** null: not known because of an error that was reported */
  readonly type: NodeType | null;
}

/** A model as its queries and mechanisms see it; nodes with errors are in it too, so that they are no unknown names. */
export interface ModelView {
  readonly name: string;
  node(name: string): NodeView | null;
  nodeNames(): readonly string[];
  /** null: there is no such parameter; undefined value: it is wrong */
  param(name: string, span: Span): { readonly value: Constant | undefined } | null;
  paramNames(): readonly string[];
  /** why it has no probabilities, as a clause: "`X` has no mechanism"; null where it has */
  readonly lacks: string | null;
}

/** The view of a model that has been checked without errors. */
export function viewOf(model: CheckedModel): ModelView {
  const drawn = (model.drawn?.nodes ?? []).map((node) => {
    return { name: node.name, role: node.latent ? ("latent" as const) : ("sample" as const), type: node.type };
  });
  const nodes = new Map<string, NodeView>([...model.nodes, ...drawn].map((node) => [node.name, node]));
  return {
    name: model.name,
    node: (name) => nodes.get(name) ?? null,
    nodeNames: () => [...nodes.keys()],
    param: (name) => (Object.hasOwn(model.params, name) ? { value: model.params[name] } : null),
    paramNames: () => Object.keys(model.params),
    lacks: model.drawn?.lacks ?? null,
  };
}

/** Constants of a model: numbers, and its parameters. */
export function constantsOf(model: ModelView): ConstantScope {
  return {
    what: "parameter",
    names: () => model.paramNames(),
    lookup: (name, span) => {
      const param = model.param(name, span);
      if (param !== null) return { kind: "constant", value: param.value };
      return model.node(name) === null ? null : { kind: "other", what: `a node of \`${model.name}\`` };
    },
  };
}

/** Expressions over the nodes and parameters of a model. */
export function expressionsOf(
  model: ModelView,
  read: ExpressionScope["read"],
  refuseImage: ExpressionScope["refuseImage"],
): ExpressionScope {
  return {
    names: () => [...model.nodeNames(), ...model.paramNames()],
    lookup: (name, span) => {
      const node = model.node(name);
      if (node !== null) return { kind: "node", type: node.type };
      const param = model.param(name, span);
      return param === null ? null : { kind: "param", value: param.value };
    },
    read,
    refuseImage,
  };
}
