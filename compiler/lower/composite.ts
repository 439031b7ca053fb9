/**
 * Images computed from other images as tensor programs, pixel by pixel. In the expression a pixel is a number from 0
 * (black) to 1 (white), so that `1 - Mask` is the negative; pictures themselves hold -1 to 1, in and out.
 */
import type { CallExpr, Expr } from "#lang/syntax/ast";
import type { Program } from "#runtime/program/program";
import { type Columns, compileExpression, nodesOf, type Words } from "../causal/evaluate.ts";
import { type CausalModel, type CausalNode, nodeOf } from "../causal/model.ts";
import { type Builder, createBuilder, type Operand, type Value } from "../tensor/build.ts";
import { simplify } from "../tensor/simplify.ts";

/** A program of a fixed batch, from pictures [batch, channels, height, width] and numbers [batch, 1, 1, 1] to `image`. */
export interface Composite {
  readonly program: Program;
  /** the images that are read, each an input of its name */
  readonly images: readonly string[];
  /** inputs that hold one number for each picture, and what they are */
  readonly numbers: ReadonlyMap<string, Expr>;
}

export function isComposite(node: CausalNode): boolean {
  return node.type.kind === "image" && node.mechanism.kind === "equation";
}

export function lowerComposite(model: CausalModel, image: string, words: Words, batch: number): Composite {
  const node = nodeOf(model, image);
  const { type, mechanism, span } = node;
  if (type.kind !== "image" || mechanism.kind !== "equation") throw new Error(`internal: ${image} is not computed`);
  const b = createBuilder(image);
  const images = new Map<string, Value>();
  const numbers = new Map<string, Expr>();

  const picture = (name: string): Value => {
    const known = images.get(name);
    if (known !== undefined) return known;
    const { type: own } = nodeOf(model, name);
    if (own.kind !== "image") throw new Error(`internal: ${name} is not an image`);
    const input = b.input(name, [batch, own.channels, own.height, own.width]);
    const value = b.div(b.add(input, 1), 2);
    images.set(name, value);
    return value;
  };

  const number = (expr: Expr): Operand => {
    if (nodesOf(expr, model).length === 0) return compileExpression(expr, { model, words, columns: new Map() })(0);
    const name = `number/${numbers.size}`;
    numbers.set(name, expr);
    return b.input(name, [batch, 1, 1, 1]);
  };

  const lower = (expr: Expr): Operand => {
    const reads = nodesOf(expr, model);
    if (reads.every((name) => nodeOf(model, name).type.kind !== "image")) return number(expr);
    switch (expr.kind) {
      case "name":
        return picture(expr.name.text);
      case "unary":
        return b.neg(lower(expr.operand));
      case "binary":
        return binary(b, expr.operator, lower(expr.left), lower(expr.right));
      case "if":
        return b.where(lower(expr.test), lower(expr.then), lower(expr.else));
      case "call":
        return call(expr);
      default:
        throw new Error(`internal: an image cannot be an expression of kind ${expr.kind}`);
    }
  };

  const call = (expr: CallExpr): Operand => {
    const word = words.functions.get(expr.callee.text);
    if (word?.lower === undefined) throw new Error(`internal: ${expr.callee.text} has no program`);
    return word.lower(b, ...expr.args.map((arg) => lower(arg.value)));
  };

  b.at(span, () => {
    const found = lower(mechanism.value);
    const value = typeof found === "number" ? b.constant(found) : found;
    const full = b.broadcastTo(value, [batch, type.channels, type.height, type.width]);
    b.output("image", b.sub(b.mul(b.clip(full, 0, 1), 2), 1));
  });
  return { program: simplify(b.build()), images: [...images.keys()], numbers };
}

function binary(b: Builder, operator: string, x: Operand, y: Operand): Value {
  switch (operator) {
    case "+":
      return b.add(x, y);
    case "-":
      return b.sub(x, y);
    case "*":
      return b.mul(x, y);
    case "/":
      return b.div(x, y);
    case "^":
      return b.pow(x, y);
    case "<":
      return b.less(x, y);
    case ">":
      return b.greater(x, y);
    case "<=":
      return b.sub(1, b.greater(x, y));
    case ">=":
      return b.sub(1, b.less(x, y));
    default:
      throw new Error(`internal: \`${operator}\` is not computed for images`);
  }
}

/** The numbers of a composite for each row of the columns of the labels. */
export function compositeNumbers(
  { numbers }: Composite,
  model: CausalModel,
  words: Words,
  columns: Columns,
  count: number,
): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    [...numbers].map(([name, expr]) => {
      const value = compileExpression(expr, { model, words, columns });
      return [name, Float32Array.from({ length: count }, (_, row) => value(row))];
    }),
  );
}
