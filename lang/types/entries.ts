/** The nodes of a model as they are written: members sorted by what they declare. What they mean is checked elsewhere. */
import { elaborate } from "../elaborate/model.ts";
import { declare } from "../names/declarations.ts";
import type { Span } from "../source.ts";
import type {
  Expr,
  GraphMember,
  Identifier,
  ImageMember,
  LatentMember,
  LetMember,
  MechanismExpr,
  ModelDecl,
  ParamMember,
  SampleMember,
  TypeExpr,
} from "../syntax/ast.ts";
import type { CheckContext } from "./check-context.ts";
import type { NodeRole } from "./model-scope.ts";

/** One node of the model as it is written. */
export interface Entry {
  readonly name: Identifier;
  readonly role: NodeRole;
  readonly type: TypeExpr | null;
  readonly body:
    | { readonly kind: "mechanism"; readonly mechanism: MechanismExpr | null }
    | { readonly kind: "noise"; readonly distribution: Expr }
    | { readonly kind: "equation"; readonly value: Expr };
  readonly span: Span;
}

export interface Members {
  readonly params: readonly ParamMember[];
  readonly entries: readonly Entry[];
  readonly graphs: readonly GraphMember[];
  /** names that replace those of the model that this one extends */
  readonly overrides: readonly Identifier[];
  readonly bases: readonly Span[];
  /** false where nodes are missing, since they are in a base or a plate that is not known */
  readonly whole: boolean;
}

/** Whether only the graph says something about the node. */
export const isBare = ({ body }: Entry): boolean => body.kind === "mechanism" && body.mechanism === null;

/** The members of a model after `extends`, plates and vectors are resolved; a name declared twice is reported (C202). */
export function collectMembers(context: CheckContext, decl: ModelDecl): Members {
  const { members, overrides, bases, whole } = elaborate(context, decl);
  const names = new Map<string, { readonly name: Identifier }>();
  const params: ParamMember[] = [];
  const entries: Entry[] = [];
  const graphs: GraphMember[] = [];
  const isNew = (name: Identifier) => declare("the name", { name }, names, (diagnostic) => context.report(diagnostic));
  for (const member of members) {
    switch (member.kind) {
      case "param":
        if (isNew(member.name)) params.push(member);
        break;
      case "graph":
        graphs.push(member);
        break;
      case "noise":
        for (const name of member.names) {
          if (!isNew(name)) continue;
          const body = { kind: "noise", distribution: member.distribution } as const;
          entries.push({ name, role: "noise", type: member.type, body, span: member.span });
        }
        break;
      case "sample":
      case "latent":
      case "let":
      case "image":
        if (isNew(member.name)) entries.push(entryOf(member));
        break;
    }
  }
  // where nothing but a graph is written, it declares its nodes
  if (params.length === 0 && entries.every((entry) => entry.role === "latent" && isBare(entry))) {
    for (const name of graphs.flatMap(({ chains }) => chains.flatMap(({ sets }) => sets.flat()))) {
      if (name.text === "" || names.has(name.text)) continue;
      names.set(name.text, { name });
      const body = { kind: "mechanism", mechanism: null } as const;
      entries.push({ name, role: "sample", type: null, body, span: name.span });
    }
  }
  return { params, entries, graphs, overrides, bases, whole };
}

function entryOf(member: SampleMember | LatentMember | LetMember | ImageMember): Entry {
  const { kind: role, name, type, span } = member;
  if (member.kind === "let") return { name, role, type, body: { kind: "equation", value: member.value }, span };
  if (member.kind === "image" && member.value !== null) {
    return { name, role, type, body: { kind: "equation", value: member.value }, span };
  }
  return { name, role, type, body: { kind: "mechanism", mechanism: member.mechanism }, span };
}
