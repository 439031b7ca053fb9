/** What checking a mechanism needs and gives, and the mistakes that all kinds of mechanisms share. */
import type { CheckedMechanism, Coupling } from "../checked.ts";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { Identifier } from "../syntax/ast.ts";
import { type CheckContext, declaredHere, reportUnknown } from "./check-context.ts";
import type { CptParent } from "./check-cpt.ts";
import { isDiscrete } from "./check-states.ts";
import type { ModelView, NodeRole } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

/** The node whose mechanism is checked. */
export interface NodeUnderCheck {
  readonly name: string;
  readonly nameSpan: Span;
  readonly role: NodeRole;
  /** null: none is declared, or it is wrong; see `untyped` */
  readonly declared: NodeType | null;
  /** true where no type is written, so that the mechanism must tell it */
  readonly untyped: boolean;
}

export interface ParentUse {
  readonly name: string;
  readonly span: Span;
}

export interface MechanismResult {
  /** null where it is not known or wrong, which is reported */
  readonly type: NodeType | null;
  readonly parents: readonly ParentUse[];
  /** null where something is wrong, which is reported */
  readonly mechanism: CheckedMechanism | null;
  readonly coupling?: Coupling;
}

export function failed(node: NodeUnderCheck, parents: readonly ParentUse[] = []): MechanismResult {
  return { type: node.declared, parents, mechanism: null };
}

/** Reports that the node needs a type (C210), unless one is written and wrong, which was reported. */
export function reportUntyped(context: CheckContext, node: NodeUnderCheck, mechanism: string): void {
  if (!node.untyped) return;
  const { name, nameSpan, role } = node;
  context.report(diagnose("C210", nameSpan, { name, mechanism, noise: role === "noise" }));
}

/** Reports that the mechanism gives something else than the declared type (C222). */
export function reportMismatch(
  context: CheckContext,
  node: NodeUnderCheck,
  type: NodeType,
  source: string,
  found: string,
  span: Span,
): void {
  const args = { name: node.name, declared: printType(type), found, source: `\`${source}\`` };
  const related = [{ span: node.nameSpan, label: "declared here" }];
  context.report(diagnose("C222", span, args, { related }));
}

/** Parents by name: nodes, no images, none twice. */
export function resolveParents(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  names: readonly Identifier[],
): readonly ParentUse[] {
  const parents: ParentUse[] = [];
  for (const identifier of names) {
    const { text: name, span } = identifier;
    const view = model.node(name);
    if (view === null) {
      const isParam = model.param(name, span) !== null;
      if (isParam) context.report(diagnose("C226", span, { what: "a parameter", where: "a list of parents" }));
      else reportUnknown(context, "node", identifier, model.nodeNames());
    } else if (view.role === "image") {
      context.report(diagnose("C306", span, { node: node.name, parent: name }));
    } else if (parents.some((parent) => parent.name === name)) {
      const first = parents.find((parent) => parent.name === name)!;
      const related = [{ span: first.span, label: "listed first here" }];
      context.report(diagnose("C304", span, { node: node.name, parent: name }, { related }));
    } else {
      parents.push({ name, span });
    }
  }
  return parents;
}

/** The parents with their types; null where one is continuous (C307) or of unknown type. */
export function discreteParents(
  context: CheckContext,
  model: ModelView,
  node: NodeUnderCheck,
  parents: readonly ParentUse[],
  mechanism: string,
): readonly CptParent[] | null {
  const typed: CptParent[] = [];
  for (const { name, span } of parents) {
    const type = model.node(name)?.type ?? null;
    if (type === null) continue;
    if (isDiscrete(type)) typed.push({ name, type });
    else {
      const args = { node: node.name, parent: name, type: printType(type), mechanism };
      context.report(diagnose("C307", span, args, { related: declaredHere(context, name, span) }));
    }
  }
  return typed.length === parents.length ? typed : null;
}
