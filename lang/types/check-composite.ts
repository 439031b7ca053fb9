/** Images computed from other images, `image Picture := Mask * Fore + (1 - Mask) * Back`: sizes, pixel by pixel. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { BinaryExpr, CallExpr, Expr } from "../syntax/ast.ts";
import { type CheckContext, reportUnknown, watch } from "./check-context.ts";
import { namesIn, requireType } from "./check-expression.ts";
import type { MechanismResult, NodeUnderCheck, ParentUse } from "./mechanism.ts";
import { expressionsOf, type ModelView } from "./model-scope.ts";
import { type NodeType, printType } from "./type.ts";

type Picture = Extract<NodeType, { readonly kind: "image" }>;

/** What a part of the expression is: a picture, one number for all pixels, or wrong (reported). */
type Part = Picture | "number" | null;

/** Checks the expression of an image node. Parts without images are numbers, the same for all pixels of a picture. */
export function checkComposite(
  context: CheckContext,
  view: ModelView,
  node: NodeUnderCheck,
  value: Expr,
): MechanismResult {
  const parents: ParentUse[] = [];
  const watched = watch(context);
  const read = (name: string, span: ParentUse["span"]): void => {
    if (!parents.some((parent) => parent.name === name)) parents.push({ name, span });
  };
  const scope = expressionsOf(view, read, read);
  const isImage = (name: string) => view.node(name)?.role === "image";

  const partOf = (expr: Expr): Part => {
    if (!namesIn(expr).some(isImage)) {
      requireType(watched, expr, scope, "number");
      return "number";
    }
    switch (expr.kind) {
      case "name": {
        read(expr.name.text, expr.span);
        const type = view.node(expr.name.text)?.type;
        return type?.kind === "image" ? type : null;
      }
      case "unary":
        if (expr.operator === "not") return refuse(expr, "`not`");
        return partOf(expr.operand);
      case "binary":
        return ofBinary(expr);
      case "if": {
        const parts = [expr.test, expr.then, expr.else].map(partOf);
        return joined(expr, parts);
      }
      case "call":
        return ofCall(expr);
      case "list":
        return refuse(expr, "a list");
      case "map":
        return refuse(expr, "a distribution");
      case "pipe":
        return refuse(expr, "a pipe");
      case "number":
      case "boolean":
      case "string":
      case "counterfactual":
      case "missing":
        return null;
    }
  };

  const refuse = (expr: Expr, what: string): null => {
    watched.report(diagnose("C226", expr.span, { what, where: "an expression of images" }));
    return null;
  };

  const ofBinary = (expr: BinaryExpr): Part => {
    const { operator } = expr;
    if (operator === "and" || operator === "or" || operator === "==" || operator === "!=") {
      return refuse(expr, `\`${operator}\``);
    }
    return joined(expr, [partOf(expr.left), partOf(expr.right)]);
  };

  const ofCall = (expr: CallExpr): Part => {
    const { functions } = context.signatures;
    const word = expr.callee.text;
    const signature = functions.get(word);
    const pixelwise = [...functions.values()].filter((other) => other.pixelwise === true).map(({ name }) => name);
    if (signature === undefined) {
      reportUnknown(watched, "function of images", expr.callee, pixelwise);
      return null;
    }
    if (signature.pixelwise !== true) return refuse(expr, `\`${word}\``);
    if (expr.args.length !== signature.arity) {
      const args = { callee: word, expected: signature.arity, found: expr.args.length };
      watched.report(diagnose("C218", expr.span, args));
      return null;
    }
    return joined(
      expr,
      expr.args.map((arg) => partOf(arg.value)),
    );
  };

  /** Pictures of one size; gray beside rgb is gray in all channels. */
  const joined = (expr: Expr, parts: readonly Part[]): Part => {
    if (parts.includes(null)) return null;
    const pictures = parts.filter((part): part is Picture => part !== null && part !== "number");
    const [first] = pictures;
    if (first === undefined) return "number";
    const other = pictures.find(({ height, width }) => height !== first.height || width !== first.width);
    if (other !== undefined) {
      watched.report(diagnose("C238", expr.span, { left: printType(first), right: printType(other) }));
      return null;
    }
    return pictures.find(({ channels }) => channels === 3) ?? first;
  };

  const found = partOf(value);
  const { declared } = node;
  if (declared?.kind === "image" && found !== null && found !== "number") {
    const sameSize = declared.height === found.height && declared.width === found.width;
    if (!sameSize || found.channels > declared.channels) {
      watched.report(
        diagnose("C239", value.span, { name: node.name, declared: printType(declared), found: printType(found) }),
      );
    }
  }
  const usable = watched.sound() && found !== null && declared !== null;
  return { type: declared, parents, mechanism: usable ? { kind: "equation", value } : null };
}
