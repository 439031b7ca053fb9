/** From type expressions to types of nodes, with their sizes evaluated. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { Span } from "../source.ts";
import type { Expr, TypeExpr } from "../syntax/ast.ts";
import { type ConstantScope, evaluateNumber } from "./check-constant.ts";
import type { CheckContext } from "./check-context.ts";
import type { FeatureShape, NodeType } from "./type.ts";

/** More states than this are a mistake or need another type: all of them are enumerated. */
const mostStates = 65536;
/** pixels along one side of an image */
const largestSide = 16384;

/** The type that is written, or null where it is wrong (reported). */
export function resolveType(context: CheckContext, type: TypeExpr, scope: ConstantScope): NodeType | null {
  const wrong = (span: Span, reason: string): null => {
    context.report(diagnose("C223", span, { reason }));
    return null;
  };
  switch (type.kind) {
    case "missing-type":
      return null;
    case "bool-type":
      return { kind: "bool" };
    case "labels-type": {
      const labels = type.labels.map((label) => label.text);
      if (labels.includes("")) return null;
      const twice = type.labels.find((label, i) => labels.indexOf(label.text) !== i);
      if (twice !== undefined) {
        context.report(diagnose("C202", twice.span, { what: "the state", name: twice.text }));
        return null;
      }
      if (labels.length < 2) return wrong(type.span, "a set of labels needs at least two");
      return { kind: "labels", labels };
    }
    case "int-type": {
      if (type.low === null || type.high === null) {
        return wrong(type.span, "a node of whole numbers needs bounds, `int[0..9]`");
      }
      const low = evaluateNumber(context, type.low, scope);
      const high = evaluateNumber(context, type.high, scope);
      if (low === undefined || high === undefined) return null;
      if (!Number.isInteger(low) || !Number.isInteger(high)) return wrong(type.span, "the bounds must be integers");
      if (low > high) return wrong(type.span, `no integer is between ${low} and ${high}`);
      if (high - low >= mostStates) return wrong(type.span, `it has more than ${mostStates} states`);
      return { kind: "int", low, high };
    }
    case "real-type": {
      if (type.size === null) return { kind: "real", size: null };
      const size = resolveSize(context, type.size, scope);
      return size === null ? null : { kind: "real", size };
    }
    case "image-type": {
      const height = resolveSize(context, type.height, scope);
      const width = resolveSize(context, type.width, scope);
      if (height === null || width === null) return null;
      return { kind: "image", channels: type.channels === "rgb" ? 3 : 1, height, width };
    }
  }
}

function resolveSize(context: CheckContext, expr: Expr, scope: ConstantScope): number | null {
  const size = evaluateNumber(context, expr, scope);
  if (size === undefined) return null;
  if (Number.isInteger(size) && size > 0 && size <= largestSide) return size;
  context.report(
    diagnose("C223", expr.span, { reason: `a size must be an integer from 1 to ${largestSide}, not ${size}` }),
  );
  return null;
}

/** The shape of a value of that type inside a network; null for discrete types, which have none. */
export function shapeOfType(type: NodeType): FeatureShape | null {
  switch (type.kind) {
    case "image":
      return [type.height, type.width, type.channels];
    case "real":
      return [type.size ?? 1];
    case "bool":
    case "labels":
    case "int":
      return null;
  }
}
