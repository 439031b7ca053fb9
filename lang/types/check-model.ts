/** Checks one model: its members, the types and mechanisms of its nodes, and its graph. */
import type { CheckedModel, CheckedNode, DrawnGraph } from "../checked.ts";
import { diagnose } from "../diagnostics/catalogue.ts";
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
import { type CheckContext, reportUnsupported } from "./check-context.ts";
import { describeValueType, namesIn, sameLabels, typeOfExpression, type ValueType } from "./check-expression.ts";
import { arrowsOf, checkGraphMembers, type DrawnArrows, lackOf, orderNodes, reportCycles } from "./check-graph.ts";
import { checkMechanism, checkNoise } from "./check-mechanism.ts";
import { createParams, type Params } from "./check-params.ts";
import { resolveType } from "./check-type.ts";
import { failed, type MechanismResult, type NodeUnderCheck, type ParentUse } from "./mechanism.ts";
import { constantsOf, expressionsOf, type ModelView, type NodeRole } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

export interface ModelCheck {
  /** nodes with errors are left out */
  readonly model: CheckedModel;
  /** all declared nodes, for the statements about the model; null where some of them are not known */
  readonly view: ModelView | null;
}

/** Equations on a cycle are checked inside each other; past this depth their types count as unknown. */
const deepest = 200;

/** One node of the model as it is written. */
interface Entry {
  readonly name: Identifier;
  readonly role: NodeRole;
  readonly type: TypeExpr | null;
  readonly body:
    | { readonly kind: "mechanism"; readonly mechanism: MechanismExpr | null }
    | { readonly kind: "noise"; readonly distribution: Expr }
    | { readonly kind: "equation"; readonly value: Expr };
  readonly span: Span;
}

interface Members {
  readonly params: readonly ParamMember[];
  readonly entries: readonly Entry[];
  readonly graphs: readonly GraphMember[];
  /** false where parts that are not supported declare nodes too */
  readonly whole: boolean;
}

/** Checks a model declaration. Nodes may be used before they are declared; a cycle is reported once (C301). */
export function checkModel(context: CheckContext, decl: ModelDecl): ModelCheck {
  const { params: paramMembers, entries, graphs, whole } = collectMembers(context, decl);
  // where nodes of a base or a plate are not known, every name might be one of them
  if (!whole) return { model: { name: decl.name.text, nodes: [], params: {}, span: decl.span }, view: null };
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
  const inOrder = order.map((name) => ({ entry: byName.get(name)!, result: resultOf(byName.get(name)!) }));
  const known = { name: view.name, params: numbersOf(params, paramMembers), span: decl.span };
  if (lacks !== null) return { model: { ...known, nodes: [], drawn: drawnGraph(inOrder, arrows, lacks) }, view };
  return { model: { ...known, nodes: inOrder.flatMap(({ entry, result }) => checkedNode(entry, result)) }, view };
}

/** Whether only the graph says something about the node. */
const isBare = ({ body }: Entry): boolean => body.kind === "mechanism" && body.mechanism === null;

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

/** Sorts the members by what they declare; parts of the language without meaning yet are reported (C190). */
function collectMembers(context: CheckContext, { base, members }: ModelDecl): Members {
  const names = new Map<string, { readonly name: Identifier }>();
  const params: ParamMember[] = [];
  const entries: Entry[] = [];
  const graphs: GraphMember[] = [];
  let whole = base === null;
  if (base !== null) reportUnsupported(context, base.span, "a model that extends another (`extends`)");
  const isNew = (name: Identifier) => declare("the name", { name }, names, (diagnostic) => context.report(diagnostic));
  for (const member of members) {
    switch (member.kind) {
      case "param":
        if (isNew(member.name)) params.push(member);
        break;
      case "graph":
        graphs.push(member);
        break;
      case "plate": {
        const { start } = member.span;
        reportUnsupported(context, { ...member.span, end: start + "plate".length }, "a plate");
        whole = false;
        break;
      }
      case "noise":
        for (const name of member.names) {
          if (!isNew(name)) continue;
          const body = { kind: "noise", distribution: member.distribution } as const;
          entries.push({ name, role: "noise", type: null, body, span: member.span });
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
  return { params, entries, graphs, whole };
}

function entryOf(member: SampleMember | LatentMember | LetMember | ImageMember): Entry {
  const { kind: role, name, type, span } = member;
  if (member.kind === "let") return { name, role, type, body: { kind: "equation", value: member.value }, span };
  if (member.kind === "image" && member.value !== null) {
    return { name, role, type, body: { kind: "equation", value: member.value }, span };
  }
  return { name, role, type, body: { kind: "mechanism", mechanism: member.mechanism }, span };
}

function checkBody(context: CheckContext, view: ModelView, node: NodeUnderCheck, entry: Entry): MechanismResult {
  const { body } = entry;
  switch (body.kind) {
    case "noise":
      return checkNoise(context, view, node, body.distribution);
    case "equation":
      if (node.role !== "image") return checkEquation(context, view, node, body.value);
      reportUnsupported(context, body.value.span, "an image computed by an expression (`:=`)");
      return failed(node);
    case "mechanism":
      if (body.mechanism === null) throw new Error(`internal: ${node.name} has no mechanism to check`);
      return checkMechanism(context, view, node, body.mechanism);
  }
}

/** A `let`: its type follows from the expression, or must agree with it. */
function checkEquation(context: CheckContext, view: ModelView, node: NodeUnderCheck, value: Expr): MechanismResult {
  const parents: ParentUse[] = [];
  let ok = true;
  const watched: CheckContext = {
    ...context,
    report: (diagnostic) => {
      ok = false;
      context.report(diagnostic);
    },
  };
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
  const usable = ok && type !== null && found !== null;
  return { type, parents, mechanism: usable ? { kind: "equation", value } : null };
}

function nodeTypeOf(type: ValueType): NodeType {
  return type.kind === "number" ? { kind: "real", size: null } : type;
}

/** Whether an equation of that type may be declared so; integers are checked when they are computed. */
function agrees(declared: NodeType, found: ValueType): boolean {
  switch (declared.kind) {
    case "bool":
      return found.kind === "bool";
    case "labels":
      return found.kind === "labels" && sameLabels(declared.labels, found.labels);
    case "int":
    case "real":
      return found.kind !== "labels";
    case "image":
      return false;
  }
}
