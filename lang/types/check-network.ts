/** Shapes of tensors through the layers of a network, at its declaration and at each use. */
import { diagnose } from "../diagnostics/catalogue.ts";
import type { RelatedSpan } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source.ts";
import type { Argument, CallExpr, Expr, Identifier, IfExpr, NetworkDecl } from "../syntax/ast.ts";
import { checkArguments } from "./check-arguments.ts";
import { type ConstantScope, evaluateBoolean } from "./check-constant.ts";
import { type CheckContext, reportUnknown, watch } from "./check-context.ts";
import { checkParameterTypes, completeConstants, constantsScope, type NetworkConstants } from "./check-reference.ts";
import { resolveType, shapeOfType } from "./check-type.ts";
import type { Constant, Constants, LayerSignature } from "./signature.ts";
import { type FeatureShape, printShape } from "./type.ts";

/**
 * The shapes that a tensor may have. Known shapes are alone; the input of a network that is only declared may be a
 * vector or a map, and each layer keeps those of them that it accepts.
 */
export type Shapes = readonly FeatureShape[];

export const anyShape: Shapes = [[null], [null, null, null]];

export function printShapes(shapes: Shapes): string {
  return shapes.map(printShape).join(" or ");
}

/** The result of one layer or network call of a body, in the order of evaluation. */
export interface LayerStep {
  readonly name: string;
  readonly span: Span;
  readonly shapes: Shapes;
}

/** How one call of a network is looked at. */
export interface NetworkUse {
  /** where the shapes come from, innermost first: shown with a diagnostic inside the network */
  readonly related: readonly RelatedSpan[];
  /** names of the networks being unfolded, outermost first */
  readonly stack: readonly string[];
  /** called for each layer of this network (not of the networks that it calls) */
  readonly step?: (step: LayerStep) => void;
}

interface Body {
  readonly context: CheckContext;
  readonly decl: NetworkDecl;
  readonly constants: ConstantScope;
  /** null: the shape is not known because of an error */
  readonly tensors: Map<string, Shapes | null>;
  readonly use: NetworkUse;
}

/** Most combinations of possible input shapes that are tried for one layer. */
const mostCombinations = 64;

/** Checks a declaration alone: default constants, inputs of any size. True where nothing is wrong. */
export function checkNetworkDeclaration(
  context: CheckContext,
  decl: NetworkDecl,
  use: Partial<NetworkUse> = {},
): boolean {
  const watched = watch(context);
  checkParameterTypes(watched, decl);
  checkNames(watched, decl);
  const callee = { name: decl.name.text, span: decl.name.span, word: "argument" } as const;
  const { constants } = completeConstants(watched, decl, callee, null, constantsScope(decl, new Map()));
  const inputs = decl.inputs.map(() => anyShape);
  inferNetwork(watched, decl, inputs, constants, { related: [], stack: [], ...use });
  return watched.sound();
}

function checkNames(context: CheckContext, decl: NetworkDecl): void {
  const first = new Map<string, Identifier>();
  const names = [...decl.inputs, ...decl.parameters.map((p) => p.name), ...decl.bindings.map((b) => b.name)];
  for (const name of names) {
    const earlier = first.get(name.text);
    if (earlier === undefined || name.text === "") first.set(name.text, name);
    else {
      const related = [{ span: earlier.span, label: "first declared here" }];
      context.report(diagnose("C202", name.span, { what: "the name", name: name.text }, { related }));
    }
  }
}

/**
 * Shapes of the result for inputs of these shapes, or null after an error, which is reported at the layer. The number of
 * inputs must be that of the declaration. The declared result is checked too.
 */
export function inferNetwork(
  context: CheckContext,
  decl: NetworkDecl,
  inputs: readonly (Shapes | null)[],
  constants: NetworkConstants,
  use: NetworkUse,
): Shapes | null {
  const name = decl.name.text;
  const tensors = new Map(decl.inputs.map((input, i) => [input.text, inputs[i] ?? null]));
  const scope = constantsScope(decl, constants);
  const body: Body = { context, decl, constants: scope, tensors, use: { ...use, stack: [...use.stack, name] } };
  for (const binding of decl.bindings) tensors.set(binding.name.text, inferTensor(body, binding.value, name));
  const found = inferTensor(body, decl.body, name);
  if (decl.result === null) return found;
  const type = resolveType(context, decl.result, scope);
  if (type === null) return found;
  const declared = shapeOfType(type);
  if (declared === null) {
    context.report(diagnose("C226", decl.result.span, { what: "a discrete type", where: "the result of a network" }));
    return found;
  }
  if (found === null) return null;
  if (fits(found, declared)) return [declared];
  context.report(
    diagnose(
      "C231",
      resultSpan(decl.body),
      { network: name, declared: printShape(declared), found: printShapes(found) },
      { related: [{ span: decl.result.span, label: "declared here" }, ...use.related] },
    ),
  );
  return null;
}

/** The last layer: that is where a wrong result comes from. */
function resultSpan(expr: Expr): Span {
  return expr.kind === "pipe" ? expr.right.span : expr.span;
}

/** Whether a tensor of these possible shapes can have that shape; unknown sizes fit all. */
export function fits(shapes: Shapes, wanted: FeatureShape): boolean {
  return shapes.some(
    (shape) =>
      shape.length === wanted.length &&
      shape.every((dim, i) => dim === null || wanted[i] === null || dim === wanted[i]),
  );
}

function inferTensor(body: Body, expr: Expr, callee: string): Shapes | null {
  const { context } = body;
  switch (expr.kind) {
    case "name": {
      const { text } = expr.name;
      const shapes = body.tensors.get(text);
      if (shapes !== undefined) return shapes;
      // a tensor may not be used before its binding
      if (body.constants.lookup(text, expr.span)?.kind === "constant")
        return notTensor(body, expr, callee, "a constant");
      reportUnknown(context, "tensor", expr.name, body.tensors.keys());
      return null;
    }
    case "pipe": {
      const left = inferTensor(body, expr.left, expr.right.callee.text);
      return inferCall(body, expr.right, [left]);
    }
    case "call":
      return inferCall(body, expr, []);
    case "if":
      return inferChoice(body, expr, callee);
    case "unary":
    case "binary":
      context.report(diagnose("C235", expr.span, { operator: expr.operator }));
      return null;
    case "missing":
      return null;
    case "number":
    case "boolean":
    case "string":
      return notTensor(body, expr, callee, "a constant");
    case "list":
      return notTensor(body, expr, callee, "a list");
    case "map":
      return notTensor(body, expr, callee, "a distribution");
    case "counterfactual":
      return notTensor(body, expr, callee, "a counterfactual variable");
  }
}

/**
 * Constants choose the branch, and only that one is looked at. Where they are not known yet, the tensor may have the shape
 * of either branch.
 */
function inferChoice(body: Body, expr: IfExpr, callee: string): Shapes | null {
  const { context, constants } = body;
  let reported = false;
  const watched: CheckContext = {
    ...context,
    report: (diagnostic) => {
      reported = true;
      context.report(diagnostic);
    },
  };
  const test = evaluateBoolean(watched, expr.test, constants);
  if (reported) return null;
  if (test !== undefined) return inferTensor(body, test ? expr.then : expr.else, callee);
  const branches = [expr.then, expr.else].map((branch) => inferTensor(body, branch, callee));
  if (branches.includes(null)) return null;
  const shapes = (branches as Shapes[]).flat();
  return [...new Map(shapes.map((shape) => [printShape(shape), shape])).values()];
}

function notTensor(body: Body, expr: Expr, callee: string, found: string): null {
  body.context.report(diagnose("C234", expr.span, { callee, found }));
  return null;
}

/** A layer or a network applied to tensors: those piped in, then its first arguments by place. */
function inferCall(body: Body, call: CallExpr, piped: readonly (Shapes | null)[]): Shapes | null {
  const { layers } = body.context.signatures;
  const { networks } = body.context.declarations;
  const name = call.callee.text;
  const layer = layers.get(name);
  const network = networks.get(name);
  if (layer === undefined && network === undefined) {
    reportUnknown(body.context, "layer or network", call.callee, [...layers.keys(), ...networks.keys()]);
    return null;
  }
  const wanted = network === undefined ? layer!.inputs : network.inputs.length;
  const inputs = [...piped];
  let next = 0;
  for (const arg of call.args) {
    if (arg.name !== null || inputs.length === wanted) break;
    inputs.push(inferTensor(body, arg.value, name));
    next++;
  }
  if (wanted === null ? inputs.length === 0 : inputs.length !== wanted) {
    const expected = wanted ?? 1;
    body.context.report(diagnose("C232", call.span, { network: name, expected, found: inputs.length, given: "" }));
    return null;
  }
  const rest = call.args.slice(next);
  // a network of the program hides a layer of that name
  const shapes =
    network === undefined
      ? inferLayer(body, call, layer!, inputs, rest)
      : inferInner(body, call, network, inputs, rest);
  if (shapes !== null) body.use.step?.({ name, span: call.span, shapes });
  return shapes;
}

function inferInner(
  body: Body,
  call: CallExpr,
  decl: NetworkDecl,
  inputs: readonly (Shapes | null)[],
  args: readonly Argument[],
): Shapes | null {
  const name = decl.name.text;
  const { stack, related } = body.use;
  if (stack.includes(name)) {
    const cycle = [...stack.slice(stack.indexOf(name)), name];
    // every network of the circle is checked by itself; one of them reports it
    if (cycle.every((other) => name <= other)) body.context.report(diagnose("C233", call.span, { cycle }));
    return null;
  }
  const callee = { name, span: call.span, word: "argument" } as const;
  const { constants, ok } = completeConstants(body.context, decl, callee, args, body.constants);
  if (!ok || inputs.includes(null)) return null;
  const label = `called here with ${inputs.map((shapes) => printShapes(shapes!)).join(", ")}`;
  return inferNetwork(body.context, decl, inputs, constants, {
    stack,
    related: [{ span: call.span, label }, ...related],
  });
}

function inferLayer(
  body: Body,
  call: CallExpr,
  layer: LayerSignature,
  inputs: readonly (Shapes | null)[],
  args: readonly Argument[],
): Shapes | null {
  const { context } = body;
  const callee = { name: layer.name, span: call.span, word: "argument" } as const;
  let reported = false;
  const watched: CheckContext = {
    ...context,
    report: (diagnostic) => {
      reported = true;
      context.report(diagnostic);
    },
  };
  const { values, complete } = checkArguments(watched, callee, layer.parameters, args, body.constants);
  if (reported || inputs.includes(null)) return null;
  // a constant is only known when the network is used: until then so is the size, but not that it is a vector or a map
  if (!complete) return ranksOf(layer, inputs as readonly Shapes[], values);
  const results = new Map<string, FeatureShape>();
  let problem: { readonly problem: string; readonly help?: string } | null = null;
  for (const shapes of combinations(inputs as readonly Shapes[])) {
    const result = layer.shape(shapes, values);
    if ("shape" in result) results.set(printShape(result.shape), result.shape);
    else problem ??= result;
  }
  if (results.size > 0) return [...results.values()];
  if (problem === null) return anyShape;
  const { related } = body.use;
  context.report(
    diagnose("C230", call.span, { layer: layer.name, problem: problem.problem, help: problem.help ?? "" }, { related }),
  );
  return null;
}

/** The kinds of shapes that a layer gives for some value of the constants that are not known. */
function ranksOf(layer: LayerSignature, inputs: readonly Shapes[], known: Constants): Shapes {
  const values = { ...known };
  for (const { name, default: fallback, range } of layer.parameters) {
    if (values[name] === undefined) values[name] = fallback ?? (Number.isFinite(range?.[0]) ? range![0] : 1);
  }
  const ranks = new Map<number, FeatureShape>();
  for (const shapes of combinations(inputs)) {
    const result = layer.shape(shapes, values);
    if ("shape" in result)
      ranks.set(
        result.shape.length,
        result.shape.map(() => null),
      );
  }
  return ranks.size === 0 ? anyShape : [...ranks.values()];
}

/** All ways to choose one possible shape for each input; none where they are too many to try. */
function combinations(inputs: readonly Shapes[]): readonly (readonly FeatureShape[])[] {
  const count = inputs.reduce((product, shapes) => product * shapes.length, 1);
  if (count > mostCombinations) return [];
  return inputs.reduce<readonly (readonly FeatureShape[])[]>(
    (chosen, shapes) => chosen.flatMap((before) => shapes.map((shape) => [...before, shape])),
    [[]],
  );
}

/** Checks a reference to a network where it is used, with the shapes it will be called with; see `inferNetwork`. */
export function checkNetworkUse(
  context: CheckContext,
  name: string,
  args: Readonly<Record<string, Constant>>,
  inputs: readonly { readonly what: string; readonly shape: FeatureShape }[],
  span: Span,
  step?: (step: LayerStep) => void,
): Shapes | null {
  const decl = context.declarations.networks.get(name);
  if (decl === undefined) return null;
  const given = inputs.map(({ what, shape }) => `${what} ${printShape(shape)}`).join(", ");
  if (decl.inputs.length !== inputs.length) {
    const expected = decl.inputs.length;
    context.report(diagnose("C232", span, { network: name, expected, found: inputs.length, given }));
    return null;
  }
  const shapes = inputs.map(({ shape }) => [shape]);
  const related = [{ span, label: `used here with ${given}` }];
  return inferNetwork(context, decl, shapes, new Map(Object.entries(args)), {
    related,
    stack: [],
    ...(step === undefined ? {} : { step }),
  });
}
