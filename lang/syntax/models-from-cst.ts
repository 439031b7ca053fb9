/** Models, plates and graphs of the AST from the concrete tree. */
import type { CstNode } from "chevrotain";
import type { Span } from "../source.ts";
import type { ArrowKind, GraphChain, Member, ModelDecl, PlateRange } from "./ast.ts";
import { after, type Building, node, nodes, nodeSpan, token, tokens } from "./cst.ts";
import { declaration } from "./declarations-from-cst.ts";
import { elementIn, expression, identifiers } from "./expressions-from-cst.ts";
import { identifier, identifierIn, labels } from "./names-from-cst.ts";
import * as t from "./tokens.ts";

export function model(b: Building, given: CstNode): ModelDecl {
  const span = nodeSpan(b, given);
  const base = token(given, "base");
  return {
    kind: "model",
    name: identifierIn(b, given, "Name", after(span)),
    base: base === null ? null : identifier(b, base),
    members: members(b, given),
    span,
  };
}

function members(b: Building, given: CstNode): readonly Member[] {
  return nodes(given, "member").flatMap((item) => member(b, item) ?? []);
}

/** null: nothing that could be understood, and that has been reported. */
function member(b: Building, given: CstNode): Member | null {
  const span = nodeSpan(b, given);
  const declared = node(given, "declaration");
  if (declared !== null) return declaration(b, declared);
  const plate = node(given, "plate");
  if (plate !== null) {
    return {
      kind: "plate",
      index: identifierIn(b, plate, "Name", after(span)),
      range: plateRange(b, node(plate, "plateRange"), after(span)),
      members: members(b, plate),
      span,
    };
  }
  const graph = node(given, "graph");
  if (graph === null) return null;
  return { kind: "graph", chains: nodes(graph, "chain").map((item) => chain(b, item)), span };
}

function plateRange(b: Building, given: CstNode | null, at: Span): PlateRange {
  if (given === null) return { kind: "value", value: expression(b, null, at), span: at };
  const span = nodeSpan(b, given, at.start);
  const states = node(given, "labels");
  if (states !== null) return { kind: "labels", labels: labels(b, states), span };
  const low = expression(b, node(given, "low"), after(span));
  if (token(given, "Range") === null) return { kind: "value", value: low, span };
  return { kind: "between", low, high: expression(b, node(given, "high"), after(span)), span };
}

function chain(b: Building, given: CstNode): GraphChain {
  const sets = nodes(given, "nameSet").map((item) => {
    return token(item, "Name") === null
      ? identifiers(b, node(item, "names"))
      : [elementIn(b, item, "Name", nodeSpan(b, item))];
  });
  const arrows = tokens(given, "arrow").map(
    (sign): ArrowKind => (sign.tokenType === t.LeftArrow ? "<-" : sign.tokenType === t.BothWays ? "<->" : "->"),
  );
  // after recovery the last arrow may point at nothing
  return { kind: "chain", sets, arrows: arrows.slice(0, Math.max(0, sets.length - 1)), span: nodeSpan(b, given) };
}
