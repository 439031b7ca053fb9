/** Checks one model: its members, the types and mechanisms of its nodes, and its graph. */
import type { CheckedModel, CheckedNode, DrawnGraph } from "../checked.ts";
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Identifier, ModelDecl, ParamMember } from "../syntax/ast.ts";
import { type CheckContext, reportUnsupported } from "./check-context.ts";
import { checkComposite } from "./check-composite.ts";
import { checkEquation } from "./check-equation.ts";
import { namesIn } from "./check-expression.ts";
import { arrowsOf, checkGraphMembers, type DrawnArrows, lackOf, orderNodes, reportCycles } from "./check-graph.ts";
import { checkMechanism, checkNoise } from "./check-mechanism.ts";
import { createParams, type Params } from "./check-params.ts";
import { resolveType } from "./check-type.ts";
import { collectMembers, type Entry, isBare } from "./entries.ts";
import type { MechanismResult, NodeUnderCheck } from "./mechanism.ts";
import { constantsOf, type ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

export interface ModelCheck {
  /** nodes with errors are left out */
  readonly model: CheckedModel;
  /** all declared nodes, for the statements about the model; null where some of them are not known */
  readonly view: ModelView | null;
}

/** Equations on a cycle are checked inside each other; past this depth their types count as unknown. */
const deepest = 200;

/**
 * Checks a model declaration. Nodes may be used before they are declared; a cycle is reported once (C301). `base` is the
 * model that it extends, checked before it.
 */
export function checkModel(context: CheckContext, decl: ModelDecl, base: ModelCheck | null): ModelCheck {
  const { params: paramMembers, entries, graphs, overrides, bases, whole } = collectMembers(context, decl);
  // where nodes of a base or a plate are not known, every name might be one of them
  if (!whole) return { model: { name: decl.name.text, nodes: [], params: {}, span: decl.span, bases }, view: null };
  const byName = new Map(entries.map((entry) => [entry.name.text, entry]));
  const arrows = arrowsOf(graphs);
  const lacks = lackOf(entries.find(isBare)?.name ?? null, arrows);
  const params = createParams(context, paramMembers, (name) => byName.has(name));

  const results = new Map<string, MechanismResult>();
  const declared = new Map<string, NodeType | null>();
  const open = new Set<string>();

  const declaredType = (entry: Entry): NodeType | null => {
    const name = entry.name.text;
    if (entry.type === null) return null;
    if (!declared.has(name)) {
      const type = resolveType(context, entry.type, constantsOf(view));
      if (type?.kind === "real" && type.size !== null) {
        reportUnsupported(context, entry.type.span, "a node that holds a vector (`real[n]`)");
        declared.set(name, null);
      } else declared.set(name, type);
    }
    return declared.get(name) ?? null;
  };

  const typeOf = (entry: Entry): NodeType | null => {
    if (entry.type !== null) return declaredType(entry);
    // while its own equation is checked the type is not known: that is a cycle, which is reported as one
    return open.has(entry.name.text) || open.size > deepest ? null : resultOf(entry).type;
  };

  const view: ModelView = {
    name: decl.name.text,
    node: (name) => {
      const entry = byName.get(name);
      return entry === undefined ? null : { role: entry.role, type: typeOf(entry) };
    },
    nodeNames: () => [...byName.keys()],
    param: (name, span) => params.lookup(name, span),
    paramNames: () => params.names(),
    lacks,
  };

  const resultOf = (entry: Entry): MechanismResult => {
    const name = entry.name.text;
    const known = results.get(name);
    if (known !== undefined) return known;
    open.add(name);
    const node: NodeUnderCheck = {
      name,
      nameSpan: entry.name.span,
      role: entry.role,
      declared: declaredType(entry),
      untyped: entry.type === null,
    };
    const result = isBare(entry) ? drawnBody(node, byName, arrows) : checkBody(context, view, node, entry);
    open.delete(name);
    results.set(name, result);
    return result;
  };

  for (const { name } of paramMembers) params.lookup(name.text, name.span);
  // a mechanism reads its parents' states, so that beside mechanisms even a bare node needs a type
  if (!entries.every(isBare)) {
    for (const { name, type } of entries.filter(isBare)) {
      if (type === null)
        context.report(diagnose("C210", name.span, { name: name.text, mechanism: "the graph", noise: false }));
    }
  }
  // in an order in which types are known when they are needed, so that long chains do not nest
  for (const name of orderNodes(entries.map(mentions)).order) resultOf(byName.get(name)!);
  const nodes = entries.map((entry) => ({
    name: entry.name.text,
    nameSpan: entry.name.span,
    role: entry.role,
    parents: resultOf(entry).parents.map((parent) => parent.name),
    complete: resultOf(entry).mechanism !== null,
  }));
  const { order, cycles } = orderNodes(nodes);
  reportCycles(context, nodes, cycles);
  checkGraphMembers(context, nodes, graphs);
  if (base?.view) for (const name of overrides) checkOverride(context, view, base.view, name);
  const inOrder = order.map((name) => ({ entry: byName.get(name)!, result: resultOf(byName.get(name)!) }));
  const known = { name: view.name, params: numbersOf(params, paramMembers), span: decl.span, bases };
  if (lacks !== null) return { model: { ...known, nodes: [], drawn: drawnGraph(inOrder, arrows, lacks) }, view };
  return { model: { ...known, nodes: inOrder.flatMap(({ entry, result }) => checkedNode(entry, result)) }, view };
}

/** A member that replaces one of the base must be of its type (C224): what reads it reads the same. */
function checkOverride(context: CheckContext, view: ModelView, base: ModelView, name: Identifier): void {
  const describe = (model: ModelView): string | null => {
    const node = model.node(name.text);
    if (node !== null) return node.type === null ? null : `\`${printType(node.type)}\``;
    return model.param(name.text, name.span) === null ? null : "a parameter";
  };
  const [was, now] = [describe(base), describe(view)];
  if (was === null || now === null || was === now) return;
  context.report(diagnose("C224", name.span, { name: name.text, base: base.name, was, now }));
}

/** The parents of such a node are those of the graph. */
function drawnBody(
  node: NodeUnderCheck,
  known: ReadonlyMap<string, Entry>,
  { directed }: DrawnArrows,
): MechanismResult {
  const causes = directed.filter(({ from, to }) => to.text === node.name && known.has(from.text));
  const parents = new Map(causes.map(({ from }) => [from.text, { name: from.text, span: from.span }]));
  return { type: node.declared, parents: [...parents.values()], mechanism: null };
}

function drawnGraph(
  nodes: readonly { readonly entry: Entry; readonly result: MechanismResult }[],
  { bidirected }: DrawnArrows,
  lacks: string,
): DrawnGraph {
  const names = new Set(nodes.map(({ entry }) => entry.name.text));
  return {
    nodes: nodes.map(({ entry: { name, role }, result: { type, parents } }) => ({
      name: name.text,
      parents: parents.map((parent) => parent.name),
      latent: role === "latent" || role === "noise",
      type,
      nameSpan: name.span,
    })),
    bidirected: bidirected.flatMap(({ from, to }) =>
      names.has(from.text) && names.has(to.text) ? [[from.text, to.text] as const] : [],
    ),
    lacks,
  };
}

/** The names in the equation of an entry, before it is known what they mean. */
function mentions(entry: Entry): { readonly name: string; readonly parents: readonly string[] } {
  const { body } = entry;
  const untyped = entry.type === null && body.kind === "equation";
  return { name: entry.name.text, parents: untyped ? namesIn(body.value) : [] };
}

function checkedNode(entry: Entry, result: MechanismResult): CheckedNode[] {
  const { type, mechanism, parents, coupling } = result;
  if (type === null || mechanism === null) return [];
  const { name, role, span } = entry;
  return [
    {
      name: name.text,
      role,
      type,
      parents: parents.map((parent) => parent.name),
      mechanism,
      ...(coupling === undefined ? {} : { coupling }),
      nameSpan: name.span,
      span,
    },
  ];
}

/** Parameters as numbers: false is 0 and true is 1. */
function numbersOf(params: Params, members: readonly ParamMember[]): Readonly<Record<string, number>> {
  const known = members.flatMap(({ name }) => {
    const value = params.lookup(name.text, name.span)?.value;
    return value === undefined ? [] : [[name.text, Number(value)] as const];
  });
  return Object.fromEntries(known);
}

function checkBody(context: CheckContext, view: ModelView, node: NodeUnderCheck, entry: Entry): MechanismResult {
  const { body } = entry;
  switch (body.kind) {
    case "noise":
      return checkNoise(context, view, node, body.distribution);
    case "equation":
      if (node.role !== "image") return checkEquation(context, view, node, body.value);
      return checkComposite(context, view, node, body.value);
    case "mechanism":
      if (body.mechanism === null) throw new Error(`internal: ${node.name} has no mechanism to check`);
      return checkMechanism(context, view, node, body.mechanism);
  }
}
